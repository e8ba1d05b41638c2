"""The table of calls is what the commands call, no more and no less, and `permissions` prints it as a RAM policy.

The rest of each row is compared in `tests/canary`, where every command runs in every way: what is called there must be
in the table, and what is in the table must be called there or here. `apply` is compared in `tests/faults`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.commands import Ended, command
from support.operations import EVERY_OPERATION
from support.project import CONTENT, ProjectFolder
from test_every_command import commands

from reconciler.cli.app import cli
from reconciler.emulator import Emulator, ManualClock
from reconciler.permissions import GROUPS, NEEDS, operations_of

RAY = {"JobType": "RayJob", "JobSpecs": [{"Type": "Head", "PodCount": 1, "Image": "x", "EcsSpec": "ecs.g7.xlarge"}]}


class Place:
    """A project and a service, and the calls that commands make there."""

    def __init__(self, project: ProjectFolder, emulator: Emulator, clock: ManualClock) -> None:
        self.project = project
        self.emulator = emulator
        self.clock = clock

    def calls(self, name: str, *arguments: str) -> set[str]:
        self.emulator.clear_log()
        ended = command(*name.split(), *arguments, "--project", self.project.root, "--endpoint", self.emulator.url)
        assert "internal error" not in ended.err
        return {str(request.action) for request in self.emulator.requests}

    def job(self, **body: object) -> str:
        return self.emulator.store.create_job("one", body={**CONTENT, **body}, status="Running")


def _adopt(place: Place) -> set[str]:
    place.project.template()
    place.emulator.store.create_template("train", CONTENT)
    return place.calls("adopt", "train", "--yes")


def _audit(place: Place) -> set[str]:
    place.project.template()
    place.emulator.store.create_template("train", {**CONTENT, "CodeSource": {"CodeSourceId": "code-1"}})
    gone = place.job()
    place.emulator.store.create_board("lost", body={"SummaryPath": "/mnt", "JobId": gone})
    place.emulator.store.delete_job(gone)
    return place.calls("audit")


def _validate(place: Place) -> set[str]:
    place.project.template(content={"CodeSource": {"CodeSourceId": "code-9", "MountPath": "/code"}})
    place.project.board("gitops-board", content={"JobId": "dlc1", "SummaryPath": "/mnt"})
    return place.calls("validate", "--online")


def _drift(place: Place, name: str = "drift") -> set[str]:
    """Also of boards that follow a template's jobs, and of versions that have to prove themselves."""
    place.project.template(verify={"maxMinutes": 5})
    place.project.board("gitops-board", content={}, job={"template": "train", "follow": True})
    place.emulator.store.create_template("train", CONTENT)
    place.emulator.store.create_board("gitops-board", body={"SummaryPath": "/mnt", "JobId": place.job()})
    return place.calls(name)


def _boards(verb: str, *more: str) -> Callable[[Place], set[str]]:
    def run(place: Place) -> set[str]:
        place.emulator.store.create_board("by-name", body={"SummaryPath": "/mnt"}, status="Running")
        return place.calls(f"boards {verb}", "by-name", *more)

    return run


def _jobs(verb: str, *more: str, body: dict[str, Any] | None = None) -> Callable[[Place], set[str]]:
    def run(place: Place) -> set[str]:
        place.job(**(body or {}))
        return place.calls(f"jobs {verb}", "one", *more)

    return run


def _clean(place: Place) -> set[str]:
    place.emulator.seed({"jobLives": [{"job": "*", "steps": [["Failed", None]], "times": 1}]})
    place.project.template(verify={"maxMinutes": 5})
    place.calls("apply", "--yes", "--interval", "0.01")
    return place.calls("jobs clean", "--verify", "--yes")


def _sanity(place: Place) -> set[str]:
    body = {**CONTENT, "Settings": {"EnableSanityCheck": True}}
    place.emulator.store.create_job("one", body=body, status=None)
    place.clock.advance(5)
    return place.calls("jobs sanity", "one", "--number", "1", "--phase", "CheckInit")


ELSEWHERE: dict[str, tuple[set[str], Callable[[Place], set[str]]]] = {
    "adopt": ({"UpdateJobTemplate"}, _adopt),
    "audit": ({"GetCodeSource", "GetJob"}, _audit),
    "validate": ({"GetCodeSource", "ListCodeSources", "GetJob"}, _validate),
    "drift": ({"ListJobs"}, _drift),
    "list": ({"ListJobs"}, lambda place: _drift(place, "list")),
    "jobs tag": ({"UntagResources"}, _jobs("tag", "a=b", "--remove", "c")),
    "jobs clean": ({"DeleteJob"}, _clean),
    "jobs sanity": ({"ListJobs", "GetJobSanityCheckResult"}, _sanity),
    "jobs ray-dashboard": ({"ListJobs", "GetRayDashboard"}, _jobs("ray-dashboard", body=RAY)),
    "jobs delete": ({"ListJobs"}, _jobs("delete", "--yes")),
    "jobs metrics": ({"ListJobs"}, _jobs("metrics")),
    "jobs dashboard": ({"ListJobs"}, _jobs("dashboard")),
    "jobs terminal": ({"ListJobs"}, _jobs("terminal")),
    "jobs token": ({"ListJobs"}, _jobs("token")),
    "boards show": ({"ListTensorboards"}, _boards("show")),
    "boards start": ({"ListTensorboards"}, _boards("start")),
    "boards stop": ({"ListTensorboards"}, _boards("stop", "--yes")),
    "boards delete": ({"ListTensorboards"}, _boards("delete", "--yes")),
    "boards share": ({"ListTensorboards"}, _boards("share")),
}
"""What a command calls in no run of `tests/canary`, and how it comes to be called."""


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_call_that_is_rare_is_made(name: str, project: ProjectFolder, emulator: Emulator, clock: ManualClock) -> None:
    rare, run = ELSEWHERE[name]
    called = run(Place(project, emulator, clock))
    assert rare <= called
    assert called <= {each.name for each in operations_of([name], verifying=False)}


def test_every_command_of_the_table_is_one_and_every_operation_has_a_user() -> None:
    known = dict(commands(cli))
    assert NEEDS.keys() <= known.keys()
    assert {name for names in GROUPS.values() for name in names} <= NEEDS.keys()
    used = {each for needs in NEEDS.values() for each in (*needs.calls, *needs.verifying)}
    unused = {name for name, operation in EVERY_OPERATION.items() if operation not in used}
    assert unused == set()


# ---- the command ----


def printed(*arguments: str | Path) -> dict[str, set[str]]:
    """The actions of the policy, by resource."""
    ended = command("permissions", *arguments)
    assert (ended.code, ended.err) == (0, "")
    document = json.loads(ended.out)
    assert document["Version"] == "1"
    return {each["Resource"]: set(each["Action"]) for each in document["Statement"]}


def test_the_policy_is_what_the_commands_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plan = printed("plan")["*"]
    assert plan == {each.ram_action for each in NEEDS["plan"].calls}
    assert printed() == printed("plan", "apply") == printed("apply")
    assert printed("jobs logs")["*"] == {
        "paidlc:GetJob", "paidlc:GetJobTemplate", "paidlc:GetPodLogs", "paidlc:ListJobs",
    }  # fmt: skip
    assert printed("jobs")["*"] > printed("jobs logs")["*"]
    assert printed("discover", "validate")["*"] >= {"paiimage:ListImages", "paiworkspace:ListWorkspaces"}
    assert printed("apply", "--lock", "oss://locks/vision")["acs:oss:*:*:locks/vision"] == {
        "oss:DeleteObject", "oss:GetObject", "oss:PutObject",
    }  # fmt: skip


def test_only_a_project_whose_versions_prove_themselves_may_launch_jobs(project: ProjectFolder) -> None:
    two = {name: {"region": "cn-hangzhou", "workspaceId": id} for name, id in (("staging", "1001"), ("prod", "2002"))}
    project.settings(targets=two)
    project.template()
    here = ("apply", "--project", project.root)
    assert "paidlc:CreateJob" not in printed(*here)["*"]
    verify = {"verify": {"maxMinutes": 5}}
    project.template(overrides={"prod": verify})
    assert "paidlc:CreateJob" in printed(*here)["*"]
    assert "paidlc:CreateJob" in printed(*here, "--target", "prod")["*"]
    assert "paidlc:CreateJob" not in printed(*here, "--target", "staging")["*"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("plann",), 64, 'Did you mean "plan"?'),
        (("fmt",), 64, "fmt calls nothing of the service"),
        (("jobs log",), 64, "there is no command 'jobs log'"),
        (("apply", "--lock", "file:/x"), 64, "a lock on a disk needs no permission"),
        (("apply", "--target", "nowhere"), 1, "nowhere"),
    ],
)
def test_a_mistake_is_named(
    arguments: tuple[str, ...], code: int, said: str, project: ProjectFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    project.template()
    ended: Ended = command("permissions", *arguments)
    assert (ended.code, said in ended.err) == (code, True), ended.err


def test_manifests_with_errors_are_told(project: ProjectFolder) -> None:
    project.template(content={"UserComand": "x"})
    ended = command("permissions", "apply", "--project", project.root)
    assert (ended.code, "UserComand" in ended.err) == (1, True)
