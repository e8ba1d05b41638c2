"""What a code host is to us: one row of a table. A module for each host holds its row and its class.

A new host is one module with a `Platform` of its own, and one line in `platforms.PLATFORMS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Protocol

from reconciler.ci.host_texts import Texts
from reconciler.ci.web import Web
from reconciler.model.quick import dataclass

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
    """Names of environment variables. The first one that is set counts."""

    running: str
    """Variables that are neither empty nor "false" in every job of this host."""
    api: str
    repository: tuple[str, ...]
    token: tuple[str, ...]
    summary: str = ""
    """The variable that names the file of the job's summary; empty for a host without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What the environment of a job says about it. All of it is only text that nobody has checked.

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
    """The address of the page of `head`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A merged request, and the commits under which the target branch may have it."""

    number: int
    commits: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """What a branch got after a commit: the commits, newest first, and the files that they changed.

    `is_on_branch` is False when the branch does not hold the commit. `is_whole` is False when the host showed only a
    part.
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
        """Return the merged requests that brought a commit, the most likely first; empty while the host does not
        know them."""

    def merged_into(self, branch: str) -> list[Merged]:
        """Return the requests that were merged into a branch last."""

    def history(self, commit: str) -> list[str]:
        """Return a commit and those before it, newest first, as many as one page of the host has."""

    def later(self, commit: str, branch: str) -> Later:
        """Return what a branch got after a commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """One code host. `headers` makes the headers of every request from the token; `open` makes the host."""

    name: str
    title: str
    variables: Variables
    official: str
    """The address of the API where no variable names one."""
    limits: Limits
    repository: str
    """A regular expression for the names of repositories."""
    advice: str
    """Where a token comes from; it is shown when there is none."""
    headers: Callable[[str], dict[str, str]]
    job: Callable[[Environment], Job]
    open: Callable[[Web, str, str], Host]
    """Makes the host from the connection, the repository, and the account that was given (empty: the token's own)."""
    written: str = "OWNER/NAME"
    """Returns how people write the name of a repository on this host."""
    opened_from: Callable[[Host, Job], list[int]] | None = None
    """Returns the open requests that a job may be about, where its environment does not give the number."""
