"""Retries, pace and the number of calls in flight."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reconciler.kinds.jobtemplate.operations as of_templates
from reconciler.errors import AnswerLost, ApiError, BadAnswer, ConnectionFailed, ServerFailed, ServiceError, Throttled
from reconciler.live import Retry, RetryPolicy, operations
from reconciler.live.pace import Gate, Pacer

from .conftest import Open
from .raw import LIST_OK, Behaviour, RawServer, answer, failure, raw

MADE = answer({"RequestId": "R", "TemplateId": "tpl1"})


class Clock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    "trouble", [raw(b""), failure("Internal", status=500), failure("Throttling", status=429), answer(b"<html>")]
)
def test_a_read_is_made_again(open_service: Open, waits: list[float], trouble: Behaviour) -> None:
    told: list[Retry] = []
    with RawServer(trouble, trouble, answer()) as server:
        assert open_service(server.url, on_retry=told.append).call(of_templates.LIST_JOB_TEMPLATES) == LIST_OK
        assert len(server.requests) == 3
        assert len({seen.headers["x-acs-signature-nonce"] for seen in server.requests}) == 3
    assert [(retry.operation, retry.attempt) for retry in told] == [("ListJobTemplates", 1), ("ListJobTemplates", 2)]
    assert [retry.wait for retry in told] == [wait for wait in waits if wait in {retry.wait for retry in told}]


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [(raw(b""), AnswerLost), (failure("Internal", status=500), ServerFailed), (answer(b"<html>"), BadAnswer)],
)
def test_a_write_that_may_have_happened_is_never_made_again(
    open_service: Open, trouble: Behaviour, expected: type[ServiceError]
) -> None:
    with RawServer(trouble, MADE) as server:
        with pytest.raises(expected):
            open_service(server.url).call(of_templates.CREATE_JOB_TEMPLATE, TemplateName="t")
        assert len(server.requests) == 1


def test_a_write_that_was_turned_away_is_made_again(open_service: Open, waits: list[float]) -> None:
    busy = failure("Throttling", status=429, headers={"x-acs-retry-after": "1700"})
    with RawServer(busy, MADE) as server:
        service = open_service(server.url, retries=RetryPolicy(first_wait=0.001))
        assert service.call(of_templates.CREATE_JOB_TEMPLATE, TemplateName="t")["TemplateId"] == "tpl1"
        assert len(server.requests) == 2
    assert waits[0] >= 1.7


@pytest.mark.parametrize("trouble", [failure("BadRequest"), failure("NotFound", status=404)])
def test_a_refusal_is_not_asked_again(open_service: Open, trouble: Behaviour) -> None:
    with RawServer(trouble) as server:
        with pytest.raises(ApiError):
            open_service(server.url).call(of_templates.LIST_JOB_TEMPLATES)
        assert len(server.requests) == 1


def test_attempts_are_bounded_and_waits_grow_no_longer_than_allowed(open_service: Open, waits: list[float]) -> None:
    with RawServer(failure("Internal", status=500)) as server:
        with pytest.raises(ServerFailed):
            open_service(server.url, retries=RetryPolicy(attempts=4, longest_wait=0.7)).call(operations.LIST_JOBS)
        assert len(server.requests) == 4
    assert len(waits) == 3
    assert max(waits) <= 0.7


def test_the_deadline_ends_waiting(open_service: Open, waits: list[float]) -> None:
    busy = failure("Throttling", status=429, headers={"x-acs-retry-after": "60000"})
    with RawServer(busy) as server:
        with pytest.raises(Throttled):
            open_service(server.url, deadline=30.0).call(operations.LIST_JOBS)
        assert len(server.requests) == 1
    assert not waits


def test_a_turn_that_would_come_too_late_is_not_waited_for(open_service: Open, waits: list[float]) -> None:
    with RawServer(answer()) as server:
        service = open_service(server.url, rate=0.01, deadline=30.0)
        service.call(of_templates.LIST_JOB_TEMPLATES)
        with pytest.raises(ConnectionFailed, match="not sent"):
            service.call(of_templates.LIST_JOB_TEMPLATES)
        assert len(server.requests) == 1


@given(st.floats(1, 200), st.lists(st.floats(0, 0.5), min_size=1, max_size=60))
def test_no_second_has_more_calls_than_the_rate_and_its_burst(rate: float, pauses: list[float]) -> None:
    clock = Clock()
    pacer = Pacer(rate, clock)
    sent = []
    for pause in pauses:
        clock.now += pause
        sent.append(clock.now + pacer.reserve())
    assert sent == sorted(sent)
    for start in sent:
        assert sum(start <= moment < start + 1 for moment in sent) <= rate + max(1.0, rate / 10) + 1


def test_the_full_rate_is_reached_and_nobody_waits_without_need() -> None:
    clock = Clock()
    pacer = Pacer(80, clock)
    waits = [pacer.reserve() for _ in range(88)]
    assert waits[:8] == pytest.approx([0.0] * 8, abs=1e-9)
    assert waits[-1] == pytest.approx(1.0, abs=0.02)


def test_throttling_slows_once_per_event_and_comes_back() -> None:
    clock = Clock()
    pacer = Pacer(80, clock)
    started = clock.now
    clock.now += 0.1
    for _ in range(16):
        pacer.slow_down(started, wait=2.0)
    assert pacer.rate == 40
    assert pacer.reserve() >= 2.0
    for _ in range(1000):
        pacer.speed_up()
    assert pacer.rate == 80


def test_fewer_calls_in_flight_after_throttling_and_more_again_later() -> None:
    clock = Clock()
    gate = Gate(8, clock)
    for _ in range(8):
        assert gate.enter(0)
    assert not gate.enter(0)
    started = clock.now
    clock.now += 1
    for _ in range(8):
        gate.leave(started, throttled=True)
    assert gate.limit == 4
    assert [gate.enter(0) for _ in range(5)] == [True] * 4 + [False]
    for _ in range(4):
        gate.leave(started, throttled=False)
    for _ in range(100):
        assert gate.enter(0)
        gate.leave(clock.now, throttled=False)
    assert gate.limit == 8


def test_a_waiting_call_goes_on_when_a_place_is_free() -> None:
    gate = Gate(1, Clock())
    assert gate.enter(0)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(gate.enter, 10)
        gate.leave(0.0, throttled=False)
        assert waiting.result(5)


def test_a_service_that_allows_less_is_used_at_its_own_pace_without_a_storm(open_service: Open) -> None:
    """A server with a bucket of its own, on a clock that moves only when the client waits."""
    now, lock = [0.0], threading.Lock()
    allowed = 20.0
    tokens, last = [2.0], [0.0]

    def limited(sock: object, seen: object) -> None:
        with lock:
            now[0] += 0.001
            tokens[0] = min(2.0, tokens[0] + (now[0] - last[0]) * allowed)
            last[0] = now[0]
            behave: Callable[..., None] = answer() if tokens[0] >= 1 else busy
            tokens[0] -= tokens[0] >= 1
        behave(sock, seen)

    def sleep(seconds: float) -> None:
        with lock:
            now[0] += seconds

    busy = failure("Throttling", status=429, headers={"x-acs-retry-after": "50"})
    with RawServer(limited) as server:
        service = open_service(server.url, sleep=sleep, rate=80.0)
        for _ in range(300):
            service.call(of_templates.LIST_JOB_TEMPLATES)
        turned_away = len(server.requests) - 300
    assert turned_away < 60
