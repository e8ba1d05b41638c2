"""Who moved, field by field: Git, the service, both, or nobody can tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from support.commands import Commands
from support.outside import template_id
from support.project import BOARD, CONTENT, ProjectFolder

from reconciler.emulator import Emulator


@pytest.fixture(autouse=True)
def _train(project: ProjectFolder, cli: Commands) -> None:
    project.template("train", content={"Priority": 1}, description="first")
    assert cli.apply().code == 0


def theirs(emulator: Emulator, **content: Any) -> None:
    """Somebody publishes a version by hand and makes it default."""
    emulator.store.add_version(template_id(emulator, "train"), {**CONTENT, "Priority": 1, **content}, default=True)


def moved(cli: Commands) -> tuple[str, Mapping[str, str]]:
    """What the plan says about its only action and about each of its fields."""
    (action,) = cli.document()["actions"]
    return action["moved"], {str(change["path"][-1]): change["moved"] for change in action["changes"]}


def test_git_moved(project: ProjectFolder, cli: Commands) -> None:
    project.template("train", content={"Priority": 2}, description="first")
    assert moved(cli) == ("manifest", {"Priority": "manifest"})


def test_the_service_moved(cli: Commands, emulator: Emulator) -> None:
    theirs(emulator, UserCommand="python theirs.py")
    assert moved(cli) == ("service", {"defaultVersion": "service", "UserCommand": "service"})


def test_both_moved_in_different_fields_and_in_the_same(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    theirs(emulator, UserCommand="python theirs.py", JobMaxRunningTimeMinutes=5)
    project.template("train", command="python ours.py", content={"Priority": 2}, description="first")
    fields = {"UserCommand": "both", "Priority": "manifest", "JobMaxRunningTimeMinutes": "service"}
    assert moved(cli) == ("both", fields)


def test_a_revert_is_a_move_of_git(project: ProjectFolder, cli: Commands) -> None:
    project.template("train", content={"Priority": 2}, description="first")
    assert cli.apply().code == 0
    project.template("train", content={"Priority": 1}, description="first")
    assert moved(cli) == ("manifest", {"defaultVersion": "manifest", "Priority": "manifest"})


def test_a_pin_is_a_move_of_git(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    emulator.store.add_version(template_id(emulator, "train"), {**CONTENT, "Priority": 7})
    project.template("train", content={"Priority": 1}, description="first", defaultVersion=2)
    word, fields = moved(cli)
    assert (word, fields["defaultVersion"]) == ("manifest", "manifest")


def test_labels_are_ours_and_nobody_knows_who_changed_a_description(project: ProjectFolder, cli: Commands) -> None:
    project.template("train", content={"Priority": 1}, description="second", metadata={"labels": {"a": "b"}})
    assert moved(cli)[1]["description"] == "unknown"
    text = cli.plan().out
    assert "settings differ; changed in Git" in text
    assert '~ description: "first" -> "second"  # who changed it is unknown' in text


def test_without_a_record_it_is_unknown(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    found = emulator.store.templates()[0]
    kept = {key: value for key, value in found.metadata.items() if not key.endswith(("/digest", "/version"))}
    emulator.store.update_template(found.id, metadata=kept)
    project.template("train", content={"Priority": 2}, description="first")
    assert moved(cli) == ("unknown", {"Priority": "unknown"})


def test_boards_have_no_record(project: ProjectFolder, cli: Commands) -> None:
    project.board("gitops-b")
    assert moved(cli)[0] == "unknown"
    assert cli.apply().code == 0
    project.board("gitops-b", content={**BOARD, "MaxRunningTimeMinutes": 5})
    assert moved(cli) == ("unknown", {"MaxRunningTimeMinutes": "unknown"})
    assert "who changed it is unknown" in cli.plan().out
