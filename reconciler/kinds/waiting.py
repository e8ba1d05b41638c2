"""Patience with a service that acts asynchronously and shows its own writes late."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from reconciler.errors import NotFound
from reconciler.kinds.base import Patience
from reconciler.live.writes import write_once

ResultT = TypeVar("ResultT")


def once(patience: Patience, send: Callable[[], ResultT], landed: Callable[[], ResultT | None]) -> ResultT:
    """`live.writes.write_once` with the patience of this run."""
    return write_once(send, landed, looks=patience.looks, sleep=patience.sleep)


def until(patience: Patience, read: Callable[[], ResultT], shows: Callable[[ResultT], bool]) -> ResultT:
    """Read until the answer shows what is expected, at most `patience.looks` times; the last answer.

    A 404 right after our own write is lag, not absence.

    Raises:
        NotFound: the last look still found nothing.
    """
    for remaining in reversed(range(patience.looks)):
        try:
            answer = read()
        except NotFound:
            if not remaining:
                raise
        else:
            if shows(answer) or not remaining:
                return answer
        patience.sleep(patience.interval)
    raise AssertionError("patience.looks is at least 1")
