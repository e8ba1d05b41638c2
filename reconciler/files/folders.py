"""Makes folders, also our own one beside a project: `.dlc-reconciler` with snapshots and the emulator's state."""

from __future__ import annotations

from pathlib import Path

from reconciler.files.places import destination, failed, refused

OWN_FOLDER = ".dlc-reconciler"
IGNORED = ".gitignore"
"""The file of a folder that says what of it Git leaves alone."""
NOTHING_FOR_GIT = b"*\n"
"""Its content in a folder of ours. What that holds can be secret, and a project that was made by hand ignores
nothing yet."""


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, unless it is there. The one called `.dlc-reconciler` is made private.

    Raises:
        FileError: it cannot be made, or a link leads out.
    """
    place = destination(folder)
    try:
        if folder.name == OWN_FOLDER:
            _make_own(folder)
        else:
            place.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise refused(folder, "it is there and no folder") from error
    except OSError as error:
        raise failed(folder, error) from error


def make_private_folder(folder: Path) -> None:
    """Make a folder that only its owner may enter, and those above it. A folder that is there keeps its mode.

    Raises:
        FileError: it cannot be made, or a link leads out.
    """
    place = destination(folder)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.mkdir(mode=0o700, exist_ok=True)
    except FileExistsError as error:
        raise refused(folder, "it is there and no folder") from error
    except OSError as error:
        raise failed(folder, error) from error


def _make_own(folder: Path) -> None:
    """Make our own folder: nobody else may read it, Git ignores it, and no link leads to another place."""
    from reconciler.files.whole import write_whole  # noqa: PLC0415 - that module makes folders for its files

    if folder.is_symlink():
        raise refused(folder, "it is a link", "Remove it: a folder is made in its place.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_mode & 0o777 != 0o700:
        folder.chmod(0o700)
    ignored = folder / IGNORED
    if ignored.is_symlink():
        raise refused(ignored, "it is a link", "Remove it: a file is made in its place.")
    if not ignored.is_file() or ignored.read_bytes() != NOTHING_FOR_GIT:
        write_whole(ignored, NOTHING_FOR_GIT)
