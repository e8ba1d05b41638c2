"""The steady state: a listing answers for everything, and yet whatever somebody did by hand is seen."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from support.commands import Commands
from support.furnished import Furnished
from support.outside import act
from support.project import ProjectFolder

from reconciler.emulator import Emulator

COUNT = 102


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    def make(folder: Path, emulator: Emulator, _: pytest.MonkeyPatch) -> None:
        project = ProjectFolder(folder / "project", safety={"maxDeletions": 5, "maxDeletionPercent": 100})
        for number in range(COUNT):
            project.template(f"t{number:03d}")
        assert Commands(project.root, emulator.url).apply("--parallel", "16").code == 0

    return Furnished(tmp_path_factory.mktemp("furnished"), make)


@pytest.fixture
def applied(furnished: Furnished, tmp_path: Path, emulator: Emulator) -> Emulator:
    """Templates on two pages, all as their manifests ask."""
    furnished.again(tmp_path, emulator)
    return emulator


def test_a_plan_of_unchanged_templates_lists_and_fetches_nothing(applied: Emulator, cli: Commands) -> None:
    assert cli.document()["summary"]["unchanged"] == COUNT
    assert Counter(applied.calls()) == {"ListJobTemplates": 2, "ListTensorboards": 1}


def _other_project(emulator: Emulator, name: str) -> None:
    (template,) = (each for each in emulator.store.templates() if each.name == name)
    metadata = {**template.metadata, "dlc-reconciler/project": "another"}
    emulator.store.update_template(template.id, metadata=metadata)


def test_what_somebody_did_by_hand_is_still_seen(applied: Emulator, cli: Commands) -> None:
    act(applied, {"do": "add-version", "template": "t001", "default": True})
    act(applied, {"do": "add-version", "template": "t002"})
    act(applied, {"do": "set-default", "template": "t002", "version": 2})
    _other_project(applied, "t003")
    act(applied, {"do": "add-version", "template": "t004"})  # not default: no job gets it, so nothing is to be done
    applied.clear_log()
    plan = cli.document()
    assert [f"{each['verb']} {each['id']['name']}" for each in plan["actions"]] == ["promote t001", "promote t002"]
    assert [(each["code"], each["subject"]["name"]) for each in plan["findings"]] == [("DLC202", "t003")]
    assert plan["summary"]["unchanged"] == COUNT - 3
    assert applied.calls().count("GetJobTemplate") == 2
