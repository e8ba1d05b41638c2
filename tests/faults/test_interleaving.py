"""Two applies and a person in the console, their requests interleaved in any order.

Whatever the order: no name of ours exists twice, no apply writes one content twice, and what the person changed is
still there or somebody's report says `stale`. One window remains, as kinds.jobtemplate.write says: a default,
description or metadata changed between an apply's last look at a template and the write that follows it.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.laws import examples

from reconciler.live import LiveService
from reconciler.model import ApplyReport, Status
from reconciler.pipeline import Run, apply_plan

from .house import House, Silent, board, content, house, template
from .turns import InTurn, Turn, Turns

OURS = "dlc-reconciler/project"
FORMER = (template("grown"), template("reverted", "python one.py"), template("reworded"), template("left"))
LATER = (template("grown"), template("reverted", "python two.py"), template("reworded"), template("left"))
WANTED = (
    template("made"),
    template("grown", "python two.py"),
    template("reverted", "python one.py"),
    template("reworded", description="our words"),
    board("gitops-made", state="running"),
)
NAMES = ("grown", "reverted", "reworded", "left")

deeds = st.lists(
    st.tuples(st.sampled_from(("push", "promote", "describe", "mark", "create")), st.sampled_from(NAMES)), max_size=4
)
orders = st.lists(st.integers(0, 2), max_size=90)


class Person:
    """Somebody in the console: does one thing at a turn, and remembers what."""

    def __init__(self, home: House, turns: Turns, deeds: list[tuple[str, str]]) -> None:
        self.home, self.turns, self.deeds = home, turns, deeds
        self.did: list[tuple[int, str, str, Any]] = []
        """Index of the turn, deed, template id, what must be there afterwards."""

    def act(self) -> None:
        for number, (deed, name) in enumerate(self.deeds):
            one = next((each for each in self.home.emulator.store.templates() if each.name == name), None)
            self.turns.wait(Turn("person", deed, one.id if one else name, True))
            one = next((each for each in self.home.emulator.store.templates() if each.name == name), None)
            if one is not None:
                self.did.append((len(self.turns.taken) - 1, deed, one.id, self._do(deed, one, f"theirs {number}")))

    def _do(self, deed: str, one: Any, mark: str) -> Any:
        store = self.home.emulator.store
        match deed:
            case "push":
                return store.add_version(one.id, content(mark))
            case "promote":
                number = store.add_version(one.id, content(mark))
                store.update_template(one.id, default_version=number)
                return number
            case "describe":
                store.update_template(one.id, description=mark)
                return mark
            case "mark":
                store.update_template(one.id, metadata={**one.metadata, mark: "1"})
                return mark
            case _:
                return store.create_template("made", content(mark))

    def is_there(self, deed: str, template_id: str, what: Any) -> bool:
        """Whether what was done still stands, or the person undid it with a later deed."""
        store = self.home.emulator.store
        one = next((each for each in store.templates() if each.id == (what if deed == "create" else template_id)), None)
        if one is None:
            return False
        match deed:
            case "push":
                return what in {version.number for version in store.versions(one.id)}
            case "promote":
                return bool(one.default_version == what)
            case "describe":
                return bool(one.description == what)
            case "mark":
                return what in one.metadata
            case _:
                return True


def interleave(folder: Path, order: list[int], deeds: list[tuple[str, str]]) -> None:
    with house(folder, deterministic_ids=True, board_delay=0.0) as home:
        for documents in (FORMER, LATER):
            home.manifests(*documents)
            assert home.apply().is_complete
        home.manifests(*WANTED)
        turns, reports = Turns(order), {}
        person = Person(home, turns, deeds)
        plan = home.plan()

        def applying(name: str) -> None:
            with home.open() as (told, workspace, service):
                assert isinstance(service, LiveService)
                with InTurn(service, name, turns) as mine:
                    reports[name] = apply_plan(told, workspace, mine, plan, Run(watcher=Silent(), width=1))

        turns.run({"first": lambda: applying("first"), "second": lambda: applying("second"), "person": person.act})
        assert set(reports) == {"first", "second"}
        check(home, turns.taken, person, list(reports.values()))


def check(home: House, taken: list[Turn], person: Person, reports: list[ApplyReport]) -> None:
    store = home.emulator.store
    ours = Counter(each.name for each in store.templates() if OURS in each.metadata)
    boards = Counter(each.name for each in store.boards())
    assert not [name for name, count in (ours + boards).items() if count > 1], (ours, boards)
    stale = {str(each.action.id.name) for report in reports for each in report.outcomes if each.status is Status.STALE}
    for one in store.templates():
        contents = Counter(
            str(version.content) for version in store.versions(one.id) if "theirs" not in str(version.content)
        )
        assert max(contents.values(), default=0) <= 2, contents
        assert max(contents.values(), default=0) == 1 or one.name in stale, contents
    for index, deed, template_id, what in person.did:
        if person.is_there(deed, template_id, what) or _undone_by_person(person, index, deed, template_id):
            continue
        if deed in ("promote", "describe", "mark") and _in_the_window(taken, index, template_id):
            continue
        name = next((each.name for each in store.templates() if each.id == template_id), "left")
        assert name in stale, (deed, template_id, what, taken)


def _undone_by_person(person: Person, index: int, deed: str, template_id: str) -> bool:
    return any(i > index and (d, t) == (deed, template_id) for i, d, t, _ in person.did)


def _in_the_window(taken: list[Turn], index: int, template_id: str) -> bool:
    """Whether an apply that had looked before wrote without another look: its next step on the template is a write."""
    for actor in ("first", "second"):
        following = [turn for turn in taken[index + 1 :] if turn.actor == actor and turn.id == template_id]
        if following and following[0].is_write:
            return True
    return False


@settings(max_examples=examples(4), derandomize=True, suppress_health_check=[HealthCheck.too_slow], database=None)
@given(order=orders, deeds=deeds)
@example(order=[], deeds=[])
@example(order=[0] * 80, deeds=[("describe", "reworded"), ("promote", "grown")])
@example(order=[1, 0] * 40, deeds=[("create", "grown"), ("mark", "left")])
def test_any_order(order: list[int], deeds: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        interleave(Path(folder), order, deeds)


@pytest.mark.slow
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], database=None)
@given(order=orders, deeds=deeds)
def test_many_orders(order: list[int], deeds: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        interleave(Path(folder), order, deeds)
