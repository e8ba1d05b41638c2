"""A project as a Git revision had it: its files are written into a folder and loaded like any other project.

Only files that the project's patterns could match are read, so a large repository costs nothing. The check-out is never
touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from reconciler.errors import ManifestError, ProjectError, UsageError
from reconciler.files import make_folder, write_whole
from reconciler.git.objects import LINK, Entry, contents, tree
from reconciler.manifests.files import MAX_BYTES, read_file
from reconciler.manifests.project import load_project
from reconciler.manifests.values import values_files_of

_FILES = frozenset({"100644", "100755", LINK})


def write_project(root: Path, file_name: str, commit: str, folder: Path) -> bool:
    """Write the project file, and every file that its patterns could match, as the commit had them, into a folder.

    Returns False when the commit has no usable project file: then the whole project is new.

    Raises:
        UsageError: a partial clone lacks some of the files.
        GitError: the commit cannot be read.
    """
    entries = {entry.path: entry for entry in tree(root, commit) if entry.mode in _FILES}
    if file_name not in entries:
        return False
    _write(root, folder, {file_name: entries[file_name]})
    values = values_files_of(read_file(folder, file_name))
    _write(root, folder, {name: entries[name] for name in sorted(values & entries.keys())})
    try:
        patterns = load_project(folder / file_name).manifests
    except (ManifestError, ProjectError):
        return False
    last = {PurePosixPath(pattern).name for pattern in patterns}
    wanted = {name: entry for name, entry in entries.items() if any(_fits(name, pattern) for pattern in last)}
    _write(root, folder, wanted)
    return True


def _fits(name: str, last_part: str) -> bool:
    """Return whether a pattern whose last part is this could match; the loader decides exactly."""
    return last_part == "**" or fnmatchcase(PurePosixPath(name).name, last_part)


def held(root: Path, entries: Mapping[str, Entry]) -> Mapping[str, bytes]:
    """Return what files of a commit hold, by their names.

    Raises:
        UsageError: a partial clone lacks some of them.
    """
    found = contents(root, [entry.object for entry in entries.values()])
    lacking = sorted(name for name, entry in entries.items() if entry.object not in found)
    if lacking:
        raise UsageError(
            f"{len(lacking)} files as they were then are not in this partial clone, the first is {lacking[0]}",
            hint="Fetch them first: `git fetch --refetch --no-filter origin`.",
        )
    return {name: found[entry.object] for name, entry in entries.items()}


def _write(root: Path, folder: Path, entries: dict[str, Entry]) -> None:
    for name, whole in held(root, entries).items():
        file = folder / name
        if file.exists() or file.is_symlink():
            continue
        make_folder(file.parent)
        content = whole[: MAX_BYTES + 1]
        if entries[name].mode == LINK:
            file.symlink_to(content.decode("utf-8", "surrogateescape"))
        else:
            write_whole(file, content)
