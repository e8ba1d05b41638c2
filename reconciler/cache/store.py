"""One SQLite file of entries: a name that says what an entry was made from, a value, and a checksum over both.

SQLite lets two processes share the file, keeps it whole when one is killed, and finds an entry without reading the
others. Nothing here raises: a file that is damaged, foreign, read-only, full or locked holds nothing and keeps nothing.
Values that were put are known for the rest of the run in any case.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from reconciler.cache.folder import CacheFolder
from reconciler.errors import FileError
from reconciler.files import empty_file
from reconciler.model.quick import dataclass

FILE = "entries.sqlite3"
MOST_BYTES = 512 * 1024 * 1024
"""The bound of the file; enough for two million versions."""
AFTER_CLEANING = 0.75
"""How full the file is after old entries were deleted."""
APPLICATION = 0x0D1CE302
LAYOUT = 1
TOGETHER = 500
"""How many entries are read at once; SQLite bounds how many values a statement may have."""
BUSY = 2.0
"""Seconds to wait for another process that writes."""
DAY = 86_400
TAG_BYTES = 16
ROW_BYTES = 100
"""What an entry takes besides its value: its name, and its place in the index."""
BROKEN = (sqlite3.Error, UnicodeError)
"""What a file can make SQLite raise; a damaged one gives it names that are no texts."""

_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS entry (name BLOB PRIMARY KEY, value BLOB NOT NULL, used INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_use ON entry (used);
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {LAYOUT};
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much a cache holds."""

    entries: int
    bytes: int


class Store:
    """Entries in a file of a folder, which is opened when the first one is asked for.

    Where the folder may not be used, values disappear with the process.
    """

    def __init__(self, folder: CacheFolder, *, most_bytes: int = MOST_BYTES, now: Callable[[], float] = time.time):
        self._folder = folder
        self._key = b""
        self._most = most_bytes
        self._day = int(now() // DAY)
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._is_lost = False
        self._is_usable: bool | None = None
        self._new: dict[bytes, bytes] = {}
        self._held: dict[bytes, bytes] = {}
        self._used: set[bytes] = set()

    def get(self, name: bytes) -> bytes | None:
        """See `Entries.get`."""
        return self.get_each((name,)).get(name)

    def get_each(self, names: Sequence[bytes]) -> dict[bytes, bytes]:
        """See `Entries.get_each`."""
        with self._lock:
            found = {name: each[name] for each in (self._new, self._held) for name in names if name in each}
            rows = self._rows([name for name in names if name not in found] if found else names)
        for name, value, used in rows:
            if self._is_whole(name, value):
                found[name] = value[TAG_BYTES:]
                if used < self._day:
                    self._used.add(name)
        return found

    def put(self, name: bytes, value: bytes) -> None:
        """See `Entries.put`."""
        with self._lock:
            self._held.pop(name, None)
            self._new[name] = value

    def hold(self, name: bytes, value: bytes) -> None:
        """See `Entries.hold`."""
        with self._lock:
            self._new.pop(name, None)
            self._held[name] = value

    def flush(self) -> None:
        """See `Entries.flush`. A file that is no cache of ours is replaced by an empty one first."""
        with self._lock:
            if not self._new and not self._used:
                return
            if not self._may_be_used():
                return
            with suppress(*BROKEN, FileError, OSError):
                db = self._connected()
                if self._is_lost:
                    self._begin_anew()
                db = db or self._made()
                if db is not None:
                    self._write(db)

    def close(self) -> None:
        """Write what was kept, and close the file."""
        self.flush()
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    def size(self) -> Size:
        """Return how many entries and bytes there are; nothing when the file cannot be used."""
        with self._lock, suppress(*BROKEN, OSError):
            db = self._connected()
            if db is not None:
                (entries,) = db.execute("SELECT count(*) FROM entry").fetchone()
                return Size(entries, self.file.stat().st_size)
        return Size(0, 0)

    def clear(self) -> None:
        """Forget everything.

        Raises:
            FileError: the file cannot be replaced.
        """
        with self._lock:
            self._new.clear()
            if self._db is not None:
                self._db.close()
                self._db = None
            if self.file.exists():
                empty_file(self.file)

    @property
    def file(self) -> Path:
        """The path of the file."""
        return self._folder.path / FILE

    def _may_be_used(self) -> bool:
        if self._is_usable is None:
            self._key = (self._folder.key() or b"") if self._folder.is_trusted() else b""
            self._is_usable = bool(self._key)
        return self._is_usable

    def _rows(self, names: Sequence[bytes]) -> list[tuple[bytes, bytes, int]]:
        """Return name, value and day of those of the entries that are in the file, as far as it can be read."""
        rows: list[tuple[bytes, bytes, int]] = []
        try:
            db = self._connected()
            for start in range(0, len(names), TOGETHER):
                if db is None:
                    break
                some = names[start : start + TOGETHER]
                marks = ",".join("?" * len(some))
                rows += db.execute(f"SELECT name, value, used FROM entry WHERE name IN ({marks})", some)  # nosec B608
        except BROKEN as error:
            self._lose(error)
        return [row for row in rows if isinstance(row[1], bytes) and isinstance(row[2], int)]

    def _is_whole(self, name: bytes, value: bytes) -> bool:
        return hmac.compare_digest(self._tag(name, value[TAG_BYTES:]), value[:TAG_BYTES])

    def _tag(self, name: bytes, value: bytes) -> bytes:
        return hashlib.blake2b(name + b"\0" + value, key=self._key, digest_size=TAG_BYTES).digest()

    def _connected(self) -> sqlite3.Connection | None:
        """Return the file when it exists and is ours. It is opened once, however often this is called."""
        if self._db is not None or self._is_lost or not self._may_be_used() or not self.file.is_file():
            return self._db
        db = _connection(self.file)
        try:
            found = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        except BROKEN as error:
            db.close()
            self._lose(error)
            return None
        if found != [APPLICATION, LAYOUT]:
            db.close()
            self._is_lost = True
            return None
        self._db = db
        return db

    def _lose(self, error: Exception) -> None:
        """Give up a file that is damaged. One that is only locked, or cannot be written now, is left alone."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        self._is_lost |= code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
        if self._is_lost and self._db is not None:
            self._db.close()
            self._db = None

    def _begin_anew(self) -> None:
        with suppress(FileError, OSError):
            empty_file(self.file)
            self._is_lost = False

    def _made(self) -> sqlite3.Connection | None:
        """Return a new file; None where one exists that only cannot be read at the moment."""
        if not self.file.is_file():
            empty_file(self.file)
        elif self.file.stat().st_size:
            return None
        db = _connection(self.file)
        try:
            with _transaction(db):
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    db.execute(statement)
        except BROKEN:
            db.close()
            raise
        self._db = db
        return db

    def _write(self, db: sqlite3.Connection) -> None:
        rows = ((name, self._tag(name, value) + value, self._day) for name, value in self._new.items())
        try:
            with _transaction(db):
                db.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", rows)
                db.executemany("UPDATE entry SET used = ? WHERE name = ?", ((self._day, name) for name in self._used))
            self._new.clear()
            self._used.clear()
            self._clean(db)
        except BROKEN as error:
            self._lose(error)
            if self._is_lost:
                self._begin_anew()

    def _clean(self, db: sqlite3.Connection) -> None:
        """Delete the entries that were unused for the longest time, once the file is larger than its limit. One entry
        may be as large as thousands of others."""
        if _bytes(db) <= self._most:
            return
        surplus, old = _bytes(db) - int(AFTER_CLEANING * self._most), []
        for name, size in db.execute("SELECT name, length(value) FROM entry ORDER BY used, name"):
            if surplus <= 0:
                break
            old.append((name,))
            surplus -= size + ROW_BYTES
        with _transaction(db):
            db.executemany("DELETE FROM entry WHERE name = ?", old)
        db.execute("VACUUM")


def _connection(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=BUSY, isolation_level=None, check_same_thread=False)


def _bytes(db: sqlite3.Connection) -> int:
    pages, size = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return int(pages * size)


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    # To wait for the disk would guard against a loss of power alone. What that damages is known by its checksum or
    # refused by SQLite, and then it is found out again, so no command waits for it.
    db.execute("PRAGMA synchronous = OFF")
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with suppress(*BROKEN):
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
