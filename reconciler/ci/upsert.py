"""One comment per target and one drift issue per target, whatever happened before: written, edited, or cleaned up."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from reconciler.ci.marker import Marker
from reconciler.ci.texts import Note, Texts
from reconciler.ci.web import PlatformError


class Did(enum.StrEnum):
    """What became of the text."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    CLOSED = "closed"
    NOTHING = "not needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upserted:
    """`removed` counts older copies that were taken away; `kept` says why a copy could not be."""

    did: Did
    url: str = ""
    removed: int = 0
    kept: tuple[str, ...] = ()


def upsert_comment(texts: Texts, marker: Marker, body: str, *, create: bool = True) -> Upserted:
    """Edit our oldest comment with this marker, or write a new one if `create`; other copies are deleted.

    Raises:
        PlatformError: it could not be written.
    """
    ours = _ours(texts, marker)
    if not ours:
        if not create:
            return Upserted(did=Did.NOTHING)
        return Upserted(did=Did.CREATED, url=_added(texts, marker, "", body).url)
    first, *copies = ours
    return _edited(texts, first, copies, "", body)


def report_drift(texts: Texts, marker: Marker, title: str, body: str, *, clean: bool) -> Upserted:
    """Open or edit our one open issue with this marker; close it when the target is clean.

    Raises:
        PlatformError: it could not be written.
    """
    ours = _ours(texts, marker)
    if clean:
        for note in ours:
            texts.remove(note)
        return Upserted(did=Did.CLOSED, url=ours[0].url) if ours else Upserted(did=Did.NOTHING)
    if not ours:
        return Upserted(did=Did.CREATED, url=_added(texts, marker, title, body).url)
    first, *copies = ours
    return _edited(texts, first, copies, title, body)


def _ours(texts: Texts, marker: Marker) -> list[Note]:
    return [note for note in texts.all() if note.mine and marker.is_of(note.body)]


def _added(texts: Texts, marker: Marker, title: str, body: str) -> Note:
    """Write a new one. An answer that got lost is looked for, never asked for twice."""
    try:
        return texts.add(title, body)
    except PlatformError as error:
        if not error.lost:
            raise
        found = _ours(texts, marker)
        if not found:
            raise
        return found[0]


def _edited(texts: Texts, first: Note, copies: list[Note], title: str, body: str) -> Upserted:
    same = first.body.strip() == body.strip() and first.title == title
    note = first if same else texts.edit(first, title, body)
    removed, kept = 0, []
    for copy in copies:
        try:
            texts.remove(copy)
            removed += 1
        except PlatformError as error:
            kept.append(error.message)
    did = Did.UNCHANGED if same else Did.UPDATED
    return Upserted(did=did, url=note.url or first.url, removed=removed, kept=tuple(kept))
