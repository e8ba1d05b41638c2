"""The whole walk through the command line: fail, fix, pass, promote, revert at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.commands import Commands, Ended
from support.project import ProjectFolder

from reconciler.emulator import Emulator, Profile

VERIFY: dict[str, Any] = {"maxMinutes": 1, "set": {"JobSpecs[0].PodCount": 1}}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """States change quickly, and jobs run for a moment: the walk runs in seconds."""
    with Emulator(profile=Profile(job_delay=0.0, job_run_seconds=0.2, deterministic_ids=True)) as running:
        yield running


Ask = Callable[..., Ended]


def test_fail_fix_pass_and_revert(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    emulator.seed({"jobLives": [{"job": "*", "steps": ["Failed"], "message": "no such image", "times": 1}]})
    project.template(command="python broken.py", verify=VERIFY)

    planned = cli.plan()
    assert "? verify JobTemplate/" in planned.text
    failed = cli.apply()
    assert failed.code == 4, failed.text
    assert "held     verify" in failed.text
    assert "no such image" in failed.text
    assert emulator.store.templates() == []

    again = cli.apply()
    assert (again.code, len(emulator.store.jobs())) == (4, 1)

    project.template(command="python fixed.py", verify=VERIFY)
    passed = cli.apply()
    assert passed.code == 0, passed.text
    (template,) = emulator.store.templates()
    assert template.metadata["dlc-reconciler/verified"]
    assert [job.body["UserCommand"] for job in emulator.store.jobs()] == ["python broken.py"]
    assert cli.plan("--detailed-exitcode").code == 0

    project.template(command="python second.py", verify=VERIFY)
    assert cli.apply().code == 0
    project.template(command="python fixed.py", verify=VERIFY)
    emulator.clear_log()
    reverted = cli.apply()
    assert reverted.code == 0, reverted.text
    assert "CreateJob" not in emulator.calls()
    assert emulator.store.templates()[0].default_version == 1
