"""Lives of jobs as a script says, queues of quotas, spot jobs that wait, a clock that runs faster: raw on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.emulator import Emulator, ManualClock
from reconciler.emulator.clock import FastClock

from .conftest import CONTENT, Wire

With = Callable[..., tuple[Emulator, Wire]]
JOB = {**json.loads(CONTENT), "DisplayName": "j", "WorkspaceId": "1001"}


def launch(wire: Wire, name: str = "j", **fields: Any) -> str:
    return str(wire.ok("POST", "/jobs", {**JOB, "DisplayName": name, **fields})["JobId"])


def status(wire: Wire, job: str) -> str:
    return str(wire.ok("GET", f"/jobs/{job}")["Status"])


def seen(wire: Wire, clock: ManualClock, job: str, *waits: float) -> list[str]:
    states = []
    for seconds in waits:
        clock.advance(seconds)
        states.append(status(wire, job))
    return states


def test_a_scripted_life_has_its_states_times_and_last_words(
    emulator: Emulator, wire: Wire, clock: ManualClock
) -> None:
    life = {
        "job": "check-*",
        "steps": [["Creating", 2], ["EnvPreparing", 3], ["Running", 10], "Failed"],
        "code": "ImagePullFailed",
        "message": "The image cannot be pulled.",
        "log": ["last words"],
    }
    assert emulator.seed({"jobLives": [life]})["jobLives"] == 1
    job, other = launch(wire, "check-1"), launch(wire, "another")
    assert seen(wire, clock, job, 0, 2, 3, 10) == ["Creating", "EnvPreparing", "Running", "Failed"]
    shown = wire.ok("GET", f"/jobs/{job}")
    assert (shown["ReasonCode"], shown["ReasonMessage"]) == ("ImagePullFailed", "The image cannot be pulled.")
    assert shown["GmtRunningTime"] == "2026-03-01T12:00:05Z"
    assert "last words" in wire.ok("GET", f"/jobs/{job}/pods/{job}-worker-1/logs")["Logs"]
    assert status(wire, other) == "Running"


def test_a_life_with_times_is_used_up(emulator: Emulator, wire: Wire, clock: ManualClock) -> None:
    emulator.seed({"jobLives": [{"job": "*", "steps": ["Failed"], "times": 2}]})
    jobs = [launch(wire, f"j{number}") for number in range(3)]
    assert [status(wire, job) for job in jobs] == ["Failed", "Failed", "Creating"]


def test_a_job_that_never_starts_waits_until_it_is_stopped(emulator: Emulator, wire: Wire, clock: ManualClock) -> None:
    emulator.seed({"jobLives": [{"job": "*", "steps": [["Creating", 1], ["Queuing", None]]}]})
    job = launch(wire, JobMaxRunningTimeMinutes=1)
    assert seen(wire, clock, job, 1, 86400) == ["Queuing", "Queuing"]
    wire.ok("POST", f"/jobs/{job}/stop")
    assert seen(wire, clock, job, 1) == ["Stopped"]


@pytest.mark.parametrize("scripted", [True, False], ids=["scripted", "natural"])
def test_the_bound_ends_what_runs_too_long(with_profile: With, clock: ManualClock, scripted: bool) -> None:
    emulator, wire = with_profile(job_run_seconds=None)
    if scripted:
        emulator.seed({"jobLives": [{"job": "*", "steps": [["Creating", 1.5], ["Running", None]]}]})
    job = launch(wire, JobMaxRunningTimeMinutes=2)
    assert seen(wire, clock, job, 1.5, 119, 1) == ["Running", "Running", "Stopped"]
    assert wire.ok("GET", f"/jobs/{job}")["ReasonCode"] == "JobMaxRunningTimeReached"
    assert wire.refused("POST", "/jobs", {**JOB, "JobMaxRunningTimeMinutes": 0}) == (
        400,
        "InvalidParameter.JobMaxRunningTimeMinutes",
    )


def test_a_quota_runs_so_many_jobs_and_lets_the_others_queue(with_profile: With, clock: ManualClock) -> None:
    _, wire = with_profile(quota_places={"quota-a": 1}, job_run_seconds=60)
    first, second, third = (launch(wire, f"j{number}", ResourceId="quota-a") for number in range(3))
    free = launch(wire, "free", ResourceId="quota-b")
    clock.advance(30)
    assert [status(wire, job) for job in (first, second, third, free)] == ["Running", "Queuing", "Queuing", "Running"]
    clock.advance(40)
    assert [status(wire, job) for job in (first, second, third)] == ["Succeeded", "Running", "Queuing"]
    wire.ok("POST", f"/jobs/{second}/stop")
    clock.advance(2)
    assert [status(wire, job) for job in (second, third)] == ["Stopped", "Running"]


def test_a_spot_job_bids_as_long_as_the_profile_says(with_profile: With, clock: ManualClock) -> None:
    spec = [{**JOB["JobSpecs"][0], "UseSpotInstance": True}]
    _, patient = with_profile(spot_wait=100.0)
    job = launch(patient, JobSpecs=spec)
    assert seen(patient, clock, job, 50, 52) == ["Bidding", "Running"]
    _, hopeless = with_profile(spot_wait=None)
    job = launch(hopeless, JobSpecs=spec)
    assert seen(hopeless, clock, job, 1e6) == ["Bidding"]


@pytest.mark.parametrize(
    ("life", "message"),
    [
        ({"steps": ["Running"]}, "job"),
        ({"job": "*", "steps": []}, "at least one state"),
        ({"job": "*", "steps": ["Runing"]}, "'Runing' is not a job state"),
        ({"job": "*", "steps": [["Running", -1]]}, "a number from 0"),
        ({"job": "*", "steps": [["Running"]]}, "a state and its seconds"),
        ({"job": "*", "steps": ["Running"], "pace": 1}, "pace"),
        ("x", "an object"),
    ],
)
def test_a_wrong_life_is_refused_with_its_place(emulator: Emulator, life: object, message: str) -> None:
    with pytest.raises(ValueError, match=r"jobLives\[0\].*" + message):
        emulator.seed({"jobLives": [life]})


def test_a_fast_clock_runs_as_many_times_as_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([1000.0, 1001.0, 1010.0])
    monkeypatch.setattr("time.time", lambda: next(times))
    clock = FastClock(60.0)
    assert [clock.now(), clock.now()] == [1060.0, 1600.0]
