"""What was reported of drift before, so that the same drift is reported once: a small file of hashes, without names.

A file that is gone or cannot be read means that nothing was reported: twice is better than never.
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Iterable

FORMAT_VERSION = "1.0"
LONGEST = 4 * 1024 * 1024
"""Bytes. A longer file is not ours."""


class News(enum.StrEnum):
    """What is new about drift."""

    NOTHING = "nothing"
    """There is no drift, and there was none."""
    OPENED = "opened"
    GREW = "grew"
    """Objects drifted that were not reported yet."""
    SAME = "same"
    """All drift was reported before."""
    CLOSED = "closed"


def news_of(before: frozenset[str], now: frozenset[str]) -> News:
    """Return what is new: `before` was reported, `now` has drifted (both as `digests`)."""
    if not now:
        return News.CLOSED if before else News.NOTHING
    if not before:
        return News.OPENED
    return News.SAME if now <= before else News.GREW


def digests(names: Iterable[str]) -> frozenset[str]:
    """Return the names of objects as hashes."""
    return frozenset(hashlib.sha256(name.encode("utf-8", "backslashreplace")).hexdigest()[:16] for name in names)


def written(told: frozenset[str]) -> str:
    """Return the text of the file."""
    return json.dumps({"format_version": FORMAT_VERSION, "drift": sorted(told)}) + "\n"


def read(text: str) -> frozenset[str]:
    """Return the hashes in the text of a file; empty when it is not one of ours."""
    try:
        drift = json.loads(text)["drift"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return frozenset()
    return frozenset(each for each in drift if isinstance(each, str)) if isinstance(drift, list) else frozenset()
