"""The job operations that templates depend on, raw on the wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.emulator import Emulator, ManualClock

from .conftest import CONTENT, Wire

With = Callable[..., tuple[Emulator, Wire]]
JOB = {**json.loads(CONTENT), "DisplayName": "j", "WorkspaceId": "1001"}


def item(wire: Wire, job: str) -> Any:
    (found,) = wire.ok("GET", "/jobs", JobId=job)["Jobs"]
    return found


def test_a_job_runs_its_course(wire: Wire, clock: ManualClock) -> None:
    job = wire.ok("POST", "/jobs", JOB)["JobId"]
    seen = []
    for seconds in (0, 0.5, 0.5, 0.5, 60):
        clock.advance(seconds)
        seen.append(wire.ok("GET", f"/jobs/{job}")["Status"])
    assert seen == ["Creating", "Queuing", "EnvPreparing", "Running", "Succeeded"]
    done = wire.ok("GET", f"/jobs/{job}")
    assert done["GmtSuccessedTime"] == done["GmtFinishTime"]
    assert (done["Duration"], done["Priority"]) == (60, 1)
    assert [step["Status"] for step in done["StatusHistory"]][-2:] == ["Running", "Succeeded"]


def test_stopping_and_deleting(wire: Wire, clock: ManualClock) -> None:
    job = wire.ok("POST", "/jobs", JOB)["JobId"]
    clock.advance(5)
    assert wire.refused("DELETE", f"/jobs/{job}") == (400, "BadRequest")
    wire.ok("POST", f"/jobs/{job}/stop")
    assert wire.ok("GET", f"/jobs/{job}")["Status"] == "Stopping"
    clock.advance(1)
    stopped = wire.ok("GET", f"/jobs/{job}")
    assert (stopped["Status"], stopped["ReasonCode"]) == ("Stopped", "JobStoppedByUser")
    assert wire.refused("POST", f"/jobs/{job}/stop") == (400, "BadRequest")
    wire.ok("DELETE", f"/jobs/{job}")
    assert wire.refused("GET", f"/jobs/{job}") == (404, "NotFound")


def test_a_job_from_a_template_shows_it_in_the_list_only(wire: Wire) -> None:
    template = wire.template("base")
    job = wire.ok("POST", "/jobs", {"TemplateId": template, "DisplayName": "j"})["JobId"]
    listed = item(wire, job)
    assert (listed["TemplateId"], listed["TemplateName"]) == (template, "base")
    assert (listed["JobType"], listed["UserCommand"]) == ("PyTorchJob", "python train.py")
    assert not {"TemplateId", "TemplateName", "TemplateVersion"} & set(wire.ok("GET", f"/jobs/{job}"))
    assert "TemplateId" not in item(wire, wire.ok("POST", "/jobs", JOB)["JobId"])


def test_the_version_of_a_launch(wire: Wire) -> None:
    template = wire.template()
    newer = {**json.loads(CONTENT), "UserCommand": "python v2.py"}
    wire.ok("PUT", f"/jobtemplates/{template}", {"Content": json.dumps(newer)})

    def command(**fields: Any) -> str:
        job = wire.ok("POST", "/jobs", {"TemplateId": template, "DisplayName": "j", **fields})["JobId"]
        return str(item(wire, job)["UserCommand"])

    assert command() == "python train.py"
    assert command(TemplateVersion=2) == "python v2.py"
    body = {"TemplateId": template, "DisplayName": "j", "TemplateVersion": 3}
    assert wire.refused("POST", "/jobs", body) == (404, "NotFound.JobTemplateVersion")
    assert wire.refused("POST", "/jobs", {**body, "TemplateId": "tplx"}) == (404, "NotFound.JobTemplate")
    assert wire.refused("POST", "/jobs", {**body, "WorkspaceId": "2002"}) == (404, "NotFound.JobTemplate")


def test_locked_wins_silently_overridable_yields_required_must_be_given(wire: Wire) -> None:
    constraints = {
        "JobSpecs[0].Image": "locked",
        "Envs.A": "locked",
        "UserCommand": "overridable",
        "ResourceId": "required",
    }
    template = wire.template(Constraints=constraints)
    launch: dict[str, Any] = {
        "TemplateId": template,
        "DisplayName": "j",
        "JobType": "TFJob",
        "JobSpecs": [{"Type": "Worker", "Image": "mine", "PodCount": 9}],
        "Envs": {"A": "9", "B": "2"},
        "UserCommand": "mine",
    }
    assert wire.refused("POST", "/jobs", launch) == (400, "InvalidParameter.ResourceId")
    job = item(wire, wire.ok("POST", "/jobs", {**launch, "ResourceId": "quota1"})["JobId"])
    assert job["JobSpecs"] == [{"Type": "Worker", "Image": "registry.invalid/a:1", "PodCount": 9}]
    assert (job["JobType"], job["UserCommand"], job["Envs"]) == ("PyTorchJob", "mine", {"A": "1", "B": "2"})


def test_a_locked_path_that_the_call_leaves_no_place_for_is_restored_whole(wire: Wire) -> None:
    template = wire.template(Constraints={"JobSpecs[0].Image": "locked", "Envs.A": "locked", "ResourceId": "locked"})
    body = {"TemplateId": template, "DisplayName": "j", "JobSpecs": [], "Envs": {}, "ResourceId": "mine"}
    job = item(wire, wire.ok("POST", "/jobs", body)["JobId"])
    assert job["JobSpecs"] == json.loads(CONTENT)["JobSpecs"]
    assert job["Envs"] == {"A": "1"}
    assert job["ResourceId"] == ""


def test_console_keys_of_a_template_do_not_reach_the_job(wire: Wire) -> None:
    content = {**json.loads(CONTENT), "_ResourcePaymentType": "x", "ResourceType": "ECS"}
    job = wire.ok("POST", "/jobs", {"TemplateId": wire.template(Content=content), "DisplayName": "j"})["JobId"]
    assert "_ResourcePaymentType" not in item(wire, job)


@pytest.mark.parametrize(
    "fields",
    [
        {"DisplayName": None},
        {"DisplayName": "with space"},
        {"JobType": "pytorchjob"},
        {"JobSpecs": []},
        {"JobSpecs": [{"Type": "Chief"}]},
        {"JobSpecs": [{"EcsSpec": "a", "ResourceConfig": {"CPU": "1"}}]},
        {"JobSpecs": ["x"]},
        {"UserCommand": ""},
        {"Priority": 10},
        {"Priority": "5"},
        {"Envs": {"A": 1}},
        {"DataSources": [{"Uri": "oss://a", "DataSourceId": "d"}]},
        {"DataSources": ["x"]},
        {"Accessibility": "public"},
        {"CodeSources": []},
        {"UserCommand": "x" * 65_536},
        {"WorkspaceId": "3003"},
    ],
)
def test_bad_jobs_are_refused(wire: Wire, emulator: Emulator, fields: dict[str, Any]) -> None:
    assert wire.refused("POST", "/jobs", {**JOB, **fields})[0] in (400, 404)
    assert emulator.store.jobs() == []


def test_the_listing_window_is_seven_days(wire: Wire, emulator: Emulator, clock: ManualClock) -> None:
    template = wire.template()
    old = emulator.store.create_job("old", template_id=template, created=clock.now() - 400 * 86400)
    new = emulator.store.create_job("new", template_id=template)
    assert [j["JobId"] for j in wire.ok("GET", "/jobs", TemplateId=template)["Jobs"]] == [new]
    wide = wire.ok("GET", "/jobs", TemplateId=template, StartTime="2020-01-01T00:00:00Z")
    assert ([j["JobId"] for j in wide["Jobs"]], wide["TotalCount"]) == ([new, old], 2)
    assert not {"PageNumber", "PageSize"} & set(wide)


def test_listing_filters(wire: Wire, emulator: Emulator) -> None:
    tagged = emulator.store.create_job("Alpha", body={"Settings": {"Tags": {"team": "vision", "x": "1"}}})
    running = emulator.store.create_job("beta", status="Running", body={"UserCommand": "python other.py"})
    emulator.store.create_job("gamma", workspace="2002")

    def names(**query: object) -> list[str]:
        return sorted(j["DisplayName"] for j in wire.ok("GET", "/jobs", **query)["Jobs"])

    assert names() == ["Alpha", "beta"]
    assert names(DisplayName="ALPH") == ["Alpha"]
    assert names(Status="Running") == ["beta"]
    assert names(Tags='{"team":"vision"}') == ["Alpha"]
    assert names(Tags='{"team":"speech"}') == []
    assert names(JobId=tagged.upper(), JobIds=running) == ["Alpha"]
    assert names(JobIds=f"{tagged},{running}") == ["Alpha", "beta"]
    assert names(JobType="TFJob") == []
    assert names(UserCommandSearch="OTHER") == ["beta"]
    assert names(FromAllWorkspaces=True, ShowOwn=True) == ["Alpha", "beta", "gamma"]
    assert names(SortBy="Status", PageSize=1, Order="asc") == ["beta"]
    assert wire.refused("GET", "/jobs", FromAllWorkspaces="true")[0] == 400
    assert wire.refused("GET", "/jobs", Tags="team=vision")[0] == 400
    assert wire.refused("GET", "/jobs", Status="Finished")[0] == 400


def test_paging_walks_every_job_once(wire: Wire, emulator: Emulator) -> None:
    expected = {emulator.store.create_job(f"j{index}") for index in range(23)}
    pages = [wire.ok("GET", "/jobs", PageNumber=number, PageSize=10) for number in (1, 2, 3)]
    found = [job["JobId"] for page in pages for job in page["Jobs"]]
    assert len(found) == len(expected)
    assert set(found) == expected
    assert {page["TotalCount"] for page in pages} == {23}


def test_a_new_priority_shows_later_or_never(wire: Wire, clock: ManualClock) -> None:
    public = wire.ok("POST", "/jobs", JOB)["JobId"]
    quota = wire.ok("POST", "/jobs", {**JOB, "ResourceId": "quota1"})["JobId"]
    for job in (public, quota):
        wire.ok("PUT", f"/jobs/{job}", {"Priority": 8})
    assert wire.ok("GET", f"/jobs/{quota}")["Priority"] == 1
    clock.advance(11)
    assert wire.ok("GET", f"/jobs/{quota}")["Priority"] == 8
    assert wire.ok("GET", f"/jobs/{public}")["Priority"] == 1
    wire.ok("PUT", f"/jobs/{quota}", {"Priority": 2})
    clock.advance(11)
    assert wire.ok("GET", f"/jobs/{quota}")["Priority"] == 8
    assert wire.refused("PUT", f"/jobs/{quota}", {"Accessibility": "PRIVATE"})[0] == 400
    assert wire.refused("PUT", f"/jobs/{quota}", {"DisplayName": "x"})[0] == 400


def test_maximum_running_time_and_less_detail(clock: ManualClock, with_profile: With) -> None:
    _, wire = with_profile(job_run_seconds=None)
    endless = wire.ok("POST", "/jobs", JOB)["JobId"]
    bounded = wire.ok("POST", "/jobs", {**JOB, "JobMaxRunningTimeMinutes": 5})["JobId"]
    clock.advance(600)
    assert wire.ok("GET", f"/jobs/{endless}")["Status"] == "Running"
    assert wire.ok("GET", f"/jobs/{bounded}")["Status"] == "Stopped"
    brief = wire.ok("GET", f"/jobs/{endless}", NeedDetail="False")
    assert not {"Pods", "JobSpecs"} & set(brief)
    assert len(wire.ok("GET", f"/jobs/{endless}")["Pods"]) == 2
