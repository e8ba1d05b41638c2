"""Windows of time, which every answer names: by default the service shows seven days of jobs, or one hour of
metrics."""

from __future__ import annotations

from datetime import datetime, timedelta

from reconciler.errors import UsageError
from reconciler.model import JsonObject
from reconciler.model.expressions import expression
from reconciler.model.moments import instant, moment_of
from reconciler.model.quick import dataclass

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
CLOCKS_APART = timedelta(minutes=1)
"""How far the service's clock may be ahead of ours. A window that ends now is longer by it, so that it has the
newest rows."""
_SPAN = expression(r"([0-9]{1,6})([smhdw])")


@dataclass(frozen=True, slots=True)
class Window:
    """From one moment to another, both with a time zone."""

    start: datetime
    end: datetime

    @property
    def fields(self) -> JsonObject:
        """The window as StartTime and EndTime of a call."""
        return {"StartTime": instant(self.start), "EndTime": instant(self.end)}

    def __str__(self) -> str:
        return f"from {instant(self.start)} to {instant(self.end)}"


def window(since: str, until: str, now: datetime) -> Window:
    """Return the window of `--since` and `--until`: each is a span back from now ("90m", "7d") or a moment. Without
    `until` it ends now.

    Raises:
        UsageError: neither, or the end comes before the start.
    """
    found = Window(_moment(since, now, "--since"), _moment(until, now, "--until") if until else now + CLOCKS_APART)
    if found.end <= found.start:
        raise UsageError(f"the window is empty: {found}", hint="`--since` is the earlier one.")
    return found


def _moment(text: str, now: datetime, option: str) -> datetime:
    span = _SPAN.fullmatch(text.strip())
    try:
        if span is not None:
            return now - timedelta(**{_UNITS[span.group(2)]: int(span.group(1))})
    except OverflowError:
        moment = None
    else:
        moment = moment_of(text)
    if moment is None:
        hint = "Write a span such as 90m, 12h, 7d, 4w, or a moment such as 2026-01-31T12:00:00Z."
        raise UsageError(f"{option}: {text!r} is neither a span nor a moment", hint=hint)
    return moment
