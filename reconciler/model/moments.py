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


def moment_of(text: object) -> datetime | None:
    """Return the earliest moment that a text of the service can mean, in UTC; None when it is empty or no moment."""
    found = _MOMENT.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        return None
    day, hour, minute, second, fraction, zone = found.groups()
    offset = "+00:00" if zone in (None, "Z", "z") else zone
    try:
        whole = datetime.fromisoformat(f"{day}T{hour or '00'}:{minute or '00'}:{second or '00'}{offset}")
        return (whole + timedelta(microseconds=int(f"{fraction or '':0<6.6}"))).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def last_moment(text: str) -> datetime | None:
    """Return the last whole second that a text of the service can mean, in UTC; None when it is not a moment."""
    moment = moment_of(text)
    try:
        return None if moment is None else moment + precision(text) - timedelta(seconds=1)
    except OverflowError:
        return None


def precision(text: str) -> timedelta:
    """Return how long the span is that a text means: a second, or a minute or a day where the text is no more exact."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None or found.group(4):
        return timedelta(seconds=1)
    return timedelta(minutes=1) if found.group(2) else timedelta(days=1)


def instant(moment: datetime) -> str:
    """Return a moment as the service writes it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


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
