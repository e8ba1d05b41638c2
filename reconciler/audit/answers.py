"""What the service answered about objects, as one audit leaves it in a snapshot for the next.

An answer belongs to the service (its place), not to a run: it stays when the snapshot begins anew. A snapshot can lie
in a checkout, so whoever reads an answer believes it only after its digest, which the user's own cache knows.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable
from datetime import date, timedelta

from reconciler.model import JsonObject
from reconciler.model.quick import dataclass

USEFUL = timedelta(days=90)
"""An answer that no audit has asked for so long is left out of a new snapshot: its object was deleted, or nobody
audits its workspace any more."""


@dataclass(frozen=True, slots=True)
class About:
    """Names what an answer is about."""

    place: str
    """The text that identifies the service."""
    kind: str
    id: str


class Answers:
    """The answers in one snapshot, packed. Only one thread may use it."""

    def __init__(self, db: sqlite3.Connection, day: str) -> None:
        """`day`: when the run began (ISO)."""
        self._db = db
        self._day = day

    def known(self, place: str) -> set[tuple[str, str]]:
        """Return kind and id of every object behind a service about which there is an answer."""
        return set(self._db.execute("SELECT kind, id FROM answer WHERE place = ?", (place,)))

    def of(self, about: About) -> bytes:
        """Return the answer about an object; empty when there is none."""
        query = "SELECT body FROM answer WHERE place = ? AND kind = ? AND id = ?"
        found = self._db.execute(query, (about.place, about.kind, about.id)).fetchone()
        return found[0] if found and isinstance(found[0], bytes) else b""

    def keep(self, answers: Iterable[tuple[About, bytes]]) -> None:
        """Keep the answers that were asked for. An empty one says that none about this object may be kept."""
        with self._db:
            for about, body in answers:
                place = (about.place, about.kind, about.id)
                if body:
                    self._db.execute("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?, ?)", (*place, self._day, body))
                else:
                    self._db.execute("DELETE FROM answer WHERE place = ? AND kind = ? AND id = ?", place)

    def used(self, abouts: Iterable[About]) -> None:
        """Note that answers were of use in this run."""
        with self._db:
            self._db.executemany(
                "UPDATE answer SET seen = ? WHERE place = ? AND kind = ? AND id = ?",
                ((self._day, about.place, about.kind, about.id) for about in abouts),
            )


def oldest(day: str) -> str:
    """Return the day (ISO) since when an answer must have been of use to get into a snapshot of this day."""
    return (date.fromisoformat(day) - USEFUL).isoformat() if day else ""


def packed(answer: JsonObject) -> bytes:
    """Return an answer as a snapshot keeps it."""
    text = json.dumps(answer, separators=(",", ":"))  # in its own order: who reads it again must find it the same
    return zlib.compress(text.encode(), 6)


def unpacked(body: bytes) -> JsonObject:
    """Return the answer that was packed."""
    found: JsonObject = json.loads(zlib.decompress(body))
    return found
