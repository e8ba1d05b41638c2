"""The tables of a snapshot: makes a new file, which takes over what the service answered to earlier audits, and opens
one that is there.

A snapshot can lie in a checkout. So nothing is read from a file whose tables are not exactly those of this version: a
view or a trigger in it could run anything that SQL can say.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

from reconciler.audit.database import closed_on_error, connect, errors_told
from reconciler.errors import FileError, ReconcilerError
from reconciler.files import OWN_FOLDER, check_file, filled_file

SNAPSHOT = Path(OWN_FOLDER) / "audit.sqlite3"
"""Where a snapshot is, seen from the project file, when nobody names a place. Nothing else uses it."""
FORMAT = "9"
TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE site (key TEXT PRIMARY KEY, listed INTEGER NOT NULL, facts TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE object (
  kind TEXT, site TEXT, id TEXT, name TEXT NOT NULL, row TEXT, facts TEXT, elements BLOB,
  PRIMARY KEY (kind, site, id)) WITHOUT ROWID;
CREATE TABLE version (
  kind TEXT, site TEXT, object TEXT, number INTEGER, facts TEXT NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (kind, site, object, number));
CREATE TABLE answer (
  place TEXT, kind TEXT, id TEXT, seen TEXT NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (place, kind, id));
CREATE TABLE unreadable (
  kind TEXT, site TEXT, id TEXT, name TEXT NOT NULL, why TEXT NOT NULL, PRIMARY KEY (kind, site, id)) WITHOUT ROWID;
CREATE TABLE failure (site TEXT PRIMARY KEY, facts TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX by_name ON object (kind, site, name, id);
CREATE VIEW sound_site AS SELECT * FROM site WHERE key NOT IN (SELECT site FROM failure);
CREATE VIEW sound_object AS SELECT * FROM object WHERE site NOT IN (SELECT site FROM failure);
CREATE VIEW sound_unreadable AS SELECT * FROM unreadable WHERE site NOT IN (SELECT site FROM failure);
"""
"""The facts of an object are NULL until the object was read; until then `row` is what its listing showed, where an
answer is known. `elements` are what `audit.similar` packs. What was read of a workspace that failed later is kept for a
run that goes on, but no reader sees it: rules would judge half a workspace. An answer belongs to no run:
`audit.answers` says when it is believed."""
_OF_EVERY_FORMAT = {"meta", "site", "object", "version"}


def created(path: Path, meta: Mapping[str, str], since: str) -> sqlite3.Connection:
    """Return a new snapshot in the place of an old one, with the answers of the old one that were of use `since` that
    day (ISO). Until it is whole, the old one stays.

    Raises:
        ReconcilerError: the file cannot be written, or is something else.
    """
    check_file(path, needs_folder=False)
    with filled_file(path) as draft, errors_told(path), closing(connect(draft)) as db:
        db.executescript("PRAGMA journal_mode = MEMORY;" + TABLES)
        db.executemany("INSERT OR IGNORE INTO answer VALUES (?, ?, ?, ?, ?)", _answers(path, since))
        db.executemany("INSERT INTO meta VALUES (?, ?)", {**meta, "format": FORMAT}.items())
        db.commit()
    with errors_told(path):
        db = connect(check_file(path))
        with closed_on_error(db):
            db.execute("PRAGMA journal_mode = WAL")
    return db


def opened(path: Path) -> sqlite3.Connection:
    """Return an existing snapshot.

    Raises:
        ReconcilerError: there is none, or the file is not one that this version reads.
    """
    if not path.is_file():
        what = "is not a file" if path.exists() else "is not there"
        raise FileError(f"the snapshot {path} {what}", hint="Run `audit` without `--resume` first.")
    with errors_told(path):
        db = connect(path)
        with closed_on_error(db):
            _check(path, db)
            is_ours = _is_of_this_version(db)
    if not is_ours:
        db.close()
        raise ReconcilerError(f"{path} has a format that this version does not read", hint="Audit again.")
    return db


def _answers(path: Path, since: str) -> Iterator[tuple[object, ...]]:
    """Yield the answers in an old snapshot, as far as they can be read; those of another version can not.

    Raises:
        ReconcilerError: what is there is no snapshot, and not in our own place, or it cannot be opened.
    """
    if not path.is_file() or not path.stat().st_size:
        return
    with closing(connect(path)) as db:
        if path.absolute().parts[-2:] != SNAPSHOT.parts:
            _check(path, db)
        with suppress(sqlite3.Error, UnicodeError):  # a damaged file gives names that are no texts
            if _is_of_this_version(db):
                yield from db.execute("SELECT place, kind, id, seen, body FROM answer WHERE seen >= ?", (since,))


def _check(path: Path, db: sqlite3.Connection) -> None:
    """Refuse a database that is no snapshot of any version."""
    tables = {name for kind, name, _ in _schema(db) if kind == "table"}
    if not tables >= _OF_EVERY_FORMAT:
        raise ReconcilerError(f"{path} is not a snapshot of an audit", hint="Name another file.")


def _is_of_this_version(db: sqlite3.Connection) -> bool:
    with closing(sqlite3.connect(":memory:")) as ours:
        ours.executescript(TABLES)
        if _schema(db) != _schema(ours):
            return False
    return db.execute("SELECT value FROM meta WHERE key = 'format'").fetchall() == [(FORMAT,)]


def _schema(db: sqlite3.Connection) -> list[tuple[str, str, str | None]]:
    return db.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()
