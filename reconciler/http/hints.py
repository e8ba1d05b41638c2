"""How long a server asks clients to wait, from the headers of its answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

LONGEST_HINT = 86_400.0
"""Seconds. A server that asks for more is treated as asking for a day."""


def asked_wait(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that an answer asks to wait, from 0 to LONGEST_HINT; None when it asks for nothing readable.

    `x-acs-retry-after` (milliseconds) is Alibaba Cloud's header, `Retry-After` (seconds, or an HTTP date) the general
    one; the longer of the two counts. Headers are looked up by lower-case names; `now` is in seconds since the epoch.
    """
    own, common = headers.get("x-acs-retry-after", ""), headers.get("retry-after", "")
    asked = [seconds for seconds in (_number(own, 1000), _after(common, now)) if seconds is not None]
    return min(max(asked), LONGEST_HINT) if asked else None


def _after(text: str, now: float) -> float | None:
    seconds = _number(text, 1)
    return _until_date(text, now) if seconds is None else seconds


def _number(text: str, units: int) -> float | None:
    digits = text.strip()
    if not digits.isascii() or not digits.isdigit():
        return None
    return int(digits) / units if len(digits) <= 12 else LONGEST_HINT


def _until_date(text: str, now: float) -> float | None:
    """Return the seconds until an HTTP date, which is in GMT even where it does not say so; 0 for a date in the
    past."""
    try:
        moment = parsedate_to_datetime(text.strip())
        return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
