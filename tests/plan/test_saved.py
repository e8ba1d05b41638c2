"""Saved plans: applied exactly, or refused with what moved since, and nothing written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.commands import Commands, command
from support.furnished import Furnished, emptied, standing_still
from support.outside import default_version, launch, template_id, version_count
from support.project import BOARD, ProjectFolder

from reconciler.emulator import Emulator


@pytest.fixture(scope="module")
def served() -> Iterator[Emulator]:
    """One service for all tests, because a plan holds its address and is made once."""
    with standing_still() as running:
        yield running


@pytest.fixture
def emulator(served: Emulator) -> Emulator:
    return emptied(served)


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory, served: Emulator) -> Furnished:
    def make(folder: Path, emulator: Emulator, _: pytest.MonkeyPatch) -> None:
        project = ProjectFolder(folder / "project")
        cli = Commands(project.root, emulator.url)
        project.template("train")
        project.template("old")
        project.board("gitops-board")
        assert cli.apply().code == 0
        project.template("train", command="python two.py")
        project.board("gitops-board", content={**BOARD, "Accessibility": "PRIVATE"})
        project.remove("old")
        assert cli.plan("--out", project.root / "plan.json").code == 0

    return Furnished(tmp_path_factory.mktemp("furnished"), make, served=served)


@pytest.fixture
def saved(furnished: Furnished, tmp_path: Path, project: ProjectFolder, emulator: Emulator) -> Path:
    """A plan of one new version, one update of a board and one deletion."""
    furnished.again(tmp_path, emulator)
    return tmp_path / "project" / "plan.json"


@pytest.fixture(autouse=True)
def _endpoint(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the service is: a plan file does not say it to apply."""
    monkeypatch.setenv("DLC_RECONCILER_ENDPOINT", emulator.url)


def apply(project: ProjectFolder, file: Path, *arguments: str) -> Any:
    return command("apply", file, "--project", project.root, *arguments)


def test_a_saved_plan_is_applied_and_then_nothing_is_left(
    project: ProjectFolder, cli: Commands, emulator: Emulator, saved: Path
) -> None:
    ended = apply(project, saved)
    assert ended.code == 0, ended.text
    assert cli.verbs() == []
    assert (default_version(emulator, "train"), version_count(emulator, "train")) == (2, 2)


def test_the_file_is_what_the_json_format_prints(project: ProjectFolder, cli: Commands, saved: Path) -> None:
    assert saved.read_text(encoding="utf-8") == cli.plan("--format", "json").out


def edited(change: Callable[[Any], None]) -> Callable[[Path], None]:
    def edit(file: Path) -> None:
        document = json.loads(file.read_text(encoding="utf-8"))
        change(document)
        file.write_text(json.dumps(document), encoding="utf-8")

    return edit


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-40])


def with_actions(change: Callable[[Any], None]) -> Callable[[Path], None]:
    return edited(lambda document: change(document["actions"]))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (cut, "is not a complete JSON document"),
        (lambda file: file.write_text('{"format_version": "1.0", "actions": []}'), "is not a whole plan"),
        (edited(lambda plan: plan.update(format_version="2.0")), "has format 2.0"),
        (edited(lambda plan: plan.update(format_version="1.9")), "has format 1.9"),
        (edited(lambda plan: plan.update(format_version="1.x")), "has no format version of ours: '1.x'"),
        (edited(lambda plan: plan.update(format_version="1.0.0")), "has no format version of ours: '1.0.0'"),
        (edited(lambda plan: plan.update(format_version="x" * 60)), f"of ours: '{'x' * 40}'"),
        (edited(lambda plan: plan.update(actions=plan["actions"][:1])), "was changed after it was written"),
        (edited(lambda plan: plan.update(findings=[])), None),
        (edited(lambda plan: plan.update(unchanged=float("nan"))), "is not a"),
        (edited(lambda plan: plan["target"].update(workspace_id="2002")), "was changed after it was written"),
        (with_actions(lambda actions: actions[0]["intended"].update(version=9)), "was changed after it was written"),
        (with_actions(lambda actions: actions[0].update(verb="explode")), "is not a whole plan"),
        (with_actions(lambda actions: actions[0]["changes"].clear()), "was changed after it was written"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused(
    spoil: Callable[[Path], None], told: str | None, project: ProjectFolder, emulator: Emulator, saved: Path
) -> None:
    spoil(saved)
    ended = apply(project, saved)
    if told is None:  # there were no findings to take away: the file says the same
        assert ended.code == 0
        return
    assert ended.code == 3
    assert told in ended.err
    assert "Traceback" not in ended.err
    assert emulator.writes() == []


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda file: file.write_bytes(b""), "is not a plan: it is empty"),
        (lambda file: file.write_bytes(b"\xff\xfe\x00"), "is not a plan: it is not text"),
        (lambda file: file.write_text("[" * 100_000), "is not a plan: not a JSON document"),
        (lambda file: file.write_text("hello"), "is not a plan: not a JSON document"),
        (lambda file: file.write_text("[]"), "is not a plan: it has no format_version"),
        (lambda file: file.write_text('{"actions": [], "target": {}}'), "is not a plan: it has no format_version"),
        (lambda file: file.write_text('{"format_version": "1.0", "findings": {}}'), "is not a plan: it has no actions"),
        (lambda file: file.unlink(), "cannot be read: No such file"),
        (lambda file: (file.unlink(), file.mkdir()), "cannot be read: Is a directory"),
    ],
)
def test_a_file_that_is_no_plan_is_a_wrong_file(
    spoil: Callable[[Path], None], told: str, project: ProjectFolder, emulator: Emulator, saved: Path
) -> None:
    """That is a mistake on the command line, and no refusal: nobody changed a plan."""
    spoil(saved)
    for ended in (apply(project, saved), command("plan", "show", saved)):
        assert ended.code == 1
        assert told in ended.err
    assert emulator.writes() == []


def test_changed_manifests_are_named(project: ProjectFolder, emulator: Emulator, saved: Path) -> None:
    project.template("train", command="python three.py")
    project.template("new")
    project.remove("gitops-board")
    ended = apply(project, saved)
    assert ended.code == 3
    for line in (
        "JobTemplate/train: its manifest changed since the plan was made",
        "JobTemplate/new: its manifest is new since the plan was made",
        "TensorBoard/gitops-board: its manifest is gone",
    ):
        assert line in ended.err
    assert emulator.writes() == []


def test_another_target_is_refused(project: ProjectFolder, emulator: Emulator, saved: Path) -> None:
    place = {"region": "cn-hangzhou", "workspaceId": "1001"}
    project.settings(targets={"test": place, "prod": {**place, "workspaceId": "2002"}})
    ended = apply(project, saved, "--target", "prod")
    assert ended.code == 3
    assert "the plan is for target test, not prod" in ended.err
    assert emulator.writes() == []


def test_a_target_that_moved_is_refused(project: ProjectFolder, emulator: Emulator, saved: Path) -> None:
    project.settings(targets={"test": {"region": "cn-hangzhou", "workspaceId": "2002"}})
    ended = apply(project, saved)
    assert ended.code == 3
    assert "workspace 1001" in ended.err
    assert "workspace 2002" in ended.err
    assert emulator.writes() == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"description": "theirs"}, "settings was"),
        ({"metadata": {"dlc-reconciler/project": "vision", "someone": "else"}}, "settings was"),
    ],
)
def test_settings_that_moved_are_named(
    change: dict[str, Any], told: str, project: ProjectFolder, emulator: Emulator, saved: Path
) -> None:
    emulator.store.update_template(template_id(emulator, "train"), **change)
    ended = apply(project, saved)
    assert ended.code == 3
    assert "JobTemplate/train" in ended.err
    assert told in ended.err
    assert emulator.writes() == []


def test_a_version_made_in_between_is_named(project: ProjectFolder, emulator: Emulator, saved: Path) -> None:
    emulator.store.add_version(template_id(emulator, "train"), default=True)
    ended = apply(project, saved)
    assert ended.code == 3
    assert "defaultVersion was 1, is 2" in ended.err
    assert "highestVersion was 1, is 2" in ended.err
    assert emulator.writes() == []


def test_a_job_launched_in_between_keeps_its_template(project: ProjectFolder, emulator: Emulator, saved: Path) -> None:
    """That a deletion is not wanted any more does not mean that it is done."""
    job = launch(emulator, "old")
    for arguments in ((), ("--allow-shrink",)):
        ended = apply(project, saved, *arguments)
        assert ended.code == 3
        assert "already done" not in ended.err
        assert job in ended.err
        assert emulator.writes() == []


def test_a_name_that_became_ambiguous_is_not_taken_for_done(
    project: ProjectFolder, emulator: Emulator, saved: Path
) -> None:
    twin = emulator.store.create_template("train")
    ended = apply(project, saved, "--allow-shrink")
    assert ended.code == 3
    assert twin in ended.err
    assert emulator.writes() == []


def test_a_shrunk_plan_needs_to_be_told_so(
    project: ProjectFolder, cli: Commands, emulator: Emulator, saved: Path
) -> None:
    emulator.store.delete_template(template_id(emulator, "old"))
    refused = apply(project, saved)
    assert refused.code == 3
    assert "delete JobTemplate/old is already done" in refused.err
    assert emulator.writes() == []
    done = apply(project, saved, "--allow-shrink")
    assert done.code == 0, done.text
    assert "JobTemplate/old" not in done.out.partition("done ")[2]
    assert cli.verbs() == []


def test_a_plan_that_is_done_already_has_nothing_left(project: ProjectFolder, emulator: Emulator, saved: Path) -> None:
    assert apply(project, saved).code == 0
    emulator.clear_log()
    assert apply(project, saved).code == 3
    ended = apply(project, saved, "--allow-shrink")
    assert ended.code == 0, ended.text
    assert emulator.writes() == []


def test_what_the_plan_does_not_touch_may_move(project: ProjectFolder, emulator: Emulator, saved: Path) -> None:
    emulator.store.create_template("somebody-elses")
    launch(emulator, "train")
    ended = apply(project, saved)
    assert ended.code == 0, ended.text


@pytest.mark.parametrize("arguments", [(), ("--verify",)], ids=["plain", "verified"])
def test_looking_closer_makes_no_plan_stale(
    arguments: tuple[str, ...], project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    """A plan made with --verify has seen contents that a plan without it trusts the recorded digest for."""
    project.template(description="one")
    cli.apply()
    project.template(description="two")
    file = project.root / "plan.json"
    assert cli.plan("--out", file, "--verify").code == 0
    ended = apply(project, file, *arguments)
    assert ended.code == 0, ended.text
    assert cli.verbs() == []


def test_a_selection_belongs_to_the_plan(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    project.template("a", metadata={"labels": {"team": "x"}})
    project.template("b")
    file = project.root / "plan.json"
    assert cli.plan("--out", file, "--select", "team=x").code == 0
    assert apply(project, file).code == 3
    assert apply(project, file, "--select", "team=x").code == 0
    assert [template.name for template in emulator.store.templates()] == ["a"]


def test_a_blocked_plan_stays_blocked_in_its_file(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    project.settings(safety={"maxDeletions": 0, "maxDeletionPercent": 100, "maxReplacements": 5})
    project.template("a")
    project.template("b")
    cli.apply()
    project.remove("b")
    file = project.root / "plan.json"
    assert cli.plan("--out", file).code == 3
    emulator.clear_log()
    assert apply(project, file).code == 3
    edited(lambda plan: plan.update(findings=[]))(file)
    assert apply(project, file, "--allow-deletions", "1").code == 3
    assert emulator.writes() == []
    assert cli.plan("--out", file).code == 3
    assert apply(project, file, "--allow-deletions", "1").code == 0
