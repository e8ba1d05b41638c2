"""A template goes from one project to another, or its project gets another name: id, versions and jobs stay."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.commands import Commands, Ended, command
from support.furnished import Furnished
from support.outside import launch, template_id
from support.project import ProjectFolder

from reconciler.emulator import Emulator, Fault

MARK = "dlc-reconciler/project"


class Two:
    """Two projects of one workspace."""

    def __init__(self, folder: Path, emulator: Emulator) -> None:
        self.emulator = emulator
        self.old, self.new = ProjectFolder(folder / "old"), ProjectFolder(folder / "new")
        self.old.settings("vision")
        self.new.settings("ranking")

    def cli(self, project: ProjectFolder) -> Commands:
        return Commands(project.root, self.emulator.url)

    def apply(self, project: ProjectFolder, *more: str) -> Ended:
        return self.cli(project).apply(*more)

    def run(self, project: ProjectFolder, name: str, *arguments: str) -> Ended:
        return command(name, *arguments, "--project", project.root, "--endpoint", self.emulator.url)

    def owner(self, name: str) -> str:
        found = next(each for each in self.emulator.store.templates() if each.name == name)
        return str(found.metadata.get(MARK, ""))

    def shape(self, name: str) -> Any:
        found = next(each for each in self.emulator.store.templates() if each.name == name)
        versions = [str(each.content) for each in self.emulator.store.versions(found.id)]
        return found.id, found.default_version, versions


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    def make(folder: Path, emulator: Emulator, _: pytest.MonkeyPatch) -> None:
        two = Two(folder, emulator)
        two.old.template("kept")
        two.new.template("own")
        assert two.apply(two.old).code == two.apply(two.new).code == 0
        two.old.template("train")
        assert two.apply(two.old).code == 0
        two.old.template("train", command="python two.py")
        assert two.apply(two.old).code == 0
        launch(emulator, "train")

    return Furnished(tmp_path_factory.mktemp("furnished"), make)


@pytest.fixture
def two(furnished: Furnished, tmp_path: Path, emulator: Emulator) -> Two:
    furnished.again(tmp_path, emulator)
    return Two(tmp_path, emulator)


def move(two: Two, **metadata: Any) -> None:
    """The manifest goes from one repository to the other."""
    two.old.remove("train")
    two.new.template("train", command="python two.py", metadata=metadata)


def test_release_and_adopt(two: Two) -> None:
    before = two.shape("train")
    released = two.run(two.old, "release", "train", "--yes")
    assert released.code == 0, released.text
    assert "it blocks the next plan (DLC201)" in released.out
    assert "  ! release JobTemplate/train" in released.out
    assert two.owner("train") == ""
    assert two.apply(two.old).code == 3  # its manifest is still there
    move(two, adopt=True)
    assert two.cli(two.old).verbs() == []
    assert two.cli(two.new).verbs() == ["adopt JobTemplate/train"]
    assert two.apply(two.new).code == 0
    assert (two.owner("train"), two.shape("train")) == ("ranking", before)
    assert two.cli(two.old).verbs() == two.cli(two.new).verbs() == []


def test_a_manifest_takes_it_over(two: Two) -> None:
    before = two.shape("train")
    move(two)
    refused = two.cli(two.new).plan()
    assert (refused.code, "DLC202" in refused.out, "adoptFrom" in refused.out) == (3, True, True)
    two.new.template("train", command="python two.py", metadata={"adoptFrom": "vision"})
    planned = two.cli(two.new).plan()
    assert f'{before[0]} belongs to project "vision"' in planned.out
    assert "the manifest takes it over from another project" in planned.out
    assert 'project: "vision" -> "ranking"' in planned.out
    assert two.apply(two.new).code == 0
    assert (two.owner("train"), two.shape("train")) == ("ranking", before)
    assert two.cli(two.new).verbs() == two.cli(two.old).verbs() == []  # the field may stay


def test_a_manifest_takes_over_what_was_released_before(two: Two) -> None:
    assert two.run(two.old, "release", "train", "--yes").code == 0
    move(two, adoptFrom="vision")
    assert two.cli(two.new).verbs() == ["adopt JobTemplate/train"]


def test_only_from_the_project_that_is_named(two: Two) -> None:
    move(two, adoptFrom="speech")
    refused = two.cli(two.new).plan()
    assert refused.code == 3
    assert 'belongs to project "vision", not to "speech"' in refused.out


def test_adopt_from_on_the_command_line(two: Two) -> None:
    before = two.shape("train")
    move(two)
    assert two.run(two.new, "adopt", "train", "--yes").code == 3
    assert two.run(two.new, "adopt", "train", "--from", "speech", "--yes").code == 3
    for _ in range(2):  # once more does nothing
        done = two.run(two.new, "adopt", before[0], "--from", "vision", "--yes")
        assert done.code == 0, done.text
    assert (two.owner("train"), two.shape("train")) == ("ranking", before)


def test_all_that_a_project_has(two: Two) -> None:
    move(two)
    two.new.template("kept")
    assert two.run(two.new, "adopt", "--all", "--from", "vision", "--yes").code == 0
    assert [two.owner(name) for name in ("train", "kept", "own")] == ["ranking"] * 3


@pytest.mark.parametrize(
    ("asked", "says"), [("tarin", 'did you mean "train"'), ("tplnothing", "no manifest describes")]
)
def test_a_name_that_is_not_there(two: Two, asked: str, says: str) -> None:
    move(two)
    adopted = two.run(two.new, "adopt", asked, "--from", "vision", "--yes")
    assert (adopted.code, says in adopted.text) == (1, True), adopted.text


def test_release_by_id_twice_and_what_is_not_ours(two: Two) -> None:
    id = template_id(two.emulator, "train")
    assert two.run(two.old, "release", id, "--yes").code == 0
    again = two.run(two.old, "release", "train", "--yes")
    assert (again.code, "nothing to do" in again.out) == (0, True)
    refused = two.run(two.old, "release", "kept", "own", "--yes")
    assert (refused.code, two.owner("kept"), two.owner("own")) == (3, "vision", "ranking")
    typo = two.run(two.old, "release", "kpet", "--yes")
    assert (typo.code, 'did you mean "kept"' in typo.text) == (1, True), typo.text
    assert two.run(two.old, "release").code == 64
    assert two.run(two.old, "release", "--all", "--yes").code == 0
    assert [two.owner(name) for name in ("train", "kept", "own")] == ["", "", "ranking"]


def test_what_hides_secrets_stays_on_a_released_template(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "hf_abcdefghijklmnopqrst")
    two.old.template("train", content={"Envs": {"HF": "${env.TOKEN}"}})
    assert two.apply(two.old).code == 0
    assert two.run(two.old, "release", "train", "--yes").code == 0
    two.old.remove("train")
    found = next(each for each in two.emulator.store.templates() if each.name == "train")
    assert [key for key in found.metadata if key.startswith("dlc-reconciler/")] == ["dlc-reconciler/sensitive"]
    monkeypatch.delenv("TOKEN")
    shown = two.run(two.new, "diff", "train", "1", "latest")
    assert "hf_abc" not in shown.text
    assert "(sensitive)" in shown.text


def test_a_project_that_is_renamed(two: Two) -> None:
    before = two.shape("train")
    file = two.old.root / "reconciler.yaml"
    text = file.read_text(encoding="utf-8").replace("name: vision", "name: vision-core")
    file.write_text(text, encoding="utf-8")
    assert two.cli(two.old).plan().code == 3
    file.write_text(text.replace("name: vision-core", "name: vision-core\n  formerNames: [vision]"), encoding="utf-8")
    two.old.remove("kept")
    planned = two.cli(two.old).plan("--format", "json").json
    assert [(each["verb"], each["reason"]) for each in planned["actions"]] == [
        ("adopt", "project-renamed"),
        ("delete", "not-in-manifests"),
    ]
    assert planned["unmanaged"] == [{"kind": "JobTemplate", "name": "own"}]
    assert "former name of this project" in json.dumps(planned["actions"][1]["notes"])
    assert two.apply(two.old).code == 0
    assert (two.owner("train"), two.shape("train")) == ("vision-core", before)
    assert two.cli(two.old).verbs() == []
    assert two.run(two.old, "drift", "--detailed-exitcode").code == 0


def test_taken_over_renamed_and_changed_at_once(two: Two) -> None:
    id = two.shape("train")[0]
    two.old.remove("train")
    metadata = {"adoptFrom": "vision", "renamedFrom": "train"}
    two.new.template("trainer", command="python three.py", metadata=metadata)
    assert two.cli(two.new).verbs() == [f"{verb} JobTemplate/trainer" for verb in ("adopt", "rename", "new-version")]
    assert two.apply(two.new).code == 0
    assert (two.owner("trainer"), two.shape("trainer")[0], len(two.shape("trainer")[2])) == ("ranking", id, 3)
    assert two.cli(two.new).verbs() == two.cli(two.old).verbs() == []


def test_boards_go_along_by_their_names(two: Two) -> None:
    board: dict[str, Any] = {"content": {"MaxRunningTimeMinutes": 240}, "job": {"template": "train"}}
    two.old.board("train-board", **board)
    assert two.apply(two.old).code == 0
    (before,) = two.emulator.store.boards()
    two.old.remove("train-board")
    two.new.board("train-board", **board)
    move(two, adoptFrom="vision")
    assert two.apply(two.new).code == 0
    assert two.apply(two.old).code == 0
    assert [each.id for each in two.emulator.store.boards()] == [before.id]
    assert two.cli(two.new).verbs() == two.cli(two.old).verbs() == []


@pytest.mark.parametrize("deed", ["describe", "mark"])
def test_somebody_writes_between_the_list_and_the_release(two: Two, deed: str) -> None:
    found = next(each for each in two.emulator.store.templates() if each.name == "train")
    changes: dict[str, Any] = {"description": "theirs"}
    if deed == "mark":
        changes = {"metadata": {**found.metadata, MARK: "speech"}}
    looks: list[str] = []

    def come(request: Any) -> None:
        if request.action == "GetJobTemplate":
            looks.append(deed)
            if len(looks) == 2:
                two.emulator.store.update_template(found.id, **changes)

    two.emulator.on_request(come)
    ended = two.run(two.old, "release", "train", "--yes")
    assert ended.code == 3, ended.text
    assert "stale" in ended.out
    assert two.owner("train") == ("speech" if deed == "mark" else "vision")


TROUBLES = (
    "error_before",
    "error_after",
    "drop_before",
    "drop_after",
    "drop_during",
    "throttle_after",
    "html",
    "empty",
)


@pytest.mark.parametrize(
    "kind", [each if each == "drop_after" else pytest.param(each, marks=pytest.mark.slow) for each in TROUBLES]
)
def test_a_release_and_a_takeover_that_are_disturbed_are_done_by_the_next_run(two: Two, kind: str) -> None:
    """`drop_after` is also what a kill leaves behind: the service has written, and nobody heard of it."""
    before = two.shape("train")
    fault = Fault(kind=kind, action="UpdateJobTemplate", status=503 if kind.startswith("error") else None)
    two.emulator.faults.add(fault)
    disturbed = two.run(two.old, "release", "train", "--yes")
    assert disturbed.code in (0, 1, 4), disturbed.text
    again = two.run(two.old, "release", "train", "--yes")
    assert (again.code, two.owner("train")) == (0, ""), again.text
    move(two, adoptFrom="vision")
    two.emulator.faults.add(fault)
    disturbed = two.apply(two.new)
    assert disturbed.code in (0, 1, 4), disturbed.text
    assert two.apply(two.new).code == 0
    assert (two.owner("train"), two.shape("train")) == ("ranking", before)
    assert two.cli(two.old).verbs() == two.cli(two.new).verbs() == []


def test_all_is_refused_while_it_is_not_known_whose_one_is(two: Two) -> None:
    def spoil(document: Any) -> Any:
        for row in document["JobTemplates"]:
            if row["TemplateName"] == "kept":
                row["DefaultVersion"] = "newest"
        return document

    two.emulator.faults.add(Fault(kind="rewrite", action="ListJobTemplates", times=None, rewrite=spoil))
    refused = two.run(two.old, "release", "--all", "--yes")
    assert (refused.code, "it is not known whose" in refused.text, "kept" in refused.text) == (3, True, True)
    assert [two.owner(name) for name in ("train", "kept")] == ["vision", "vision"]
    assert two.run(two.old, "release", "train", "--yes").code == 0
