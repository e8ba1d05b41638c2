"""One attempt against the emulator: launched once, watched, judged by the service's own times, remembered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.emulator import Emulator, Fault, ManualClock
from reconciler.errors import Forbidden, Held, StillWaiting
from reconciler.kinds.attempt import PROJECT_TAG, TEMPLATE_TAG, VerifySpec
from reconciler.live.operations import STOP_JOB
from reconciler.model import VERIFY_TAG
from reconciler.verification.memory import Memory
from reconciler.verification.prover import Prover

from .conftest import SPEC, attempt


def live(emulator: Emulator, *steps: Any, **more: Any) -> None:
    emulator.seed({"jobLives": [{"job": "*", "steps": list(steps), **more}]})


def test_what_succeeds_is_proved_by_a_job_of_its_own(emulator: Emulator, prover: Prover) -> None:
    wanted = attempt()
    proof = prover.prove(wanted)
    (job,) = emulator.store.jobs()
    assert (proof.job, proof.attempt) == (job.id, wanted.digest.removeprefix("sha256:")[:32])
    assert job.template is None
    assert job.body["DisplayName"] == f"verify-train-{wanted.short}-1"
    assert job.body["JobMaxRunningTimeMinutes"] == 15
    assert job.body["JobSpecs"][0]["PodCount"] == 1
    assert job.body["Settings"] == {
        "Tags": {"team": "vision", VERIFY_TAG: wanted.short, PROJECT_TAG: "demo", TEMPLATE_TAG: "train"}
    }
    assert prover.proof(wanted) == proof
    assert prover.settle(wanted) == ()
    assert emulator.store.jobs() == []


def test_one_verification_takes_four_calls_besides_looking_at_its_job(emulator: Emulator, prover: Prover) -> None:
    """With the look at the template before, and the two listings that a whole run makes, all stays within the bound."""
    wanted = attempt()
    prover.prove(wanted)
    prover.proof(wanted)
    prover.settle(wanted)
    calls = [action for action in emulator.calls() if action != "GetJob"]
    assert calls == ["ListJobs", "CreateJob", "ListJobs", "DeleteJob"]


def test_a_failure_is_held_with_its_cause_and_remembered_by_the_job(emulator: Emulator, prover: Prover) -> None:
    live(
        emulator, ["Creating", 1], ["Running", 5], "Failed", code="PodFailed", message="exit code 1", log=["no module"]
    )
    with pytest.raises(Held, match=r"(?s)failed: PodFailed exit code 1.*\| no module"):
        prover.prove(attempt())
    emulator.clear_log()
    with pytest.raises(Held, match="failed: PodFailed"):
        prover.prove(attempt())
    assert emulator.writes() == []
    with pytest.raises(Held):
        prover.proof(attempt())


def test_it_is_tried_again_only_when_told(emulator: Emulator, prover: Prover) -> None:
    emulator.seed({"jobLives": [{"job": "*", "steps": ["Failed"], "times": 1}]})
    with pytest.raises(Held):
        prover.prove(attempt())
    proof = replace(prover, again=frozenset({"train"}), memory=Memory()).prove(attempt())
    assert [job.body["DisplayName"][-2:] for job in emulator.store.jobs()] == ["-1", "-2"]
    assert proof.job == emulator.store.jobs()[1].id


def test_what_finds_no_resources_is_stopped_and_not_proven(
    emulator: Emulator, prover: Prover, clock: ManualClock
) -> None:
    live(emulator, ["Creating", 1], ["Queuing", None])
    began = clock.now()
    with pytest.raises(Held, match=r"not proven: it waited 30(\.\d)? min for resources and never ran"):
        prover.prove(attempt())
    assert 1800 <= clock.now() - began < 1850
    assert len([call for call in emulator.calls() if call == "StopJob"]) == 1


def test_running_long_enough_passes_and_the_job_is_stopped(emulator: Emulator, prover: Prover) -> None:
    live(emulator, ["Creating", 1], ["Running", None])
    spec = replace(SPEC, pass_after_minutes=5)
    proof = prover.prove(attempt(spec))
    (shown,) = prover.jobs.of(attempt(spec))
    assert (shown["Status"], shown["JobId"]) == ("Stopped", proof.job)
    assert prover.proof(attempt(spec)) == proof


def test_the_bound_fails_it(emulator: Emulator, prover: Prover) -> None:
    live(emulator, ["Creating", 1], ["Running", None])
    with pytest.raises(Held, match="failed: it did not end within 15 min"):
        prover.prove(attempt())


def test_a_person_who_stops_or_deletes_the_job_proves_nothing(
    emulator: Emulator, prover: Prover, clock: ManualClock
) -> None:
    live(emulator, ["Creating", 1], ["Running", None])
    with pytest.raises(StillWaiting):
        replace(prover, waits=False).prove(attempt())
    clock.advance(60)
    (job,) = emulator.store.jobs()
    prover.site.service.call(STOP_JOB, job.id)
    clock.advance(5)
    with pytest.raises(Held, match=r"stopped after .* min by somebody else"):
        prover.prove(attempt())
    emulator.store.delete_job(job.id)

    def forget(request: Any) -> None:
        for kept in emulator.store.jobs() if request.action == "GetJob" else ():
            emulator.store.delete_job(kept.id)

    emulator.on_request(forget)
    with pytest.raises(Held, match="is gone: somebody deleted it"):
        prover.prove(attempt())


def test_who_launched_a_second_job_takes_it_back(emulator: Emulator, prover: Prover, clock: ManualClock) -> None:
    body = attempt().body("1001", 1)
    done: list[str] = []

    def rival(request: Any) -> None:
        if request.action == "CreateJob" and not done:
            done.append(
                emulator.store.create_job(body=body, name=body["DisplayName"], status=None, created=clock.now() - 5)
            )

    emulator.on_request(rival)
    proof = prover.prove(attempt())
    assert [job.id for job in emulator.store.jobs()] == [proof.job]


def test_a_lost_answer_is_looked_up_and_not_repeated(emulator: Emulator, prover: Prover) -> None:
    emulator.faults.add(Fault(kind="error_after", action="CreateJob", status=500))
    prover.prove(attempt())
    assert len(emulator.store.jobs()) == 1


def test_a_tag_alone_is_not_believed(emulator: Emulator, prover: Prover) -> None:
    wanted = attempt()
    forged = {**wanted.body("1001", 1), "UserCommand": "true"}
    emulator.store.create_job(name=forged["DisplayName"], body=forged, status="Succeeded")
    with pytest.raises(Held):
        prover.proof(wanted)
    proof = prover.prove(wanted)
    assert proof.job == emulator.store.jobs()[1].id


def test_who_may_not_create_jobs_is_told_the_permission(emulator: Emulator, prover: Prover) -> None:
    emulator.faults.add(Fault(kind="error_before", action="CreateJob", status=403, code="Forbidden.RAM"))
    with pytest.raises(Held, match=r"cannot be created: .*needs paidlc:CreateJob") as held:
        prover.prove(attempt())
    assert isinstance(held.value.__cause__, Forbidden)


def test_the_service_refusing_the_job_is_held_with_its_words(emulator: Emulator, prover: Prover) -> None:
    refusal = "The quota has no GPU."
    emulator.faults.add(Fault(kind="error_before", action="CreateJob", status=400, code="Q", message=refusal))
    with pytest.raises(Held, match=r"cannot be created: .*The quota has no GPU\."):
        prover.prove(attempt())


def test_the_attempt_is_content_and_set_but_no_constraints() -> None:
    base = attempt()
    assert attempt(replace(SPEC, keep="always")).digest == base.digest
    assert attempt(replace(SPEC, max_minutes=16)).digest != base.digest
    assert attempt(VerifySpec(max_minutes=15)).digest != base.digest
    assert attempt(UserCommand="python other.py").digest != base.digest
