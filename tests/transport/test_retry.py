"""What is repeated, how often for each cause, and how long servers are left alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live.conftest import Open
from live.raw import LIST_OK, RawServer, answer

import reconciler.kinds.jobtemplate.operations as of_templates
from reconciler.errors import (
    AnswerLost,
    ApiError,
    BadAnswer,
    ConnectionFailed,
    ServerFailed,
    ServiceError,
    Throttled,
    UntrustedServer,
)
from reconciler.http.hints import LONGEST_HINT, asked_wait
from reconciler.http.retry import Cause, Retry, RetryPolicy, cause_of, repeat

NOW = 1_772_366_400.0
POLICY = RetryPolicy(attempts=3, throttled_attempts=5, first_wait=1.0, longest_wait=4.0)


def late() -> AnswerLost:
    error = AnswerLost("late")
    error.late = True
    return error


FAULTS: dict[Cause, Callable[[], ServiceError]] = {
    Cause.THROTTLED: lambda: Throttled("busy", status=429, retry_after=2.0),
    Cause.SERVER: lambda: ServerFailed("broken", status=502),
    Cause.CONNECTION: lambda: ConnectionFailed("refused"),
    Cause.LATE: late,
    Cause.LOST: lambda: AnswerLost("reset"),
    Cause.UNUSABLE: lambda: BadAnswer("HTML", status=200),
    Cause.FINAL: lambda: ApiError("no such field", status=400),
}
SAFE = {Cause.THROTTLED, Cause.CONNECTION}


class World:
    """A clock that only sleeping moves, and a call that fails as told, then succeeds."""

    def __init__(self, causes: list[Cause]) -> None:
        self.left = list(causes)
        self.now = 0.0
        self.sent = 0
        self.told: list[Retry] = []

    def send(self) -> str:
        self.sent += 1
        if self.left:
            raise FAULTS[self.left.pop(0)]()
        return "done"

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def run(self, *, repeatable: bool, until: float = 1e9) -> str:
        return repeat(
            self.send,
            operation="x",
            repeatable=repeatable,
            most=POLICY.most,
            wait=POLICY.wait,
            until=until,
            clock=lambda: self.now,
            sleep=self.sleep,
            on_retry=self.told.append,
        )


def model(causes: list[Cause], *, repeatable: bool) -> int:
    """How many requests there must be, said in another way: up to the first cause that may not be repeated again."""
    seen: Counter[Cause] = Counter()
    for number, cause in enumerate(causes, 1):
        seen[cause] += 1
        most = 5 if cause is Cause.THROTTLED else 3
        if cause is Cause.FINAL or (not repeatable and cause not in SAFE) or seen[cause] == most:
            return number
    return len(causes) + 1


@given(st.lists(st.sampled_from(list(Cause)), max_size=24), st.booleans())
def test_each_cause_has_its_own_count(causes: list[Cause], repeatable: bool) -> None:
    world, expected = World(causes), model(causes, repeatable=repeatable)
    if expected > len(causes):
        assert world.run(repeatable=repeatable) == "done"
    else:
        with pytest.raises(ServiceError) as caught:
            world.run(repeatable=repeatable)
        assert cause_of(caught.value) is causes[expected - 1]
    assert world.sent == expected
    assert [retry.attempt for retry in world.told] == list(range(1, expected))


@given(st.lists(st.sampled_from(list(Cause)), max_size=24), st.floats(0, 30))
def test_one_bound_in_time_holds_for_all_causes(causes: list[Cause], until: float) -> None:
    world = World(causes)
    with suppress(ServiceError):
        world.run(repeatable=True, until=until)
    assert world.now <= until
    assert all(retry.wait >= (2.0 if isinstance(retry.error, Throttled) else 0.0) for retry in world.told)


@pytest.mark.parametrize(("cause", "most"), [(Cause.SERVER, 5), (Cause.CONNECTION, 5), (Cause.THROTTLED, 12)])
def test_what_fails_each_time_is_tried_as_often_as_the_reference_says(cause: Cause, most: int) -> None:
    assert RetryPolicy().most(cause) == most


@pytest.mark.parametrize(
    ("failed", "longest"), [(1, 1.0), (2, 2.0), (3, 4.0), (4, 4.0), (5000, 4.0)], ids=lambda each: f"{each:g}"
)
def test_waits_double_up_to_a_bound_and_are_drawn_from_nothing_on(
    failed: int, longest: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    for draw, drawn in ((min, 0.0), (max, longest)):
        monkeypatch.setattr("reconciler.http.retry.random.uniform", lambda *bounds, draw=draw: draw(bounds))
        assert POLICY.wait(ConnectionFailed("refused"), failed) == drawn
        assert POLICY.wait(Throttled("busy", status=429, retry_after=2.0), failed) == 2.0 + drawn


def test_usual_waits_begin_with_half_a_second_and_end_with_twenty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.http.retry.random.uniform", lambda _low, high: high)
    waits = [RetryPolicy().wait(ConnectionFailed("refused"), failed) for failed in range(1, 9)]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0]


@pytest.mark.parametrize(("until", "sent"), [(2.999, 1), (3.0, 1), (3.001, 2)])
def test_nothing_is_sent_when_its_moment_is_the_deadline(
    until: float, sent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.http.retry.random.uniform", lambda _low, high: high)
    world = World([Cause.THROTTLED, Cause.FINAL])  # it asks for 2 s, and 1 s is added
    with pytest.raises(ServiceError):
        world.run(repeatable=True, until=until)
    assert world.sent == sent


def test_five_throttled_answers_use_up_nothing_of_a_broken_gateway(open_service: Open) -> None:
    busy = answer({"RequestId": "R", "Code": "Throttling", "Message": "x"}, status=429)
    broken = answer(b"<html>", status=502)
    with RawServer(*[busy] * 5, broken, answer(LIST_OK)) as server:
        service = open_service(server.url, retries=RetryPolicy(attempts=5))
        assert service.call(of_templates.LIST_JOB_TEMPLATES) == LIST_OK
        assert len(server.requests) == 7


def test_a_write_is_sent_again_only_after_what_had_no_effect(open_service: Open) -> None:
    busy = answer({"RequestId": "R", "Code": "Throttling", "Message": "x"}, status=429, headers={"Retry-After": "1"})
    with RawServer(busy, answer(b"<html>", status=502)) as server:
        with pytest.raises(ServerFailed):
            open_service(server.url).call(of_templates.CREATE_JOB_TEMPLATE, TemplateName="x")
        assert len(server.requests) == 2


@pytest.mark.parametrize("headers", [{"Retry-After": "7"}, {"x-acs-retry-after": "7000"}, {"retry-AFTER": " 7 "}])
def test_what_the_service_asks_for_is_waited(open_service: Open, waits: list[float], headers: dict[str, str]) -> None:
    busy = answer({"RequestId": "R", "Code": "Throttling", "Message": "x"}, status=429, headers=headers)
    with RawServer(busy, answer(LIST_OK)) as server:
        open_service(server.url).call(of_templates.LIST_JOB_TEMPLATES)
    assert max(waits) >= 7


def test_who_asks_for_an_hour_gets_an_error_at_once(open_service: Open, waits: list[float]) -> None:
    busy = answer({"RequestId": "R", "Code": "Throttling", "Message": "x"}, status=429, headers={"Retry-After": "3600"})
    with RawServer(busy) as server:
        with pytest.raises(Throttled):
            open_service(server.url).call(of_templates.LIST_JOB_TEMPLATES)
        assert len(server.requests) == 1
    assert not [wait for wait in waits if wait > 1]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": formatdate(NOW + 90, usegmt=True)}, 90.0),
        ({"retry-after": "Sun, 01 Mar 2026 12:01:30"}, 90.0),
        ({"retry-after": formatdate(NOW - 90, usegmt=True)}, 0.0),
        ({"retry-after": "9" * 400}, LONGEST_HINT),
        ({"retry-after": formatdate(NOW + 1e8, usegmt=True)}, LONGEST_HINT),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "1e9"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "\u0667"}, None),
        ({"retry-after": "Sun, 99 Mar 99999 99:99:99 GMT"}, None),
        ({"x-acs-retry-after": "1500"}, 1.5),
        ({"x-acs-retry-after": "1500", "retry-after": "3"}, 3.0),
        ({"x-acs-retry-after": "nan", "retry-after": "3"}, 3.0),
    ],
)
def test_both_forms_of_a_hint_are_read_and_bounded(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_wait(headers, NOW) == seconds


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_header_can_make_a_wait_endless(own: str, common: str) -> None:
    asked = asked_wait({"x-acs-retry-after": own, "retry-after": common}, NOW)
    assert asked is None or 0 <= asked <= LONGEST_HINT


def test_an_untrusted_server_is_not_asked_again() -> None:
    assert cause_of(UntrustedServer("certificate")) is Cause.FINAL


@pytest.mark.parametrize(
    ("status", "cause"),
    [(299, Cause.UNUSABLE), (300, Cause.FINAL), (302, Cause.FINAL), (399, Cause.FINAL), (400, Cause.UNUSABLE)],
)
def test_a_redirect_is_not_asked_for_again(status: int, cause: Cause) -> None:
    assert cause_of(BadAnswer("no object", status=status)) is cause
