"""Renaming beside other people, services with habits of their own, listings that lag, and kills."""

from __future__ import annotations

import contextlib
import math
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.laws import examples

from reconciler.cache import Cache, CacheFolder, CreatedInCache, InThisRun
from reconciler.emulator.application import Request
from reconciler.kinds.base import Trust
from reconciler.live import LiveService
from reconciler.live.port import Operation
from reconciler.model import JsonObject, JsonValue, Severity, Status, Verb
from reconciler.pipeline import Run, apply_plan, make_plan
from reconciler.plan.selection import Selection

from .everything import Killed, Mortal
from .house import House, Silent, content, house, template

UPDATE, LOOK, LIST = "UpdateJobTemplate", "GetJobTemplate", "ListJobTemplates"
WANTED = template("trainer", renamedFrom="train")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "project") as home:
        home.environ = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
        home.manifests(template("train"))
        assert home.apply().is_complete
        home.manifests(WANTED)
        yield home


def only(home: House) -> Any:
    (one,) = home.emulator.store.templates()
    return one


def named(home: House) -> list[str]:
    return sorted(each.name for each in home.emulator.store.templates())


def _renames(name: str) -> Callable[[House], object]:
    return lambda home: home.emulator.store.update_template(home.emulator.store.templates()[0].id, name=name)


def _creates(home: House) -> None:
    home.emulator.store.create_template("trainer", content("python theirs.py"))


def _describes(home: House) -> None:
    home.emulator.store.update_template(home.emulator.store.templates()[0].id, description="theirs")


def _deletes(home: House) -> None:
    home.emulator.store.delete_template(home.emulator.store.templates()[0].id)


@pytest.mark.parametrize(
    ("outside", "says"),
    [
        (_renames("trainer"), "name was train, is trainer"),
        (_renames("else"), "name was train, is else"),
        (_creates, "has the name by now; nothing was written"),
        (_describes, "settings was"),
        (_deletes, "it is gone"),
    ],
)
def test_somebody_comes_between_plan_and_apply(home: House, outside: Callable[[House], object], says: str) -> None:
    plan = home.plan()
    outside(home)
    before = home.state()
    (outcome,) = home.apply(plan).outcomes
    assert (outcome.status, outcome.writes) == (Status.STALE, 0)
    assert says in outcome.detail
    assert home.state() == before


@pytest.mark.parametrize(
    ("action", "outside", "writes", "says"),
    [
        (LIST, _creates, 0, "has the name by now; nothing was written"),
        (LOOK, _renames("else"), 0, "name was train, is else"),
        (UPDATE, _creates, 1, "somebody else has given its new name to tpl"),
    ],
)
def test_somebody_comes_between_two_requests(
    home: House, action: str, outside: Callable[[House], object], writes: int, says: str
) -> None:
    plan = home.plan()
    done: list[str] = []

    def come(request: Request) -> None:
        if request.action == action and not done:
            done.append(action)
            outside(home)

    home.emulator.on_request(come)
    (outcome,) = home.apply(plan).outcomes
    assert done == [action]
    assert (outcome.status, outcome.writes) == (Status.STALE, writes)
    assert says in outcome.detail
    assert home.emulator.store.versions(home.emulator.store.templates()[0].id)


def test_two_of_the_new_name_are_named_in_the_next_plan_too(home: House) -> None:
    plan = home.plan()
    home.emulator.on_request(
        lambda request: _creates(home) if request.action == UPDATE and len(named(home)) == 1 else None
    )
    home.apply(plan)
    assert named(home) == ["trainer", "trainer"]
    found = [each for each in home.plan().findings if each.severity is Severity.ERROR]
    assert [each.code for each in found] == ["DLC203"]
    assert home.plan().is_empty


def test_what_the_service_refuses_is_a_failure_in_its_words(tmp_path: Path) -> None:
    with house(tmp_path, unique_template_names=True) as home:
        home.manifests(template("train"))
        home.apply()
        home.manifests(WANTED)
        plan = home.plan()
        home.emulator.on_request(
            lambda request: _creates(home) if request.action == UPDATE and len(named(home)) == 1 else None
        )
        (outcome,) = home.apply(plan).outcomes
        assert (outcome.status, outcome.error) == (Status.FAILED, "AlreadyExists.JobTemplate")
        assert named(home) == ["train", "trainer"]


def test_a_saved_plan_of_which_the_name_is_done_already(home: House) -> None:
    home.manifests(template("trainer", "python two.py", renamedFrom="train"))
    saved = home.plan()
    assert [action.verb for action in saved.actions] == [Verb.RENAME, Verb.NEW_VERSION]
    home.manifests(WANTED)
    home.apply()
    home.manifests(template("trainer", "python two.py", renamedFrom="train"))
    outcomes = home.apply(saved).outcomes
    assert [outcome.status for outcome in outcomes] == [Status.STALE, Status.SKIPPED]
    assert "name was train, is trainer" in outcomes[0].detail
    assert home.settled() == 1
    assert len(home.emulator.store.versions(only(home).id)) == 2


def test_a_listing_that_shows_the_former_name_plans_nothing_again(tmp_path: Path) -> None:
    with house(tmp_path / "project", lag_looks=2) as home:
        home.manifests(template("train"))
        home.settled()
        home.manifests(template("trainer", renamedFrom="train"))
        home.apply()
        assert home.settled() == 0
        assert named(home) == ["trainer"]


def test_kept_ids_follow_the_name(tmp_path: Path) -> None:
    """Renamed before any listing showed it: known by the id that was kept under its former name."""
    with house(tmp_path / "project", listing_delay=300.0) as home:
        home.environ = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
        home.manifests(template("train"))
        home.apply()
        home.manifests(WANTED)
        assert [action.verb for action in home.plan().actions] == [Verb.RENAME]
        (outcome,) = home.apply().outcomes
        assert outcome.status is Status.DONE
        assert "the listing does not show the new name yet" in outcome.detail
        folder = CacheFolder(tmp_path / "cache" / "dlc-reconciler", lambda _: False)
        memory = CreatedInCache(folder, home.emulator.url, "1001")
        assert memory.known(outcome.action.id) == only(home).id
        assert home.plan().is_empty
        home.sleep(300)
        assert home.plan().is_empty
        assert named(home) == ["trainer"]


def test_a_hidden_row_of_the_former_name_is_asked_for(home: House) -> None:
    """A page shift hides a row: nothing is created beside it."""
    (one,) = home.emulator.store.templates()
    answers = iter([True])

    def hide(request: Request) -> None:
        hidden = request.action == LIST and "TemplateName" not in request.query and next(answers, False)
        home.emulator.store.update_template(one.id, workspace="2002" if hidden else "1001")

    home.emulator.on_request(hide)
    assert [action.verb for action in home.plan().actions] == [Verb.RENAME]


@pytest.mark.parametrize("trust", Trust)
def test_a_listing_that_lags_behind_by_the_name_alone(home: House, trust: Trust) -> None:
    """The listing shows the former name still, the template itself the new one: it is renamed already."""
    (one,) = home.emulator.store.templates()
    home.sleep(600)
    told = replace(home.settings(), trust=trust, cache=Cache(entries=InThisRun()))
    home.settings = lambda: told  # type: ignore[method-assign]
    assert [action.verb for action in home.plan().actions] == [Verb.RENAME]
    shown = {LIST: "train", LOOK: "trainer"}
    home.emulator.on_request(
        lambda request: home.emulator.store.update_template(one.id, name=shown.get(str(request.action), "train"))
    )
    assert home.plan().is_empty


NAMES = st.sampled_from(["train", "Train", "TRAINER", "caf\u00e9", "Caf\u00e9", "Stra\u00dfe", "x"])
HABITS = st.frozensets(st.sampled_from(["trim", "nfc", "lower"]))


@settings(max_examples=examples(2), deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(NAMES, NAMES, HABITS, st.booleans(), st.booleans())
@example("train", "Train", frozenset({"lower"}), True, False)
@example("Train", "train", frozenset(), True, True)
@example("x", "Train", frozenset({"lower"}), False, True)
@example("Train", "train", frozenset(), False, False)
def test_whatever_the_service_makes_of_names(
    old: str, new: str, habits: frozenset[str], ours: bool, grown: bool
) -> None:
    """Killed after any write: the same template, with its new name, and peace."""

    def shown(name: str) -> str:
        return name.lower() if "lower" in habits else name

    former = old if ours else shown(old)  # what others made is called as it is shown
    if former == new:
        return
    wanted = template(new, "python two.py" if grown else "python train.py", renamedFrom=former, adopt=not ours)
    for kills in range(4):
        with tempfile.TemporaryDirectory() as folder, house(Path(folder), name_habits=habits) as home:
            if ours:
                home.manifests(template(old))
                home.settled()
                (id,) = (each.id for each in home.emulator.store.templates())
            else:
                id = home.emulator.store.create_template(old, content())
            home.manifests(wanted)
            for count in range(kills, 0, -1):
                _killed_after(home, count)
            home.settled()
            (one,) = home.emulator.store.templates()
            assert (one.id, one.name) == (id, shown(new))
            assert len(home.emulator.store.versions(id)) == 1 + grown


class Brief(Mortal):
    """The client of a process that dies when so many writes were answered."""

    most = math.inf

    def call(self, operation: Operation, *ids: str, **fields: JsonValue) -> JsonObject:
        """See `port.Service.call`."""
        answer = super().call(operation, *ids, **fields)
        if len(self.writes) >= self.most:
            raise Killed
        return answer


def _killed_after(home: House, writes: int) -> None:
    """Plan, apply, and die right after so many writes, if there are as many."""
    with home.open() as (told, workspace, service):
        plan = make_plan(told, workspace, service, Selection())
        assert isinstance(service, LiveService)
        with Brief(service, math.inf, answered=True) as mortal, contextlib.suppress(Killed):
            mortal.most = writes
            apply_plan(told, workspace, mortal, plan, Run(watcher=Silent(), width=1))
