"""`defaultVersion: N`: pinned, moved, released; and who is said to have moved what."""

from __future__ import annotations

from typing import Any

from support.commands import Commands
from support.outside import default_version, template_id, version_count
from support.project import ProjectFolder

from reconciler.emulator import Emulator


def two_versions(project: ProjectFolder, cli: Commands) -> None:
    for command in ("python one.py", "python two.py"):
        project.template(command=command)
        assert cli.apply().code == 0


def only(cli: Commands) -> Any:
    (action,) = cli.document()["actions"]
    return action


def test_a_pin_promotes_that_version_and_then_rests(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    two_versions(project, cli)
    project.template(command="python two.py", defaultVersion=1)
    promote = only(cli)
    assert (promote["verb"], promote["reason"], promote["moved"]) == ("promote", "version-pinned", "manifest")
    assert cli.apply().code == 0
    assert default_version(emulator, "train") == 1
    assert cli.verbs() == []
    assert cli.verbs("--verify") == []


def test_a_released_pin_promotes_the_version_that_holds_the_content(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    two_versions(project, cli)
    project.template(command="python two.py", defaultVersion=1)
    cli.apply()
    project.template(command="python two.py")
    promote = only(cli)
    assert (promote["verb"], promote["intended"]["defaultVersion"]) == ("promote", 2)
    assert (promote["reason"], promote["moved"]) == ("version-exists", "manifest")
    assert cli.apply().code == 0
    assert (default_version(emulator, "train"), version_count(emulator, "train")) == (2, 2)
    assert cli.verbs() == []


def test_new_content_under_a_pin_makes_a_version_and_leaves_the_default(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    two_versions(project, cli)
    project.template(command="python three.py", defaultVersion=2)
    assert cli.verbs() == ["new-version JobTemplate/train"]
    assert cli.apply().code == 0
    assert (default_version(emulator, "train"), version_count(emulator, "train")) == (2, 3)
    assert cli.verbs() == []


def test_new_content_and_a_new_pin_at_once(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    two_versions(project, cli)
    project.template(command="python three.py", defaultVersion=1)
    assert cli.verbs() == ["new-version JobTemplate/train", "promote JobTemplate/train"]
    assert cli.apply().code == 0
    assert (default_version(emulator, "train"), version_count(emulator, "train")) == (1, 3)
    assert cli.verbs() == []
    project.template(command="python three.py")
    assert cli.apply().code == 0
    assert (default_version(emulator, "train"), version_count(emulator, "train")) == (3, 3)
    assert cli.verbs() == []


def test_a_pin_equal_to_the_present_default_needs_no_promotion(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    two_versions(project, cli)
    project.template(command="python two.py", defaultVersion=2)
    assert cli.verbs() in ([], ["update JobTemplate/train"])
    cli.apply()
    assert cli.verbs() == []
    assert version_count(emulator, "train") == 2


def test_a_default_moved_away_from_its_pin_by_hand_is_drift(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    two_versions(project, cli)
    project.template(command="python two.py", defaultVersion=1)
    cli.apply()
    emulator.store.update_template(template_id(emulator, "train"), default_version=2)
    promote = only(cli)
    assert (promote["verb"], promote["moved"], promote["intended"]["defaultVersion"]) == ("promote", "service", 1)


def test_a_pin_to_a_version_that_does_not_exist_is_refused(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    two_versions(project, cli)
    emulator.clear_log()
    project.template(command="python two.py", defaultVersion=7)
    ended = cli.apply()
    assert ended.code == 3
    assert "DLC205" in ended.text
    assert "the newest is 2" in ended.text
    assert emulator.writes() == []


def test_a_first_version_may_be_pinned_when_the_template_is_made(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.template(defaultVersion=1)
    assert cli.apply().code == 0
    assert cli.verbs() == []


def test_settings_that_differ_do_not_say_who_moved_them(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.template(description="ours")
    cli.apply()
    emulator.store.update_template(template_id(emulator, "train"), description="theirs")
    update = only(cli)
    assert (update["verb"], update["moved"]) == ("update", "unknown")


def test_a_new_template_has_no_second_version_to_pin(project: ProjectFolder, cli: Commands) -> None:
    project.template(defaultVersion=2)
    plan = cli.document()
    assert (plan["blocked"], plan["actions"]) == (True, [])
    assert [each["summary"] for each in plan["findings"] if each["code"] == "DLC205"] == [
        "version 2 is pinned as default, but a new template has version 1 only"
    ]
    project.template(defaultVersion=1)
    assert only(cli)["verb"] == "create"


def test_a_change_in_git_and_a_default_moved_by_hand_are_both_told(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    two_versions(project, cli)
    emulator.store.update_template(template_id(emulator, "train"), default_version=1)
    project.template(command="python three.py")
    assert (only(cli)["verb"], only(cli)["moved"]) == ("new-version", "both")
