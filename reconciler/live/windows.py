"""Listings longer than the service's last page: the window of time is halved until each part can be read whole.

ListJobs and ListTensorboards answer pages 1 to 1000 only (API.md section 10). Both ends belong to a window, so a row
that was created where two halves meet arrives in both and is kept once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reconciler.errors import IncompleteListing
from reconciler.live.port import Operation
from reconciler.model import JsonObject, JsonValue
from reconciler.model.moments import instant, moment_of
from reconciler.model.quick import dataclass

SHORTEST = timedelta(seconds=1)
"""Seconds. The service's times are whole seconds, so no window is shorter."""


class BeyondLastPage(Exception):
    """There are more rows than the service's pages can hold."""


Read = Callable[[JsonObject], list[JsonObject]]
"""Returns all rows of a listing with these StartTime and EndTime. It raises BeyondLastPage."""


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time; without an end it reaches to the newest row."""

    start: datetime
    end: datetime | None
    now: datetime

    @property
    def middle(self) -> datetime | None:
        """A whole second inside the window; None when the window is too short for one."""
        length = (self.end or self.now) - self.start
        if length <= SHORTEST:
            return None
        return (self.start + length / 2).replace(microsecond=0)

    @property
    def fields(self) -> JsonObject:
        """The window as StartTime and EndTime of a call."""
        end = {} if self.end is None else {"EndTime": instant(self.end)}
        return {"StartTime": instant(self.start), **end}

    def __str__(self) -> str:
        return f"from {instant(self.start)} to {instant(self.end or self.now)}"


def read_halved(operation: Operation, read: Read, fields: dict[str, JsonValue], now: datetime) -> list[JsonObject]:
    """Return all rows of a listing, each once, the newest first unless `Order` says otherwise.

    Raises:
        IncompleteListing: one second has more rows than can be read, or the call has no window to halve.
    """
    start, end = moment_of(str(fields.get("StartTime") or "")), fields.get("EndTime")
    if start is None:
        return _whole(operation, read)
    window = Window(start.astimezone(UTC), moment_of(str(end)) if end else None, now)
    newest_first = str(fields.get("Order") or "desc").lower() != "asc"
    rows: dict[str, JsonObject] = {}
    parts = [window]
    while parts:
        part = parts.pop()
        try:
            found = read(part.fields if part is not window else {})
        except BeyondLastPage as error:
            parts += _halves(operation, part, error) if newest_first else reversed(_halves(operation, part, error))
            continue
        for row in found:
            rows.setdefault(str(row[operation.row_id]), row)
    return list(rows.values())


def _halves(operation: Operation, window: Window, error: BeyondLastPage) -> tuple[Window, Window]:
    """Return the older half and the newer one."""
    middle = window.middle
    if middle is None:
        raise IncompleteListing(
            f"{operation.name}: {error} {window}, and a shorter time cannot be asked for",
            operation=operation.name,
            hint="ask for less: another time, a state, a name or a user",
        ) from error
    return replace(window, end=middle), replace(window, start=middle)


def _whole(operation: Operation, read: Read) -> list[JsonObject]:
    try:
        return read({})
    except BeyondLastPage as error:
        raise IncompleteListing(f"{operation.name}: {error}", operation=operation.name) from error
