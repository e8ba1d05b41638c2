"""A log that fails at any event, once or from then on, changes no outcome; what can be written is written."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from reconciler.cli.terminal.progress import JsonLog, Watchers
from reconciler.files import open_log
from reconciler.model import Status
from reconciler.pipeline import Run, apply_plan, make_plan
from reconciler.plan.selection import Selection

from .house import House, house, template

COUNT = 3
EVENTS = 2 + 2 * COUNT
"""Began and ended, and two for each action."""


def logged(home: House, failing: range) -> tuple[list[str], set[Status]]:
    """Apply with a log whose disk is full at these events: the events that are there, and how the actions ended."""
    lines: list[str] = []
    seen = [0]

    def append(line: bytes) -> None:
        seen[0] += 1
        if seen[0] - 1 in failing:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        lines.append(json.loads(line)["event"])

    log = JsonLog(Path("log"), append)
    with home.open() as (settings, workspace, service):
        plan = make_plan(settings, workspace, service, Selection())
        log.began(plan)
        report = apply_plan(settings, workspace, service, plan, Run(watcher=Watchers([log]), width=1))
        log.ended()
    return lines, {each.status for each in report.outcomes}


@pytest.mark.parametrize("first", range(EVENTS))
@pytest.mark.parametrize("for_good", [False, True])
def test_a_log_that_fails_at_any_event(
    tmp_path: Path, first: int, for_good: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = range(first, EVENTS if for_good else first + 1)
    with house(tmp_path / "project") as home:
        home.manifests(*(template(f"t{number}") for number in range(COUNT)))
        lines, statuses = logged(home, failing)
        assert statuses == {Status.DONE}
        assert len(home.emulator.store.templates()) == COUNT
    events = ["began", *["started", "finished"] * COUNT, "ended"]
    assert lines == [event for index, event in enumerate(events) if index not in failing]
    err = capsys.readouterr().err
    assert err.count("warning: log cannot be written: no space left on device; the run goes on") == 1
    assert f"log lacks {len(failing)} event" in err


def test_a_line_that_broke_off_is_ended_before_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, write = open_log(tmp_path / "log"), os.write
    room = [3, 0]

    def full(handle: int, data: bytes) -> int:
        left = room.pop(0) if room else len(data)
        if not left:
            raise OSError(errno.ENOSPC, "full")
        return write(handle, data[:left])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="full"):
        log.append(b"first\n")
    log.append(b"second\n")
    log.append(b"third\n")
    log.close()
    assert (tmp_path / "log").read_bytes() == b"fir\nsecond\nthird\n"
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600
