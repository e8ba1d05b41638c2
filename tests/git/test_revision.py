"""Git is asked for the commit that is checked out by commands that record it, and by no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.commands import Commands, command
from support.project import ProjectFolder
from support.repository import commit, repository

from reconciler.emulator import Emulator
from reconciler.git.commits import head
from reconciler.pipeline import make_plan


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders for which Git was asked."""
    folders: list[Path] = []

    def noted(folder: Path) -> str:
        folders.append(folder)
        return head(folder)

    monkeypatch.setattr("reconciler.cli.options.settings.head", noted)
    return folders


@pytest.mark.parametrize(
    ("words", "times"),
    [
        (("validate",), 0),
        (("export", "--out", "-"), 0),
        (("render", "--format", "json"), 0),
        (("plan",), 0),
        (("list",), 0),
        (("drift",), 0),
        (("plan", "--shard", "1/2"), 1),
        (("apply", "--yes"), 1),
        (("adopt", "--all", "--yes"), 1),
    ],
)
def test_only_who_records_the_commit_asks_for_it(
    words: tuple[str, ...], times: int, project: ProjectFolder, cli: Commands, asked: list[Path]
) -> None:
    project.template("train")
    project.template("eval")
    project.settings(targets={"test": {"region": "cn-hangzhou", "workspaceId": "1001", "endpoint": cli.endpoint}})
    repository(project.root)
    ended = command(*words, "--project", project.root)
    assert ended.code == 0, ended.text
    assert asked == [project.root] * times


def test_what_is_recorded_is_the_commit_of_the_manifests_that_were_read(
    project: ProjectFolder, cli: Commands, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody commits while the run has read the manifests and is still planning."""
    project.template("train")
    first = repository(project.root)

    def late(*words: Any) -> Any:
        project.template("train", command="python other.py")
        commit(project.root)
        return make_plan(*words)

    monkeypatch.setattr("reconciler.cli.apply.one.make_plan", late)
    assert cli.apply().code == 0
    recorded = [request.body["Metadata"]["dlc-reconciler/revision"] for request in emulator.writes()]
    assert set(recorded) == {first}
