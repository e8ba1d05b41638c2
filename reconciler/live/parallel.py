"""Runs independent calls at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context
from operator import length_hint
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def side_by_side(function: Callable[[ItemT], ResultT], items: Iterable[ItemT], *, width: int) -> list[ResultT]:
    """Call `function` for each item on at most `width` threads, and return the results in the order of the items.

    An item is taken when a thread is free for it. So items that are made only then, as those of a generator are, are
    made one after the other, while the earlier ones are worked on.

    Raises:
        Exception: the first failure in that order; calls not yet started are then dropped.
    """
    threads = min(width, length_hint(items, width))
    if threads < 2:
        return [function(item) for item in items]
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - loads logging; validate makes no calls

    queue = _Queue(items)
    results: dict[int, ResultT] = {}
    failures: dict[int, BaseException] = {}

    def work() -> None:
        for index, item in queue:
            try:
                results[index] = function(item)
            except BaseException as error:  # the caller's thread raises it
                failures[index] = error
                queue.close()

    # A thread takes the next item when it is free: a future for each of 10,000 items took 15 MB, and more time.
    # What the caller's context says, such as the language of texts, holds in the threads too.
    contexts = [copy_context() for _ in range(threads)]
    with ThreadPoolExecutor(max_workers=threads, thread_name_prefix="call") as pool:
        try:
            list(pool.map(lambda context: context.run(work), contexts))
        finally:
            queue.close()  # an interrupt of the caller starts nothing more
    if failures:
        raise failures[min(failures)]
    return [results[index] for index in range(len(results))]


class _Queue(Generic[ItemT]):
    """Items with their numbers, each handed to one of several threads."""

    def __init__(self, items: Iterable[ItemT]) -> None:
        self._items = enumerate(items)
        self._lock = threading.Lock()
        self._is_closed = False

    def __iter__(self) -> Iterator[tuple[int, ItemT]]:
        while (taken := self._next()) is not None:
            yield taken

    def _next(self) -> tuple[int, ItemT] | None:
        with self._lock:
            return None if self._is_closed else next(self._items, None)

    def close(self) -> None:
        """Hand out nothing more."""
        self._is_closed = True
