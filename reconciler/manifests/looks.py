"""Which manifest files nobody has written since an earlier run read them, so that they need not be read again.

The file system tells, as it tells Git: a file with the same size, inode and times, the time of its last change
included, which no program can set, holds what it held. That is not believed of a file that was written a moment before
it was read: times are too coarse for what happens within one of their steps. The digests of a checkout are one entry.
"""

from __future__ import annotations

import hashlib
import os
import struct
import time
from collections.abc import Collection, Mapping
from itertools import chain
from pathlib import Path
from typing import Protocol

Look = bytes
"""Nanoseconds of the last writing and of the last change, size, inode. Thousands of texts cost less than numbers."""

SETTLED_AFTER = 2 * 10**9
"""Nanoseconds after which nothing else can have happened in the same step of a file system's clock."""
LAYOUT = b"looks 1"
_HEAD = struct.Struct("<I")
_LOOK = struct.Struct("<qqQQ")
_ROW = struct.Struct(f"{_LOOK.size}s32s")


class Entries(Protocol):
    """Values by name that are kept after the run. What is read back can be believed."""

    def get(self, name: bytes) -> bytes | None:
        """Return the value kept under a name; None when there is none."""
        ...

    def put(self, name: bytes, value: bytes) -> None:
        """Keep a value."""
        ...


def look_at(file: os.DirEntry[str] | None) -> Look | None:
    """Return what the file system says of a file; None of a link, and of what cannot be looked at."""
    try:
        if file is None or file.is_symlink():
            return None
        there = file.stat(follow_symlinks=False)
    except OSError:
        return None
    return _LOOK.pack(there.st_mtime_ns, there.st_ctime_ns, there.st_size, there.st_ino)


class Looks:
    """The digests (SHA-256) of the files of one checkout, each with the look that the file had before it was read."""

    def __init__(self, entries: Entries, root: Path) -> None:
        self._entries = entries
        self._name = hashlib.sha256(LAYOUT + os.fsencode(root.resolve())).digest()
        self._believed_before = time.time_ns() - SETTLED_AFTER
        self._known = _read(entries.get(self._name))
        self._is_new = False

    def digests(self, seen: Mapping[str, Look | None]) -> dict[str, bytes]:
        """Return the digests of those of the files that still look the same; `seen` are their looks by their names."""
        return {name: digest for name, (look, digest) in self._known.items() if look == seen.get(name)}

    def learn(self, name: str, look: Look | None, digest: bytes) -> None:
        """Remember the digest of a file that was read after this look at it."""
        if look is not None and max(_LOOK.unpack(look)[:2]) < self._believed_before:
            self._known[name] = look, digest
            self._is_new = True

    def keep(self, names: Collection[str]) -> None:
        """Keep what is known of the files with these names for later runs, where that has changed."""
        gone = self._known.keys() - names
        if self._is_new or gone:
            for name in gone:
                del self._known[name]
            self._entries.put(self._name, _written(self._known))
            self._is_new = False


def _read(value: bytes | None) -> dict[str, tuple[Look, bytes]]:
    """Return look and digest of each file."""
    if not value:
        return {}
    (length,) = _HEAD.unpack_from(value)
    names = value[_HEAD.size : _HEAD.size + length].decode("utf-8", "surrogateescape").split("\0")
    return dict(zip(names, _ROW.iter_unpack(memoryview(value)[_HEAD.size + length :]), strict=True))


def _written(rows: Mapping[str, tuple[Look, bytes]]) -> bytes:
    if not rows:
        return b""
    names = "\0".join(rows).encode("utf-8", "surrogateescape")
    return b"".join((_HEAD.pack(len(names)), names, *chain.from_iterable(rows.values())))
