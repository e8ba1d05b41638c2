"""A snapshot in one SQLite file: written template by template, so that a cut run can go on, read one at a time.

Contents are packed and stay in the file: memory holds one template and its versions, never the fleet. Files of shards
are joined by copying their rows; whatever compares templates with each other runs after that.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from reconciler.audit.snapshot import Board, Origin, SiteFacts, Template, Unreadable, Version
from reconciler.errors import FileError, ReconcilerError
from reconciler.files import check_file, empty_file
from reconciler.model import JsonObject
from reconciler.model.plain import plain, read

FORMAT = "3"
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE site (key TEXT PRIMARY KEY, listed INTEGER NOT NULL, facts TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE board (site TEXT, id TEXT, name TEXT NOT NULL, facts TEXT NOT NULL, PRIMARY KEY (site, id)) WITHOUT ROWID;
CREATE TABLE template (
  site TEXT, id TEXT, name TEXT NOT NULL, facts TEXT, signature BLOB, PRIMARY KEY (site, id)) WITHOUT ROWID;
CREATE TABLE version (
  site TEXT, template TEXT, number INTEGER, facts TEXT NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (site, template, number));
CREATE TABLE unreadable (
  site TEXT, id TEXT, name TEXT NOT NULL, why TEXT NOT NULL, PRIMARY KEY (site, id)) WITHOUT ROWID;
CREATE INDEX by_name ON template (site, name, id);
"""


@dataclass(frozen=True, slots=True)
class Key:
    """Names a template or board in the file."""

    site: str
    id: str
    name: str = field(default="", compare=False)


class Store:
    """One snapshot file. Not for several threads."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._db = connection

    @classmethod
    def create(cls, path: Path, origin: Origin) -> Self:
        """A new, empty snapshot; one that is there already is replaced.

        Raises:
            ReconcilerError: the file cannot be written, or is something else.
        """
        check_file(path, needs_folder=False)
        if path.is_file() and path.stat().st_size:
            cls.open(path).close()  # never overwrite a file that is not a snapshot
        store = cls(path, _connect(empty_file(path)))
        with _told(path), _closed_on_error(store._db):
            store._db.executescript("PRAGMA journal_mode = WAL;" + _TABLES)
            store._set("format", FORMAT)
            store._set("origin", json.dumps(plain(origin)))
            store._db.commit()
        return store

    @classmethod
    def open(cls, path: Path) -> Self:
        """A snapshot that is there.

        Raises:
            ReconcilerError: there is none, or the file is not one that this version reads.
        """
        if not path.is_file():
            what = "is not a file" if path.exists() else "is not there"
            raise FileError(f"the snapshot {path} {what}", hint="Run `audit` without `--resume` first.")
        with _told(path):
            db = _connect(path)
            with _closed_on_error(db):
                found = db.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
        if found is None or found[0] != FORMAT:
            db.close()
            raise ReconcilerError(f"{path} has a format that this version does not read", hint="Audit again.")
        return cls(path, db)

    def close(self) -> None:
        """Close the file; everything committed is in it, and it can be read in a folder that nobody may write to."""
        with suppress(sqlite3.Error):
            self._db.execute("PRAGMA busy_timeout = 0")
            self._db.execute("PRAGMA journal_mode = DELETE")
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        if isinstance(error, sqlite3.Error):
            raise _unusable(self.path, error) from error

    @property
    def origin(self) -> Origin:
        """Which run this is."""
        (text,) = self._db.execute("SELECT value FROM meta WHERE key = 'origin'").fetchone()
        return read(Origin, json.loads(text))

    def add_site(self, site: SiteFacts, templates: Iterable[tuple[str, str]], boards: Iterable[Board]) -> None:
        """What a workspace holds, before its templates are read one by one; all or nothing."""
        with self._db:
            self._db.execute("INSERT INTO site VALUES (?, 1, ?)", (site.key, json.dumps(plain(site))))
            self._db.executemany(
                "INSERT INTO template (site, id, name) VALUES (?, ?, ?)", ((site.key, *names) for names in templates)
            )
            self._db.executemany(
                "INSERT INTO board VALUES (?, ?, ?, ?)",
                ((board.site, board.id, board.name, json.dumps(plain(board))) for board in boards),
            )

    def add_templates(self, read: Iterable[tuple[Key, Template | Unreadable | None, bytes]]) -> None:
        """Templates that were read, each with its signature; None: it vanished meanwhile."""
        with self._db:
            for key, template, signature in read:
                if template is None or isinstance(template, Unreadable):
                    self._db.execute("DELETE FROM template WHERE site = ? AND id = ?", (key.site, key.id))
                if isinstance(template, Unreadable):
                    row = (key.site, key.id, key.name, template.why)
                    self._db.execute("INSERT OR REPLACE INTO unreadable VALUES (?, ?, ?, ?)", row)
                if not isinstance(template, Template):
                    continue
                self._db.execute(
                    "UPDATE template SET name = ?, facts = ?, signature = ? WHERE site = ? AND id = ?",
                    (template.name, json.dumps(plain(template)), signature, key.site, key.id),
                )
                self._db.executemany(
                    "INSERT OR REPLACE INTO version VALUES (?, ?, ?, ?, ?)",
                    (_version_row(key, version) for version in template.versions),
                )

    def sites(self) -> dict[str, SiteFacts]:
        """Every workspace, by its key."""
        rows = self._db.execute("SELECT facts FROM site ORDER BY key").fetchall()
        found = (read(SiteFacts, json.loads(row[0])) for row in rows)
        return {site.key: site for site in found}

    def pending(self) -> list[Key]:
        """Templates that were listed and not read yet, in the order of their names."""
        return self._keys("facts IS NULL")

    def names(self) -> list[Key]:
        """Templates that were read, in the order of their sites and names."""
        return self._keys("facts IS NOT NULL")

    def unreadable(self) -> list[tuple[Key, Unreadable]]:
        """Templates that could not be read, with the reason, in the order of their sites and names."""
        rows = self._db.execute("SELECT site, id, name, why FROM unreadable ORDER BY site, name, id")
        return [(Key(site, id, name), Unreadable(why)) for site, id, name, why in rows]

    def _keys(self, where: str) -> list[Key]:
        rows = self._db.execute(f"SELECT site, id, name FROM template WHERE {where} ORDER BY site, name, id")  # nosec B608 # words of this module only
        return [Key(*row) for row in rows]

    def templates(self) -> Iterator[Template]:
        """Every template that was read, one at a time, in the order of `names`."""
        for key in self.names():
            yield self.template(key)

    def template(self, key: Key) -> Template:
        """One template with its versions, newest first."""
        return self._template(key, "body", _unpacked)

    def outline(self, key: Key) -> Template:
        """One template with versions that hold neither content nor constraints: much quicker."""
        return self._template(key, "NULL", lambda _: ({}, {}))

    def _template(self, key: Key, body: str, unpack: Callable[[bytes], Any]) -> Template:
        (facts,) = self._db.execute(
            "SELECT facts FROM template WHERE site = ? AND id = ?", (key.site, key.id)
        ).fetchone()
        rows = self._db.execute(
            f"SELECT facts, {body} FROM version WHERE site = ? AND template = ? ORDER BY number DESC",  # nosec B608 # words of this module only
            (key.site, key.id),
        )
        versions = tuple(_version(text, *unpack(packed_body)) for text, packed_body in rows)
        return replace(read(Template, json.loads(facts)), versions=versions)

    def default_content(self, key: Key) -> JsonObject:
        """The content of a template's default version; empty when the service did not list that version."""
        query = """SELECT body FROM version JOIN template ON template.site = version.site AND template.id = template
            WHERE version.site = ? AND template = ? AND number = json_extract(template.facts, '$.default')"""
        row = self._db.execute(query, (key.site, key.id)).fetchone()
        return _unpacked(row[0])[0] if row else {}

    def signatures(self) -> Iterator[tuple[Key, bytes]]:
        """Every template with the signature of its default version, in the order of `names`."""
        query = "SELECT site, id, name, signature FROM template WHERE facts IS NOT NULL ORDER BY site, name, id"
        with closing(self._db.execute(query)) as rows:
            yield from ((Key(*row[:3]), row[3]) for row in rows)

    def namesakes(self) -> list[tuple[Key, ...]]:
        """Templates of one workspace that have the same name."""
        groups: dict[tuple[str, str], list[Key]] = {}
        query = """SELECT site, id, name FROM template JOIN
            (SELECT site, name FROM template GROUP BY site, name HAVING count(*) > 1) USING (site, name)
            ORDER BY site, name, id"""
        for site, id, name in self._db.execute(query):
            groups.setdefault((site, name), []).append(Key(site, id, name))
        return [tuple(group) for group in groups.values()]

    def boards(self) -> Iterator[Board]:
        """Every TensorBoard, in the order of sites and names."""
        rows = self._db.execute("SELECT facts FROM board ORDER BY site, name, id").fetchall()
        yield from (read(Board, json.loads(row[0])) for row in rows)

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """How many templates, versions and boards each site has."""
        tables = {"templates": "template", "versions": "version", "boards": "board"}
        found: dict[str, dict[str, int]] = {key: dict.fromkeys(tables, 0) for key in self.sites()}
        for name, table in tables.items():
            for site, count in self._db.execute(f"SELECT site, count(*) FROM {table} GROUP BY site"):  # nosec B608 # words of this module only
                found[site][name] = count
        return found

    def take(self, other: Path) -> None:
        """Copy everything of another snapshot; what both have counts once."""
        self._db.execute("ATTACH DATABASE ? AS other", (str(other),))
        with self._db:
            for table in ("site", "template", "version", "board", "unreadable"):
                self._db.execute(f"INSERT OR IGNORE INTO main.{table} SELECT * FROM other.{table}")  # nosec B608 # words of this module only
        self._db.execute("DETACH DATABASE other")

    def _set(self, key: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=30)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: sqlite3.Error) -> ReconcilerError:
    """What SQLite says, for people: a file that is something else, or a disk that does not work."""
    match getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF:  # above are details
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_ERROR:
            return ReconcilerError(f"{path} is not a snapshot of an audit", hint="Name another file.")
        case sqlite3.SQLITE_CORRUPT:
            return ReconcilerError(f"{path} is damaged: {error}", hint="Audit again.")
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            hint = "What was read until then is kept: make room, and go on by `audit --resume`."
            return ReconcilerError(f"{path} cannot be written: {error}", hint=hint)
        case _:
            hint = "The file and its folder must be writable; or choose another `--snapshot`."
            return ReconcilerError(f"{path} cannot be used: {error}", hint=hint)


@contextmanager
def _closed_on_error(db: sqlite3.Connection) -> Iterator[None]:
    """What cannot be used is not left open: a file that is no snapshot, a disk that is full."""
    try:
        yield
    except sqlite3.Error:
        db.close()
        raise


def _version_row(key: Key, version: Version) -> tuple[Any, ...]:
    body = json.dumps([version.content, version.constraints], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    compressed = zlib.compress(body.encode("utf-8", "surrogatepass"), 6)
    return (key.site, key.id, version.number, json.dumps(plain(version)), compressed)


def _version(facts: str, content: JsonObject, constraints: JsonObject) -> Version:
    return replace(read(Version, json.loads(facts)), content=content, constraints=constraints)


def _unpacked(body: bytes) -> Any:
    return json.loads(zlib.decompress(body).decode("utf-8", "surrogatepass"))
