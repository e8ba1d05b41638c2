"""The user's own cache folder: where it is, what may be believed of it, and the key that signs its entries.

Whoever can write into the folder decides what a run believes. So a folder that others can write to is not used, nor one
that belongs to somebody else, nor one with files that came with the checkout: a pull request can commit anything.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from reconciler.errors import FileError
from reconciler.files import IGNORED, NOTHING_FOR_GIT, PRIVATE, create_whole, make_private_folder
from reconciler.model.quick import dataclass

VARIABLE = "DLC_RECONCILER_CACHE_DIR"
"""The variable that names the folder, as `--cache-dir` does."""
NAME = "dlc-reconciler"
KEY_FILE = "key"
KEY_BYTES = 32

OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


def usual_folder(environ: Mapping[str, str]) -> Path | None:
    """Return the folder that DLC_RECONCILER_CACHE_DIR names, else `$XDG_CACHE_HOME/dlc-reconciler`, else the one below
    HOME.

    None when none of the three is set. A relative XDG_CACHE_HOME counts as not set, as its specification says.
    """
    if named := environ.get(VARIABLE):
        return Path(named).absolute()
    for name, below in (("XDG_CACHE_HOME", ""), ("HOME", ".cache")):
        base = Path(environ.get(name, ""))
        if base.is_absolute():
            return base / below / NAME
    return None


@dataclass(frozen=True, slots=True)
class CacheFolder:
    """A folder that holds a cache, or can become one."""

    path: Path
    tracked: Callable[[Path], bool]
    """Whether Git tracks any file below a folder."""

    def is_trusted(self) -> bool:
        """Return whether its contents may be believed. It is made when it does not exist."""
        try:
            make_private_folder(self.path)
            is_trusted = self._is_ours() and not self.tracked(self.path)
        except (FileError, OSError):
            return False
        if is_trusted:
            self._ignore()
        return is_trusted

    def key(self) -> bytes | None:
        """Return the folder's own key, which is made when there is none; None when it cannot be read or others can
        read it."""
        file = self.path / KEY_FILE
        try:
            if not file.exists():
                create_whole(file, os.urandom(KEY_BYTES), mode=PRIVATE)
            with file.open("rb") as stream:
                there = os.fstat(stream.fileno())
                key = stream.read(KEY_BYTES + 1)
        except (FileError, OSError):
            return None
        is_private = stat.S_ISREG(there.st_mode) and not there.st_mode & 0o077
        return key if is_private and len(key) == KEY_BYTES else None

    def _ignore(self) -> None:
        """Have Git leave the folder alone, which CI often has inside a checkout. A file that is there stays as it
        is."""
        with suppress(FileError, OSError):
            if not (self.path / IGNORED).exists():
                create_whole(self.path / IGNORED, NOTHING_FOR_GIT, mode=PRIVATE)

    def _is_ours(self) -> bool:
        there = self.path.stat()
        return there.st_uid in (os.geteuid(), 0) and not there.st_mode & OTHERS_MAY_WRITE
