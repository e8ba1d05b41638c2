"""Two sides that ask the same of one service: each answer serves both, once."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from reconciler.errors import NotFound
from reconciler.live import Operation
from reconciler.live.exchange import Exchange, Side
from reconciler.model import JsonObject, JsonValue

GET = Operation(name="GetThing", repeatable=True)
LIST = Operation(name="ListThings", repeatable=True, rows="Things")
WRITE = Operation(name="UpdateThing")


class Counting:
    """A service that gives every answer a number."""

    calls_in_flight = 4
    place = "somewhere"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.hold = threading.Event()
        self.hold.set()

    def call(self, operation: Operation, *ids: str, **fields: JsonValue) -> JsonObject:
        self.asked.append(operation.name)
        assert self.hold.wait(10)
        if ids == ("gone",):
            raise NotFound("it is gone")
        return {"number": len(self.asked), "ids": list(ids), "text": "\ud800 é 汉", **fields}

    def rows(self, operation: Operation, *ids: str, **fields: JsonValue) -> list[JsonObject]:
        self.asked.append(operation.name)
        return [{"number": len(self.asked), "ids": list(ids), **fields}]


@given(st.lists(st.tuples(st.sampled_from(Side), st.sampled_from(("a", "b")), st.sampled_from(("", "all")))))
@effort(deadline=None)
def test_each_answer_serves_the_other_side_once(asked: list[tuple[Side, str, str]]) -> None:
    """What a side asks again itself is looked at anew, and never answered with what it knows already."""
    service, exchange = Counting(), Exchange()
    sides = {side: exchange.over(service, side) for side in Side}
    left: dict[tuple[str, str], tuple[Side, JsonObject]] = {}
    for side, id, version in asked:
        before, (by, known) = len(service.asked), left.pop((id, version), (side, {}))
        answer = sides[side].call(GET, id, Version=version)
        if by is side:
            assert len(service.asked) == before + 1
            left[id, version] = side, answer
        else:
            assert (len(service.asked), answer) == (before, known)


def test_who_asks_while_the_other_side_waits_for_the_answer_gets_the_same() -> None:
    service, exchange = Counting(), Exchange()
    service.hold.clear()
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(exchange.over(service, side).call, GET, "a") for side in Side]
        while exchange._askers.total() < len(both) and not any(each.done() for each in both):
            pass  # until both have come
        service.hold.set()
        assert both[0].result() == both[1].result()
    assert service.asked == ["GetThing"]


def test_listings_and_writes_go_by_the_exchange() -> None:
    service, exchange = Counting(), Exchange()
    for side in Side:
        exchange.over(service, side).rows(LIST)
        exchange.over(service, side).call(WRITE, "a")
        exchange.over(service, side).call(GET)
    assert service.asked == ["ListThings", "UpdateThing", "GetThing"] * 2


def test_a_failure_is_no_answer() -> None:
    service, exchange = Counting(), Exchange()
    for side in Side:
        with pytest.raises(NotFound):
            exchange.over(service, side).call(GET, "gone")
    assert service.asked == ["GetThing"] * 2


def test_what_nobody_asks_for_does_not_fill_the_memory() -> None:
    service, most = Counting(), 3_000
    exchange = Exchange(most)
    own, waiting = (exchange.over(service, side) for side in Side)
    for number in range(100):
        own.call(GET, f"thing-{number}")
    assert 0 < exchange._size == sum(len(packed) for _, packed in exchange._kept.values()) <= most
    assert not exchange._turns
    asked = len(service.asked)
    assert json.dumps(waiting.call(GET, "thing-99")["number"]) == "100"
    assert len(service.asked) == asked
    assert waiting.call(GET, "thing-0")["number"] == asked + 1, "the oldest gave way"
