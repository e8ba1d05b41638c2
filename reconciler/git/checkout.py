"""Which files a work tree should have but lacks although nobody removed them, and which files exist at all.

The index says what was checked out. A file that is in the index and not in the work tree was removed by a person,
unless Git itself left it out: by a sparse checkout, a submodule without files, an object that was never fetched, or
because nothing was checked out.
"""

from __future__ import annotations

import enum
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from reconciler.errors import GitError, NoRepository
from reconciler.git.commits import HEAD
from reconciler.git.objects import SUBMODULE, listed, present, tree
from reconciler.git.run import run
from reconciler.model.quick import dataclass


class Cause(enum.Enum):
    """Why Git did not put a file into the work tree."""

    SKIPPED = enum.auto()
    """A sparse checkout leaves it out."""
    SUBMODULE = enum.auto()
    """The path may be in a submodule that has no files; the path that is given is the submodule's."""
    NOT_FETCHED = enum.auto()
    """A partial clone has not fetched its content."""
    NOT_CHECKED_OUT = enum.auto()
    """The commit was never checked out."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """One path that Git knows and the work tree does not have."""

    path: str
    cause: Cause
    object: str = ""
    """The id of the blob in the repository; empty for a submodule."""
    repository: Path = Path()
    """The folder of the repository that has the object: that of the project or of a submodule."""


@dataclass(frozen=True, slots=True)
class _Indexed:
    """One entry of the index; `skipped` is true when a sparse checkout leaves it out."""

    path: str
    mode: str
    object: str
    skipped: bool


def hidden(folder: Path, concerns: Callable[[str], bool], below: str = "") -> Iterator[Hidden]:
    """Yield the paths that a folder lacks and that `concerns` says matter, also those in submodules of any depth.

    For a submodule without files its own path is given, whatever `concerns` says, because nobody knows what is in it.

    Raises:
        NoRepository: the folder is in no repository.
        GitError: Git refuses to read it.
    """
    entries = list(_index(folder))
    if not entries:
        yield from _never_checked_out(folder, concerns, below)
        return
    missing = []
    for entry in entries:
        path = below + entry.path
        if entry.mode == SUBMODULE:
            yield from _submodule(folder / entry.path, concerns, path)
        elif concerns(path) and not os.path.lexists(folder / entry.path):
            if entry.skipped:
                yield Hidden(path, Cause.SKIPPED, entry.object, folder)
            else:
                missing.append(Hidden(path, Cause.NOT_FETCHED, entry.object, folder))
    there = present(folder, [each.object for each in missing])
    yield from (each for each in missing if each.object not in there)


def _index(folder: Path) -> Iterator[_Indexed]:
    for line in listed(run(folder, "ls-files", "-z", "-t", "--stage", "--", ".")):
        head, _, path = line.partition("\t")
        tag, mode, object_id, _ = head.split(" ")
        yield _Indexed(path, mode, object_id, skipped=tag == "S")


def _submodule(folder: Path, concerns: Callable[[str], bool], path: str) -> Iterator[Hidden]:
    if not folder.is_dir() or not any(folder.iterdir()):
        yield Hidden(path, Cause.SUBMODULE)
    elif (folder / ".git").exists():
        yield from hidden(folder, concerns, f"{path}/")


def _never_checked_out(folder: Path, concerns: Callable[[str], bool], below: str) -> Iterator[Hidden]:
    """Yield everything that the commit has, for a clone that was never checked out and therefore has no index."""
    try:
        entries = list(tree(folder, HEAD))
    except GitError:
        return  # there is no commit yet
    for entry in entries:
        if concerns(below + entry.path) and not os.path.lexists(folder / entry.path):
            yield Hidden(below + entry.path, Cause.NOT_CHECKED_OUT, entry.object, folder)


def top(folder: Path) -> Path:
    """Return the root folder of the work tree.

    Raises:
        NoRepository: the folder is in no repository.
        GitError: Git refuses to read it.
    """
    return Path(os.fsdecode(run(folder, "rev-parse", "--show-toplevel").removesuffix(b"\n")))


def files(folder: Path) -> Iterator[str]:
    """Yield every file below a folder that Git tracks, or would track if it were added.

    Raises:
        NoRepository: the folder is in no repository.
        GitError: Git refuses to read it.
    """
    return listed(run(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "."))


def is_tracked(place: Path) -> bool:
    """Return whether Git tracks a file, or any file below a folder; False in no repository, True where Git refuses to
    say."""
    folder, name = (place, ".") if place.is_dir() else (place.parent, place.name)  # `run` takes names letter by letter
    try:
        return bool(run(folder, "ls-files", "-z", "--cached", "--", name))
    except NoRepository:
        return False
    except GitError:
        return True


def files_with(folder: Path, text: str) -> Iterator[str]:
    """Return the files below a folder that hold a text, ignored ones left out.

    Raises:
        NoRepository: the folder is in no repository.
        GitError: Git refuses to read it.
    """
    words = ("grep", "--files-with-matches", "-z", "--untracked", "--fixed-strings", "--no-textconv", "-e", text)
    try:
        return listed(run(folder, *words, "--", "."))
    except GitError as error:
        if error.status != 1 or error.output:  # exit code 1: no file holds it
            raise
        return iter(())


def folder_in_repository(folder: Path) -> str:
    """Return the folder relative to the repository's root, with slashes; empty at the root itself and outside Git."""
    start = folder.resolve()
    for parent in (start, *start.parents):
        if (parent / ".git").exists():
            relative = start.relative_to(parent).as_posix()
            return "" if relative == "." else relative
    return ""
