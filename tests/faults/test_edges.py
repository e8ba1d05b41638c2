"""Answers that lack something, objects that are gone meanwhile, writes that were accepted but are not to be seen."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator import Fault
from reconciler.emulator.application import Request
from reconciler.model import Outcome, Status

from .house import House, board, house, template

ALWAYS: dict[str, Any] = {"times": None}
DELETE_BOARD = "DeleteTensorboard"
Documents = tuple[Mapping[str, Any], ...]


def ended(
    folder: Path,
    before: Documents,
    desired: Documents,
    disturb: Callable[[House], object],
    then: Callable[[House, Outcome], object] = lambda _home, _outcome: None,
) -> Outcome:
    """How the one action ended that leads from one state to the other, disturbed once the plan is made."""
    with house(folder, deterministic_ids=True) as home:
        for at in range(len(before)):
            home.manifests(before[at])
            home.apply()
        home.manifests(*desired)
        plan = home.plan()
        disturb(home)
        (outcome,) = home.apply(plan).outcomes
        home.emulator.faults.clear()
        home.emulator.clear_hooks()
        then(home, outcome)
        return outcome


def fault(kind: str, action: str, **more: Any) -> Callable[[House], object]:
    return lambda home: home.emulator.faults.add(Fault(kind=kind, action=action, **more))


ONE, TWO = template(), template(command="python two.py")
WORDS = template(description="other words")


@pytest.mark.parametrize("kind", ["drop_after", "error_after", "html"])
def test_a_look_that_fails_before_the_first_write_is_no_unknown_end(kind: str, tmp_path: Path) -> None:
    outcome = ended(tmp_path, (ONE,), (TWO,), fault(kind, "GetJobTemplate", **ALWAYS))
    assert outcome.status is Status.FAILED, outcome.detail
    assert outcome.writes == 0
    assert 0 <= outcome.seconds < 3600


@pytest.mark.parametrize("version", ["", "two", None, "\u0662"])
def test_a_version_number_that_the_answer_lacks_is_looked_up(version: object, tmp_path: Path) -> None:
    outcome = ended(tmp_path, (ONE,), (TWO,), fault("patch", "UpdateJobTemplate", value={"Version": version}))
    assert (outcome.status, outcome.detail) == (Status.DONE, "version 2 is default")


@pytest.mark.parametrize(
    ("desired", "nth", "status", "says"),
    [
        ((TWO,), 1, Status.STALE, "it is gone"),
        ((TWO,), 2, Status.FAILED, "NotFound"),
        ((WORDS,), 2, Status.FAILED, "NotFound"),
        ((), 1, Status.DONE, "was gone already"),
        ((), 2, Status.DONE, "was gone already"),
    ],
)
def test_a_template_that_is_gone_meanwhile(
    desired: Documents, nth: int, status: Status, says: str, tmp_path: Path
) -> None:
    with house(tmp_path, deterministic_ids=True) as home:
        home.manifests(ONE, board())
        home.apply()
        home.manifests(*desired, board())
        plan = home.plan()
        home.emulator.on_request(_deleting_templates(home, nth))
        (outcome,) = home.apply(plan).outcomes
    assert outcome.status is status, outcome.detail
    assert says in outcome.detail


def _deleting_templates(home: House, nth: int) -> Callable[[Request], None]:
    seen: list[Request] = []

    def hook(request: Request) -> None:
        if request.action == "GetJobTemplate":
            seen.append(request)
            if len(seen) == nth:
                for each in home.emulator.store.templates():
                    home.emulator.store.delete_template(each.id)

    return hook


def test_a_template_that_was_created_and_is_never_listed_is_done_with_a_warning(tmp_path: Path) -> None:
    def nothing_new(answer: Any) -> Any:
        return {**answer, "JobTemplates": [], "TotalCount": 0}

    outcome = ended(tmp_path, (), (ONE,), fault("rewrite", "ListJobTemplates", rewrite=nothing_new, **ALWAYS))
    assert outcome.status is Status.DONE
    assert "warning: after 60 s the listing does not show" in outcome.detail


def test_a_version_that_was_accepted_and_is_never_shown_is_told(tmp_path: Path) -> None:
    def only_the_first(answer: Any) -> Any:
        return {
            **answer,
            "DefaultVersion": 1,
            "Versions": [each for each in answer["Versions"] if each["Version"] == 1],
        }

    outcome = ended(tmp_path, (ONE,), (TWO,), fault("rewrite", "GetJobTemplate", rewrite=only_the_first, **ALWAYS))
    assert outcome.status is Status.FAILED
    assert "version 2 of tpl" in outcome.detail
    assert "was accepted but cannot be read back" in outcome.detail


def test_a_version_that_holds_something_else_is_told(tmp_path: Path) -> None:
    def changed(answer: Any) -> Any:
        other = [
            {**each, "Content": '{"JobType": "TFJob"}'} if each["Version"] == 2 else each for each in answer["Versions"]
        ]
        return {**answer, "Versions": other}

    outcome = ended(tmp_path, (ONE,), (TWO,), fault("rewrite", "GetJobTemplate", rewrite=changed, **ALWAYS))
    assert outcome.status is Status.FAILED
    assert "does not hold what was written" in outcome.detail


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


@pytest.mark.parametrize("kind", ["drop_after", "error_after"])
def test_a_version_to_which_the_service_adds_is_found_after_a_lost_answer(kind: str, tmp_path: Path) -> None:
    with house(tmp_path, fill_ins={"Settings.EnableRDMA": False}) as home:
        home.manifests(ONE)
        assert home.apply().is_complete
        home.manifests(TWO)
        home.emulator.faults.add(Fault(kind=kind, action="UpdateJobTemplate", code="InternalError"))
        (outcome,) = home.apply().outcomes
        assert outcome.status is Status.DONE, outcome.detail
        (one,) = home.emulator.store.templates()
        assert [version.number for version in home.emulator.store.versions(one.id)] == [1, 2]
        assert home.plan().is_empty


@pytest.mark.parametrize("late", [1, 3])
def test_a_default_that_shows_late_is_waited_for_and_no_longer(late: int, tmp_path: Path) -> None:
    with house(tmp_path) as home:
        for document in (ONE, TWO):
            home.manifests(document)
            assert home.apply().is_complete
        home.manifests(ONE)
        plan, looks = home.plan(), list[str]()
        former = Fault(kind="patch", action="GetJobTemplate", value={"DefaultVersion": 2}, times=late)

        def hook(request: Request) -> None:
            looks.append(str(request.action))
            if request.action == "SetJobTemplateDefaultVersion":
                home.emulator.faults.add(former)

        home.emulator.on_response(hook)
        (outcome,) = home.apply(plan).outcomes
        assert (outcome.status, outcome.detail) == (Status.DONE, "version 1 is default")
        after = looks[looks.index("SetJobTemplateDefaultVersion") + 1 : looks.index("UpdateJobTemplate")]
        assert after == ["GetJobTemplate"] * (late + 1)


ENDED_BOARD, RUNNING_BOARD = board(state="stopped"), board(state="running")


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
        home.emulator.on_response(lambda request: home.restore(before) if request.action == DELETE_BOARD else None)

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


@pytest.mark.parametrize("kind", ["drop_after", "html"])
def test_a_delete_whose_answer_is_lost_is_looked_for_and_not_sent_again(kind: str, tmp_path: Path) -> None:
    both = (template(), template("other"))
    with house(tmp_path) as home:
        home.manifests(*both)
        assert home.apply().is_complete
        home.manifests(both[1])
        home.emulator.faults.add(Fault(kind=kind, action="DeleteJobTemplate"))
        (outcome,) = home.apply().outcomes
        assert outcome.status is Status.DONE, outcome.detail
        assert home.emulator.calls().count("DeleteJobTemplate") == 1
        assert [one.name for one in home.emulator.store.templates()] == ["other"]


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


@pytest.mark.parametrize("half", ["version", "settings"])
def test_a_look_that_lags_behind_by_half_is_not_believed(half: str, tmp_path: Path) -> None:
    """One call writes version and settings; a look right after it may show one of them only."""

    def lagging(answer: Any) -> Any:
        if half == "settings":
            return {**answer, "Description": ""}
        first = [each for each in answer["Versions"] if each["Version"] == 1]
        return {**answer, "DefaultVersion": 1, "Versions": first}

    with house(tmp_path) as home:
        home.manifests(ONE)
        home.apply()
        home.manifests(template(command="python two.py", description="new words"))
        plan = home.plan()
        written: list[Request] = []

        def note(request: Request) -> None:
            if request.action == "UpdateJobTemplate" and not written:
                written.append(request)
                home.emulator.faults.add(Fault(kind="rewrite", action="GetJobTemplate", times=2, rewrite=lagging))

        home.emulator.on_response(note)
        (outcome,) = home.apply(plan).outcomes
        assert outcome.status is Status.DONE, outcome.detail
        assert home.plan().is_empty


def test_a_run_that_is_stopped_begins_nothing_and_says_so(tmp_path: Path) -> None:
    halt = threading.Event()
    with house(tmp_path) as home:
        home.manifests(template(), board())
        assert home.apply(halt=halt).interrupted is False
        home.manifests(template(command="python two.py"), board(minutes=60))
        halt.set()
        report = home.apply(halt=halt)
        assert report.interrupted is True
        assert {(each.status, each.detail) for each in report.outcomes} == {
            (Status.SKIPPED, "interrupted before it began")
        }
        assert len(home.plan().actions) == 2


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


def no_jobs(answer: Any) -> Any:
    return {**answer, "Jobs": [], "TotalCount": 0}
