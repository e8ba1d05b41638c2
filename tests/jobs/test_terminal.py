"""A person at a terminal: the question before a stop, and `--follow` as it comes."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator

import pexpect
import pytest
from support.furnished import START
from support.project import ProjectFolder

from reconciler.emulator import Emulator, ManualClock, Profile

from .conftest import CONTENT, new_job


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Jobs that are over after a few looks at them: the clock goes on a second with each."""
    clock = ManualClock(START)
    with Emulator(clock=clock, profile=Profile(job_delay=1.0, job_run_seconds=4.0)) as running:
        running.on_response(lambda request: clock.advance(1.0) if request.action == "GetJob" else None)
        yield running


def spawn(project: ProjectFolder, emulator: Emulator, *arguments: str) -> pexpect.spawn[str]:
    words = ["-m", "reconciler", *arguments, "--project", str(project.root), "--endpoint", emulator.url]
    environ = {"PATH": os.environ["PATH"], "HOME": str(project.root), "TERM": "xterm", "PYTHONWARNINGS": "error"}
    return pexpect.spawn(sys.executable, words, env=environ, encoding="utf-8", timeout=30, dimensions=(40, 200))


def ended(child: pexpect.spawn[str]) -> int | None:
    child.expect(pexpect.EOF)
    child.close()
    code: int | None = child.exitstatus
    return code


def test_no_is_no(project: ProjectFolder, emulator: Emulator) -> None:
    job = new_job(emulator, "precious", status="Running")
    child = spawn(project, emulator, "jobs", "stop", job)
    child.expect_exact(f'Stop {job} "precious" (Running, of user 200000000000000001)? [y/N]:')
    child.sendline("n")
    child.expect_exact("Aborted: nothing was written.")
    assert ended(child) == 1
    assert not emulator.writes()


def test_yes_is_yes(project: ProjectFolder, emulator: Emulator) -> None:
    job = new_job(emulator, "over", status="Failed")
    child = spawn(project, emulator, "jobs", "delete", job)
    child.expect_exact("with its logs? [y/N]:")
    child.sendline("y")
    child.expect_exact(f'{job} "over" is deleted')
    assert ended(child) == 0
    assert emulator.store.jobs() == []


@pytest.mark.parametrize(("mishap", "end", "code"), [("", "Succeeded", 0), ("oom-killed", "Failed", 1)])
def test_following_a_launch(project: ProjectFolder, emulator: Emulator, mishap: str, end: str, code: int) -> None:
    emulator.store.create_template("train", dict(CONTENT))
    unlucky = ["--env", f"EMULATOR_MISHAP={mishap}"] if mishap else []
    child = spawn(project, emulator, "jobs", "launch", "train", "--follow", "--interval", "0.05", *unlucky)
    child.expect(r"(dlc\w+) \"train-\d{8}-001\" launched")
    assert isinstance(child.match, re.Match)
    job = child.match.group(1)
    child.expect(rf"{job} is \x1b\[3[12]m{end}")
    # A pod may write its first line between the look at the job and the look at its logs: then it stands first.
    told = str(child.before)
    assert f"{job} is \x1b[1mRunning" in told
    assert f"[{job}-worker-0] + python train.py" in told
    assert ended(child) == code
