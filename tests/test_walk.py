"""The walk through a template's life on one emulator, step by step, with the quickstart's own manifests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.commands import Commands
from support.outside import default_version, launch, template_id, version_count

from reconciler.emulator import Emulator, ManualClock

QUICKSTART = Path(__file__).parent.parent / "examples" / "quickstart"
NAME = "resnet50-train"
MANIFEST = Path("templates") / f"{NAME}.yaml"
LOCAL = ("--target", "local")


@pytest.fixture
def walk(tmp_path: Path, emulator: Emulator) -> Commands:
    """The quickstart, not applied yet."""
    root = tmp_path / "quickstart"
    shutil.copytree(QUICKSTART, root, ignore=shutil.ignore_patterns(".dlc-reconciler"))
    return Commands(root, emulator.url)


def applied(walk: Commands) -> None:
    done = walk.apply(*LOCAL)
    assert done.code == 0, done.text


def edited(walk: Commands) -> None:
    file = walk.project / MANIFEST
    file.write_text(file.read_text(encoding="utf-8").replace("--epochs 90", "--epochs 120"), encoding="utf-8")


def reverted(walk: Commands) -> None:
    shutil.copy(QUICKSTART / MANIFEST, walk.project / MANIFEST)


def test_1_apply_the_quickstart(walk: Commands, emulator: Emulator) -> None:
    applied(walk)
    assert len(emulator.store.templates()) == 3
    assert len(emulator.store.boards()) == 2


def test_2_the_plan_is_empty_then(walk: Commands, emulator: Emulator) -> None:
    applied(walk)
    emulator.clear_log()
    plan = walk.plan("--detailed-exitcode", *LOCAL)
    assert (plan.code, "nothing to do, 5 unchanged" in plan.out) == (0, True)
    assert emulator.writes() == []


def test_3_another_command_makes_version_2_the_default(walk: Commands, emulator: Emulator) -> None:
    applied(walk)
    edited(walk)
    plan = walk.plan("--detailed-exitcode", *LOCAL)
    assert plan.code == 2
    assert f"new-version 2 JobTemplate/{NAME}" in plan.out
    applied(walk)
    assert (default_version(emulator, NAME), version_count(emulator, NAME)) == (2, 2)


def test_4_a_revert_promotes_version_1_and_makes_none(walk: Commands, emulator: Emulator) -> None:
    applied(walk)
    edited(walk)
    applied(walk)
    reverted(walk)
    plan = walk.plan(*LOCAL)
    assert f"promote 1 JobTemplate/{NAME}" in plan.out
    assert "changed in Git" in plan.out
    applied(walk)
    assert (default_version(emulator, NAME), version_count(emulator, NAME)) == (1, 2)
    assert walk.verbs(*LOCAL) == []


def test_5_a_default_moved_by_hand_is_drift_and_promoted_back(walk: Commands, emulator: Emulator) -> None:
    applied(walk)
    edited(walk)
    applied(walk)
    emulator.store.add_version(template_id(emulator, NAME), default=True)
    plan = walk.plan(*LOCAL)
    assert f"promote 2 JobTemplate/{NAME}" in plan.out
    assert "somebody moved the default" in plan.out
    assert "defaultVersion: 3 -> 2" in plan.out
    applied(walk)
    assert (default_version(emulator, NAME), version_count(emulator, NAME)) == (2, 3)


@pytest.mark.parametrize("days", [0, 400])
def test_6_a_template_with_a_job_is_retained_however_old(
    days: int, walk: Commands, emulator: Emulator, clock: ManualClock
) -> None:
    applied(walk)
    job = launch(emulator, NAME)
    clock.advance(days=days)
    (walk.project / MANIFEST).unlink()
    assert job in walk.plan(*LOCAL).out
    assert f"delete JobTemplate/{NAME}" not in walk.verbs(*LOCAL)
    (kept,) = walk.document(*LOCAL)["retained"]
    assert (kept["id"]["name"], kept["references"], kept["reference_count"]) == (NAME, [job], 1)
    applied(walk)
    assert template_id(emulator, NAME)


def test_7_without_its_job_it_is_deleted(walk: Commands, emulator: Emulator) -> None:
    applied(walk)
    job = launch(emulator, NAME)
    (walk.project / MANIFEST).unlink()
    emulator.store.delete_job(job)
    assert walk.verbs(*LOCAL) == [f"delete JobTemplate/{NAME}"]
    applied(walk)
    assert NAME not in [template.name for template in emulator.store.templates()]
    assert walk.verbs(*LOCAL) == []


def test_8_a_board_30_days_old_is_found(walk: Commands, emulator: Emulator, clock: ManualClock) -> None:
    applied(walk)
    boards = [board.id for board in emulator.store.boards()]
    clock.advance(days=30)
    for board in boards:
        emulator.store.set_board_status(board, "Running")
    assert [verb for verb in walk.verbs(*LOCAL) if verb.startswith("create")] == []
    applied(walk)
    assert [board.id for board in emulator.store.boards()] == boards
