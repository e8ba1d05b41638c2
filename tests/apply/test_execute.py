"""Executing a plan: independent actions go on, dependents are skipped, nothing is deleted after a failure."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.commands import Commands
from support.outside import board_id, launch, template_id
from support.project import BOARD, ProjectFolder

from reconciler.emulator import Emulator, Fault


def statuses(cli: Commands, *arguments: str) -> tuple[int, dict[str, str]]:
    """The exit code, and how each action ended."""
    ended = cli.apply("--format", "json", "--parallel", "1", *arguments)
    outcomes: list[Any] = json.loads(ended.out)["outcomes"]
    return ended.code, {outcome["action"]: outcome["status"] for outcome in outcomes}


def refuse(emulator: Emulator, action: str) -> None:
    emulator.faults.add(Fault(kind="error_before", action=action, status=400, code="BadRequest"))


def test_one_failure_leaves_independent_actions_alone_and_deletes_nothing(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.template("old")
    project.template("anchor")
    cli.apply()
    project.remove("old")
    project.template("a")
    project.template("b")
    refuse(emulator, "CreateJobTemplate")
    assert statuses(cli) == (
        4,
        {"create JobTemplate/a": "failed", "create JobTemplate/b": "done", "delete JobTemplate/old": "skipped"},
    )
    assert statuses(cli) == (0, {"create JobTemplate/a": "done", "delete JobTemplate/old": "done"})


def test_when_everything_failed_nothing_was_written(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    project.template("a")
    refuse(emulator, "CreateJobTemplate")
    assert statuses(cli) == (1, {"create JobTemplate/a": "failed"})
    assert emulator.store.templates() == []


def test_fail_fast_starts_nothing_more(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    for name in "abc":
        project.template(name)
    refuse(emulator, "CreateJobTemplate")
    assert statuses(cli, "--fail-fast") == (
        1,
        {"create JobTemplate/a": "failed", "create JobTemplate/b": "skipped", "create JobTemplate/c": "skipped"},
    )


def test_the_second_action_on_a_board_is_skipped_when_the_first_failed(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.board(state="stopped")
    refuse(emulator, "CreateTensorboard")
    assert statuses(cli) == (1, {"create TensorBoard/board": "failed", "stop TensorBoard/board": "skipped"})


@pytest.mark.parametrize("move", [("Running", "stopped", "stop"), ("Stopped", "running", "start")])
def test_a_board_is_updated_and_then_started_or_stopped(
    move: tuple[str, str, str], project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    """The second action starts from what the first one left, not from what was planned."""
    live, state, verb = move
    project.board()
    cli.apply()
    emulator.store.set_board_status(board_id(emulator, "board"), live)
    project.board(content={**BOARD, "MaxRunningTimeMinutes": 60}, state=state)
    assert statuses(cli) == (0, {"update TensorBoard/board": "done", f"{verb} TensorBoard/board": "done"})
    assert cli.verbs() == []


def test_a_template_changed_between_plan_and_write_is_stale(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.template()
    cli.apply()
    project.template(command="python ours.py")
    id = template_id(emulator, "train")
    looks = iter(range(100))

    def somebody(request: Any) -> None:
        if request.action == "GetJobTemplate" and next(looks) == 1:  # the look right before the write
            emulator.store.add_version(id, default=True)

    emulator.on_request(somebody)
    assert statuses(cli) == (3, {"new-version JobTemplate/train": "stale"})
    assert len(emulator.store.versions(id)) == 2


def test_a_template_created_by_somebody_meanwhile_is_not_doubled(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.template()
    lists = iter(range(100))

    def somebody(request: Any) -> None:
        if request.action == "ListJobTemplates" and next(lists) == 2:
            emulator.store.create_template("train")

    emulator.on_request(somebody)
    assert statuses(cli) == (3, {"create JobTemplate/train": "stale"})
    assert len(emulator.store.templates()) == 1


def test_a_job_launched_before_the_delete_retains_the_template(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.template("old")
    project.template("anchor")
    cli.apply()
    project.remove("old")
    lists = iter(range(100))

    def somebody(request: Any) -> None:
        if request.action == "ListJobs" and next(lists) == 1:
            launch(emulator, "old")

    emulator.on_request(somebody)
    assert statuses(cli) == (0, {"delete JobTemplate/old": "retained"})
    assert template_id(emulator, "old")
