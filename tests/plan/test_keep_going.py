"""An error in one manifest stops only what it is about; what it may describe is neither changed nor deleted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.commands import Commands, command
from support.furnished import Furnished
from support.project import API, ProjectFolder

from reconciler.emulator import Emulator

BAD_ROLE = {"JobSpecs": [{"Type": "Captain", "PodCount": 1, "Image": "r/i:1", "EcsSpec": "ecs.g6.large"}]}


def turn_one_wrong(folder: Path, emulator: Emulator, _: pytest.MonkeyPatch) -> None:
    project = ProjectFolder(folder / "project")
    cli = Commands(project.root, emulator.url)
    for number in range(6):
        project.template(f"t{number}", metadata={"labels": {"team": "a" if number < 3 else "b"}})
    assert cli.apply().code == 0
    project.template("t0", content=BAD_ROLE, metadata={"labels": {"team": "a"}})
    project.template("t5", command="python other.py", metadata={"labels": {"team": "b"}})


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return Furnished(tmp_path_factory.mktemp("furnished"), turn_one_wrong)


@pytest.fixture
def six(furnished: Furnished, tmp_path: Path, project: ProjectFolder, emulator: Emulator) -> ProjectFolder:
    """Six live templates; then one manifest turns wrong, and another one changes."""
    furnished.again(tmp_path, emulator)
    return project


def run(cli: Commands, name: str, *arguments: str | Path) -> Any:
    return command(name, "--project", cli.project, "--endpoint", cli.endpoint, *arguments)


def live(emulator: Emulator) -> set[str]:
    return {template.name for template in emulator.store.templates()}


def test_commands_about_others_go_on(six: ProjectFolder, cli: Commands) -> None:
    assert (cli.plan().code, cli.apply().code) == (1, 1)
    selected = cli.plan("--select", "team=b")
    assert selected.code == 0, selected.text
    assert "new-version" in selected.out
    assert "some are left out" in selected.err
    assert cli.plan("--select", "team=a").code == 1
    drift = run(cli, "drift", "--detailed-exitcode")
    assert drift.code == 2
    assert "JobTemplate/t0 at manifests/t0.yaml:1:1 has errors and was not compared" in drift.out
    assert "1 manifest with errors not compared" in drift.out
    document = run(cli, "drift", "--format", "json").json["targets"][0]
    assert [each["id"]["name"] for each in document["broken"]] == ["t0"]
    audit = run(cli, "audit", "--format", "json", "--fail-on", "never")
    assert audit.code == 0
    assert {each["name"] for each in audit.json["findings"] if each["code"] == "DLC301"} == {"t0", "t5"}
    assert run(cli, "history", "t1").code == 0
    assert run(cli, "adopt", "t1", "--yes").code == 0
    assert run(cli, "adopt", "--all", "--yes").code == 0
    wrong = run(cli, "adopt", "t0", "--yes")
    assert wrong.code == 1
    assert "DLC107" in wrong.err
    assert command("render", "t1", "--project", six.root).code == 0
    assert command("render", "t0", "--project", six.root).code == 1
    assert command("render", "--project", six.root).code == 1


def test_keep_going_plans_the_others_and_names_what_is_left_out(
    six: ProjectFolder, cli: Commands, emulator: Emulator, tmp_path: Path
) -> None:
    six.remove("t4")
    saved = tmp_path / "plan.json"
    plan = cli.plan("--keep-going", "--out", saved, "--detailed-exitcode")
    assert plan.code == 1
    for name in ("text", "markdown", "html"):
        shown = command("plan", "show", saved, "--format", name)
        assert "Left out, because their manifests have errors" in shown.out
        assert "DLC107" in shown.out
    document = json.loads(saved.read_text("utf-8"))
    assert [each["where"]["file"] for each in document["broken"]] == ["manifests/t0.yaml"]
    assert {(each["verb"], each["id"]["name"]) for each in document["actions"]} == {
        ("new-version", "t5"),
        ("delete", "t4"),
    }
    assert not document["blocked"]
    refused = cli.apply(saved)
    assert refused.code == 1
    applied = cli.apply(saved, "--keep-going")
    assert "left out because of" in applied.out.splitlines()[-1]
    assert applied.code == 4, applied.text
    assert live(emulator) == {"t0", "t1", "t2", "t3", "t5"}
    assert cli.apply("--keep-going").code == 1  # nothing is left to do, and not all is as Git has it
    six.template("t0", metadata={"labels": {"team": "a"}})
    assert cli.apply("--keep-going").code == 0


def test_a_saved_plan_holds_only_while_the_same_manifests_are_left_out(
    six: ProjectFolder, cli: Commands, tmp_path: Path
) -> None:
    saved = tmp_path / "plan.json"
    assert cli.plan("--keep-going", "--out", saved).code == 1
    whole = json.loads(saved.read_text("utf-8"))["plan_id"]
    six.template("t1", content=BAD_ROLE, metadata={"labels": {"team": "a"}})
    assert cli.apply(saved, "--keep-going").code == 3
    assert json.loads(cli.plan("--keep-going", "--format", "json").out)["plan_id"] != whole


BROKEN: dict[str, tuple[str, set[str]]] = {
    # What stands in t0.yaml then, and which of t0, t1 (removed) and "elsewhere" (removed) are still deleted.
    "its name is known": ("", {"t1", "elsewhere"}),
    "no YAML, another name in it": ("kind: [JobTemplate\nname: t9\n", {"t1", "elsewhere"}),
    "no YAML, a departed name in it": ("kind: [JobTemplate\nname: t1\n", {"elsewhere"}),
    "no YAML, a reference in it": ("kind: [JobTemplate\nname: t${values.x}\n", set()),
    "no name": (f"apiVersion: {API}\nkind: JobTemplate\nmetadata: {{}}\nspec: {{}}\n", set()),
    "a name with an unknown value": (
        f"apiVersion: {API}\nkind: JobTemplate\nmetadata: {{name: 't${{values.no}}'}}\nspec: {{}}\n",
        {"elsewhere"},
    ),
    "an unknown kind": (f"apiVersion: {API}\nkind: JobTemplat\nmetadata: {{name: t1}}\nspec: {{}}\n", {"elsewhere"}),
    "renamed from a departed one": (
        f"apiVersion: {API}\nkind: JobTemplate\nmetadata: {{name: t9, renamedFrom: t1}}\nspec: {{}}\n",
        {"elsewhere"},
    ),
    "another kind": (
        f"apiVersion: {API}\nkind: TensorBoard\nmetadata: {{name: t1}}\nspec: {{}}\n",
        {"t1", "elsewhere"},
    ),
}


@pytest.mark.parametrize("how", BROKEN)
def test_nothing_is_deleted_that_a_wrong_manifest_may_describe(
    how: str, project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    text, deleted = BROKEN[how]
    for name in ("t0", "t1", "elsewhere", "kept"):
        project.template(name)
    assert cli.apply().code == 0
    project.remove("t1")
    project.remove("elsewhere")
    project.template("t0", content=BAD_ROLE)
    if text:
        (project.root / "manifests" / "t0.yaml").write_text(text, encoding="utf-8")
    ended = cli.apply("--keep-going")
    assert ended.code == (4 if deleted else 1), ended.text
    assert {"t0", "t1", "elsewhere", "kept"} - live(emulator) == deleted
    withheld = {
        each["subject"]["name"] for each in cli.document("--keep-going")["findings"] if each["code"] == "DLC227"
    }
    assert withheld == ({"t0", "t1", "elsewhere"} - deleted) - ({"t0"} if not text else set())


def test_a_file_that_cannot_be_read_withholds_every_deletion(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    for name in ("t0", "t1"):
        project.template(name)
    assert cli.apply().code == 0
    project.remove("t1")
    (project.root / "manifests" / "t0.yaml").write_bytes(b"\xff\xfe")
    assert cli.apply("--keep-going").code == 1
    assert live(emulator) == {"t0", "t1"}


def test_two_manifests_of_one_name_are_both_left_out(six: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    six.template("t0", metadata={"labels": {"team": "a"}})
    six.template("t1", file="again", command="python again.py")
    document = cli.document("--keep-going")
    assert {each["where"]["file"] for each in document["broken"]} == {"manifests/again.yaml", "manifests/t1.yaml"}
    assert [each["id"]["name"] for each in document["actions"]] == ["t5"]


def test_what_is_wrong_with_the_project_stops_everything(six: ProjectFolder, cli: Commands) -> None:
    six.settings(policies=["nowhere.yaml"])
    for ended in (cli.plan("--keep-going"), cli.apply("--keep-going"), cli.plan("--select", "team=b")):
        assert ended.code == 1
        assert "DLC501" in ended.err


def test_a_board_waits_for_its_template_whose_manifest_is_wrong(project: ProjectFolder, cli: Commands) -> None:
    project.template("train", content=BAD_ROLE)
    project.board("gitops-b", content={"SummaryPath": "/mnt/logs"}, job={"template": "train"})
    document = cli.document("--keep-going")
    assert not document["blocked"], document["findings"]


def test_export_does_not_write_what_a_wrong_manifest_describes(
    six: ProjectFolder, cli: Commands, tmp_path: Path
) -> None:
    done = run(cli, "export", "--out", tmp_path / "out")
    assert done.code == 0
    assert not list((tmp_path / "out").rglob("t0.yaml")), done.text
