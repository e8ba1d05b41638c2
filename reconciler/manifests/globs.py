"""Patterns of file names, judged on the name alone: what a pattern would match, whether or not the file exists.

`*`, `?` and `[...]` stay within one folder; `**` as a whole part stands for any number of folders. `files.match` finds
the files there are with the same meaning.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import PurePosixPath


def matches(pattern: str, name: str) -> bool:
    """Return whether a pattern of `spec.manifests` matches a name; a hidden one only where the pattern names a dot
    itself."""
    parts = PurePosixPath(pattern).parts
    if not any(part.startswith(".") for part in parts) and any(part.startswith(".") for part in name.split("/")):
        return False
    # As the last part `**` matches folders, and manifests are files.
    return parts[-1:] != ("**",) and fits(pattern, name)


def fits(pattern: str, name: str) -> bool:
    """Return whether a pattern matches a name, hidden or not; `**` as its last part stands for everything below."""
    wanted, parts = PurePosixPath(pattern).parts, PurePosixPath(name).parts
    if wanted[-1:] == ("**",):
        wanted = (*wanted, "*")
    reached = {0}
    for part in wanted:
        if part == "**":
            reached = set(range(min(reached, default=len(parts)), len(parts) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(parts) and fnmatchcase(parts[at], part)}
    return bool(parts) and len(parts) in reached


def may_reach(pattern: str, folder: str) -> bool:
    """Return whether a pattern may match something below a folder."""
    wanted, parts = PurePosixPath(pattern).parts, PurePosixPath(folder).parts
    for index, part in enumerate(parts):
        if wanted[index : index + 1] == ("**",):
            return True
        if index >= len(wanted) or not fnmatchcase(part, wanted[index]):
            return False
    return len(wanted) > len(parts)
