"""Independent calls side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
    with ThreadPoolExecutor(max_workers=min(width, len(queue)), thread_name_prefix="call") as pool:
        futures = [pool.submit(function, item) for item in queue]
        try:
            return [future.result() for future in futures]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
