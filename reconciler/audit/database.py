"""The SQLite file under a snapshot: opens it, and says in plain words what is wrong with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.errors import ReconcilerError


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection to the file. It waits up to 30 seconds while another process has the file locked."""
    return sqlite3.connect(path, timeout=30)


@contextmanager
def errors_told(path: Path) -> Iterator[None]:
    """Turn errors of SQLite inside the block into ReconcilerErrors that name the file."""
    try:
        yield
    except sqlite3.Error as error:
        raise unusable(path, error) from error


def unusable(path: Path, error: sqlite3.Error) -> ReconcilerError:
    """Return what SQLite says, for people: a file that is something else, or a disk that does not work."""
    match getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF:  # the higher bits are details
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_ERROR:
            return ReconcilerError(f"{path} is not a snapshot of an audit", hint="Name another file.")
        case sqlite3.SQLITE_CORRUPT:
            return ReconcilerError(f"{path} is damaged: {error}", hint="Remove it, then audit again.")
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            hint = "What was read until then is kept: make room, and go on by `audit --resume`."
            return ReconcilerError(f"{path} cannot be written: {error}", hint=hint)
        case _:
            hint = "The file and its folder must be writable; or choose another `--snapshot`."
            return ReconcilerError(f"{path} cannot be used: {error}", hint=hint)


@contextmanager
def closed_on_error(db: sqlite3.Connection) -> Iterator[None]:
    """Close the file when it cannot be used: it is no snapshot, or the disk is full."""
    try:
        yield
    except Exception:
        db.close()
        raise
