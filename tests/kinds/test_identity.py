"""Which live object is meant: duplicates, picked ids, copies that carry our marks along."""

from __future__ import annotations

import pytest
from support.commands import Commands
from support.outside import copy_template, template_id
from support.project import BOARD, CONTENT, ProjectFolder

from reconciler.emulator import Emulator
from reconciler.kinds import lookalikes
from reconciler.kinds.lookalikes import skeleton


def test_two_live_templates_of_one_name_are_refused_with_their_ids(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    ids = [emulator.store.create_template("train"), emulator.store.create_template("train")]
    project.template(metadata={"adopt": True})
    ended = cli.apply()
    assert ended.code == 3
    assert all(id in ended.text for id in ids)
    assert emulator.writes() == []


def test_template_id_picks_one_and_leaves_its_namesake_alone(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    """Also when the namesake carries our own marks: it must not be taken for the template, nor be deleted."""
    project.template()
    cli.apply()
    first = template_id(emulator, "train")
    second = emulator.store.create_template(
        "train", CONTENT, metadata={"dlc-reconciler/project": "vision", "dlc-reconciler/manifest": "other.yaml"}
    )
    project.template(metadata={"templateId": first}, command="python new.py")
    document = cli.document()
    assert [(each["verb"], each["observed"]["templateId"]) for each in document["actions"]] == [("new-version", first)]
    assert second in str(document["findings"])
    assert cli.apply().code == 0
    assert cli.verbs() == []
    assert len(emulator.store.versions(second)) == 1


def test_tensorboard_id_picks_one_and_leaves_its_namesake_alone(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    ids = [emulator.store.create_board("gitops-b", body={**BOARD, "DataSourceId": "d-logs"}) for _ in range(2)]
    project.board("gitops-b", metadata={"tensorboardId": ids[0]}, content={**BOARD, "Accessibility": "PRIVATE"})
    document = cli.document()
    assert [(each["verb"], each["observed"]["tensorboardId"]) for each in document["actions"]] == [("update", ids[0])]
    assert ids[1] in str(document["findings"])
    assert cli.apply().code == 0
    assert cli.verbs() == []
    assert len(emulator.store.boards()) == 2


def test_a_picked_id_that_is_not_there_is_refused(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    there = emulator.store.create_template("train")
    project.template(metadata={"templateId": "tplnowhere", "adopt": True})
    ended = cli.plan()
    assert ended.code == 3
    assert "DLC204" in ended.text
    assert there in ended.text


def test_a_copy_that_carries_our_marks_is_not_ours(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    """Somebody copies a template under another name, metadata included: it is theirs, and never deleted by us."""
    project.template()
    cli.apply()
    copy_template(emulator, "train", "train-copy")
    assert cli.verbs() == []
    assert cli.document()["unmanaged"] == [{"kind": "JobTemplate", "name": "train-copy"}]


def test_a_copy_that_carries_our_marks_can_be_adopted(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.template()
    cli.apply()
    copy_template(emulator, "train", "copied")
    project.template("copied")
    assert cli.plan().code == 3
    project.template("copied", metadata={"adopt": True})
    assert cli.verbs() == ["adopt JobTemplate/copied"]
    assert cli.apply().code == 0
    assert cli.verbs() == []


def test_names_that_merely_contain_the_name_are_others(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    for name in ("train-2", "my-train", "TRAIN"):
        emulator.store.create_template(name)
    project.template("train")
    assert cli.verbs() == ["create JobTemplate/train"]
    assert cli.apply().code == 0
    assert cli.verbs() == []


def test_a_selection_is_not_blocked_by_orphans_it_does_not_cover(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    for _ in range(2):
        emulator.store.create_template("old", metadata={"dlc-reconciler/project": "vision"})
    project.template(metadata={"labels": {"team": "a"}})
    assert cli.plan().code == 3
    assert cli.plan("--select", "team=a").code == 0


def test_names_that_look_alike_are_sorted_once_however_many_manifests_ask(
    project: ProjectFolder, cli: Commands, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workspace that never had the former names: everything is created, and nothing is live under them."""
    looked: list[str] = []

    def counted(name: str) -> str:
        looked.append(name)
        return skeleton(name)

    monkeypatch.setattr(lookalikes, "skeleton", counted)
    emulator.store.create_template("somebody-elses")
    for number in range(8):
        project.template(f"new-{number}", metadata={"renamedFrom": f"old-{number}"})
    document = cli.document()
    assert [each["code"] for each in document["findings"]] == ["DLC220"] * 8
    assert [each["verb"] for each in document["actions"]] == ["create"] * 8
    assert looked.count("somebody-elses") <= 2, "once for the listing, and once when the missing ones were asked for"
