"""Where a path leads, and whether a file may be written there.

A link in the last part of a path must stay below the folder of the path. A link in a folder of the path must stay below
the checkout it lies in, or below the current folder when there is no checkout; a link that lies in neither was made by
whoever runs this machine (`/tmp` on a Mac) and is followed. No link may lead into `.git`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from reconciler.errors import FileError

Kind = Callable[[int], bool]
"""Tells from `st_mode` whether something is of a sort, such as `stat.S_ISREG`."""

NAMES: tuple[tuple[Kind, str], ...] = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
)
GIT = ".git"


def refused(file: Path, reason: str, hint: str = "") -> FileError:
    """Return the error for a file that we refuse to write; its text begins with the place."""
    return FileError(f"{file} cannot be written: {reason}", hint=hint)


def failed(file: Path, error: OSError) -> FileError:
    """Return the error for a file that the system does not let us write."""
    return refused(file, error.strerror or str(error))


def destination(file: Path) -> Path:
    """Return the real place of a path, all links followed. Nothing needs to exist there.

    Raises:
        FileError: a link leads out or goes in circles, or the path leads through something that is no folder.
    """
    place = folder_of(file)
    try:
        return _step(file, place, file.name or os.curdir, last=True)
    except OSError as error:
        raise failed(file, error) from error


def folder_of(file: Path) -> Path:
    """Return the real folder of a path, all links followed.

    Raises:
        FileError: as `destination`.
    """
    try:
        place = Path.cwd()
        for part in file.parent.parts:
            place = _step(file, place, part, last=False)
    except OSError as error:
        raise failed(file, error) from error
    return place


def _step(file: Path, folder: Path, part: str, *, last: bool) -> Path:
    """Return the place of the next part of a path, seen from a real folder."""
    if part == os.pardir:
        return folder.parent
    place = folder / part  # an absolute part replaces the folder; only the first part of a path is one
    if not place.is_symlink():
        return place
    target = Path(os.path.realpath(place))
    if target.is_symlink():
        raise refused(file, f"the link {place} goes in circles")
    bound = folder if last else _bound(folder)
    if bound is not None and (not target.is_relative_to(bound) or GIT in target.relative_to(bound).parts):
        raise refused(
            file,
            f"the link {place} leads to {target}, out of {bound}"
            if not target.is_relative_to(bound)
            else f"the link {place} leads into {bound / GIT}",
            "Name the real file: links that lead out are not followed, because a checkout can hold links.",
        )
    return target


def _bound(folder: Path) -> Path | None:
    """Return the folder that links in this folder must not leave: the checkout, else the current folder; None for
    neither."""
    for parent in (folder, *folder.parents):
        if os.path.lexists(parent / GIT):
            return parent
    here = Path.cwd()
    return here if folder.is_relative_to(here) else None


def check_file(file: Path, *, needs_folder: bool = True) -> Path:
    """Return the real place of a path that a regular file can be written to. Nothing is written.

    Raises:
        FileError: it is a folder, device, FIFO or socket, is read-only, or its folder is missing.
    """
    place = destination(file)
    try:
        mode = place.lstat().st_mode
    except FileNotFoundError:
        if needs_folder and not place.parent.is_dir():
            raise refused(file, f"there is no folder {file.parent}") from None
        return place
    except OSError as error:
        raise failed(file, error) from error
    if not stat.S_ISREG(mode):
        raise refused(file, f"it is {name_of(mode)}, not a regular file", "Name a file, or - for standard output.")
    if not os.access(place, os.W_OK):
        raise refused(file, "it is read-only")
    return place


def name_of(mode: int) -> str:
    """Return what sort of thing something is, for people: "a folder", "a device"."""
    return next((name for kind, name in NAMES if kind(mode)), "something else")
