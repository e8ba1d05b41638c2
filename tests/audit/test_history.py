"""`history`: where each version came from, what it changed, who uses it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.commands import Commands
from support.furnished import Furnished
from support.outside import launch, template_id
from support.project import CONTENT, ProjectFolder

from reconciler.emulator import Emulator, Fault, ManualClock

from .conftest import committing

Expect = Callable[[str, str], None]


def live_through(folder: Path, emulator: Emulator, _: pytest.MonkeyPatch) -> None:
    project = ProjectFolder(folder / "project")
    cli, commit, clock = Commands(project.root, emulator.url), committing(project), emulator.clock
    assert isinstance(clock, ManualClock)
    project.template(command="python train.py")
    commit("Add the template")
    cli.apply()
    clock.advance(days=2)
    project.template(command="python train.py --lr 0.1", content={"Envs": {"A": "1"}})
    commit("Use a smaller rate; | add `A`")
    cli.apply()
    launch(emulator, "train")
    clock.advance(days=1)
    by_hand = {**CONTENT, "UserCommand": "=cmd()"}
    emulator.store.add_version(template_id(emulator, "train"), json.dumps(by_hand), user="1234", default=True)
    clock.advance(days=1)
    launch(emulator, "train")
    project.remove("train")
    project.template(command="python train.py --lr 0.2", file="renamed")
    commit("Rename the manifest")
    cli.apply()
    project.template(command="python train.py", file="renamed")
    commit("Back to the start")
    cli.apply()
    clock.advance(days=1)


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return Furnished(tmp_path_factory.mktemp("furnished"), live_through)


@pytest.fixture
def lived_in(furnished: Furnished, tmp_path: Path, emulator: Emulator) -> None:
    """Two versions from Git, one by hand, one more from Git after the file was renamed, jobs, and a way back."""
    furnished.again(tmp_path, emulator)


@pytest.mark.usefixtures("lived_in")
@pytest.mark.parametrize(("form", "suffix"), [("text", "txt"), ("markdown", "md"), ("csv", "csv"), ("json", "json")])
def test_every_format(look: Any, expect: Expect, form: str, suffix: str) -> None:
    ended = look("history", "train", "--format", form)
    assert (ended.code, ended.err) == (0, "")
    expect(f"history.{suffix}", ended.out)


@pytest.mark.usefixtures("lived_in")
def test_origins(look: Any) -> None:
    versions = {each["version"]: each for each in look("history", "train", "--format", "json").json["versions"]}
    assert {number: each["origin"] for number, each in versions.items()} == {
        1: "manifest",
        2: "commit",
        3: "by-hand",
        4: "commit",
    }
    assert versions[1]["commit"]["subject"] == "Add the template"
    assert versions[4]["commit"]["subject"] == "Rename the manifest"
    assert [number for number, each in versions.items() if each["default"]] == [1]


@pytest.mark.usefixtures("lived_in")
def test_a_table_holds_no_formula(look: Any) -> None:
    rows = list(csv.reader(io.StringIO(look("history", "train", "--format", "csv").out)))
    assert len({len(row) for row in rows}) == 1
    assert not [value for row in rows for value in row if value[:1] in ("=", "+", "-", "@")]


@pytest.mark.usefixtures("lived_in")
def test_without_commits_our_own_record_remains(look: Any) -> None:
    origins = [
        each["origin"] for each in look("history", "train", "--commits", "0", "--format", "json").json["versions"]
    ]
    assert origins == ["by-hand", "by-hand", "by-hand", "manifest"]


@pytest.mark.usefixtures("lived_in")
def test_a_bounded_search_says_so(look: Any) -> None:
    ended = look("history", "train", "--commits", "2")
    assert "note: only the newest 2 commits of manifests/renamed.yaml were searched" in ended.out
    assert "by hand" in ended.out


def test_a_template_that_left_the_manifests_is_found_by_its_mark(
    project: ProjectFolder, cli: Commands, look: Any, commit: Callable[[str], str]
) -> None:
    project.template()
    project.template("other")
    commit("Two templates")
    cli.apply()
    project.remove("train")
    commit("One template")
    (entry,) = look("history", "train", "--format", "json").json["versions"]
    assert (entry["origin"], entry["commit"]["subject"]) == ("commit", "Two templates")


def test_a_renamed_template_is_followed_under_its_former_names(
    project: ProjectFolder, cli: Commands, look: Any, commit: Callable[[str], str], clock: ManualClock
) -> None:
    project.template("first", command="python one.py", file="train")
    commit("One")
    cli.apply()
    project.template("second", command="python two.py", file="train", metadata={"renamedFrom": "first"})
    commit("Two")
    cli.apply()
    clock.advance(days=1)
    project.template("third", command="python three.py", file="train", metadata={"renamedFrom": "second"})
    cli.apply()  # not committed yet
    versions = look("history", "third", "--format", "json").json["versions"]
    assert {each["version"]: (each["commit"] or {}).get("subject") for each in versions} == {
        1: "One",
        2: "Two",
        3: None,
    }
    assert look("drift", "--detailed-exitcode").code == 0


def test_versions_that_need_a_variable_are_found_when_it_is_set(
    project: ProjectFolder, cli: Commands, look: Any, commit: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "hf_abcdefghijklmnopqrst")
    project.template(content={"Envs": {"HF_TOKEN": "${env.TOKEN}"}})
    commit("With a token")
    cli.apply()
    project.template(content={"Envs": {"HF_TOKEN": "${env.TOKEN}", "B": "1"}})
    commit("And more")
    cli.apply()
    ended = look("history", "train")
    assert "With a token" in ended.out
    assert "hf_abc" not in ended.text
    monkeypatch.delenv("TOKEN")
    ended = look("history", "train")
    assert "note: the manifests have 1 error, so some are left out" in ended.out
    assert "could not be read" in ended.out


def test_what_only_our_record_knows_is_called_recorded(project: ProjectFolder, cli: Commands, look: Any) -> None:
    project.template()
    cli.apply()
    project.template(command="never applied")
    (entry,) = look("history", "train", "--format", "json").json["versions"]
    assert entry["origin"] == "recorded"


def test_a_template_without_versions_is_an_answer_not_to_be_believed(
    project: ProjectFolder, cli: Commands, emulator: Emulator, look: Any
) -> None:
    project.template()
    cli.apply()
    emulator.faults.add(
        Fault(kind="rewrite", action="GetJobTemplate", times=None, rewrite=lambda answer: {**answer, "Versions": []})
    )
    ended = look("history", "train")
    assert ended.code == 1
    assert "without any version" in ended.err


def test_without_git_the_manifest_alone_tells(project: ProjectFolder, cli: Commands, look: Any) -> None:
    project.template()
    cli.apply()
    assert "in Git\n" in look("history", "train").out


def test_names_that_are_not_there(project: ProjectFolder, cli: Commands, emulator: Emulator, look: Any) -> None:
    project.template()
    cli.apply()
    ended = look("history", "trian")
    assert ended.code == 1
    assert 'no live template "trian"' in ended.err
    assert 'did you mean "train"?' in ended.err
    twin = emulator.store.create_template("train")
    assert look("history", twin).code == 0
    project.remove("train")
    project.template("other")
    ended = look("history", "train")
    assert ended.code == 1
    assert "several live templates" in ended.err


def test_a_former_manifest_cannot_run_git_options(
    project: ProjectFolder, cli: Commands, emulator: Emulator, look: Any, commit: Callable[[str], str]
) -> None:
    """What stands in a live template's marks is not trusted."""
    project.template("other")
    commit("Other")
    marks = {"dlc-reconciler/project": "vision", "dlc-reconciler/manifest": "--output=hacked"}
    emulator.store.create_template("train", metadata=marks)
    emulator.store.create_template("up", metadata={**marks, "dlc-reconciler/manifest": "../../up.yaml"})
    assert look("history", "train").code == look("history", "up").code == 0
    answer = subprocess.run(["git", "status", "--short"], cwd=project.root, capture_output=True, text=True, check=True)
    assert answer.stdout == ""
