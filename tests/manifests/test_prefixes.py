"""A board prefix inside another project's: told by validate, and by a plan that deletes what may be the other's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.commands import Commands, command
from support.project import ProjectFolder
from support.repository import repository

HERE = {"region": "cn-hangzhou", "workspaceId": "1001"}


@pytest.fixture
def vision(project: ProjectFolder) -> ProjectFolder:
    """Another project of the same repository, beside `project`, whose prefix is `gitops-`."""
    other = ProjectFolder(project.root.parent / "vision")
    settle(other, "gitops-vision-")
    project.template("keep")
    repository(project.root.parent)
    return other


def settle(folder: ProjectFolder, prefix: str, **target: Any) -> None:
    prune = {"jobTemplates": True, "tensorBoards": True, "tensorBoardPrefix": prefix}
    folder.settings(folder.root.name, targets={"test": {**HERE, **target}}, prune=prune)


def warnings(root: Path) -> list[str]:
    ended = command("validate", "--project", root, "--format", "json")
    assert ended.code == 0, ended.text
    return [each["summary"] for each in ended.json["findings"] if each["code"] == "DLC056"]


def test_validate_tells_a_prefix_that_another_one_goes_on_from(vision: ProjectFolder, project: ProjectFolder) -> None:
    told = '"gitops-" covers each TensorBoard of project vision too, whose prefix is "gitops-vision-"'
    assert warnings(project.root) == [told]
    vision.template("train")
    assert warnings(vision.root) == ['"gitops-vision-" is covered by "gitops-", the prefix of project vision']


@pytest.mark.parametrize("prefix", ["vision-", "gitop_", "Gitops-vision-"])
def test_prefixes_of_which_none_begins_with_the_other(
    prefix: str, vision: ProjectFolder, project: ProjectFolder
) -> None:
    settle(vision, prefix)
    assert warnings(project.root) == []


def test_equal_prefixes_are_worse(vision: ProjectFolder, project: ProjectFolder) -> None:
    settle(vision, "gitops-")
    assert len(warnings(project.root)) == 1


def test_projects_of_other_workspaces_do_not_meet(vision: ProjectFolder, project: ProjectFolder) -> None:
    settle(vision, "gitops-vision-", workspaceId="2002")
    assert warnings(project.root) == []


def test_the_plan_names_the_boards_that_may_be_the_others(
    vision: ProjectFolder, project: ProjectFolder, cli: Commands
) -> None:
    vision.board("gitops-vision-loss")
    assert Commands(vision.root, cli.endpoint).apply().code == 0
    project.board("gitops-old")
    assert cli.apply("--select", "none=none").code == 0
    ended = cli.plan()
    assert ended.code == 0, ended.text
    assert 'its name goes on with "gitops-vision-", the prefix of project vision' in ended.text
    document = cli.document()
    found = [each for each in document["findings"] if each["code"] == "DLC226"]
    assert [(each["subject"]["name"], each["severity"]) for each in found] == [("gitops-vision-loss", "warning")]
    assert "delete TensorBoard/gitops-vision-loss" in cli.verbs()
