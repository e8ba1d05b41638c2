"""A service that acts only after our patience has ended: what cannot be taken back was sent once and no more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.emulator import Fault
from reconciler.emulator.application import Request
from reconciler.model import Status

from .house import House, board, house, template
from .matrix import READ_TIMEOUT


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as home:
        home.connection = {"read_timeout": READ_TIMEOUT}
        yield home


@pytest.mark.parametrize(
    ("action", "before", "desired"),
    [
        ("CreateJobTemplate", template("other"), template()),
        ("UpdateJobTemplate", template(), template(command="python two.py")),
        ("CreateTensorboard", template("other"), board(state="running")),
    ],
)
def test_sent_once_unknown_and_found_by_the_next_plan(
    home: House, action: str, before: dict[str, object], desired: dict[str, object]
) -> None:
    keep = [] if before["metadata"] == desired["metadata"] else [before]
    home.manifests(before)
    home.apply()
    home.manifests(desired, *keep)
    plan = home.plan()
    may_act, acted = threading.Event(), threading.Event()

    def hold(request: Request) -> None:
        if request.action == action:
            assert may_act.wait(20)

    def note(request: Request) -> None:
        if request.action == action:
            acted.set()

    home.emulator.on_request(hold)
    home.emulator.on_response(note)
    home.emulator.clear_log()
    (outcome,) = home.apply(plan).outcomes
    assert (outcome.status, outcome.writes) == (Status.UNKNOWN, 1)
    assert "plan again" in outcome.detail
    may_act.set()
    assert acted.wait(20)
    assert home.emulator.calls().count(action) == 1
    home.emulator.clear_hooks()
    assert home.settled() <= 1  # what a create leaves unrecorded is recorded
    store = home.emulator.store
    names = [each.name for each in store.templates()] + [each.name for each in store.boards()]
    assert len(names) == len(set(names))
    for each in home.emulator.store.templates():
        texts = [str(version.content) for version in home.emulator.store.versions(each.id)]
        assert len(texts) == len(set(texts))


def test_a_verification_that_is_launched_after_our_patience_is_taken_up(home: House) -> None:
    home.emulator.seed({"jobLives": [{"job": "*", "steps": [["Running", 5], "Succeeded"]}]})
    home.manifests(template(verify={"maxMinutes": 5}))
    plan = home.plan()
    may_act, acted = threading.Event(), threading.Event()

    def hold(request: Request) -> None:
        if request.action == "CreateJob":
            assert may_act.wait(20)

    def note(request: Request) -> None:
        if request.action == "CreateJob":
            acted.set()

    home.emulator.on_request(hold)
    home.emulator.on_response(note)
    home.emulator.clear_log()
    proof, create = home.apply(plan).outcomes
    assert (proof.status, create.status) == (Status.UNKNOWN, Status.SKIPPED)
    assert "whether verify-train-" in proof.detail
    may_act.set()
    assert acted.wait(20)
    assert home.emulator.calls().count("CreateJob") == 1
    home.emulator.clear_hooks()
    assert home.settled() == 1
    assert home.emulator.calls().count("CreateJob") == 1


def test_what_may_come_twice_is_sent_again_after_looking(home: House) -> None:
    home.manifests(template())
    home.apply()
    home.manifests(template(description="new words"))
    plan = home.plan()
    home.emulator.clear_log()
    home.emulator.faults.add(Fault(kind="drop_before", action="UpdateJobTemplate"))
    assert home.apply(plan).is_complete
    calls = home.emulator.calls()
    first, second = (index for index, call in enumerate(calls) if call == "UpdateJobTemplate")
    assert calls[first + 1 : second].count("GetJobTemplate") == 5


@pytest.mark.parametrize("fault", ["drop_after", "error_after"])
@pytest.mark.parametrize(
    ("action", "before", "desired"),
    [
        ("UpdateJobTemplate", template(), template(description="new words")),
        ("UpdateJobTemplate", template(), template("other", renamedFrom="train")),
        ("DeleteJobTemplate", template(), template("other")),
        ("UpdateTensorboard", board(), board(minutes=120)),
        ("StopTensorboard", board(state="running"), board(state="stopped")),
        ("StartTensorboard", board(state="stopped"), board(state="running")),
        ("DeleteTensorboard", board(state="stopped"), template()),
        ("CreateTensorboard", template(), board()),
        ("CreateTensorboard", board(), board(path="/mnt/other")),
    ],
)
def test_what_was_done_is_not_sent_again(
    home: House, action: str, before: dict[str, object], desired: dict[str, object], fault: str
) -> None:
    """Not even where it would change nothing the second time: who reads the service's log counts changes."""
    home.manifests(before)
    home.settled()
    home.manifests(desired)
    plan = home.plan()
    home.emulator.clear_log()
    home.emulator.faults.add(Fault(kind=fault, action=action))
    home.slept.clear()
    report = home.apply(plan)
    assert report.is_complete, [outcome.detail for outcome in report.outcomes]
    assert home.emulator.calls().count(action) == 1
    if action.endswith("JobTemplate") or action.startswith("Delete"):
        assert home.slept == [], "the first look has seen it"


@pytest.mark.parametrize("count", [1, 2])
def test_boards_of_the_name_that_came_since_the_plan_are_seen_by_the_look_before(home: House, count: int) -> None:
    home.manifests(template())
    home.settled()
    home.manifests(template(), board())
    plan = home.plan()
    for _ in range(count):
        home.emulator.store.create_board("gitops-board")
        home.sleep(5)
    home.emulator.clear_log()
    (outcome,) = home.apply(plan).outcomes
    assert (outcome.status, outcome.writes) == (Status.STALE, 0), outcome.detail
    assert "it exists by now" in outcome.detail
