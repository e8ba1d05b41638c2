"""Two targets that are one workspace are an error of the project file, however their endpoints are spelled."""

from __future__ import annotations

import pytest
from support.commands import command
from support.project import ProjectFolder

HERE = {"region": "cn-hangzhou", "workspaceId": "1001"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("", ""),
        ("", "pai-dlc.cn-hangzhou.aliyuncs.com"),
        ("", "https://pai-dlc.cn-hangzhou.aliyuncs.com"),
        ("pai-dlc-vpc.cn-hangzhou.aliyuncs.com", "pai-dlc-internal.cn-hangzhou.aliyuncs.com"),
        ("pai-dlc.aliyuncs.com", ""),
        ("emulator", "emulator"),
        ("http://127.0.0.1:8700", "http://localhost:8700"),
        ("http://127.0.0.1", "http://localhost:80"),
    ],
)
def test_two_targets_that_are_one_workspace(one: str, other: str, project: ProjectFolder) -> None:
    project.template()
    first, second = ({**HERE, **({"endpoint": each} if each else {})} for each in (one, other))
    project.settings(targets={"blue": first, "green": second})
    ended = command("validate", "--project", project.root)
    assert ended.code == 1
    assert 'targets "blue" and "green" are one workspace: 1001 in cn-hangzhou' in ended.text
    assert "DLC055" in ended.text
    (found,) = command("validate", "--project", project.root, "--format", "json").json["findings"]
    lines = (project.root / "reconciler.yaml").read_text(encoding="utf-8").splitlines()
    assert "green" in lines[found["where"]["line"] - 1] + lines[found["where"]["line"] - 2]
    assert "blue" in lines[found["also"][0]["line"] - 1] + lines[found["also"][0]["line"] - 2]
    assert command("plan", "--target", "blue", "--project", project.root, "--endpoint", "emulator").code == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"endpoint": "emulator"}),
        ({}, {"region": "cn-beijing"}),
        ({}, {"workspaceId": "1002"}),
        ({"endpoint": "http://127.0.0.1:8700"}, {"endpoint": "http://127.0.0.1:8701"}),
    ],
)
def test_two_workspaces(one: dict[str, str], other: dict[str, str], project: ProjectFolder) -> None:
    project.template()
    project.settings(targets={"blue": {**HERE, **one}, "green": {**HERE, **other}})
    ended = command("validate", "--project", project.root)
    assert ended.code == 0, ended.text
