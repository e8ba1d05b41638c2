"""How long a server asks to be left alone, from the headers of its answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

LONGEST_HINT = 86_400.0
"""Seconds; whoever asks for more is taken to ask for a day."""


def asked_wait(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds an answer asks to wait, from 0 to LONGEST_HINT; None when it asks for nothing that can be read.

    `x-acs-retry-after` (milliseconds) is Alibaba Cloud's, `Retry-After` (seconds, or an HTTP date) everybody's; of two
    the longer counts. Headers are asked for by lower-case names; `now` is in seconds since the epoch.
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
    """An HTTP date is in GMT, also where it does not say so; one in the past asks for nothing."""
    try:
        moment = parsedate_to_datetime(text.strip())
        return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
