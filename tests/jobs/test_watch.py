"""Logs, events and following: each line once, in order, until the end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.emulator import Emulator, ManualClock
from reconciler.errors import ReconcilerError
from reconciler.jobs.lookup import get_job
from reconciler.jobs.states import status_of
from reconciler.jobs.watch import Change, Lines, appended, follow, job_events, life_of, pod_events, pod_logs, pods_of
from reconciler.kinds.base import Site

from .conftest import new_job


def test_following_shows_states_and_each_line_once(site: Site, emulator: Emulator) -> None:
    job = new_job(emulator)
    items = list(follow(site, job, "worker-0"))
    assert [status_of(item.job) for item in items if isinstance(item, Change)] == ["Running", "Succeeded"]
    lines = [line for item in items if isinstance(item, Lines) for line in item.lines]
    final = get_job(site, job)
    (pod,) = pods_of(final, "worker-0")
    assert lines == pod_logs(site, job, pod, life_of(final, site.now()), 1000)["Logs"]
    assert lines[-1] == "training finished"
    assert not any(item.has_gap for item in items if isinstance(item, Lines))


def test_following_reads_what_a_lost_pod_wrote(site: Site, emulator: Emulator) -> None:
    """Also the lines that it wrote after the last look at it; once it is read to its end it is left alone."""
    job = new_job(emulator, body={"Envs": {"EMULATOR_MISHAP": "node-lost"}})
    rarely = replace(site, patience=replace(site.patience, interval=25.0))
    lines = [line for item in follow(rarely, job, "worker-1") if isinstance(item, Lines) for line in item.lines]
    final = get_job(site, job)
    (pod,) = pods_of(final, "worker-1")
    (former,) = pod["HistoryPods"]
    life = life_of(final, site.now())
    parts = [pod_logs(site, job, {**each, "PodId": pod["PodId"]}, life, 1000)["Logs"] for each in (former, pod)]
    assert lines == parts[0] + parts[1]
    looks = [request for request in emulator.requests if f"PodUid={former['PodUid']}" in request.query]
    assert len(looks) == 4  # two while it ran, one after its end, one by this test


def test_following_waits_for_pods_and_tells_a_failure(site: Site, emulator: Emulator, clock: ManualClock) -> None:
    job = new_job(emulator, status="Queuing")
    followed = follow(site, job)
    first = next(followed)
    assert isinstance(first, Change)
    assert status_of(first.job) == "Queuing"
    emulator.store.finish_job(job, "Failed")
    *_, last = followed
    assert isinstance(last, Change)
    assert status_of(last.job) == "Failed"


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_what_came_after(before: list[str], new: list[str]) -> None:
    """With the whole log at hand nothing is lost or shown twice, however alike the lines are."""
    assert appended(before, before + new) == new


def test_what_came_after_when_the_log_is_cut() -> None:
    assert appended(list("abcd"), list("cdef")) == ["e", "f"]
    assert appended(list("ab"), list("xy")) == ["x", "y"]
    assert appended([], ["a"]) == ["a"]


def test_pods_by_the_end_of_their_name(site: Site, emulator: Emulator) -> None:
    job = get_job(site, new_job(emulator))
    (pod,) = pods_of(job, "worker-1")
    assert pods_of(job, pod["PodId"]) == [pod]
    with pytest.raises(ReconcilerError, match="has no pod 'orker-1'") as unknown:
        pods_of(job, "orker-1")
    assert "worker-0" in unknown.value.hint


def test_no_pods_yet(site: Site, emulator: Emulator) -> None:
    with pytest.raises(ReconcilerError, match="is Queuing and has no pods: it is still waiting"):
        pods_of(get_job(site, new_job(emulator, status="Queuing")))


def test_old_jobs_show_their_logs_and_events_too(site: Site, emulator: Emulator, clock: ManualClock) -> None:
    """The service looks seven days back unless told otherwise."""
    old = new_job(emulator, created=clock.now() - 60 * 86400, status="Succeeded")
    job = get_job(site, old)
    window = life_of(job, site.now())
    assert job_events(site, old, window, 10)["Events"]
    for pod in pods_of(job):
        assert pod_logs(site, old, pod, window, 10)["Logs"]
        assert pod_events(site, old, pod, window, 10)["Events"]
