"""`show`: one live object as a manifest, by its name or id, with secrets hidden as `export` hides them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from support.commands import Commands, Ended, command
from support.furnished import Furnished
from support.project import CONTENT, ProjectFolder

from reconciler.emulator import Emulator


def show(cli: Commands, *arguments: str) -> Ended:
    return command("show", *arguments, "--project", cli.project, "--endpoint", cli.endpoint)


def document(ended: Ended) -> Any:
    assert ended.code == 0, ended.text
    return yaml.safe_load(ended.out)


def apply_two_versions(folder: Path, emulator: Emulator, _: pytest.MonkeyPatch) -> None:
    project = ProjectFolder(folder / "project")
    cli = Commands(project.root, emulator.url)
    project.template("train", command="python one.py", content={"Envs": {"API_TOKEN": "sk-live-0123456789abcdef"}})
    project.board("train", file="board")
    assert cli.apply().code == 0
    project.template("train", command="python two.py", description="the second")
    assert cli.apply().code == 0


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return Furnished(tmp_path_factory.mktemp("furnished"), apply_two_versions)


@pytest.fixture
def two(furnished: Furnished, tmp_path: Path, project: ProjectFolder, emulator: Emulator) -> ProjectFolder:
    """A template with two versions and a board of the same name."""
    furnished.again(tmp_path, emulator)
    return project


def test_a_template_a_version_of_it_and_a_board(two: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    template, board = emulator.store.templates()[0].id, emulator.store.boards()[0].id
    shown = document(show(cli, "JobTemplate/train"))
    assert shown["kind"] == "JobTemplate"
    assert shown["metadata"] == {"name": "train", "templateId": template}
    assert shown["spec"]["content"]["UserCommand"] == "python two.py"
    assert document(show(cli, template)) == shown
    first = show(cli, template, "--version", "1")
    assert document(first)["spec"]["content"]["UserCommand"] == "python one.py"
    assert document(first)["spec"]["content"]["Envs"] == {"API_TOKEN": "${env.API_TOKEN}"}
    assert "sk-live-0123456789abcdef" not in first.text
    assert "1 secret taken out." in first.err
    assert document(show(cli, board))["metadata"] == {"name": "train", "tensorboardId": board}
    assert document(show(cli, "TensorBoard/train"))["spec"]["content"]["SummaryPath"] == "/mnt/logs"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("train",), 1, 'several live objects are called "train": JobTemplate/train (tpl'),
        (("trian",), 1, 'there is no live object "trian" in test (workspace 1001); did you mean "train"?'),
        (("JobTemplate/train", "--version", "3"), 1, "it has no version 3"),
        (("TensorBoard/train", "--version", "1"), 64, "TensorBoard/train has no versions"),
        (("JobTemplate/train", "--version", "0"), 64, "--version"),
        (("",), 64, "empty"),
    ],
)
def test_what_cannot_be_shown(
    two: ProjectFolder, cli: Commands, arguments: tuple[str, ...], code: int, told: str
) -> None:
    ended = show(cli, *arguments)
    assert (ended.code, ended.out) == (code, "")
    assert told in ended.err


def test_of_several_the_one_that_a_manifest_picks(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    emulator.seed({"jobTemplates": [{"TemplateName": "twin", "WorkspaceId": "1001", "Content": CONTENT}] * 2})
    one, other = (each.id for each in emulator.store.templates())
    project.template("twin", metadata={"templateId": one})
    assert document(show(cli, "twin"))["metadata"]["templateId"] == one
    assert document(show(cli, other))["metadata"]["templateId"] == other


def test_what_is_shown_is_what_is_live(two: ProjectFolder, cli: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    """The manifest that is shown, in place of the one that was applied, leaves nothing to do; an older one promotes."""
    monkeypatch.setenv("API_TOKEN", "sk-live-0123456789abcdef")
    two.template("train", command="python two.py", content={"Envs": {"API_TOKEN": "${env.API_TOKEN}"}})
    assert cli.apply().code == 0
    for version, verbs in (("3", []), ("2", ["promote JobTemplate/train"]), ("1", ["promote JobTemplate/train"])):
        two.write("train", document(show(cli, "JobTemplate/train", "--version", version)))
        assert [verb for verb in cli.verbs() if "update" not in verb] == verbs, version
