"""The record of sensitive paths: what is written reads back, it only ever grows, it stays short, it fails closed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.commands import Commands
from support.outside import copy_template, template_id
from support.project import ProjectFolder

from reconciler.emulator import Emulator
from reconciler.model import FieldPath
from reconciler.secrets.record import EVERYTHING, LONGEST, bounded, record, recorded

STEPS = st.one_of(st.text(min_size=1, max_size=60), st.integers(0, 99))
PATHS = st.builds(lambda tail: ("content", *tail), st.lists(STEPS, min_size=1, max_size=4))
SETS = st.frozensets(PATHS, max_size=40)
MARK = "dlc-reconciler/sensitive"
OLD = "obsidian-1001"


def covers(paths: frozenset[FieldPath], path: FieldPath) -> bool:
    return any(path[: len(each)] == each for each in paths)


@settings(deadline=None)
@given(SETS, SETS)
def test_a_record_reads_back_and_hides_what_it_was_given(one: frozenset[FieldPath], more: frozenset[FieldPath]) -> None:
    kept = bounded(one)
    assert recorded(record(kept)) == kept
    assert len(record(kept)) <= LONGEST
    assert bounded(kept) == kept
    assert all(covers(kept, path) for path in one)
    both = bounded(kept | more)
    assert all(covers(both, path) for path in one | more)


@pytest.mark.parametrize("text", ["x", "{}x", "[1]", "5", '"abc"', '["$.a"]', '["a..b"]', "[" * 5000])
def test_an_unreadable_record_hides_everything(text: str) -> None:
    assert recorded(text) == EVERYTHING


@pytest.fixture
def once_secret(project: ProjectFolder, cli: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    """A template whose first version took a harmless-looking value from the environment; today's manifest does not."""
    monkeypatch.setenv("STONE", OLD)
    project.template(content={"Envs": {"QUIET": "${env.STONE}", "SHOWN": "before"}})
    assert cli.apply().code == 0
    monkeypatch.delenv("STONE")
    project.template(content={"Envs": {"QUIET": "plain", "SHOWN": "after"}})


@pytest.mark.usefixtures("once_secret")
def test_an_old_value_stays_hidden_after_its_reference_is_gone(
    cli: Commands, emulator: Emulator, project: ProjectFolder
) -> None:
    (live,) = emulator.store.templates()
    assert live.metadata[MARK] == '["content.Envs.QUIET"]'
    shown = cli.plan()
    assert OLD not in shown.text
    assert "before" in shown.text
    assert cli.apply().code == 0
    project.template(content={"Envs": {"SHOWN": "last"}})
    assert OLD not in cli.plan("--verify", "--format", "json").text
    assert cli.apply().code == 0
    (live,) = emulator.store.templates()
    assert live.metadata[MARK] == '["content.Envs.QUIET"]'
    assert cli.verbs() == []


@pytest.mark.usefixtures("once_secret")
def test_a_copy_keeps_the_secret(cli: Commands, emulator: Emulator, project: ProjectFolder) -> None:
    copy_template(emulator, "train", "copy")
    project.template("copy", content={"Envs": {"QUIET": "plain"}}, metadata={"adopt": True})
    plan = cli.plan()
    assert "copy" in plan.out
    assert OLD not in plan.text


def test_a_reference_that_takes_the_place_of_an_equal_value_is_recorded(
    project: ProjectFolder, cli: Commands, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The content stays the same, so nothing but the record is written; but without it the value would show later."""
    project.template(content={"Envs": {"QUIET": OLD}})
    assert cli.apply().code == 0
    monkeypatch.setenv("STONE", OLD)
    project.template(content={"Envs": {"QUIET": "${env.STONE}"}})
    assert cli.verbs() == ["update JobTemplate/train"]
    assert cli.apply().code == 0
    assert cli.verbs() == []
    assert MARK in next(each.metadata for each in emulator.store.templates())
    assert len(emulator.store.versions(template_id(emulator, "train"))) == 1
