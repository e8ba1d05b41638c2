"""The steady state: a listing answers for everything, and yet whatever somebody did by hand is seen."""

from __future__ import annotations

from collections import Counter

import pytest
from support.commands import Commands
from support.outside import act
from support.project import ProjectFolder

from reconciler.emulator import Emulator


@pytest.fixture
def applied(project: ProjectFolder, cli: Commands, emulator: Emulator) -> Emulator:
    """120 templates, all as their manifests ask."""
    project.settings(safety={"maxDeletions": 5, "maxDeletionPercent": 100})
    for number in range(120):
        project.template(f"t{number:03d}")
    assert cli.apply("--parallel", "16").code == 0
    emulator.clear_log()
    return emulator


def test_a_plan_of_unchanged_templates_lists_and_fetches_nothing(applied: Emulator, cli: Commands) -> None:
    assert cli.document()["summary"]["unchanged"] == 120
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
    assert plan["summary"]["unchanged"] == 117
    assert applied.calls().count("GetJobTemplate") == 2
