"""A verification job is no use of its template: it counts nowhere but as a verification, in no command."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.commands import Commands, command
from support.project import CONTENT, ProjectFolder

from reconciler.emulator import Emulator, Profile

VERIFY = {"maxMinutes": 5, "set": {"JobSpecs[0].PodCount": 1}, "keep": "always"}
RULES = {"DLC304": {"days": 0}}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(profile=Profile(job_delay=0.0, job_run_seconds=0.05)) as running:
        yield running


@pytest.fixture
def proved(project: ProjectFolder, cli: Commands, emulator: Emulator) -> str:
    """The id of the job that proved the one template, and that is kept."""
    project.template(content=CONTENT, verify=VERIFY)
    ended = cli.apply("--interval", "0.02")
    assert ended.code == 0, ended.text
    (job,) = emulator.store.jobs()
    return job.id


def at(project: ProjectFolder, emulator: Emulator) -> tuple[str, ...]:
    return ("--project", str(project.root), "--endpoint", emulator.url)


def test_a_board_of_the_newest_job_waits_for_a_real_one(project: ProjectFolder, cli: Commands, proved: str) -> None:
    project.board("gitops-curves", content={"SummaryPath": "/mnt/logs"}, job={"template": "train"})
    planned = cli.plan()
    assert proved not in planned.text
    assert "DLC206" in planned.out, planned.text
    assert cli.verbs() == []


def test_it_is_no_launch_that_a_change_reaches(project: ProjectFolder, cli: Commands, proved: str) -> None:
    project.template(content={**CONTENT, "UserCommand": "python other.py"}, verify=VERIFY)
    assert "no job was launched from it" in cli.plan().out
    assert all(each["impact"] is None or not each["impact"].get("jobs") for each in cli.document()["actions"])


def test_it_keeps_no_template_from_being_deleted(project: ProjectFolder, cli: Commands, proved: str) -> None:
    project.template("other")
    assert cli.apply().code == 0
    project.remove("train")
    document = cli.document()
    assert [each["verb"] for each in document["actions"]] == ["delete"]
    assert document["retained"] == []
    assert cli.apply().code == 0


def test_history_audit_and_drift_know_no_use_of_the_template(
    project: ProjectFolder, cli: Commands, emulator: Emulator, proved: str
) -> None:
    place = at(project, emulator)
    assert "0 jobs launched" in command("history", "train", *place).out
    assert command("drift", "--detailed-exitcode", *place).code == 0
    project.settings(audit={"rules": RULES})
    judged = command("audit", "--format", "json", "--fail-on", "never", *place)
    assert "DLC304" in [each["code"] for each in judged.json["findings"]], judged.text


def test_a_launch_begins_to_count_at_one_and_a_list_marks_the_job(
    project: ProjectFolder, cli: Commands, emulator: Emulator, proved: str
) -> None:
    place = at(project, emulator)
    project.settings(jobs={"displayName": "{template}-{sequence}"})
    assert command("launch", "train", *place).code == 0
    assert {job.body["DisplayName"] for job in emulator.store.jobs() if job.id != proved} == {"train-001"}
    (row,) = [line for line in command("jobs", "list", *place).out.splitlines() if proved in line]
    assert "(verification)" in row
