"""What people meet on the command line: options, exit codes, limits, permissions, and what a saved plan means later."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.commands import Commands, command
from support.project import ProjectFolder

from reconciler.emulator import Emulator, Fault, Profile

VERIFY: dict[str, Any] = {"maxMinutes": 6, "set": {"JobSpecs[0].PodCount": 1}}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(profile=Profile(job_delay=0.0, job_run_seconds=0.2, deterministic_ids=True)) as running:
        yield running


def place(project: ProjectFolder, emulator: Emulator) -> tuple[str, ...]:
    return ("--project", str(project.root), "--endpoint", emulator.url)


def test_what_is_launched_without_waiting_is_taken_up(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    emulator.seed({"jobLives": [{"job": "*", "steps": [["Queuing", None]], "times": 1}]})
    project.template(verify=VERIFY)
    launched = cli.apply("--no-wait")
    assert (launched.code, emulator.store.templates()) == (0, []), launched.text
    assert "waiting  verify JobTemplate/train" in launched.text
    assert "waiting  create JobTemplate/train" in launched.text
    planned = cli.plan("--detailed-exitcode")
    assert planned.code == 2
    assert "is under way: Queuing" in planned.text
    (job,) = emulator.store.jobs()
    emulator.store.delete_job(job.id)
    assert cli.apply("--interval", "0.05").code == 0
    assert len(emulator.store.templates()) == 1


def test_who_may_not_create_jobs_learns_it_before_anything_is_written(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    emulator.faults.add(Fault(kind="error_before", action="CreateJob", status=403, code="Forbidden.RAM", times=9))
    project.template(verify=VERIFY)
    project.template("plain")
    refused = cli.apply()
    assert refused.code == 1, refused.text
    assert "paidlc:CreateJob" in refused.err
    assert [request.action for request in emulator.writes()] == ["CreateJob"]
    assert emulator.store.templates() == []


def test_a_held_version_is_tried_again_when_told_and_by_nothing_else(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    emulator.seed({"jobLives": [{"job": "*", "steps": ["Failed"], "message": "no such image", "times": 1}]})
    project.template(verify=VERIFY)
    assert cli.apply().code == 4
    held = cli.plan()
    assert (held.code, cli.plan("--detailed-exitcode").code) == (0, 2)
    assert "no such image" in held.text, held.text
    assert "Holds back" in cli.plan("--format", "markdown").text
    assert "runs 1 x Worker" in cli.plan("--verify-again").text
    again = cli.apply("--verify-again", "train")
    assert again.code == 0, again.text
    assert len(emulator.store.templates()) == 1


def test_a_limit_on_gpu_hours_is_lifted_by_number(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    project.settings(safety={"maxVerifyGpuHours": 0.05})
    specs = [{"Type": "Worker", "PodCount": 4, "Image": "registry/a:1", "ResourceConfig": {"GPU": "1", "CPU": "4"}}]
    project.template(
        content={"JobType": "PyTorchJob", "JobSpecs": specs, "ResourceId": "quota1", "UserCommand": "x"}, verify=VERIFY
    )
    blocked = cli.apply()
    assert (blocked.code, emulator.writes()) == (3, []), blocked.text
    assert "at most 0.1 GPU-hours, the limit is 0.05" in blocked.text
    assert cli.apply("--allow-gpu-hours", "0.1").code == 0


def test_a_saved_plan_whose_version_proved_itself_meanwhile_is_not_stale(
    project: ProjectFolder, cli: Commands, emulator: Emulator, tmp_path: Path
) -> None:
    project.template(verify={**VERIFY, "keep": "always"})
    file = str(tmp_path / "plan.json")
    assert cli.plan("--out", file).code == 0
    assert json.loads(Path(file).read_text())["summary"]["verify"] == 1
    emulator.faults.add(Fault(kind="error_before", action="CreateJobTemplate", status=403, code="Forbidden.RAM"))
    assert cli.apply().code in (1, 4)
    assert [job.body["DisplayName"][:13] for job in emulator.store.jobs()] == ["verify-train-"]
    done = cli.apply(file)
    assert done.code == 0, done.text
    assert len(emulator.store.templates()) == 1
    assert "(verification)" in command("jobs", "list", *place(project, emulator)).text


def test_the_old_spelling_of_fetch_all_is_kept(project: ProjectFolder, cli: Commands) -> None:
    project.template()
    assert cli.plan("--verify").text == cli.plan("--fetch-all").text
    assert "--verify " not in command("plan", "--help").text


def test_what_no_manifest_asks_for_is_stopped_and_what_is_left_can_be_cleaned(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    emulator.seed({"jobLives": [{"job": "*", "steps": [["Running", None]], "times": 1}]})
    project.template(command="python first.py", verify=VERIFY)
    assert cli.apply("--no-wait").code == 0
    emulator.store.create_job(name="verify-train-000000000000-1", body={"UserCommand": "x"}, status="Running")
    project.template(command="python second.py", verify=VERIFY)
    swept = cli.apply("--interval", "0.05")
    assert swept.code == 0, swept.text
    assert "stopped: nothing waits for its verdict any more" in swept.err
    rows = command("jobs", "list", *place(project, emulator), "-q", "Jobs[].[UserCommand, Status]").text
    assert sorted(rows.splitlines()) == ["python first.py\tStopped", "x\tRunning"]
    cleaned = command("jobs", "clean", "--verify", "--yes", *place(project, emulator))
    assert (cleaned.code, [job.body["UserCommand"] for job in emulator.store.jobs()]) == (0, ["x"]), cleaned.text
    assert command("jobs", "clean", *place(project, emulator)).code == 64


def test_cleaning_goes_on_after_a_job_that_cannot_be_deleted(project: ProjectFolder, emulator: Emulator) -> None:
    emulator.seed({"jobLives": [{"job": "*", "steps": [["Failed", None]]}]})
    for name in ("a", "b"):
        project.template(name, command=f"python {name}.py", verify=VERIFY)
    assert command("apply", "--yes", "--interval", "0.05", *place(project, emulator)).code == 4
    emulator.faults.add(Fault(kind="error_before", action="DeleteJob", status=403, code="Forbidden.RAM"))
    cleaned = command("jobs", "clean", "--verify", "--yes", *place(project, emulator))
    assert (cleaned.code, len(emulator.store.jobs())) == (4, 1), cleaned.text
    assert cleaned.out.count("is deleted") == 1
    assert "stays: " in cleaned.out


def test_an_emulator_whose_time_goes_by_faster(project: ProjectFolder, tmp_path: Path) -> None:
    """A job of a minute has ended after a moment: the walk through a verification takes no patience."""
    project.template(verify=VERIFY)
    words = [
        "-m",
        "reconciler",
        "emulator",
        "serve",
        "--port",
        "0",
        "--speed",
        "600",
        "--state",
        str(tmp_path / "s.db"),
    ]
    with subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().split()[2].rstrip(";")
            done = Commands(project.root, url).apply("--interval", "0.05")
        finally:
            process.terminate()
    assert done.code == 0, done.text
    assert "version 1 is default" in done.out
