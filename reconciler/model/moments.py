"""The moments that the service writes, such as `2026-01-08T14:17:55Z`. This is the only place that reads and writes
them.

The documentation gives templates minutes, its examples have seconds, AIWorkSpace has milliseconds (API.md, section
1.9). So all of these are read: seconds and fractions may be missing, and so may the zone, which is UTC then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from reconciler.model.expressions import expression

THE_BEGINNING = "2000-01-01T00:00:00Z"
"""Earlier than any object of the service: the start of the widest window there is.

ListJobs and ListTensorboards show the last seven days only unless a start is named (API.md, section 6). The creation
time of a template is no such start: the service may show it in whole minutes, in another zone, or not at all, and one
job that is overlooked can mean a template that is deleted while it is in use.
"""

_MOMENT = expression(
    r"(\d{4}-\d{2}-\d{2})"
    r"(?:[Tt ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,9}))?)?\s?([Zz]|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_SECOND = timedelta(seconds=1)


def moment_of(text: object) -> datetime | None:
    """Return the earliest moment that a text of the service can mean, in UTC; None when it is empty or no moment."""
    found = _found(text)
    return None if found is None else _earliest(found)


def last_moment(text: str) -> datetime | None:
    """Return the last whole second that a text of the service can mean, in UTC; None when it is not a moment."""
    found = _found(text)
    moment = None if found is None else _earliest(found)
    try:
        return None if found is None or moment is None else moment + _span(found) - _SECOND
    except OverflowError:
        return None


def precision(text: str) -> timedelta:
    """Return how long the span is that a text means: a second, or a minute or a day where the text is no more exact."""
    found = _found(text)
    return _SECOND if found is None else _span(found)


def _found(text: object) -> re.Match[str] | None:
    return _MOMENT.fullmatch(text.strip()) if isinstance(text, str) else None


def _earliest(found: re.Match[str]) -> datetime | None:
    day, hour, minute, second, fraction, zone = found.groups()
    offset = "+00:00" if zone in (None, "Z", "z") else zone
    try:
        whole = datetime.fromisoformat(f"{day}T{hour or '00'}:{minute or '00'}:{second or '00'}{offset}")
        if fraction:
            whole += timedelta(microseconds=int(f"{fraction:0<6.6}"))
        return whole.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _span(found: re.Match[str]) -> timedelta:
    if found.group(4):
        return _SECOND
    return timedelta(minutes=1) if found.group(2) else timedelta(days=1)


def instant(moment: datetime) -> str:
    """Return a moment as the service writes it: UTC, whole seconds."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def in_time(text: str) -> tuple[datetime, str]:
    """Return a key that sorts texts by the moments they mean, whatever their notation; texts that are no moment come
    first."""
    moment = moment_of(text)
    return (datetime.min.replace(tzinfo=UTC), text) if moment is None else (moment, "")


def latest(texts: Iterable[str]) -> str:
    """Return the last of several moments, as it was written; empty when there is none."""
    return max(filter(None, texts), key=in_time, default="")


def age_days(created: str, now: datetime) -> int | None:
    """Return the whole days since a moment of the service, at least 0; None when it is not a moment. `now` has a
    time zone."""
    moment = moment_of(created)
    return None if moment is None else max(0, (now - moment).days)
