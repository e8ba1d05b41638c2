"""A service that allows 20 calls a second: the work gets done, without errors and without a storm."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from reconciler.emulator import Emulator, Fault, Profile
from reconciler.live import Retry

from .house import House, house, template


@pytest.mark.slow
def test_sixty_templates_at_twenty_calls_a_second(tmp_path: Path) -> None:
    retries: list[Retry] = []
    with Emulator(profile=Profile(rate_limit=20.0)) as emulator:
        home = House(tmp_path, emulator)
        home.connection = {"sleep": time.sleep, "rate": 80.0, "calls_in_flight": 16, "on_retry": retries.append}
        home.manifests(*(template(f"t{number:02}") for number in range(60)))
        begun = time.monotonic()
        assert home.apply(width=8).is_complete
        seconds = time.monotonic() - begun
        assert home.plan().is_empty
        answered = len(emulator.requests)
        throttled = sum(request.status == 429 for request in emulator.requests)
    assert throttled == len(retries)
    assert throttled < answered / 5, f"{throttled} of {answered} answers said: slower"
    assert all(retry.wait > 0 for retry in retries)
    assert seconds < 60


def test_attempts_and_waits_are_told_and_the_wait_asked_for_is_kept(tmp_path: Path) -> None:
    retries: list[Retry] = []
    with house(tmp_path) as home:
        home.connection = {"on_retry": retries.append}
        home.manifests(template())
        home.emulator.faults.add(Fault(kind="throttle", action="CreateJobTemplate", retry_after_ms=700, times=3))
        assert home.apply().is_complete
    assert [(retry.operation, retry.attempt) for retry in retries] == [("CreateJobTemplate", n) for n in (1, 2, 3)]
    assert all(retry.wait >= 0.7 for retry in retries)


def test_an_operation_ends_at_its_deadline(tmp_path: Path) -> None:
    """The client's clock is the real one, so the deadline here is short and the wait asked for is longer."""
    with house(tmp_path) as home:
        home.manifests(template())
        plan = home.plan()
        home.connection = {"deadline": 5.0}
        home.emulator.faults.add(Fault(kind="throttle", action="CreateJobTemplate", retry_after_ms=60_000, times=None))
        (outcome,) = home.apply(plan).outcomes
        assert (outcome.status.value, outcome.error, outcome.writes) == ("failed", "Throttling", 0)
        assert len([call for call in home.emulator.calls() if call == "CreateJobTemplate"]) == 1
