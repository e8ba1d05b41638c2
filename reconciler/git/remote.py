"""Where a repository is published: the address of its remote and its main branch. Nothing is asked of the remote."""

from __future__ import annotations

from pathlib import Path

from reconciler.errors import GitError, NoRepository
from reconciler.git.run import run

MAIN = "main"
_USUAL = (MAIN, "master")
_REMOTE_HEAD = "refs/remotes/origin/HEAD"


def remote_address(folder: Path) -> str:
    """Return the address of the remote `origin` as the configuration has it; empty without one.

    Raises:
        GitError: Git refuses to read the repository.
    """
    return _answer(folder, "config", "--get", "remote.origin.url")


def main_branch(folder: Path) -> str:
    """Return the branch that requests are merged into, as far as the repository tells.

    The remote's own default counts first, then a branch with a usual name, then the one that is checked out.

    Raises:
        GitError: Git refuses to read the repository.
    """
    if told := _answer(folder, "symbolic-ref", "--quiet", "--short", _REMOTE_HEAD):
        return told.partition("/")[2]
    branches = _answer(folder, "for-each-ref", "--format=%(refname:short)", "refs/heads").splitlines()
    usual = next((each for each in _USUAL if each in branches), "")
    return usual or _answer(folder, "symbolic-ref", "--quiet", "--short", "HEAD") or MAIN


def _answer(folder: Path, *words: str) -> str:
    """What Git prints; empty where there is no such thing (status 1), or no repository."""
    try:
        return run(folder, *words).decode("utf-8", "replace").strip()
    except NoRepository:
        return ""
    except GitError as error:
        if error.status != 1:
            raise
        return ""
