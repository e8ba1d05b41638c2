"""`metadata.abstract: true`: a base that is no object, and what becomes of an object whose manifest becomes one."""

from __future__ import annotations

from typing import Any

import pytest
from support.commands import Commands, Ended, command
from support.project import API, BOARD, CONTENT, ProjectFolder

from reconciler.emulator import Emulator

FAMILY: dict[str, Any] = {
    "apiVersion": API,
    "kind": "JobTemplate",
    "metadata": {"name": "family", "abstract": True},
    "spec": {"content": {"JobType": "PyTorchJob", "UserCommand": "python train.py --lr ${matrix.lr}"}},
}
"""Not whole: it has no JobSpecs, and the rows that it speaks of are those of whoever builds on it."""


def validate(project: ProjectFolder) -> Ended:
    return command("validate", "--project", project.root)


@pytest.fixture
def family(project: ProjectFolder) -> ProjectFolder:
    """An abstract template, and two that are built on it by a matrix."""
    project.write("family", FAMILY)
    child = {
        "apiVersion": API,
        "kind": "JobTemplate",
        "metadata": {"name": "train-${matrix.lr}"},
        "spec": {
            "base": "family",
            "matrix": [{"lr": "1"}, {"lr": "2"}],
            "content": {"JobSpecs": CONTENT["JobSpecs"]},
        },
    }
    project.write("children", child)
    return project


def test_what_is_built_on_it_is_live_and_it_is_not(family: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    valid = validate(family)
    assert (valid.code, "DLC" in valid.out) == (0, False), valid.text
    assert cli.apply().code == 0
    assert sorted(each.name for each in emulator.store.templates()) == ["train-1", "train-2"]
    assert cli.plan("--detailed-exitcode").code == 0
    assert set(cli.document()["manifests"]) == {"JobTemplate/train-1", "JobTemplate/train-2"}
    rendered = command("render", "--project", family.root)
    assert "name: family" not in rendered.out
    assert "--lr 2" in rendered.out
    refused = command("render", "family", "--project", family.root)
    assert refused.code == 64
    assert '"family" is abstract' in refused.err


def test_a_board_may_be_abstract_and_an_abstract_one_build_on_another(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.write("a", {**FAMILY, "kind": "TensorBoard", "spec": {"content": {"MaxRunningTimeMinutes": 60}}})
    project.board("middle", metadata={"abstract": True}, base="family", content={"Accessibility": "PRIVATE"})
    whole = {key: value for key, value in BOARD.items() if key not in ("MaxRunningTimeMinutes", "Accessibility")}
    project.board("gitops-one", base="middle", content=whole)
    assert validate(project).code == 0
    assert cli.apply().code == 0
    assert [(each.name, each.body["MaxRunningTimeMinutes"]) for each in emulator.store.boards()] == [("gitops-one", 60)]


def test_mistakes_in_it_are_told_once_and_at_its_line(family: ProjectFolder) -> None:
    content = {"JobType": "PyTorchJob", "Jobtype": "PyTorchJob"}
    family.write("family", {**FAMILY, "spec": {"content": {**content, "UserCommand": "${values.nope}"}}})
    told = validate(family)
    assert told.code == 1
    assert [line.split(":")[0] for line in told.out.splitlines() if " error DLC" in line] == [
        "manifests/family.yaml"
    ] * 2
    assert 'unknown field "Jobtype"' in told.out
    assert 'no value "nope"' in told.out


@pytest.mark.parametrize(
    ("metadata", "spec", "field"),
    [
        ({"adopt": True}, {}, "metadata.adopt"),
        ({"adoptFrom": "speech"}, {}, "metadata.adoptFrom"),
        ({"renamedFrom": "old"}, {}, "metadata.renamedFrom"),
        ({"templateId": "tpl1"}, {}, "metadata.templateId"),
        ({}, {"protect": True}, "spec.protect"),
        ({}, {"defaultVersion": 3}, "spec.defaultVersion"),
    ],
)
def test_it_says_nothing_about_a_live_object(
    family: ProjectFolder, metadata: dict[str, Any], spec: dict[str, Any], field: str
) -> None:
    family.write(
        "family", {**FAMILY, "metadata": {**FAMILY["metadata"], **metadata}, "spec": {**FAMILY["spec"], **spec}}
    )
    told = validate(family)
    assert told.code == 1
    assert "DLC067" in told.out
    assert f"`{field}` speaks of a live object" in told.out


def test_one_that_nobody_uses_is_a_note(family: ProjectFolder) -> None:
    family.template("lonely", metadata={"abstract": True})
    told = validate(family)
    assert told.code == 0
    assert "DLC068" in told.out
    assert "manifests/lonely.yaml" in told.out
    family.settings(targets={"test": {"region": "cn-hangzhou", "workspaceId": "1001", "values": {"rest": "ly"}}})
    family.template("by-value", base="lone${values.rest}")
    assert "DLC068" not in validate(family).out


def test_only_abstract_manifests_are_no_manifests(project: ProjectFolder, cli: Commands) -> None:
    project.write("family", FAMILY)
    told = cli.plan()
    assert told.code == 1
    assert "all manifests of the project are abstract" in told.err


def test_it_is_the_same_with_what_earlier_runs_kept(family: ProjectFolder, cli: Commands) -> None:
    """Children that are remembered are users too, and a changed base changes them."""
    first, second = cli.document(), cli.document()
    assert first == second
    assert first["findings"] == []
    changed = {"content": {"JobType": "PyTorchJob", "UserCommand": "python other.py --lr ${matrix.lr}"}}
    family.write("family", {**FAMILY, "spec": changed})
    third = cli.document()
    assert third["findings"] == []
    assert all(third["manifests"][id] != digest for id, digest in first["manifests"].items())


def test_its_name_is_taken(family: ProjectFolder) -> None:
    family.template("family", file="again")
    assert "DLC017" in validate(family).out


def test_a_live_template_whose_manifest_becomes_abstract(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    """It is deleted as if its manifest were gone, and the plan says why; what protects others protects it too."""
    project.template("family")
    project.template("child", base="family", content={})
    assert cli.apply().code == 0
    project.template("family", metadata={"abstract": True})
    assert cli.verbs() == ["delete JobTemplate/family"]
    for form in ("text", "markdown", "html", "json"):
        assert "its manifest is abstract now, and describes no object: manifests/family.yaml:1:1" in cli.plan(
            "--format", form
        ).out.replace("&#39;", "'"), form
    limited = {"maxDeletions": 0, "maxDeletionPercent": 100, "maxReplacements": 5}
    project.settings(safety=limited)
    assert cli.plan().code == 3
    project.settings(prune={"jobTemplates": False})
    assert cli.verbs() == []
    project.settings()
    emulator.seed({"jobs": [{"TemplateName": "family", "WorkspaceId": "1001"}]})
    assert cli.verbs() == []
    assert [each["id"]["name"] for each in cli.document()["retained"]] == ["family"]


def test_a_template_is_renamed_away_from_its_base(project: ProjectFolder, cli: Commands) -> None:
    """The old name goes on as the base, the object gets a new one and keeps its versions."""
    project.template("train")
    assert cli.apply().code == 0
    project.template("train", metadata={"abstract": True})
    project.template("train-resnet", base="train", content={}, metadata={"renamedFrom": "train"})
    assert cli.verbs() == ["rename JobTemplate/train-resnet"]


def test_abstract_for_one_target_only(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    """A value decides where it is an object."""
    targets = {
        name: {"region": "cn-hangzhou", "workspaceId": at, "values": {"off": name == "west"}}
        for name, at in (("east", "1001"), ("west", "1002"))
    }
    emulator.seed({"workspaces": ["1002"]})
    project.settings(targets=targets)
    project.template("some", metadata={"abstract": "${values.off}"})
    project.template("every")
    plans = cli.document("--all-targets")["plans"]
    assert [[each["id"]["name"] for each in plan["actions"]] for plan in plans] == [["every", "some"], ["every"]]


def test_fmt_and_explain_know_it(project: ProjectFolder) -> None:
    file = project.write("family", {**FAMILY, "metadata": {"labels": {"a": "b"}, "abstract": True, "name": "family"}})
    assert command("fmt", "--project", project.root).code == 0
    assert "  name: family\n  abstract: true\n  labels:\n" in file.read_text()
    told = command("explain", "JobTemplate.metadata.abstract")
    assert "it is there for others to build on" in told.out
    assert "no object itself" in told.out
