"""The state file: one SQLite database with its layout, transactions and ids.

`templates`, `boards` and `jobs` decide what the rows mean. A write is one immediate transaction, so a killed process
leaves a consistent file, and two processes may share it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .errors import StateFileError

_LAYOUT = 1
_APPLICATION = 0x0D1CE301
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_SCHEMA = (
    """CREATE TABLE template (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, workspace TEXT NOT NULL,
        name TEXT NOT NULL, folded TEXT NOT NULL, description TEXT, described TEXT NOT NULL,
        metadata TEXT NOT NULL, creator TEXT NOT NULL, modifier TEXT NOT NULL, created REAL NOT NULL,
        modified REAL NOT NULL, last_used REAL, default_version INTEGER NOT NULL, newest INTEGER NOT NULL,
        looks INTEGER NOT NULL DEFAULT 0, stale TEXT)""",
    # The index holds what makes a row visible, so that rows of earlier pages are skipped without being read.
    "CREATE INDEX template_listing ON template (workspace, created, seq, looks, stale)",
    """CREATE TABLE version (
        template TEXT NOT NULL REFERENCES template (id) ON DELETE CASCADE, number INTEGER NOT NULL,
        content TEXT NOT NULL, constraints TEXT, creator TEXT NOT NULL, created REAL NOT NULL,
        PRIMARY KEY (template, number)) WITHOUT ROWID""",
    """CREATE TABLE board (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, workspace TEXT NOT NULL,
        created REAL NOT NULL, document TEXT NOT NULL)""",
    "CREATE INDEX board_listing ON board (workspace, created, seq)",
    """CREATE TABLE job (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, workspace TEXT NOT NULL,
        template TEXT, folded TEXT NOT NULL, type TEXT NOT NULL, created REAL NOT NULL,
        document TEXT NOT NULL)""",
    "CREATE INDEX job_listing ON job (workspace, created, seq)",
    "CREATE INDEX job_template ON job (template, created, seq)",
    """CREATE TABLE catalogue (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL,
        document TEXT NOT NULL, UNIQUE (kind, id))""",
    "CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
)
_PRIVATE = 0o600
TABLES = ("version", "template", "board", "job", "catalogue", "counter")


def _keep_private(path: Path) -> None:
    """Make the file before SQLite does, so that only its owner may read it: it holds resolved values.

    Files that SQLite later makes beside it get its mode; those that exist already get it now.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE))
    for suffix in ("", "-wal", "-shm"):
        beside = path.with_name(path.name + suffix)
        if beside.is_file():
            beside.chmod(_PRIVATE)


class Store:
    """A connection to one state file (None: in memory). Several threads may use it, one at a time."""

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._counted: tuple[object, int] = (None, 0)
        try:
            if path is not None:
                _keep_private(path)
            self._db = sqlite3.connect(
                str(path) if path else ":memory:", timeout=30.0, isolation_level=None, check_same_thread=False
            )
        except (OSError, sqlite3.Error) as error:
            raise StateFileError(f"{path}: not usable as emulator state: {error}") from error
        self._db.row_factory = sqlite3.Row
        try:
            self._prepare()
        except (sqlite3.DatabaseError, StateFileError) as error:
            self._db.close()
            raise StateFileError(f"{path}: not usable as emulator state: {error}") from error

    def _prepare(self) -> None:
        self._is_empty()
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA foreign_keys = ON")
        with self.write() as db:
            if self._is_empty():
                for statement in _SCHEMA:
                    db.execute(statement)
                db.execute(f"PRAGMA application_id = {_APPLICATION}")
                db.execute(f"PRAGMA user_version = {_LAYOUT}")

    def _is_empty(self) -> bool:
        """Return True for a new file and False for one of ours. Raise StateFileError for others, before anything is
        changed."""
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        (application,) = self._db.execute("PRAGMA application_id").fetchone()
        (layout,) = self._db.execute("PRAGMA user_version").fetchone()
        if tables and application != _APPLICATION:
            raise StateFileError("another program's database, not emulator state")
        if tables and layout != _LAYOUT:
            raise StateFileError(
                f"emulator state of layout {layout}, this is {_LAYOUT}: remove the file and start anew"
            )
        return not tables

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Make one atomic change; nested use joins the outer one."""
        with self._transaction("BEGIN IMMEDIATE") as db:
            yield db

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Give one consistent view; nested use joins the outer one."""
        with self._transaction("BEGIN") as db:
            yield db

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._depth == 0:
                self._db.execute(begin)
            self._depth += 1
            try:
                yield self._db
            except BaseException:
                self._depth -= 1
                if self._depth == 0 and self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                    self._counted = (None, 0)  # what was counted may be among what is undone
                raise
            self._depth -= 1
            if self._depth == 0:
                self._db.execute("COMMIT")

    def count(self, query: str, values: tuple[Any, ...]) -> int:
        """Return the number that a query counts. It must be called inside `read` or `write`.

        Each page of a listing asks for the same one, so the last one is kept until something changes, here or in
        another process.
        """
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        asked = (query, values, version, self._db.total_changes)
        if self._counted[0] != asked:
            self._counted = (asked, self._db.execute(query, values).fetchone()[0])
        return self._counted[1]

    def new_id(self, prefix: str, length: int, *, deterministic: bool) -> str:
        """Return a new id such as `tpl` and thirteen characters. It must be called inside `write`."""
        if not deterministic:
            return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))
        with self.write() as db:
            db.execute(
                "INSERT INTO counter VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1", (prefix,)
            )
            (value,) = db.execute("SELECT value FROM counter WHERE name = ?", (prefix,)).fetchone()
        digest = hashlib.sha256(f"{prefix}{value}".encode()).digest()
        return prefix + "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:length])

    def identity(self) -> str:
        """Return a text that differs for every other state, as long as this one is not cleared. It is made at the
        first request for it."""
        with self.write() as db:
            db.execute("INSERT OR IGNORE INTO counter VALUES ('identity', ?)", (secrets.randbits(62),))
            (value,) = db.execute("SELECT value FROM counter WHERE name = 'identity'").fetchone()
        return f"{value:016x}"

    def clear(self) -> None:
        """Forget everything except the layout."""
        with self.write() as db:
            for table in TABLES:
                db.execute(f"DELETE FROM {table}")  # nosec B608 # the names above

    def close(self) -> None:
        """End the connection; committed changes stay."""
        with self._lock:
            self._db.close()
