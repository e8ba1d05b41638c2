"""Launching jobs is no change: what stays because jobs refer to it keeps the plan's id, however many there are."""

from __future__ import annotations

from support.commands import Commands
from support.project import ProjectFolder

from reconciler.emulator import Emulator


def test_a_launch_from_what_is_retained_keeps_the_id(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    project.template("kept")
    project.template("other")
    assert cli.apply().code == 0
    (template,) = (each for each in emulator.store.templates() if each.name == "kept")
    project.remove("kept")
    ids, counts = set(), []
    for _ in range(3):
        emulator.store.create_job(template_id=template.id)
        document = cli.document()
        ids.add(document["plan_id"])
        counts.append(document["retained"][0]["reference_count"])
    assert counts == [1, 2, 3]
    assert len(ids) == 1
