"""Laws that hold for any manifests and any history, found by hypothesis on small examples."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.commands import Commands, python
from support.laws import examples
from support.outside import act
from support.project import BOARD, ProjectFolder

from reconciler.emulator import Emulator, ManualClock, Profile
from reconciler.model import (
    MISSING,
    Action,
    FieldChange,
    Finding,
    Moved,
    Plan,
    Reason,
    ResourceId,
    Retained,
    Severity,
    SourceRef,
    Target,
    Verb,
)
from reconciler.plan.codec import dumps, loads, plan_id
from reconciler.render.style import COLOUR
from reconciler.render.text import plan_text

NAMES = ("a", "b")
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=12)
QUICK = settings(
    max_examples=examples(5), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@dataclass(frozen=True, slots=True)
class World:
    """One project and one emulator, made anew for every example."""

    project: ProjectFolder
    emulator: Emulator
    cli: Commands


@contextlib.contextmanager
def world() -> Iterator[World]:
    with (
        tempfile.TemporaryDirectory() as folder,
        Emulator(
            clock=ManualClock(datetime(2026, 3, 1, tzinfo=UTC)),
            profile=Profile(board_delay=0.0, deterministic_ids=True),
        ) as emulator,
    ):
        project = ProjectFolder(Path(folder))
        project.template("anchor")
        yield World(project, emulator, Commands(project.root, emulator.url))


def fields() -> st.SearchStrategy[dict[str, Any]]:
    """Parts of a JobTemplate's spec and metadata, often equal to each other so that versions come back."""
    return st.fixed_dictionaries(
        {
            "command": st.sampled_from(["one", "two", "three"]) | WORDS,
            "description": st.sampled_from(["", "text"]) | WORDS,
            "constraints": st.sampled_from([{}, {"UserCommand": "locked"}]),
            "protect": st.booleans(),
            "metadata": st.sampled_from([{}, {"labels": {"team": "x"}}, {"labels": {"team": "", "stage": "y"}}]),
            "content": st.dictionaries(st.sampled_from(["Envs", "Priority"]), st.just(None), max_size=0)
            | st.builds(lambda envs: {"Envs": envs}, st.dictionaries(st.sampled_from(["A", "__B"]), WORDS)),
        }
    )


@QUICK
@given(fields())
def test_after_an_apply_the_plan_is_empty_also_verified(template: dict[str, Any]) -> None:
    with world() as here:
        here.project.template("a", **template)
        first = here.cli.apply()
        assert first.code == 0, first.text
        assert here.cli.verbs() == []
        assert here.cli.verbs("--verify") == []


@QUICK
@given(fields(), fields())
def test_applying_twice_makes_no_second_version(first: dict[str, Any], second: dict[str, Any]) -> None:
    with world() as here:
        for template in (first, second):
            here.project.template("a", **template)
            for _ in range(2):
                done = here.cli.apply()
                assert done.code == 0, done.text
        found = next(template for template in here.emulator.store.templates() if template.name == "a")
        contents = [
            (version.content, str(version.constraints or {})) for version in here.emulator.store.versions(found.id)
        ]
        assert len(contents) == len(set(contents)) <= 2


OUTSIDE: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "version": lambda name: {"do": "add-version", "template": name},
    "version-default": lambda name: {"do": "add-version", "template": name, "default": True},
    "first-default": lambda name: {"do": "set-default", "template": name, "version": 1},
    "metadata": lambda name: {"do": "add-metadata", "template": name, "metadata": {"theirs": 1}},
    "digest-gone": lambda name: {"do": "add-metadata", "template": name, "metadata": {"dlc-reconciler/digest": ""}},
    "job": lambda name: {"do": "launch", "template": name, "daysAgo": 30},
}

STEPS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(NAMES), fields()),
    st.tuples(st.just("pin"), st.sampled_from(NAMES), fields()),
    st.tuples(st.just("remove"), st.sampled_from(NAMES), st.none()),
    st.tuples(st.just("outside"), st.sampled_from(NAMES), st.sampled_from(sorted(OUTSIDE))),
    st.tuples(st.just("board"), st.sampled_from(NAMES), st.sampled_from(["running", "stopped", "", "absent"])),
    st.tuples(st.just("apply"), st.just("a"), st.none()),
)


def step(here: World, what: str, name: str, detail: Any) -> None:
    """One step of a history; what is impossible at that point is left out."""
    live = {template.name for template in here.emulator.store.templates()}
    match what:
        case "write":
            here.project.template(name, **detail)
        case "pin" if name in live:
            here.project.template(name, **{**detail, "defaultVersion": 1})
        case "remove" if (here.project.root / "manifests" / f"{name}.yaml").exists():
            here.project.remove(name)
        case "outside" if name in live:
            act(here.emulator, OUTSIDE[detail](name))
        case "board":
            content = {**BOARD, "MaxRunningTimeMinutes": 60 if detail else 90, "SummaryPath": f"/mnt/{len(detail)}"}
            here.project.board(f"gitops-{name}", content=content, **({"state": detail} if detail else {}))
        case "apply":
            here.cli.apply()


@settings(QUICK, max_examples=examples(7))
@given(st.lists(STEPS, min_size=3, max_size=10))
def test_any_history_ends_in_an_empty_plan(history: list[tuple[str, str, Any]]) -> None:
    with world() as here:
        for what, name, detail in history:
            step(here, what, name, detail)
        for name in NAMES:  # an orphan that is written again may pin a version; a new template may not have it
            file = here.project.root / "manifests" / f"{name}.yaml"
            if file.exists():
                here.project.template(name, command="last")
        done = here.cli.apply("--allow-replacements", "9", "--allow-deletions", "9")
        assert done.code == 0, done.text
        assert here.cli.verbs() == []
        assert here.cli.verbs("--verify") == []


IDS = st.builds(ResourceId, st.sampled_from(["JobTemplate", "TensorBoard"]), WORDS)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
SIDES = VALUES | st.just(MISSING)
PATHS = st.lists(WORDS | st.integers(0, 9), max_size=3).map(tuple)
CHANGES = st.builds(FieldChange, path=PATHS, before=SIDES, after=SIDES)
FLAT = st.dictionaries(WORDS, st.integers() | WORDS | st.booleans(), max_size=3)
ACTIONS = st.builds(
    Action,
    verb=st.sampled_from([verb for verb in Verb if verb not in (Verb.PROMOTE, Verb.NEW_VERSION)]),
    id=IDS,
    reason=st.sampled_from(Reason),
    moved=st.sampled_from(Moved),
    changes=st.lists(CHANGES, max_size=2).map(tuple),
    observed=FLAT,
    intended=FLAT,
    notes=st.lists(WORDS, max_size=2).map(tuple),
)
PLACES = st.builds(SourceRef, WORDS, st.integers(1, 99), st.integers(1, 99))
FINDINGS = st.builds(
    Finding,
    code=st.sampled_from(["DLC201", "DLC211"]),
    severity=st.sampled_from(Severity),
    summary=WORDS,
    subject=st.none() | IDS,
    where=st.none() | PLACES,
    path=PATHS,
    hint=WORDS,
    also=st.lists(PLACES, max_size=1).map(tuple),
)
PLANS = st.builds(
    Plan,
    project=WORDS,
    target=st.builds(Target, name=WORDS, region=WORDS, workspace_id=WORDS, endpoint=WORDS),
    actions=st.lists(ACTIONS, max_size=3).map(tuple),
    retained=st.lists(
        st.builds(
            Retained,
            id=IDS,
            remote_id=WORDS,
            why=WORDS,
            references=st.lists(WORDS, max_size=2).map(tuple),
            reference_count=st.integers(0, 9),
        ),
        max_size=2,
    ).map(tuple),
    unchanged=st.integers(0, 9),
    unmanaged=st.lists(IDS, max_size=2).map(tuple),
    findings=st.lists(FINDINGS, max_size=2).map(tuple),
    manifests=st.dictionaries(WORDS, WORDS, max_size=2),
    selection=st.lists(WORDS, max_size=2).map(tuple),
)


@given(PLANS)
def test_a_plan_survives_its_document(plan: Plan) -> None:
    assert loads(dumps(plan)) == plan
    assert dumps(loads(dumps(plan))) == dumps(plan)


@given(PLANS)
def test_the_plan_id_is_the_same_in_every_rendering(plan: Plan) -> None:
    before = plan_id(plan)
    plan_text(plan)
    plan_text(plan, COLOUR)
    assert json.loads(dumps(plan))["plan_id"] == before == plan_id(loads(dumps(plan)))


@given(PLANS)
def test_no_rendering_moves_the_cursor(plan: Plan) -> None:
    assert not [character for character in plan_text(plan) if ord(character) < 32 and character != "\n"]


@pytest.mark.parametrize("format_name", [pytest.param("text", marks=pytest.mark.slow), "json"])
def test_two_hash_seeds_give_the_same_bytes(
    format_name: str, project: ProjectFolder, emulator: Emulator, cli: Commands
) -> None:
    for name in ("c", "a", "b"):
        project.template(name, metadata={"labels": {"x": "1", "y": "2"}}, content={"Envs": {"Z": "1", "A": "2"}})
        project.board(f"gitops-{name}", file=f"board-{name}")
    emulator.store.create_template("theirs")
    plans = [
        python(
            "-m", "reconciler", "plan", "--format", format_name, "--endpoint", emulator.url,
            cwd=project.root, PYTHONHASHSEED=seed,
        )
        for seed in ("1", "77")
    ]  # fmt: skip
    assert [plan.code for plan in plans] == [0, 0], plans[0].err
    assert plans[0].out == plans[1].out
    assert len(plans[0].out) > 500
