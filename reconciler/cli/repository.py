"""Where the project's folder lies in the Git repository that holds it."""

from __future__ import annotations

from pathlib import Path


def folder_in_repository(folder: Path) -> str:
    """The folder relative to the repository's root, with slashes; empty at the root itself and outside Git."""
    start = folder.resolve()
    for parent in (start, *start.parents):
        if (parent / ".git").exists():
            relative = start.relative_to(parent).as_posix()
            return "" if relative == "." else relative
    return ""
