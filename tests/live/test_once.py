"""Questions that are asked once, however many ask them."""

from __future__ import annotations

import threading
import weakref
from collections import Counter

import pytest

from reconciler.errors import Forbidden, NotFound, ServiceError
from reconciler.live import Operation
from reconciler.live.once import HandedOn, Once
from reconciler.live.parallel import side_by_side
from reconciler.model import JsonObject, JsonValue

GET, LIST, WRITE = (
    Operation(name="Get", repeatable=True),
    Operation(name="List", repeatable=True),
    Operation(name="Set"),
)


class Answering:
    """A service that counts what it is asked, and refuses first."""

    calls_in_flight = 4
    place = "here"

    def __init__(self, *refusals: Exception) -> None:
        self.asked: Counter[str] = Counter()
        self.refusals = list(refusals)

    def call(self, operation: Operation, *ids: str, **fields: JsonValue) -> JsonObject:
        self.asked[" ".join((operation.name, *ids, *map(str, fields.values())))] += 1
        if self.refusals:
            raise self.refusals.pop(0)
        return {"number": self.asked.total()}

    def rows(self, operation: Operation, *ids: str, **fields: JsonValue) -> list[JsonObject]:
        return [self.call(operation, *ids, **fields)]


def test_each_question_is_asked_once_by_many_threads() -> None:
    live = Answering()
    once, begin = Once(live), threading.Barrier(8)

    def ask(number: int) -> JsonValue:
        begin.wait(10)
        return [once.call(GET, str(number % 2)), once.rows(LIST, Workspace=number % 2)]

    given = side_by_side(ask, range(8), width=8)
    assert live.asked == {"Get 0": 1, "Get 1": 1, "List 0": 1, "List 1": 1}
    assert given[::2] == [given[0]] * 4
    assert given[1::2] == [given[1]] * 4


def test_only_what_is_chosen_is_kept_and_nothing_is_written() -> None:
    live = Answering()
    once = Once(live, lambda operation, fields: operation == LIST and not fields)
    for _ in range(2):
        once.call(GET, "a")
        once.rows(LIST)
        once.rows(LIST, Workspace="1")
    assert live.asked == {"Get a": 2, "List": 1, "List 1": 2}
    with pytest.raises(ValueError, match="Set writes"):
        once.call(WRITE, "a")


def test_a_refusal_that_is_kept_holds_nothing_of_what_was_at_hand() -> None:
    class Large:
        """Something that a reader of answers has at hand."""

    class Refusing(Answering):
        """Refuses, with something large at hand."""

        def call(self, operation: Operation, *ids: str, **fields: JsonValue) -> JsonObject:
            large = Large()
            held.append(weakref.ref(large))
            return super().call(operation, *ids, **fields)

    held: list[weakref.ref[Large]] = []
    once = Once(Refusing(NotFound("there is none")))
    for _ in range(2):
        with pytest.raises(NotFound, match="there is none"):
            once.call(GET, "a")
    assert [each() for each in held] == [None]


@pytest.mark.parametrize("refusal", [NotFound, Forbidden])
def test_a_refusal_is_an_answer(refusal: type[ServiceError]) -> None:
    live = Answering(refusal("no"))
    once = Once(live)
    for _ in range(3):
        with pytest.raises(refusal):
            once.call(GET, "a")
    assert live.asked == {"Get a": 1}


def test_what_failed_is_asked_again() -> None:
    live = Answering(ServiceError("lost"))
    once = Once(live)
    with pytest.raises(ServiceError):
        once.call(GET, "a")
    assert once.call(GET, "a") == once.call(GET, "a") == {"number": 2}


def test_what_the_first_was_answered_is_handed_on_one_time() -> None:
    live = Answering()
    second = HandedOn(live)
    first = second.first()
    seen: list[JsonValue] = [first.call(GET, "a"), *first.rows(LIST, Workspace="1")]
    assert [second.call(GET, "a"), *second.rows(LIST, Workspace="1")] == seen
    assert live.asked == {"Get a": 1, "List 1": 1}
    assert (second.call(GET, "a"), second.rows(LIST)) == ({"number": 3}, [{"number": 4}])
    assert (first.calls_in_flight, first.place, second.calls_in_flight, second.place) == (4, "here", 4, "here")
