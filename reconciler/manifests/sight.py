"""Files that Git knows and left out of the work tree: what is true of them, and which command brings them back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from reconciler.errors import GitError
from reconciler.git.checkout import Cause, Hidden, hidden
from reconciler.manifests.globs import matches, may_reach
from reconciler.model import Finding

NO_BASE = "DLC043"
_REMEDIES: Mapping[Cause, tuple[str, str]] = {
    Cause.SKIPPED: (
        "is left out of this sparse checkout",
        "git sparse-checkout add {folder}` or `git sparse-checkout disable",
    ),
    Cause.SUBMODULE: ("is a submodule that has no files", "git submodule update --init --recursive -- {path}"),
    Cause.NOT_FETCHED: ("was not fetched into this partial clone", "git checkout HEAD -- {path}"),
    Cause.NOT_CHECKED_OUT: ("was not checked out", "git checkout HEAD -- {path}"),
}


def told(each: Hidden) -> tuple[str, str]:
    """Return what is true of a hidden path, and what to do about it."""
    what, command = _REMEDIES[each.cause]
    folder = str(PurePosixPath(each.path).parent)
    return f"{each.path} {what}", f"Run `{command.format(path=each.path, folder=folder)}`."


def holds(each: Hidden, path: str) -> bool:
    """Return whether a hidden path is this file, or a submodule that may contain it."""
    return each.path == path or (each.cause is Cause.SUBMODULE and path.startswith(f"{each.path}/"))


def remedy_for(root: Path, path: str) -> str:
    """Return that Git left out this file, and what to do; empty where it did not, and without Git."""
    return _first(root, lambda found: found == path, lambda each: holds(each, path))


def with_remedies(root: Path, patterns: Sequence[str], findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings. Where a missing base may be a file that Git left out, the finding says what to do about
    that."""
    hint: str | None = None
    for item in findings:
        if item.code == NO_BASE and hint is None:
            hint = _first(
                root,
                lambda found: any(matches(pattern, found) for pattern in patterns),
                lambda each: each.cause is not Cause.SUBMODULE or any(may_reach(one, each.path) for one in patterns),
            )
        yield replace(item, hint=f"{hint} {item.hint}") if item.code == NO_BASE and hint else item


def _first(root: Path, concerns: Callable[[str], bool], counts: Callable[[Hidden], bool]) -> str:
    try:
        found = next((each for each in hidden(root, concerns) if counts(each)), None)
    except GitError:
        return ""
    return " ".join((f"{told(found)[0]}.", told(found)[1])) if found is not None else ""
