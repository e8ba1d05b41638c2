"""A snapshot in one SQLite file. It is written object by object, so that an interrupted run can be continued, and read
one at a time.

Contents are compressed and stay in the file: memory holds one object and its versions, never all of them. The files of
shards are joined by copying their rows; rules that compare objects run after that.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from reconciler.audit.answers import Answers, oldest
from reconciler.audit.database import unusable
from reconciler.audit.snapshot import Origin
from reconciler.audit.tables import created, opened
from reconciler.kinds.audited import AnyAudit, Audit, Listed, SiteFacts, Subject, SubjectT, Unreadable, Version
from reconciler.model import Failure, JsonObject
from reconciler.model.plain import plain, read
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """Names an object in the file."""

    kind: str
    site: str
    id: str
    name: str = field(default="", compare=False)


class Store:
    """One snapshot file. Only one thread may use it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._db = connection
        self.answers = Answers(connection, self.origin.day)

    @classmethod
    def create(cls, path: Path, origin: Origin) -> Self:
        """Create a new, empty snapshot, replacing an old one, whose answers it takes over.

        Raises:
            ReconcilerError: the file cannot be written, or is something else.
        """
        return cls(path, created(path, {"origin": json.dumps(plain(origin))}, oldest(origin.day)))

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open an existing snapshot.

        Raises:
            ReconcilerError: there is none, or the file is not one that this version reads.
        """
        return cls(path, opened(path))

    def close(self) -> None:
        """Close the file. Everything committed is in it, and it can be read in a folder that is not writable."""
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
            raise unusable(self.path, error) from error

    @property
    def origin(self) -> Origin:
        """The run that the snapshot belongs to."""
        (text,) = self._db.execute("SELECT value FROM meta WHERE key = 'origin'").fetchone()
        return read(Origin, json.loads(text))

    def add_site(self, site: SiteFacts, listed: Iterable[tuple[str, Listed[Any]]]) -> None:
        """Add a workspace with its objects, each after the name of its kind; all or nothing.

        Objects that the listing does not show whole are read one by one later.
        """
        with self._db:
            self._db.execute("INSERT INTO site VALUES (?, 1, ?)", (site.key, json.dumps(plain(site))))
            self._db.executemany(
                "INSERT INTO object (kind, site, id, name, row, facts) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (kind, site.key, each.id, each.name, each.row, each.subject and json.dumps(plain(each.subject)))
                    for kind, each in listed
                ),
            )

    def add_objects(self, read: Iterable[tuple[Key, Subject | Unreadable | None, bytes]]) -> None:
        """Add objects that were read, each with the packed elements of its default version's content; None means
        that the object was deleted meanwhile."""
        with self._db:
            for key, subject, elements in read:
                place = (key.kind, key.site, key.id)
                if not isinstance(subject, Subject):
                    self._db.execute("DELETE FROM object WHERE kind = ? AND site = ? AND id = ?", place)
                    if subject is not None:
                        row = (*place, key.name, subject.why)
                        self._db.execute("INSERT OR REPLACE INTO unreadable VALUES (?, ?, ?, ?, ?)", row)
                    continue
                self._db.execute(
                    """UPDATE object SET name = ?, row = NULL, facts = ?, elements = ?
                    WHERE kind = ? AND site = ? AND id = ?""",
                    (subject.name, json.dumps(plain(subject)), elements, *place),
                )
                self._db.executemany(
                    "INSERT OR REPLACE INTO version VALUES (?, ?, ?, ?, ?, ?)",
                    (_version_row(key, version) for version in subject.versions),
                )

    def fail(self, failure: Failure) -> None:
        """Keep why a workspace, which goes by the name of its target, could not be read."""
        with self._db:
            row = (failure.target, json.dumps(plain(failure)))
            self._db.execute("INSERT OR REPLACE INTO failure VALUES (?, ?)", row)

    def failed(self) -> tuple[Failure, ...]:
        """Return why workspaces could not be read, by their names."""
        rows = self._db.execute("SELECT facts FROM failure ORDER BY site").fetchall()
        return tuple(read(Failure, json.loads(row[0])) for row in rows)

    def forgive(self) -> None:
        """Forget that workspaces could not be read: they are tried again."""
        with self._db:
            self._db.execute("DELETE FROM failure")

    def sites(self) -> dict[str, SiteFacts]:
        """Return every workspace that could be read, by its key."""
        rows = self._db.execute("SELECT facts FROM sound_site ORDER BY key").fetchall()
        found = (read(SiteFacts, json.loads(row[0])) for row in rows)
        return {site.key: site for site in found}

    def pending(self) -> list[Key]:
        """Return objects that were listed and not read yet, by kind, workspace and name."""
        return self._keys("WHERE facts IS NULL")

    def row(self, key: Key) -> str:
        """Return what the listing showed of an object that was not read yet, as JSON; empty when it was not kept."""
        query = "SELECT row FROM object WHERE kind = ? AND site = ? AND id = ?"
        found = self._db.execute(query, (key.kind, key.site, key.id)).fetchone()
        return (found and found[0]) or ""

    def names(self, audit: AnyAudit) -> list[Key]:
        """Return the objects of a kind that were read, by workspace and name."""
        return self._keys("WHERE facts IS NOT NULL AND kind = ?", audit.kind)

    def unreadable(self) -> list[tuple[Key, Unreadable]]:
        """Return objects that could not be read, with the reason, by kind, workspace and name."""
        rows = self._db.execute("SELECT kind, site, id, name, why FROM sound_unreadable ORDER BY kind, site, name, id")
        return [(Key(*names), Unreadable(why)) for *names, why in rows]

    def _keys(self, where: str, *values: str) -> list[Key]:
        query = f"SELECT kind, site, id, name FROM sound_object {where} ORDER BY kind, site, name, id"  # nosec B608 # words of this module only
        return [Key(*row) for row in self._db.execute(query, values)]

    def subjects(self, audit: Audit[SubjectT]) -> Iterator[SubjectT]:
        """Yield every object of a kind that was read, whole, one at a time, in the order of `names`."""
        return self._each(audit, lambda key: self.subject(audit, key.site, key.id))

    def outlines(self, audit: Audit[SubjectT]) -> Iterator[SubjectT]:
        """Yield every object like `subjects`, but with versions without content and constraints, which is much
        quicker."""
        return self._each(audit, lambda key: self.outline(audit, key.site, key.id))

    def _each(self, audit: AnyAudit, get: Callable[[Key], SubjectT | None]) -> Iterator[SubjectT]:
        for key in self.names(audit):
            subject = get(key)
            if subject is not None:
                yield subject

    def subject(self, audit: Audit[SubjectT], site: str, id: str) -> SubjectT | None:
        """Return one object with its versions, newest first; None when it was not read."""
        return self._subject(audit, (audit.kind, site, id), "body", _unpacked)

    def outline(self, audit: Audit[SubjectT], site: str, id: str) -> SubjectT | None:
        """Return one object whose versions have neither content nor constraints; None when it was not read."""
        return self._subject(audit, (audit.kind, site, id), "NULL", lambda _: ({}, {}))

    def _subject(
        self, audit: Audit[SubjectT], place: tuple[str, str, str], body: str, unpack: Callable[[bytes], Any]
    ) -> SubjectT | None:
        query = "SELECT facts FROM object WHERE facts IS NOT NULL AND kind = ? AND site = ? AND id = ?"
        found = self._db.execute(query, place).fetchone()
        if found is None:
            return None
        rows = self._db.execute(
            f"SELECT facts, {body} FROM version WHERE kind = ? AND site = ? AND object = ? ORDER BY number DESC",  # nosec B608 # words of this module only
            place,
        )
        versions = tuple(_version(text, *unpack(packed_body)) for text, packed_body in rows)
        return replace(read(audit.subject, json.loads(found[0])), versions=versions)

    def compared(self, audit: AnyAudit, site: str) -> Iterator[tuple[Key, bytes]]:
        """Yield every object of a kind in a workspace with the elements of its default version, packed, in the order of
        `names`."""
        query = """SELECT kind, site, id, name, elements FROM sound_object
            WHERE facts IS NOT NULL AND kind = ? AND site = ? ORDER BY name, id"""
        with closing(self._db.execute(query, (audit.kind, site))) as rows:
            yield from ((Key(*row[:4]), row[4]) for row in rows)

    def namesakes(self, audit: AnyAudit) -> list[tuple[Key, ...]]:
        """Return objects of one kind and workspace that have the same name."""
        groups: dict[tuple[str, str], list[Key]] = {}
        query = """SELECT kind, site, id, name FROM sound_object JOIN
            (SELECT kind, site, name FROM sound_object GROUP BY kind, site, name HAVING count(*) > 1)
            USING (kind, site, name) WHERE kind = ? ORDER BY site, name, id"""
        for row in self._db.execute(query, (audit.kind,)):
            key = Key(*row)
            groups.setdefault((key.site, key.name), []).append(key)
        return [tuple(group) for group in groups.values()]

    def counts(self, site: str) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """Return how many objects a workspace holds, and how many versions those have, each by the names of kinds."""
        objects, versions = (
            dict(self._db.execute(f"SELECT kind, count(*) FROM {table} WHERE site = ? GROUP BY kind", (site,)))  # nosec B608 # words of this module only
            for table in ("object", "version")
        )
        return objects, versions

    def take(self, other: Path) -> None:
        """Copy everything from another snapshot; what both have is kept once."""
        self._db.execute("ATTACH DATABASE ? AS other", (str(other),))
        with self._db:
            for table in ("site", "object", "version", "answer", "unreadable", "failure"):
                self._db.execute(f"INSERT OR IGNORE INTO main.{table} SELECT * FROM other.{table}")  # nosec B608 # words of this module only
        self._db.execute("DETACH DATABASE other")


def _version_row(key: Key, version: Version) -> tuple[Any, ...]:
    body = json.dumps([version.content, version.constraints], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    compressed = zlib.compress(body.encode("utf-8", "surrogatepass"), 6)
    return (key.kind, key.site, key.id, version.number, json.dumps(plain(version)), compressed)


def _version(facts: str, content: JsonObject, constraints: JsonObject) -> Version:
    return replace(read(Version, json.loads(facts)), content=content, constraints=constraints)


def _unpacked(body: bytes) -> Any:
    return json.loads(zlib.decompress(body).decode("utf-8", "surrogatepass"))
