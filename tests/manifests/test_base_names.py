"""What a `base` may say: the name of another manifest, also with the target's values in it."""

from __future__ import annotations

from typing import Any

import pytest
from support.commands import Ended, command
from support.project import ProjectFolder


def findings(project: ProjectFolder) -> tuple[Ended, list[tuple[str, str]]]:
    ended = command("validate", "--project", project.root, "--target", "test", "--format", "json")
    found: list[Any] = ended.json["findings"]
    return ended, sorted((each["code"], each["name"] or "") for each in found)


def test_a_base_that_is_no_name_is_told_once_where_it_stands(project: ProjectFolder) -> None:
    for wrong in (5, ["common"], {"name": "common"}, None):
        project.template("middle", base=wrong)
        project.template("leaf", base="middle")
        ended, found = findings(project)
        assert ended.code == 1
        assert [each for each in found if each[1] == "leaf"] == [], "it is the middle one's mistake"
        assert {name for _, name in found} == {"middle"}


def test_a_base_may_be_named_by_the_target(project: ProjectFolder) -> None:
    target = {"region": "cn-hangzhou", "workspaceId": "1001", "values": {"size": "large"}}
    project.settings(targets={"test": target})
    project.template("large", command="echo large")
    project.template("leaf", base="${values.size}")
    assert findings(project)[0].code == 0
    shown = command("render", "--project", project.root, "--target", "test")
    assert shown.code == 0, shown.text
    project.template("leaf", base="${values.size}r")
    ended, found = findings(project)
    assert (ended.code, found) == (1, [("DLC043", "leaf")])
    assert 'did you mean "large"' in ended.out.replace("\\", "")


def test_names_of_the_environment_are_names(project: ProjectFolder) -> None:
    for name in ("9A", "A-B", "A B", ""):
        project.template("a", command="echo ${env." + name + "}")
        ended, found = findings(project)
        assert (ended.code, found) == (1, [("DLC033", "a")]), name


@pytest.mark.parametrize("spec", ["{matrix: []}", "{description: a, description: b, content: {JobType: PyTorchJob}}"])
def test_of_a_base_that_cannot_be_used_only_the_base_is_told(project: ProjectFolder, spec: str) -> None:
    """Whether nothing can be made of it, or a part of it could not be read: who builds on it adds nothing."""
    head = "apiVersion: dlc-reconciler/v1\nkind: JobTemplate\n"
    folder = project.root / "manifests"
    (folder / "base.yaml").write_text(f"{head}metadata: {{name: common}}\nspec: {spec}\n")
    (folder / "derived.yaml").write_text(f"{head}metadata: {{name: derived}}\nspec: {{base: common}}\n")
    ended, found = findings(project)
    assert ended.code == 1
    assert "derived" not in {name for _, name in found}
