"""What a code host is to us: one row of a table. A module for each host holds its row and its class.

A new host is one module with a `Platform` of its own, and one line in `platforms.PLATFORMS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from reconciler.ci.host_texts import Texts
from reconciler.ci.web import Web

Environment = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long texts may be on a host."""

    comment: int
    """UTF-16 units of a comment or an issue."""
    summary: int = 1024 * 1024
    """Bytes of a job's summary; a longer one is dropped as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variables:
    """Names of environment variables, the first one that is set counts."""

    running: str
    """Not empty and not "false" in every job of this host."""
    api: str
    repository: tuple[str, ...]
    token: tuple[str, ...]
    summary: str = ""
    """Holds the file that becomes the job's summary; empty for a host without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What the environment of a job says about it; nothing of it is trusted to be more than text.

    `number` is the request's, None outside one. `commit` is what is checked out, `head` the commit that people see on
    the request (the same outside one). `branch` is empty where no branch is built.
    """

    number: int | None = None
    commit: str = ""
    head: str = ""
    branch: str = ""
    run: str = ""
    run_url: str = ""
    commit_url: str = ""
    """The page of `head`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A merged request, and the commits by which the target branch may know it."""

    number: int
    commits: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """What a branch got after a commit: the commits, newest first, and the files they changed.

    `is_on_branch` is False when the branch does not hold the commit. `is_whole` is False when the host told a part.
    """

    commits: Sequence[str] = ()
    files: frozenset[str] = field(default_factory=frozenset)
    is_on_branch: bool = True
    is_whole: bool = True


class Host(Protocol):
    """What every code host can do."""

    def account(self) -> str:
        """Return the name of the account whose texts are ours.

        Raises:
            PlatformError: the host does not say; the hint names `--author`.
        """

    def comments(self, number: int) -> Texts:
        """Return the comments of a request."""

    def issues(self) -> Texts:
        """Return the drift issues, open and closed."""

    def requests_of(self, commit: str) -> list[int]:
        """The merged requests that brought a commit, the likeliest first; empty while the host does not know them."""

    def merged_into(self, branch: str) -> list[Merged]:
        """Return the requests that were merged into a branch lately."""

    def history(self, commit: str) -> list[str]:
        """Return a commit and those before it, newest first, as many as the host gives in one page."""

    def later(self, commit: str, branch: str) -> Later:
        """Return what a branch got after a commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One code host. `headers` makes what every request carries from the token; `open` makes the host."""

    name: str
    title: str
    variables: Variables
    official: str
    """The address of the API where no variable gives one."""
    limits: Limits
    repository: str
    """A regular expression for the names of repositories."""
    advice: str
    """Where a token comes from, said when there is none."""
    headers: Callable[[str], dict[str, str]]
    job: Callable[[Environment], Job]
    open: Callable[[Web, str, str], Host]
    """From the connection, the repository, and the account that was given (empty: the token's own)."""
    written: str = "OWNER/NAME"
    """How a repository is named here, for people."""
    opened_from: Callable[[Host, Job], list[int]] | None = None
    """The open requests that a job may be about, where its environment does not tell the number."""
