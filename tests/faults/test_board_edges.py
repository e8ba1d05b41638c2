"""Boards: answers that lack something, boards gone meanwhile, writes that were accepted and do not show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator import Fault
from reconciler.emulator.application import Request
from reconciler.model import Outcome, Status, Verb

from .disturbed import ALWAYS, ended, fault
from .everything import killed_after
from .house import House, board, house, template

DELETE = "DeleteTensorboard"
ENDED_BOARD, RUNNING_BOARD = board(state="stopped"), board(state="running")


def test_a_board_that_was_created_and_is_never_listed_is_done_with_a_warning(tmp_path: Path) -> None:
    def nothing(answer: Any) -> Any:
        return {**answer, "Tensorboards": [], "TotalCount": 0}

    outcome = ended(tmp_path, (), (board(),), fault("rewrite", "ListTensorboards", rewrite=nothing, **ALWAYS))
    assert outcome.status is Status.DONE
    assert "warning: after 60 s the listing does not show" in outcome.detail


def test_a_board_that_was_created_and_cannot_be_read_is_told_with_its_id(tmp_path: Path) -> None:
    gone = fault("error_before", "GetTensorboard", status=404, code="NotFound", **ALWAYS)
    outcome = ended(tmp_path, (), (board(),), gone)
    assert (outcome.status, outcome.writes) == (Status.FAILED, 1)
    assert re.fullmatch(r"tb\w+ cannot be read", outcome.detail)


def test_a_board_whose_update_never_shows_is_told(tmp_path: Path) -> None:
    def as_before(answer: Any) -> Any:
        return {**answer, "MaxRunningTimeMinutes": 240}

    stale = fault("rewrite", "GetTensorboard", rewrite=as_before, **ALWAYS)
    outcome = ended(tmp_path, (board(),), (board(minutes=60),), stale)
    assert outcome.status is Status.FAILED
    assert "the update was accepted but does not show" in outcome.detail


@pytest.mark.parametrize(
    ("state", "ends"), [("stopped", {"Stopped"}), ("running", {"Running"}), ("", {"Creating", "Running"})]
)
def test_a_replacement_ends_in_the_state_that_is_asked_for(state: str, ends: set[str], tmp_path: Path) -> None:
    wanted: dict[str, Any] = {"state": state} if state else {}

    def look(home: House, outcome: Outcome) -> None:
        (one,) = home.emulator.store.boards()
        assert one.phase in ends, outcome.detail
        assert one.body["SummaryPath"] == "/mnt/other"
        assert home.plan().is_empty

    outcome = ended(tmp_path, (board(**wanted),), (board(path="/mnt/other", **wanted),), lambda _home: None, look)
    assert outcome.status is Status.DONE
    assert " replaces " in outcome.detail


def test_a_board_that_is_gone_before_it_is_deleted_is_done(tmp_path: Path) -> None:
    def somebody_deletes(home: House) -> None:
        (one,) = home.emulator.store.boards()
        home.emulator.store.delete_board(one.id)

    outcome = ended(tmp_path, (ENDED_BOARD,), (board(state="absent"),), somebody_deletes)
    assert outcome.status is Status.DONE
    assert "was gone already" in outcome.detail


def test_a_board_that_is_still_there_after_its_delete_is_told(tmp_path: Path) -> None:
    def undo(home: House) -> None:
        before = home.saved()
        home.emulator.on_response(lambda request: home.restore(before) if request.action == DELETE else None)

    outcome = ended(tmp_path, (ENDED_BOARD,), (board(state="absent"),), undo)
    assert outcome.status is Status.FAILED
    assert "was deleted but is still there" in outcome.detail


@pytest.mark.parametrize(
    ("shown", "says"),
    [
        ({"ReasonMessage": "no quota", "ReasonCode": "Quota"}, "is failed: no quota"),
        ({"ReasonMessage": "", "ReasonCode": "Quota"}, "is failed: Quota"),
        ({"ReasonMessage": None, "ReasonCode": None}, "is failed: no reason given"),
    ],
)
@pytest.mark.parametrize("status", ["Failed", "Deleting"])
def test_a_board_that_ends_instead_of_running_says_why(
    status: str, shown: dict[str, object], says: str, tmp_path: Path
) -> None:
    def fail(home: House) -> None:
        fails = Fault(kind="patch", action="GetTensorboard", value={"Status": status, **shown}, **ALWAYS)
        home.emulator.on_response(
            lambda request: home.emulator.faults.add(fails) if request.action == "StartTensorboard" else None
        )

    outcome = ended(tmp_path, (ENDED_BOARD,), (RUNNING_BOARD,), fail)
    assert outcome.status is Status.FAILED
    assert says.replace("failed", status.lower()) in outcome.detail


@pytest.mark.parametrize(("state", "ends"), [("running", {"Running"}), ("", {"Creating"})])
def test_a_new_board_is_waited_for_only_when_it_is_to_run(state: str, ends: set[str], tmp_path: Path) -> None:
    def look(home: House, outcome: Outcome) -> None:
        (one,) = home.emulator.store.boards()
        assert one.phase in ends, outcome.detail

    wanted: dict[str, Any] = {"state": state} if state else {}
    outcome = ended(tmp_path, (), (board(**wanted),), lambda _home: None, look)
    assert outcome.status is Status.DONE


def test_the_old_board_stays_until_the_new_one_runs(tmp_path: Path) -> None:
    def fail(home: House) -> None:
        fails = Fault(kind="patch", action="GetTensorboard", value={"Status": "Failed"}, **ALWAYS)
        home.emulator.on_response(
            lambda request: home.emulator.faults.add(fails) if request.action == "CreateTensorboard" else None
        )

    def look(home: House, _outcome: Outcome) -> None:
        assert sorted(one.body["SummaryPath"] for one in home.emulator.store.boards()) == ["/mnt/logs", "/mnt/other"]

    wanted = board(path="/mnt/other", state="running")
    outcome = ended(tmp_path, (RUNNING_BOARD,), (wanted,), fail, look)
    assert outcome.status is Status.FAILED
    assert "is failed" in outcome.detail


@pytest.mark.parametrize("lost", [("drop_before", 2), ("drop_after", 1)], ids=["before", "after"])
@pytest.mark.parametrize(
    ("before", "desired", "action"),
    [(ENDED_BOARD, RUNNING_BOARD, "StartTensorboard"), (RUNNING_BOARD, ENDED_BOARD, "StopTensorboard")],
    ids=["start", "stop"],
)
def test_a_switch_whose_answer_is_lost_is_sent_again_only_when_it_did_not_arrive(
    before: Mapping[str, Any], desired: Mapping[str, Any], action: str, lost: tuple[str, int], tmp_path: Path
) -> None:
    kind, sent = lost
    outcome = ended(tmp_path, (before,), (desired,), fault(kind, action))
    assert outcome.status is Status.DONE, outcome.detail
    assert outcome.writes == sent


def test_a_board_whose_update_shows_late_is_done(tmp_path: Path) -> None:
    def as_before(answer: Any) -> Any:
        return {**answer, "MaxRunningTimeMinutes": 240}

    def note(request: Request) -> None:
        if request.action == "UpdateTensorboard":
            home.emulator.faults.add(Fault(kind="rewrite", action="GetTensorboard", times=2, rewrite=as_before))

    with house(tmp_path) as home:
        home.manifests(board())
        home.apply()
        home.manifests(board(minutes=60))
        plan = home.plan()
        home.emulator.on_response(note)
        (outcome,) = home.apply(plan).outcomes
        assert outcome.status is Status.DONE, outcome.detail
        assert home.plan().is_empty


def test_the_job_of_a_board_that_is_gone_when_its_turn_comes_is_told(tmp_path: Path) -> None:
    curves = board("gitops-curves", job={"template": "train"})
    del curves["spec"]["content"]["DataSources"], curves["spec"]["content"]["SummaryPath"]
    with house(tmp_path) as home:
        home.manifests(template(), curves)
        home.apply()
        store = home.emulator.store
        (train,) = store.templates()
        store.create_job("run", template_id=train.id, status="Running")
        plan = home.plan()
        assert [action.job_of for action in plan.actions] == ["train"]
        home.emulator.faults.add(Fault(kind="rewrite", action="ListJobs", rewrite=no_jobs, **ALWAYS))
        (outcome,) = home.apply(plan).outcomes
        assert outcome.status is Status.STALE, outcome.detail
        assert "train" in outcome.detail
        assert store.boards() == []


@pytest.mark.parametrize("state", [{"state": "running"}, {}], ids=["running", "not-managed"])
def test_a_saved_plan_ends_what_it_had_begun_when_it_was_killed(state: dict[str, Any], tmp_path: Path) -> None:
    """A board goes over to a newer job: the new one is there already, and only the old one is left to be deleted."""
    follows = board("gitops-curves", job={"template": "train", "follow": True}, **state)
    del follows["spec"]["content"]["DataSources"], follows["spec"]["content"]["SummaryPath"]
    with house(tmp_path) as home:
        store = home.emulator.store
        home.manifests(template())
        home.apply()
        (train,) = store.templates()
        store.create_job("first", template_id=train.id, status="Running")
        home.manifests(template(), follows)
        home.settled()
        home.sleep(60)
        newer = store.create_job("second", template_id=train.id, status="Running")
        plan = home.plan()
        assert [action.verb for action in plan.actions] == [Verb.FOLLOW]
        killed_after(home, plan, "CreateTensorboard")
        assert len(store.boards()) == 2
        home.emulator.clear_log()
        (outcome,) = home.apply(plan).outcomes
        assert outcome.status is Status.DONE, outcome.detail
        assert [one.body["JobId"] for one in store.boards()] == [newer]
        assert "CreateTensorboard" not in home.emulator.calls()
        assert home.plan().is_empty


def no_jobs(answer: Any) -> Any:
    return {**answer, "Jobs": [], "TotalCount": 0}
