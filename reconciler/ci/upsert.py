"""One comment and one drift issue for each target, whatever happened before: written, edited, or cleaned up."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import replace

from reconciler.ci.drift_history import History, News
from reconciler.ci.host_texts import Note, Texts
from reconciler.ci.marker import Marker
from reconciler.ci.web import PlatformError
from reconciler.model.quick import dataclass


class Did(enum.StrEnum):
    """What became of the text."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    CLOSED = "closed"
    REOPENED = "opened again"
    NOTHING = "not needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upserted:
    """The result. `removed` counts older copies that were removed; `kept` says why a copy could not be."""

    did: Did
    url: str = ""
    removed: int = 0
    kept: tuple[str, ...] = ()


def upsert_comment(texts: Texts, marker: Marker, body: str, *, create: bool = True) -> Upserted:
    """Edit our oldest comment with this marker, or write a new one if `create` is true; other copies are deleted.

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


def report_drift(texts: Texts, marker: Marker, title: str, body: Callable[[History], str], news: News) -> Upserted:
    """Keep our one issue with this marker: open it, edit it, close it when there is no drift, open it again when drift
    is back.

    `body` makes the text from the issue's history. Issues that somebody else wrote and all comments stay as they are.

    Raises:
        PlatformError: it could not be written.
    """
    ours = sorted(_ours(texts, marker), key=lambda note: not note.is_open)
    if not ours:
        if not news.drifted:
            return Upserted(did=Did.NOTHING)
        text = body(History().after(news))
        return Upserted(did=Did.CREATED, url=_added(texts, marker, title, text).url)
    first, *copies = ours
    if not (first.is_open or news.drifted):
        return Upserted(did=Did.NOTHING)
    text = body(History.read(first.body).after(news))
    done = _edited(texts, first, [copy for copy in copies if copy.is_open], title, text, is_open=news.drifted)
    if first.is_open == news.drifted:
        return done
    return replace(done, did=Did.REOPENED if news.drifted else Did.CLOSED)


def _ours(texts: Texts, marker: Marker) -> list[Note]:
    return [note for note in texts.all() if note.mine and marker.is_of(note.body)]


def _added(texts: Texts, marker: Marker, title: str, body: str) -> Note:
    """Write a new text. When the answer is lost, the text is looked for; it is never written twice."""
    try:
        return texts.add(title, body)
    except PlatformError as error:
        if not error.lost:
            raise
        found = _ours(texts, marker)
        if not found:
            raise
        return found[0]


def _edited(texts: Texts, first: Note, copies: list[Note], title: str, body: str, *, is_open: bool = True) -> Upserted:
    same = (first.body.strip(), first.title, first.is_open) == (body.strip(), title, is_open)
    note = first if same else texts.edit(first, title, body, is_open=is_open)
    removed, kept = 0, []
    for copy in copies:
        try:
            texts.remove(copy)
            removed += 1
        except PlatformError as error:
            kept.append(error.message)
    did = Did.UNCHANGED if same else Did.UPDATED
    return Upserted(did=did, url=note.url or first.url, removed=removed, kept=tuple(kept))
