"""Writes a file whole: into a draft beside it, which then takes its place in one step."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from reconciler.files.folders import make_folder
from reconciler.files.places import check_file, failed

PRIVATE = 0o600
"""The mode of a new file that can hold contents: plan, snapshot, log, exported manifest, state, token."""
SHARED = 0o666
"""The mode of any other new file, before the umask is applied."""
EXECUTABLE = 0o777
"""The mode of a new script, before the umask is applied."""

NO_HARD_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})

Content = str | bytes | Iterable[str]
"""The content of a file, whole or in pieces. Lone surrogates are written as escapes, as in JSON."""


def write_whole(file: Path, content: Content, *, mode: int = SHARED) -> None:
    """Write a file. Afterwards it has either the whole new content or its old one. An existing file keeps its mode.

    Raises:
        FileError: it cannot be written, or is nothing that may be written.
    """
    place = check_file(file)
    with _told(file), _draft(place, content, mode) as draft:
        draft.replace(place)


def write_secretly(file: Path, content: Content) -> None:
    """Write a file as `write_whole` does; afterwards only the owner may read it, whatever its mode was.

    Raises:
        FileError: it cannot be written, or is nothing that may be written.
    """
    place = check_file(file)
    with _told(file):
        if place.exists():
            place.chmod(PRIVATE)
    write_whole(file, content, mode=PRIVATE)


def create_whole(file: Path, content: Content, *, mode: int = SHARED) -> bool:
    """Write a file that does not exist yet, and return False when it does. It appears at once with its whole content.

    On a disk without hard links, somebody who looks in the moment before the content is written sees an empty file.

    Raises:
        FileError: it cannot be written, or is nothing that may be written.
    """
    place = check_file(file)
    with _told(file), _draft(place, content, mode) as draft:
        try:
            place.hardlink_to(draft)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in NO_HARD_LINKS:
                raise
            return _created_plainly(place, draft.read_bytes(), mode)
    return True


def _created_plainly(place: Path, content: bytes, mode: int) -> bool:
    try:
        handle = os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    except FileExistsError:
        return False
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
    return True


def write_each(files: Mapping[Path, str], *, mode: int = SHARED) -> Iterator[Path]:
    """Write files, making their folders, and yield each one once it is written.

    All places are checked before the first file is written. A new file that begins with `#!` becomes executable.

    Raises:
        FileError: a file cannot be written; those named before it are.
    """
    for file in files:
        check_file(file, needs_folder=False)
    for file, text in files.items():
        make_folder(file.parent)
        write_whole(file, text, mode=EXECUTABLE if text.startswith("#!") else mode)
        yield file


def empty_file(file: Path) -> Path:
    """Make a private, empty file for a database to fill, replacing what was there, and return its real place.

    Raises:
        FileError: it cannot be written, or is nothing that may be written.
    """
    with filled_file(file):
        return check_file(file)


@contextmanager
def filled_file(file: Path) -> Iterator[Path]:
    """Yield a private, empty file for a database to fill, and put it in the place of what was there when the block
    ends without an error.

    Raises:
        FileError: it cannot be written, or is nothing that may be written.
    """
    make_folder(file.parent)
    place = check_file(file)
    with _told(file), _draft(place, b"", PRIVATE) as draft:
        yield draft
        for suffix in ("-wal", "-shm", "-journal"):  # SQLite would take old ones for the new database's
            place.with_name(place.name + suffix).unlink(missing_ok=True)
        draft.replace(place)


@contextmanager
def _draft(place: Path, content: Content, mode: int) -> Iterator[Path]:
    """Yield a file beside a place, with the content and the mode that the place is to have; it is removed
    afterwards."""
    draft = place.with_name(f".dlc-reconciler-{os.urandom(8).hex()}.part")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    try:
        with os.fdopen(handle, "wb") as stream:
            _take_over(stream.fileno(), place)
            stream.writelines(_encoded(content))
        yield draft
    finally:
        with contextlib.suppress(OSError):
            draft.unlink()


def _take_over(handle: int, place: Path) -> None:
    """Give a draft the mode of the file it will replace, and its owner where that is allowed."""
    try:
        there = place.lstat()
    except FileNotFoundError:
        return
    if (there.st_uid, there.st_gid) != (os.geteuid(), os.getegid()):
        with contextlib.suppress(OSError):
            os.fchown(handle, there.st_uid, there.st_gid)
    os.fchmod(handle, there.st_mode & 0o777)


def _encoded(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
    else:
        pieces = (content,) if isinstance(content, str) else content
        yield from (piece.encode("utf-8", "backslashreplace") for piece in pieces)


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise failed(file, error) from error
