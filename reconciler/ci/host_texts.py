"""Texts on a code host: comments of a request, or drift issues, behind one port and one REST implementation.

`mine` distinguishes our own texts from those of others. Anybody can write a comment that begins with our marker, and a
comment of somebody else must be neither edited (its author could change it afterwards) nor believed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from http import HTTPStatus
from typing import Any, Protocol

from reconciler.ci.web import PlatformError, Web
from reconciler.model.quick import dataclass

LABEL = "dlc-drift"
"""The label by which drift issues are found."""
PAGE, MOST_PAGES = 100, 1000
_EXPIRED = "The token is wrong or has expired."


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A comment or an issue; `id` is the one by which the host edits it."""

    id: int | str
    body: str
    mine: bool
    url: str = ""
    title: str = ""
    is_open: bool = True
    """False for a closed issue."""


def note_of(row: Mapping[str, Any], id: int | str, *, mine: bool, is_open: bool, text: str = "body", url: str) -> Note:
    """Return a row of a listing as a text. `text` and `url` are the names of the fields that hold the words and the
    address of its page."""
    return Note(
        id=id,
        body=plain_lines(row.get(text)),
        mine=mine,
        url=str(row.get(url) or ""),
        title=str(row.get("title") or ""),
        is_open=is_open,
    )


def plain_lines(text: Any) -> str:
    """Return a text with the line ends that we write; some hosts change them."""
    return str(text or "").replace("\r\n", "\n")


class Texts(Protocol):
    """Texts of one kind in one place: the comments of a request, or the drift issues of a repository."""

    def all(self) -> list[Note]:
        """Return all texts, oldest first."""

    def add(self, title: str, body: str) -> Note:
        """Write a new text and return it; comments have no title."""

    def edit(self, note: Note, title: str, body: str, *, is_open: bool = True) -> Note:
        """Replace the text, and open or close an issue where that is not done yet."""

    def remove(self, note: Note) -> None:
        """Delete a comment; close an issue."""


@contextmanager
def explained(what: str, permission: str) -> Iterator[None]:
    """Add to a refusal what it is about, and what would help."""
    try:
        yield
    except PlatformError as error:
        hints: dict[int, str] = {
            HTTPStatus.UNAUTHORIZED: _EXPIRED,
            HTTPStatus.FORBIDDEN: f"The token needs {permission}; a pull request from a fork never has it.",
            HTTPStatus.NOT_FOUND: f"There is no {what}, or the token may not see it ({permission}).",
        }
        hint = error.hint or hints.get(error.status or 0, "")
        raise PlatformError(f"{what}: {error.message}", hint=hint, status=error.status, lost=error.lost) from error


@contextmanager
def named_account() -> Iterator[None]:
    """Add advice to errors about a host that does not say whose token it is: then nothing may be written or
    believed, and a person can name the account."""
    what, advice = "whose token this is cannot be found out", "Name the account that writes with `--author LOGIN`."
    try:
        yield
    except PlatformError as error:
        hints: dict[int, str] = {HTTPStatus.UNAUTHORIZED: _EXPIRED, HTTPStatus.TOO_MANY_REQUESTS: error.hint}
        hint = hints.get(error.status, advice) if error.status else error.hint
        raise PlatformError(f"{what}: {error.message}", hint=hint, status=error.status) from error
    except (KeyError, TypeError) as error:
        raise PlatformError(f"{what}: the answer names no account", hint=advice) from error


def one_page(web: Web, path: str, **query: str) -> list[dict[str, Any]]:
    """Return the first page of a listing.

    Raises:
        PlatformError: it could not be had, or is not a list.
    """
    value = web.get(path, **query).value
    if not isinstance(value, list):
        raise PlatformError(f"{web.base} did not answer with a list")
    return [row for row in value if isinstance(row, dict)]


def one_object(web: Web, path: str, **query: str) -> dict[str, Any]:
    """Return one value with fields.

    Raises:
        PlatformError: it could not be had, or has no fields.
    """
    value = web.get(path, **query).value
    if not isinstance(value, dict):
        raise PlatformError(f"{web.base} did not answer with an object")
    return value


def rows_of(value: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the rows that a value holds under a name; no rows where there is no list."""
    rows = value.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def units(text: str) -> int:
    """Return the number of characters as the strictest host counts them: one outside the basic plane counts as two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_length(what: str, body: str, longest: int) -> int:
    """Return the length of a text.

    Raises:
        PlatformError: it is longer than the host accepts.
    """
    size = units(body)
    if size > longest:
        raise PlatformError(
            f"{what}: the text has {size} characters, the limit is {longest}",
            hint=f"Add `--max-chars {longest}` or less.",
        )
    return size


def linked_rows(web: Web, path: str, query: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield every row of a listing whose pages name the next one in a `Link` header."""
    return web.pages(path, **query)


def numbered_rows(web: Web, path: str, query: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield every row of a listing that is asked for page by page, until one is not full."""
    for page in range(1, MOST_PAGES + 1):
        rows = one_page(web, path, **query, page=str(page), per_page=str(PAGE))
        yield from rows
        if len(rows) < PAGE:
            return
    raise PlatformError(f"{web.base} has more than {MOST_PAGES} pages of this listing")


@dataclass(frozen=True, slots=True)
class RestTexts:
    """Texts behind paths that list, add and edit them. The hosts differ only in these values."""

    web: Web
    what: str
    permission: str
    path: str
    query: dict[str, str]
    read: Callable[[dict[str, Any]], Note | None]
    written: Callable[[str, str], dict[str, str]]
    one: Callable[[int | str], str]
    edit_method: str
    longest: int
    closing: Mapping[str, str] = field(default_factory=dict)
    """The body that closes an issue; empty for comments, which are deleted instead."""
    opening: Mapping[str, str] = field(default_factory=dict)
    """The body that opens a closed issue again."""
    new: Mapping[str, Any] = field(default_factory=dict)
    """Fields that a new text gets besides; people may change them afterwards."""
    adds_at: str = ""
    """The path that adds a text, where it is not the path that lists them."""
    rows: Callable[[Web, str, dict[str, str]], Iterator[dict[str, Any]]] = linked_rows
    """Yields the rows of a listing, page after page."""

    def all(self) -> list[Note]:
        """Return all texts, oldest first."""
        with explained(self.what, self.permission):
            notes = [self.read(row) for row in self.rows(self.web, self.path, self.query)]
        return sorted((note for note in notes if note), key=lambda note: (len(str(note.id)), str(note.id)))

    def add(self, title: str, body: str) -> Note:
        """Write a new text and return it."""
        return self._put("POST", self.adds_at or self.path, title, body, self.new)

    def edit(self, note: Note, title: str, body: str, *, is_open: bool = True) -> Note:
        """Replace the text, and open or close an issue where that is not done yet."""
        change: Mapping[str, str] = {}
        if is_open != note.is_open:
            change = self.opening if is_open else self.closing
        return self._put(self.edit_method, self.one(note.id), title, body, change)

    def remove(self, note: Note) -> None:
        """Delete a comment or close an issue. One that is gone already is no error."""
        method, body = (self.edit_method, self.closing) if self.closing else ("DELETE", None)
        try:
            with explained(self.what, self.permission):
                self.web.send(method, self.one(note.id), body=body)
        except PlatformError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise

    def _put(self, method: str, path: str, title: str, body: str, new: Mapping[str, Any]) -> Note:
        size = check_length(self.what, body, self.longest)
        try:
            with explained(self.what, self.permission):
                row = self.web.send(method, path, body={**self.written(title, body), **new}).value
        except PlatformError as error:
            if error.status != HTTPStatus.UNPROCESSABLE_ENTITY:
                raise
            hint = f"A text of {size} characters was refused; the limit is {self.longest}, try `--max-chars`."
            raise PlatformError(error.message, hint=hint, status=error.status) from error
        note = self.read(row) if isinstance(row, dict) else None
        if note is None:
            raise PlatformError(f"{self.what}: the answer is not what was written", lost=True)
        return note
