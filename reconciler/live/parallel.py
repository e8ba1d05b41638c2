"""Independent calls side by side."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def side_by_side(function: Callable[[ItemT], ResultT], items: Iterable[ItemT], *, width: int) -> list[ResultT]:
    """`function` of each item on at most `width` threads; results in the order of the items.

    Raises:
        Exception: the first failure in that order; calls not yet started are then dropped.
    """
    queue = list(items)
    if len(queue) < 2 or width < 2:
        return [function(item) for item in queue]
    waiting = deque(enumerate(queue))
    results: dict[int, ResultT] = {}
    failures: dict[int, BaseException] = {}

    def work(_number: int) -> None:
        for index, item in _taken_from(waiting):
            try:
                results[index] = function(item)
            except BaseException as error:  # it is raised in the caller's thread
                failures[index] = error
                waiting.clear()

    # A thread takes the next item when it is free: a future for each of 10,000 items took 15 MB, and more time.
    threads = min(width, len(queue))
    with ThreadPoolExecutor(max_workers=threads, thread_name_prefix="call") as pool:
        try:
            list(pool.map(work, range(threads)))
        finally:
            waiting.clear()  # an interrupt of the caller starts nothing more
    if failures:
        raise failures[min(failures)]
    return [results[index] for index in range(len(queue))]


def _taken_from(waiting: deque[ItemT]) -> Iterator[ItemT]:
    """Yield what is waiting, one after the other; other threads take from it too."""
    while True:
        try:
            yield waiting.popleft()
        except IndexError:
            return
