"""Which targets a command means, and in which order they go."""

from __future__ import annotations

from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.commands import command
from support.project import ProjectFolder

from reconciler.fleet.selection import Choice, choose
from reconciler.fleet.waves import waves
from reconciler.manifests import Project, load_project

from .conftest import FleetFolder

TARGETS = {
    "dev": {"labels": {"env": "dev"}},
    "east": {"labels": {"env": "prod", "area": "cn-east"}},
    "west": {"labels": {"env": "prod", "area": "cn-west"}},
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    spec = {
        name: {"region": "cn-hangzhou", "workspaceId": str(1001 + at), **fields}
        for at, (name, fields) in enumerate(TARGETS.items())
    }
    return load_project(ProjectFolder(tmp_path / "p", targets=spec).root)


@pytest.mark.parametrize(
    ("choice", "names", "text"),
    [
        (Choice(everything=True), ("dev", "east", "west"), "all"),
        (Choice(names=("west", "dev", "west")), ("dev", "west"), "dev,west"),
        (Choice(labels=(("env", "prod"),)), ("east", "west"), "env=prod"),
        (Choice(labels=(("env", "prod"), ("area", "cn-west"))), ("west",), "area=cn-west,env=prod"),
        (Choice(everything=True, labels=(("env", "dev"),)), ("dev",), "env=dev"),
    ],
)
def test_the_targets_that_are_meant(project: Project, choice: Choice, names: tuple[str, ...], text: str) -> None:
    chosen = choose(project, choice)
    assert (chosen.names, chosen.text) == (names, text)


def test_a_single_one_is_no_document_of_many() -> None:
    assert not Choice().is_of_many
    assert not Choice(names=("dev", "dev")).is_of_many
    assert Choice(names=("dev", "east")).is_of_many
    assert Choice(labels=(("env", "dev"),)).is_of_many
    assert Choice(everything=True).is_of_many


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--target", "dev", "--target", "wset"), 1, 'no target "wset"; did you mean "west"?'),
        (("--target", "dev", "--all-targets"), 64, "--target and --all-targets exclude each other"),
        (("--target", "dev", "--targets-with", "env=prod"), 64, "--target and --targets-with exclude each other"),
        (("--targets-with", "env=prdo"), 64, 'Did you mean "env=prod"?'),
        (("--targets-with", "env"), 64, "'env' is not LABEL=VALUE"),
        (("--all-targets", "--profile", "wets=ops"), 64, 'no target "wets"; did you mean "west"?'),
        (("--all-targets", "--profile", "west=a", "--profile", "west=b"), 64, "target west has two, a and b"),
        (("--all-targets", "--profile", "=a"), 64, "is not TARGET=NAME"),
        (("--all-targets", "--profile", "a", "--profile", "b"), 64, "exclude each other"),
        (("--all-targets", "--shard", "1/2"), 64, "--shard is a part of one target"),
    ],
)
@pytest.mark.parametrize("name", ["plan", "apply"])
def test_what_makes_no_sense_is_told(
    name: str, words: tuple[str, ...], code: int, told: str, fleet: FleetFolder
) -> None:
    for target, fields in TARGETS.items():
        fleet.add(target, **fields)
    ended = fleet(name, *words, *(("--yes",) if name == "apply" else ()))
    if name == "apply" and "--shard" in words:
        assert ended.code == 64
        return
    assert (ended.code, told in ended.err) == (code, True), ended.err
    assert fleet.emulator.writes() == []


def test_all_is_no_name_of_a_target(fleet: FleetFolder) -> None:
    ended = fleet.add("all", "dev")("validate")
    assert ended.code == 1
    assert 'error DLC065: Project "vision": "all" is the name of a target' in ended.out


def test_names_in_a_variable_stand_with_commas(fleet: FleetFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet.add("one target", "dev", "west")
    monkeypatch.setenv("DLC_RECONCILER_TARGET", "one target, west")
    assert [each["target"]["name"] for each in fleet.document()["plans"]] == ["one target", "west"]


@given(st.data())
def test_a_target_goes_after_all_that_it_waits_for(data: st.DataObject) -> None:
    names = [f"t{number}" for number in range(data.draw(st.integers(1, 8)))]
    before = {
        name: data.draw(st.lists(st.sampled_from(names[:at]), unique=True)) if at else []
        for at, name in enumerate(names)
    }
    chosen = data.draw(st.lists(st.sampled_from(names), unique=True, min_size=1))
    made = waves(_Waiting(before), chosen)  # type: ignore[arg-type]
    assert sorted(name for wave in made for name in wave) == sorted(chosen)
    place = {name: at for at, wave in enumerate(made) for name in wave}
    for name in chosen:
        for other in _all_before(before, name) & set(chosen):
            assert place[other] < place[name]
    assert all(made)


def _all_before(before: dict[str, list[str]], name: str) -> set[str]:
    found: set[str] = set()
    for each in TopologicalSorter(before).static_order():
        if each in before[name] or any(each in before[other] for other in found):
            found.add(each)
    grown = True
    while grown:
        more = {each for other in found for each in before[other]} - found
        found |= more
        grown = bool(more)
    return found


class _Waiting:
    """As much of a project as the order needs."""

    def __init__(self, before: dict[str, list[str]]) -> None:
        self.targets = {name: _Spec(tuple(names)) for name, names in before.items()}


class _Spec:
    def __init__(self, targets: tuple[str, ...]) -> None:
        self.after = self
        self.targets = targets


def test_a_plan_of_one_names_its_target_as_ever(fleet: FleetFolder) -> None:
    fleet.add("dev", "west")
    assert fleet.document("--target", "west")["target"]["name"] == "west"
    ended = command("plan", "--project", fleet.project.root)
    assert (ended.code, "which target?" in ended.err) == (1, True)
