"""Two or three runs create one name at the same moment: at most one object stays, whatever the clock shows."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.laws import examples

from reconciler.kinds.base import Patience
from reconciler.kinds.waiting import rival
from reconciler.model import JsonObject

from .turns import Turn, Turns

PATIENCE = Patience(looks=3, sleep=lambda _seconds: None)
ids = st.permutations(["a", "b", "c"])


def makers_at_once(order: Sequence[int], ids: Sequence[str], ticks: Sequence[bool]) -> list[str]:
    """Each maker creates, lists and decides in its turns; the clock moves on before a create where `ticks` says so."""
    turns, live = Turns(order), dict[str, JsonObject]()
    clock = 0

    def maker(index: int) -> None:
        own = ids[index]

        def listed() -> list[JsonObject]:
            turns.wait(Turn(str(index), "list", own, False))
            return list(live.values())

        turns.wait(Turn(str(index), "create", own, True))
        nonlocal clock
        clock += ticks[index]
        live[own] = {"Id": own, "GmtCreateTime": f"{clock:04}"}
        if rival(PATIENCE, listed(), listed, own, "Id") is not None:
            turns.wait(Turn(str(index), "delete", own, True))
            del live[own]

    turns.run({str(index): lambda index=index: maker(index) for index in range(len(ticks))})  # type: ignore[misc]
    return sorted(live)


@settings(max_examples=examples(50), derandomize=True, database=None)
@given(order=st.lists(st.integers(0, 5), max_size=20), ids=ids, ticks=st.lists(st.booleans(), min_size=2, max_size=3))
@example(order=[], ids=["b", "a", "c"], ticks=[False, False])
@example(order=[0, 0, 0, 0], ids=["b", "a", "c"], ticks=[False, False])
def test_at_most_one_stays(order: list[int], ids: list[str], ticks: list[bool]) -> None:
    assert len(makers_at_once(order, ids, ticks)) <= 1


def test_the_first_of_two_that_do_not_meet_stays() -> None:
    assert makers_at_once([0, 0, 0, 0], ["b", "a"], [False, False]) == ["b"]


def test_of_two_that_meet_one_stays() -> None:
    assert makers_at_once([0, 1, 0, 1, 0, 1, 0, 1], ["b", "a"], [False, False]) in (["a"], ["b"])
