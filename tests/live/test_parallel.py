"""Independent calls side by side: every item once, results in order, and the first failure ends it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.live.parallel import side_by_side


@given(st.lists(st.integers()), st.integers(min_value=1, max_value=8))
def test_results_come_in_the_order_of_the_items(items: list[int], width: int) -> None:
    assert side_by_side(lambda item: item * 2, items, width=width) == [item * 2 for item in items]


def test_an_item_that_takes_longer_keeps_its_place() -> None:
    second_is_done = threading.Event()

    def work(item: int) -> int:
        assert item or second_is_done.wait(5)
        if item == 1:
            second_is_done.set()
        return item

    assert side_by_side(work, range(3), width=2) == [0, 1, 2]


def test_as_many_threads_as_asked_for_work_at_once_and_no_more() -> None:
    together = threading.Barrier(4)
    names = side_by_side(lambda _: (together.wait(5), threading.current_thread().name)[1], range(12), width=4)
    assert len(set(names)) == 4


def test_the_first_failure_in_the_order_of_the_items_is_raised_whichever_happened_first() -> None:
    later_failed = threading.Event()

    def fail(item: int) -> None:
        if item == 0:
            assert later_failed.wait(5)
        if item == 1:
            later_failed.set()
        raise ValueError(item)

    with pytest.raises(ValueError, match=r"^0$"):
        side_by_side(fail, range(2), width=2)


def test_after_a_failure_nothing_more_is_started() -> None:
    started = []

    def work(item: int) -> None:
        started.append(item)
        if item == 0:
            raise ValueError(item)
        busy.wait(0.01)

    busy = threading.Event()
    with pytest.raises(ValueError, match="0"):
        side_by_side(work, range(100), width=2)
    assert len(started) < 100


def test_a_failure_that_looks_like_the_end_of_the_items_is_a_failure() -> None:
    def work(item: int) -> int:
        return [][item]

    with pytest.raises(IndexError):
        side_by_side(work, range(4), width=2)


def test_items_are_made_while_earlier_ones_are_worked_on() -> None:
    """The second item is made only when the first is being worked on, and by one thread at a time."""
    first_is_worked_on, making = threading.Event(), threading.Lock()

    def items() -> Iterator[int]:
        for item in range(6):
            assert making.acquire(blocking=False), "two threads make items at once"
            assert item == 0 or first_is_worked_on.wait(5)
            making.release()
            yield item

    def work(item: int) -> int:
        first_is_worked_on.set()
        return item

    assert side_by_side(work, items(), width=3) == list(range(6))


def test_a_failure_of_making_the_items_is_raised() -> None:
    def items() -> Iterator[int]:
        yield 0
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        side_by_side(lambda item: item, items(), width=4)
