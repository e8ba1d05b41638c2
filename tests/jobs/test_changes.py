"""Update, stop and delete: what the service would drop in silence is refused, what it did is seen."""

from __future__ import annotations

import pytest

from reconciler.emulator import Emulator, Fault, ManualClock, Profile
from reconciler.errors import NotFound, ReconcilerError, ServiceError
from reconciler.jobs.changes import check_delete, check_stop, check_update, delete, stop, update
from reconciler.jobs.lookup import get_job
from reconciler.kinds.base import Site
from reconciler.model import JsonObject

from .conftest import new_job

QUOTA = {"ResourceId": "quota1"}


def test_priority_is_changed_where_the_service_does_so(site: Site, emulator: Emulator) -> None:
    job = new_job(emulator, body=QUOTA, status="Queuing")
    assert update(site, job, {"Priority": 7})["Priority"] == 7


@pytest.mark.parametrize(
    ("body", "status", "why"), [({}, "Queuing", "public resources"), (QUOTA, "Running", "Running")]
)
def test_priority_that_would_be_dropped(
    site: Site, emulator: Emulator, body: JsonObject, status: str, why: str
) -> None:
    job = get_job(site, new_job(emulator, body=body, status=status))
    with pytest.raises(ReconcilerError, match=rf"{why}.*would answer with success and drop"):
        check_update(job, {"Priority": 7})
    assert not emulator.writes()


def test_priority_takes_its_time(site: Site, emulator: Emulator, clock: ManualClock) -> None:
    with Emulator(clock=clock, profile=Profile(priority_delay=40.0)) as slow:
        site = _at(site, slow)
        job = slow.store.create_job("j", body=QUOTA, status="Queuing")
        started = clock.now()
        assert update(site, job, {"Priority": 3})["Priority"] == 3
        assert clock.now() - started >= 40


def test_a_change_that_never_shows_is_an_error(site: Site, emulator: Emulator, clock: ManualClock) -> None:
    job = new_job(emulator, body=QUOTA, status="Running")
    with pytest.raises(ServiceError, match=r"accepted but does not show after 60 s: Priority; the job is Running"):
        update(site, job, {"Priority": 7})


def test_access_is_only_widened(site: Site, emulator: Emulator) -> None:
    job = get_job(site, new_job(emulator))
    with pytest.raises(ReconcilerError, match="only be widened"):
        check_update(job, {"Accessibility": "PRIVATE"})
    after = update(site, job["JobId"], {"Accessibility": "PUBLIC", "Description": "for all"})
    assert (after["Accessibility"], after["Description"]) == ("PUBLIC", "for all")
    assert check_update(after, {"Accessibility": "PUBLIC"}) == {}


@pytest.mark.parametrize("status", ["Queuing", "Running", "FailedReserving"])
def test_stopping_waits_until_the_job_has_ended(site: Site, emulator: Emulator, status: str) -> None:
    job = new_job(emulator, status=status)
    check_stop(get_job(site, job))
    assert stop(site, job)["Status"] == "Stopped"


@pytest.mark.parametrize("status", ["Succeeded", "Failed", "Stopped", "Stopping"])
def test_there_is_nothing_to_stop(site: Site, emulator: Emulator, status: str) -> None:
    with pytest.raises(ReconcilerError, match=f"is {status}; there is nothing to stop"):
        check_stop(get_job(site, new_job(emulator, status=status)))


def test_a_job_that_does_not_stop_in_time(site: Site, clock: ManualClock) -> None:
    with Emulator(clock=clock, profile=Profile(job_delay=1000.0)) as slow:
        job = slow.store.create_job("j", status="Running")
        with pytest.raises(ServiceError, match="is still Stopping after 60 s"):
            stop(_at(site, slow), job)


@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "error_before"])
def test_a_lost_answer_to_a_stop(site: Site, emulator: Emulator, kind: str) -> None:
    job = new_job(emulator, status="Running")
    emulator.faults.add(Fault(kind=kind, action="StopJob"))
    assert stop(site, job)["Status"] == "Stopped"


def test_deleting_is_seen(site: Site, emulator: Emulator) -> None:
    job = new_job(emulator, status="Failed")
    emulator.faults.add(Fault(kind="drop_after", action="DeleteJob"))
    check_delete(get_job(site, job))
    delete(site, job)
    assert emulator.store.jobs() == []


def test_only_ended_jobs_are_deleted(site: Site, emulator: Emulator) -> None:
    with pytest.raises(ReconcilerError, match="is Running; only a job that has ended") as refused:
        check_delete(get_job(site, new_job(emulator, status="Running")))
    assert "jobs stop dlc" in refused.value.hint


def test_an_unknown_job_gets_suggestions(site: Site, emulator: Emulator) -> None:
    job = new_job(emulator, "train")
    for wanted, hint in (
        (job[:-1] + "#", f"Did you mean {job}?"),
        ("train", f'"train" is the name of {job}'),
        ("x", "No id or name comes near"),
    ):
        with pytest.raises(NotFound) as missing:
            get_job(site, wanted)
        assert hint in missing.value.hint


def test_a_job_of_another_workspace_is_left_alone(site: Site, emulator: Emulator) -> None:
    with pytest.raises(ReconcilerError, match="belongs to workspace 2002, the target is workspace 1001"):
        get_job(site, new_job(emulator, workspace="2002"))


def _at(site: Site, other: Emulator) -> Site:
    """The same patience, on another emulator."""
    from dataclasses import replace  # noqa: PLC0415

    from reconciler.live import CredentialsSpec, connect  # noqa: PLC0415
    from reconciler.model import Target  # noqa: PLC0415

    target = Target(name="test", region="cn-hangzhou", workspace_id="1001", endpoint=other.url)
    return replace(site, service=connect(target, CredentialsSpec(), environ={}))
