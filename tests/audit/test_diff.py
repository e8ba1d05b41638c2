"""`diff`: two versions, a version and its manifest, two targets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.commands import Commands, command
from support.furnished import Furnished
from support.outside import template_id
from support.project import CONTENT, ProjectFolder

from reconciler.emulator import Emulator, Profile

Expect = Callable[[str, str], None]


def make_three_versions(folder: Path, emulator: Emulator, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("TOKEN", "first")
    project = ProjectFolder(folder / "project")
    cli = Commands(project.root, emulator.url)
    project.template(
        content={"Envs": {"HF_TOKEN": "${env.TOKEN}", "MODE": "${env.TOKEN}"}}, constraints={"UserCommand": "locked"}
    )
    cli.apply()
    more = {**CONTENT, "UserCommand": "set -e\npython train.py\n", "Envs": {"HF_TOKEN": "first"}}
    template = template_id(emulator, "train")
    emulator.store.add_version(template, json.dumps(more), constraints={"UserCommand": "required"})
    more["Envs"] = {"HF_TOKEN": "second-secret"}
    emulator.store.add_version(template, json.dumps(more), constraints={"UserCommand": "required"})


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return Furnished(tmp_path_factory.mktemp("furnished"), make_three_versions)


@pytest.fixture
def three(furnished: Furnished, tmp_path: Path, project: ProjectFolder, emulator: Emulator) -> None:
    """Version 1 is default and the manifest's; 2 has another command and a constraint; 3 has another token."""
    furnished.again(tmp_path, emulator)


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "first")


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(("form", "suffix"), [("text", "txt"), ("markdown", "md"), ("json", "json")])
def test_every_format(look: Any, expect: Expect, form: str, suffix: str) -> None:
    ended = look("diff", "train", "default", "latest", "--format", form)
    assert (ended.code, ended.err) == (0, "")
    assert "second-secret" not in ended.out
    assert '"first"' not in ended.out
    expect(f"diff.{suffix}", ended.out)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("versions", "code"), [((), 0), (("1",), 0), (("2",), 2), (("1", "default"), 0), (("2", "latest"), 2)]
)
def test_the_exit_code_tells_a_difference_when_asked(look: Any, versions: tuple[str, ...], code: int) -> None:
    assert look("diff", "train", *versions, "--detailed-exitcode").code == code
    assert look("diff", "train", *versions).code == 0


@pytest.mark.usefixtures("three")
def test_an_id_means_the_same_as_the_name(look: Any, emulator: Emulator) -> None:
    found = [look("diff", each, "2", "manifest") for each in ("train", template_id(emulator, "train"))]
    assert found[0].code == 0, found[0].text
    assert found[0].out == found[1].out


@pytest.mark.usefixtures("three")
def test_a_secret_that_changed_shows_only_that_it_did(look: Any) -> None:
    (change,) = look("diff", "train", "2", "3", "--format", "json").json["changes"]
    assert change["path"] == ["content", "Envs", "HF_TOKEN"]
    assert (change["before"], change["after"]) == ("(sensitive)", "(sensitive, changed)")


def test_two_targets(project: ProjectFolder) -> None:
    project.settings(
        targets={
            "staging": {"region": "cn-hangzhou", "workspaceId": "1001", "values": {"n": 1}},
            "prod": {"region": "cn-shanghai", "workspaceId": "2002", "values": {"n": 8}},
        }
    )
    project.template(content={"JobSpecs": [{**CONTENT["JobSpecs"][0], "PodCount": "${values.n}"}]})
    with Emulator(profile=Profile(workspaces=frozenset({"1001", "2002"}))) as emulator:
        where = ("--project", project.root, "--endpoint", emulator.url)
        for target in ("staging", "prod"):
            assert command("apply", "--yes", "--target", target, *where).code == 0
        expected = {"path": ["content", "JobSpecs", 0, "PodCount"], "before": 1, "after": 8}
        for more in ((), ("latest",), ("manifest",)):
            ended = command("diff", "train@staging", "train@prod", *more, "--format", "json", *where)
            assert ended.json["changes"] == [expected]
        assert command("diff", "train", "train@prod", *where).code == 64


def test_manifests_of_two_targets_need_no_service(project: ProjectFolder) -> None:
    targets = {name: {"region": "cn-hangzhou", "workspaceId": at} for name, at in (("a", "1001"), ("b", "1002"))}
    project.settings(targets=targets)
    project.template()
    ended = command(
        "diff", "train@a", "train@b", "manifest", "--project", project.root, "--endpoint", "http://127.0.0.1:9"
    )
    assert (ended.code, ended.err) == (0, "")


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("train", "4"), 1, '"train" has no version 4; the newest is 3'),
        (("train", "newest"), 64, '"newest" is not a version'),
        (("train", "1", "2", "3"), 64, "too many arguments"),
        (("trian",), 1, 'there is no live template "trian"'),
        (("train@tset",), 1, 'there is no live template "train@tset"'),
    ],
)
def test_mistakes(look: Any, arguments: tuple[str, ...], code: int, message: str) -> None:
    ended = look("diff", *arguments)
    assert ended.code == code
    assert message in ended.err
    assert ended.out == ""


def test_a_template_without_a_manifest_can_still_be_compared(
    project: ProjectFolder, emulator: Emulator, look: Any
) -> None:
    project.template("other")
    emulator.store.create_template("foreign")
    ended = look("diff", "foreign")
    assert ended.code == 1
    assert 'no manifest describes the template "foreign"' in ended.err
    assert look("diff", "foreign", "default", "latest").code == 0
