"""What `set` makes of the content has to be a valid job: validate finds it, through values, bases and overrides too."""

from __future__ import annotations

import pytest
from support.commands import command
from support.project import ProjectFolder

CONTENT = {
    "JobType": "PyTorchJob",
    "JobSpecs": [
        {"Type": "Worker", "PodCount": 4, "Image": "registry/a:1", "EcsSpec": "ecs.g7.xlarge"},
        {"Type": "Master", "PodCount": 1, "Image": "registry/a:1", "EcsSpec": "ecs.g7.xlarge"},
    ],
    "UserCommand": "python train.py",
}
CASES: dict[str, tuple[dict[str, object], list[str]]] = {
    "a value of another type": ({"JobSpecs[0].PodCount": "one"}, ["DLC128 PodCount must be a whole number"]),
    "a value that is referred to": ({"JobSpecs[0].PodCount": "${values.pods}"}, ["DLC128 PodCount must be a whole"]),
    "a new key that CreateJob does not know": ({"Settings.NoSuch": 1}, ['DLC128 unknown field "NoSuch"']),
    "a new key of another type": ({"Envs.STEPS": 10}, ["DLC128 STEPS must be text"]),
    "a rule of contents": ({"JobType": "NoSuchJob"}, ['DLC128 "NoSuchJob" is not a JobType']),
    "a field that is taken away": ({"JobType": None}, ["DLC128 content has no JobType"]),
    "a path that is not there": ({"JobSpecs[0].Priority": 3}, ["DLC124 JobSpecs[0].Priority names nothing"]),
    "an image of a later role": (
        {"JobSpecs[1]": {**CONTENT["JobSpecs"][1], "Image": "registry/b:2"}},  # type: ignore[dict-item]
        ["DLC125 JobSpecs[1].Image is another image"],
    ),
    "the same image, written once more": ({"JobSpecs[0].Image": "registry/a:1"}, []),
    "nothing wrong": ({"JobSpecs[0].PodCount": 1, "Envs.STEPS": "10"}, []),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("through", ["manifest", "override", "base"])
def test_validate_finds_what_set_makes_invalid(name: str, through: str, project: ProjectFolder) -> None:
    values, expected = CASES[name]
    project.settings(targets={"test": {"region": "cn-hangzhou", "workspaceId": "1001", "values": {"pods": "one"}}})
    verify = {"maxMinutes": 5, "set": {"JobSpecs[0].PodCount": 1, **values}}
    match through:
        case "override":
            plain = {"maxMinutes": 5, "set": {"JobSpecs[0].PodCount": 1}}
            project.template(content=CONTENT, verify=plain, overrides={"test": {"verify": {"set": values}}})
        case "base":
            project.template("common", content=CONTENT, verify=verify)
            project.template(content=dict(CONTENT), base="common")
        case _:
            project.template(content=CONTENT, verify=verify)
    ended = command("validate", "--project", str(project.root), "--target", "test")
    found = [line for line in ended.text.splitlines() if "DLC12" in line]
    wanted = expected
    if through == "override" and name == "a field that is taken away":
        wanted = []  # in a merge patch, null takes the key out of `set`
    assert len(found) == len(wanted), ended.text
    for line, words in zip(found, wanted, strict=True):
        code, _, text = words.partition(" ")
        assert f" {code}: " in line, line
        assert text in line, line
