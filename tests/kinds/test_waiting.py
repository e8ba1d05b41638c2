"""Patience: how often and how long one looks, what a look that fails means, and when a write is sent again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reconciler.errors import AnswerLost, NotFound, ServerFailed, ServiceError, StaleError
from reconciler.kinds.base import Patience
from reconciler.kinds.waiting import made_once, naming, once, rival, until

GONE = NotFound("not there")
CUT = AnswerLost("cut")


class Time:
    """Patience of three looks that counts its pauses."""

    def __init__(self, looks: int = 3) -> None:
        self.slept: list[float] = []
        self.patience = Patience(looks=looks, interval=2.5, sleep=self.slept.append)


def answers(*several: object) -> Callable[[], Any]:
    """One after the other; errors are raised, and to ask once more is an error of the test."""
    rest: Iterator[object] = iter(several)

    def answer() -> Any:
        found = next(rest)
        if isinstance(found, Exception):
            raise found
        return found

    return answer


@pytest.mark.parametrize(
    ("looks", "expected", "pauses"),
    [
        (("new",), "new", 0),
        (("old", "new"), "new", 1),
        (("old", GONE, "new"), "new", 2),
        ((GONE, GONE, "new"), "new", 2),
        (("old", "old", "older"), "older", 2),
        ((GONE, GONE, "old"), "old", 2),
    ],
)
def test_until_looks_as_often_as_it_may_and_gives_the_last_answer(
    looks: tuple[object, ...], expected: str, pauses: int
) -> None:
    time = Time()
    assert until(time.patience, answers(*looks), lambda shown: shown == "new") == expected
    assert time.slept == [2.5] * pauses


def test_until_ends_with_not_found_when_the_last_look_finds_nothing() -> None:
    time = Time()
    with pytest.raises(NotFound):
        until(time.patience, answers("old", GONE, GONE), lambda shown: shown == "new")
    assert time.slept == [2.5, 2.5]


def test_until_lets_other_errors_through_at_once() -> None:
    time = Time()
    with pytest.raises(AnswerLost):
        until(time.patience, answers(CUT), lambda _shown: True)
    assert time.slept == []


FAILED = ServerFailed("broken", status=500, code="InternalError")
PAGE = ServerFailed("a page", status=502)
TIMED_OUT = ServerFailed("late", status=504, code="GatewayTimeout")


@pytest.mark.parametrize(("lost", "again"), [(FAILED, True), (PAGE, False), (TIMED_OUT, False), (CUT, False)])
def test_what_makes_an_object_is_sent_again_only_after_a_certain_end(lost: ServiceError, again: bool) -> None:
    time = Time()
    send = answers(lost, "made")
    if again:
        assert made_once(time.patience, send, lambda: None) == "made"
    else:
        with pytest.raises(AnswerLost):
            made_once(time.patience, send, lambda: None)
    assert len(time.slept) == 2


@pytest.mark.parametrize("write", [once, made_once])
def test_a_look_comes_before_every_time_but_the_first(write: Any) -> None:
    looked: list[str] = []
    assert write(Time().patience, answers("done"), lambda: None, lambda: looked.append("look")) == "done"
    assert looked == []
    assert (
        write(Time().patience, answers(FAILED, FAILED, "done"), lambda: None, lambda: looked.append("look")) == "done"
    )
    assert looked == ["look", "look"]


@pytest.mark.parametrize("write", [once, made_once])
def test_nothing_is_sent_again_when_the_look_shows_somebody_else(write: Any) -> None:

    def look() -> None:
        raise StaleError("somebody else wrote")

    with pytest.raises(StaleError):
        write(Time().patience, answers(FAILED), lambda: None, look)


def row(id: str, created: str) -> dict[str, str]:
    return {"Id": id, "GmtCreateTime": created}


MINE, NOON, LATER = "2026-03-01T12:00Z", "2026-03-01T12:00:00Z", "2026-03-01T12:00:01Z"


@pytest.mark.parametrize(
    ("others", "winner"),
    [
        ([], None),
        ([row("a", LATER)], None),
        ([row("a", NOON)], "a"),
        ([row("z", "2026-03-01T11:59:59.5Z")], "z"),
        ([row("z", "2026-03-01T13:59:00+02:00"), row("y", "2026-03-01T11:58:00Z")], "y"),
    ],
)
def test_the_elder_stays_whatever_the_notation(others: list[dict[str, str]], winner: str | None) -> None:
    rows = [row("m", MINE), *others]
    found = rival(Time().patience, rows, lambda: rows, "m", "Id")
    assert (found and found["Id"]) == winner


def test_of_two_equal_ones_the_smaller_id_waits_for_the_other_to_give_way() -> None:
    time = Time()
    both, alone = [row("m", NOON), row("z", NOON)], [row("m", NOON)]
    assert rival(time.patience, both, answers(both, alone), "m", "Id") is None
    assert time.slept == [2.5, 2.5]
    time = Time()
    found = rival(time.patience, both, lambda: both, "m", "Id")
    assert found is not None
    assert found["Id"] == "z"
    assert time.slept == [2.5] * 3


def test_one_that_is_not_listed_has_no_rival() -> None:
    assert rival(Time().patience, [row("a", NOON)], list, "m", "Id") is None


@pytest.mark.parametrize(
    ("met", "told"),
    [("the answer was cut", "tpl1 was created; the answer was cut"), ("tpl1 is broken", "tpl1 is broken")],
)
def test_an_error_after_a_create_names_what_was_created_once(met: str, told: str) -> None:
    with pytest.raises(AnswerLost) as caught, naming("tpl1"):
        raise AnswerLost(met)
    assert caught.value.message == told
