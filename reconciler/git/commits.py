"""Which commits there are: the commit that a name stands for, what two of them have in common, the log of some
files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from reconciler.errors import GitError, NoRepository, UsageError
from reconciler.git.run import run
from reconciler.model.expressions import expression
from reconciler.model.quick import dataclass

_HASH = expression(r"[0-9a-f]{40}|[0-9a-f]{64}")
_FIELDS = "%x01%H%x00%cI%x00%an%x00%s"
HEAD = "HEAD"


@dataclass(frozen=True, slots=True, order=True)
class Commit:
    """One commit; `time` is ISO 8601 with a zone."""

    id: str
    time: str
    author: str
    subject: str


def head(folder: Path) -> str:
    """Return the commit that is checked out where a folder lies; empty outside Git and before the first commit."""
    try:
        return _commit(folder, HEAD)
    except GitError:
        return ""


def resolve(folder: Path, revision: str) -> str:
    """Return the commit that a revision names.

    Raises:
        UsageError: the folder is in no repository, or there is no such commit.
        GitError: Git refuses to read the repository.
    """
    try:
        return _commit(folder, revision)
    except NoRepository as error:
        raise UsageError(error.message, hint="`--changed-since` needs Git and a checkout with its `.git`.") from error
    except GitError as error:
        if error.status != 1:  # `--quiet` answers 1 without a word when there is no such name
            raise
    hint = "Correct the name, or fetch it: `git fetch origin REVISION`."
    if is_shallow(folder):
        name = revision.removeprefix("origin/")
        hint = f"This clone is shallow; fetch it first: `git fetch --depth=1 origin {name}`."
    raise UsageError(f'the repository has no revision "{revision}"', hint=hint)


def _commit(folder: Path, revision: str) -> str:
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return run(folder, *words).decode("ascii").strip()


def merge_base(folder: Path, revision: str) -> str:
    """Return the newest commit that a revision and HEAD have in common, which is where the work on HEAD began.

    Raises:
        UsageError: no repository, no such revision, or nothing in common; in a shallow clone with what to fetch.
        GitError: Git refuses to read the repository.
    """
    other, here = resolve(folder, revision), resolve(folder, HEAD)
    try:
        return run(folder, "merge-base", other, here).decode("ascii").strip()
    except GitError as error:
        if error.status != 1:
            raise
    if not is_shallow(folder):
        raise UsageError(
            f'"{revision}" and HEAD have no commit in common',
            hint="Their histories are unrelated. Name a revision that HEAD grew from.",
        )
    # A shallow clone hides the parents of its oldest commits from Git, but the commits still name them: of a
    # pull request's merge commit that was fetched alone, one parent is the branch it goes to.
    if other in _hidden_parents(folder):
        return other
    raise UsageError(
        f'this clone is shallow, and what "{revision}" and HEAD have in common is not in it',
        hint="Fetch more first: `git fetch --deepen=100 origin`, or all of it: `git fetch --unshallow origin`"
        " (`fetch-depth: 0` of actions/checkout, `GIT_DEPTH: 0` of GitLab).",
    )


def _hidden_parents(folder: Path) -> frozenset[str]:
    """Return the parents that the commits reachable from HEAD name, also those that a shallow clone does not have."""
    raw = run(folder, "log", "--pretty=raw", "--no-color", "--max-count=1000", HEAD)
    found = re.findall(rb"^parent ([0-9a-f]{40,64})$", raw, re.MULTILINE)
    return frozenset(parent.decode("ascii") for parent in found)


def is_shallow(folder: Path) -> bool:
    """Return whether older commits were left out when the repository was cloned; False where Git cannot tell."""
    try:
        return run(folder, "rev-parse", "--is-shallow-repository").strip() == b"true"
    except GitError:
        return False


def knows(folder: Path, commit: str) -> bool:
    """Return whether the repository has this commit, given by its whole id."""
    if not _HASH.fullmatch(commit):
        return False
    try:
        return _commit(folder, commit) == commit
    except GitError:
        return False


def log(folder: Path, limit: int, *arguments: str) -> Iterator[tuple[Commit, list[str]]]:
    """Yield the newest commits, with the names of files where the arguments ask for them; nothing outside Git.

    `arguments` are options of `git log`, then `--` and names of files.
    """
    form = ("log", f"--max-count={limit}", f"--format={_FIELDS}", "--relative", "--no-show-signature", "--no-ext-diff")
    try:
        answer = run(folder, *form, "--no-textconv", "-z", *arguments).decode("utf-8", "replace")
    except GitError:
        return
    for entry in answer.split("\x01")[1:]:
        fields = entry.split("\0")
        names = [name.strip("\n") for name in fields[4:]]
        yield Commit(fields[0], fields[1], fields[2], fields[3].strip("\n")), [name for name in names if name]
