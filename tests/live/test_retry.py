"""How often a failed call is made again, and for how long: counted and timed without waiting."""

from __future__ import annotations

import pytest

from reconciler.errors import AnswerLost, ConnectionFailed, ServerFailed, ServiceError, Throttled
from reconciler.http.retry import Retry, RetryPolicy, repeat

POLICY = RetryPolicy(attempts=3, throttled_attempts=6, first_wait=0.5, longest_wait=20.0)


class Calls:
    """A service that always fails, and a clock that only waits move."""

    def __init__(self, *errors: ServiceError) -> None:
        self.errors = errors
        self.sent = 0
        self.now = 0.0
        self.told: list[Retry] = []

    def _send(self) -> None:
        self.sent += 1
        raise self.errors[min(self.sent, len(self.errors)) - 1]

    def _sleep(self, seconds: float) -> None:
        self.now += seconds

    def run(self, *, repeatable: bool = True, until: float = 10_000.0) -> ServiceError:
        with pytest.raises(ServiceError) as caught:
            repeat(
                self._send,
                operation="GetJob",
                repeatable=repeatable,
                policy=POLICY,
                until=until,
                clock=lambda: self.now,
                sleep=self._sleep,
                on_retry=self.told.append,
            )
        return caught.value


@pytest.mark.parametrize(
    ("error", "repeatable", "sent"),
    [
        (ServerFailed("x", operation="GetJob"), True, 3),
        (ServerFailed("x", operation="GetJob"), False, 1),
        (AnswerLost("x", operation="GetJob"), True, 3),
        (AnswerLost("x", operation="GetJob"), False, 1),
        (ConnectionFailed("x", operation="GetJob"), False, 3),
        (Throttled("x", operation="GetJob"), False, 6),
        (ServiceError("x", operation="GetJob"), True, 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, ServiceError) else str(value),
)
def test_each_cause_has_its_number_of_attempts(error: ServiceError, repeatable: bool, sent: int) -> None:
    calls = Calls(error)
    assert calls.run(repeatable=repeatable) is error
    assert calls.sent == sent
    assert len(calls.told) == sent - 1


def test_the_service_says_how_long_and_the_deadline_ends_it() -> None:
    asked = Throttled("x", operation="GetJob", retry_after=30.0)
    calls = Calls(asked)
    calls.run(until=100.0)
    assert all(each.wait >= 30.0 for each in calls.told)
    assert calls.sent in (3, 4)
    assert calls.now < 100.0
