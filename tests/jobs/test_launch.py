"""A launch happens once: unique names, what is checked before, what becomes of a lost answer."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from reconciler.emulator import Emulator, Fault, ManualClock, Request
from reconciler.errors import AnswerLost, ReconcilerError, UsageError
from reconciler.jobs.launch import Draft, check, from_body, from_template, launch, unique_name
from reconciler.jobs.launch import Source as TemplateSource
from reconciler.jobs.naming import name_start, next_name
from reconciler.kinds.base import Site
from reconciler.manifests.project import JOB_NAME

from .conftest import CONTENT, new_job

NOW = datetime(2026, 3, 1, 12, 30, 5, tzinfo=UTC)


def draft(name: str = "train-1", **fields: object) -> Draft:
    return from_body({**CONTENT, **fields}, workspace_id="1001", name=name)


@pytest.mark.parametrize(
    ("pattern", "taken", "name"),
    [
        (JOB_NAME, [], "resnet-50-20260301-001"),
        (
            JOB_NAME,
            ["resnet-50-20260301-001", "resnet-50-20260301-041", "resnet-50-20260301-x"],
            "resnet-50-20260301-042",
        ),
        (JOB_NAME, ["resnet-50-20260301-999"], "resnet-50-20260301-1000"),
        (JOB_NAME, ["other-20260301-007", "resnet-50-20260228-007"], "resnet-50-20260301-001"),
        ("{date}.{sequence}.{template}", ["20260301.003.resnet-50"], "20260301.004.resnet-50"),
        ("{template}-{time}", ["resnet-50-123004"], "resnet-50-123005"),
    ],
)
def test_names_follow_the_pattern(pattern: str, taken: list[str], name: str) -> None:
    assert next_name(name_start(pattern, "resnet 50", NOW), taken, pattern) == name


def test_a_name_is_never_taken_twice(site: Site, emulator: Emulator) -> None:
    first = unique_name(site, "", JOB_NAME, "train")
    new_job(emulator, first)
    assert (first[-3:], unique_name(site, "", JOB_NAME, "train")[-3:]) == ("001", "002")
    with pytest.raises(UsageError, match=r"exists already: dlc\w+"):
        unique_name(site, first, JOB_NAME, "train")
    assert unique_name(site, first[:-1], JOB_NAME, "train") == first[:-1]  # the service finds it, but it is another
    with pytest.raises(UsageError, match="cannot be the name"):
        unique_name(site, "a b", JOB_NAME, "train")


def test_a_launch_is_one_call(site: Site, emulator: Emulator) -> None:
    job_id = launch(site, draft(JobMaxRunningTimeMinutes=5))
    (job,) = emulator.store.jobs()
    assert (job.id, job.workspace, job.body["JobMaxRunningTimeMinutes"]) == (job_id, "1001", 5)
    assert emulator.calls() == ["ListJobs", "CreateJob"]
    assert all("StartTime" in request.query for request in emulator.requests if request.action == "ListJobs")


@pytest.mark.parametrize("kind", ["drop_after", "drop_during", "error_after", "html"])
def test_a_lost_answer_is_looked_up_by_the_name(site: Site, emulator: Emulator, kind: str) -> None:
    new_job(emulator, "train-10")
    emulator.faults.add(Fault(kind=kind, action="CreateJob"))
    job_id = launch(site, draft())
    assert [job.id for job in emulator.store.jobs() if job.body["DisplayName"] == "train-1"] == [job_id]
    assert emulator.calls().count("CreateJob") == 1


def test_a_call_that_may_still_arrive_is_not_sent_again(site: Site, emulator: Emulator) -> None:
    emulator.faults.add(Fault(kind="drop_before", action="CreateJob"))
    with pytest.raises(AnswerLost) as lost:
        launch(site, draft())
    assert emulator.calls().count("CreateJob") == 1
    assert "jobs list --name train-1" in lost.value.hint


def test_a_job_with_nearly_the_same_name_is_not_ours(site: Site, emulator: Emulator) -> None:
    def somebody_else(request: Request) -> None:
        if request.action == "CreateJob":
            new_job(emulator, "train-10")

    emulator.on_request(somebody_else)
    emulator.faults.add(Fault(kind="drop_before", action="CreateJob"))
    with pytest.raises(AnswerLost):
        launch(site, draft())


def test_a_call_that_certainly_failed_is_sent_again(site: Site, emulator: Emulator) -> None:
    emulator.faults.add(Fault(kind="error_before", action="CreateJob"))
    launch(site, draft())
    assert len(emulator.store.jobs()) == 1


def test_what_the_service_would_drop_or_refuse_is_said_before(site: Site, emulator: Emulator) -> None:
    rules = {"UserCommand": "locked", "DataSources": "required"}
    source = TemplateSource(template_id="tpl1", name="t", version=3, content=CONTENT, constraints=rules)
    wanted = from_template(source, {"UserCommand": "x", "Priority": 12}, workspace_id="1001", name="n")
    assert (wanted.body["TemplateVersion"], wanted.merged.job["UserCommand"]) == (3, "python train.py")
    with pytest.raises(ReconcilerError) as refused:
        check(wanted)
    assert re.match(r"not launched: UserCommand is locked .* \(and 2 more: DataSources .*; .*12", str(refused.value))
    assert emulator.calls() == []


def test_bodies_of_another_place(site: Site) -> None:
    with pytest.raises(ReconcilerError, match="for workspace 2002"):
        draft(WorkspaceId="2002")
    with pytest.raises(ReconcilerError, match="names a template"):
        draft(TemplateId="tpl1")
    with pytest.raises(ReconcilerError, match="CreateJob has no field Comand"):
        launch(site, draft(Comand="x"))


def test_a_job_launched_long_ago_does_not_count_as_ours(site: Site, emulator: Emulator, clock: ManualClock) -> None:
    new_job(emulator, "train-1", created=clock.now() - 40 * 86400, status="Succeeded")
    emulator.faults.add(Fault(kind="drop_after", action="CreateJob"))
    assert launch(site, draft()) == emulator.store.jobs()[-1].id
