"""Runs that are stopped, most by real signals: what is in flight ends, nothing new begins, the next apply finishes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.emulator import Emulator, Profile
from reconciler.emulator.application import Request
from reconciler.model import Status

from .everything import AT_ONCE, WANTED, furnish_file, furnished
from .house import House, board, house, template

TEMPLATES = 12


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with Emulator(profile=Profile(latency=0.005)) as emulator:
        home = House(tmp_path / "project", emulator)
        home.manifests(*(template(f"t{number}") for number in range(TEMPLATES)))
        yield home


@contextmanager
def applying(home: House, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`apply` in a process of its own."""
    command = [sys.executable, "-m", "reconciler", "apply", "--yes", "--project", str(home.root), "--parallel", "2"]
    environ = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with subprocess.Popen(
        [*command, "--endpoint", home.emulator.url, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environ,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def on_nth(home: House, action: str, nth: int, act: Callable[[], None]) -> None:
    """Does something when the n-th request of an operation arrives, before the service acts."""
    seen = []

    def hook(request: Request) -> None:
        if request.action == action:
            seen.append(request)
            if len(seen) == nth:
                act()

    home.emulator.on_request(hook)


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_the_first_signal_lets_what_is_in_flight_end(home: House, number: signal.Signals, tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with applying(home, "--lock", f"file:{lock}") as process:
        on_nth(home, "CreateJobTemplate", 3, lambda: process.send_signal(number))
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "no new action starts, those in flight finish" in err
    made = home.emulator.store.templates()
    assert 3 <= len(made) < TEMPLATES
    assert all("dlc-reconciler/digest" in each.metadata for each in made), "an action in flight was cut short"
    assert len(re.findall(r"interrupted before it began", out)) == TEMPLATES - len(made)
    assert not lock.exists()
    with applying(home) as process:
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert sorted(each.name for each in home.emulator.store.templates()) == sorted(
        f"t{number}" for number in range(TEMPLATES)
    )


def test_the_second_signal_stops_at_once(home: House) -> None:
    gone = threading.Event()

    def twice() -> None:
        process.send_signal(signal.SIGINT)
        while "Once more" not in (process.stderr.readline() if process.stderr else ""):
            pass
        process.send_signal(signal.SIGINT)
        assert gone.wait(30)

    with applying(home) as process:
        on_nth(home, "CreateJobTemplate", 1, twice)
        code = process.wait(timeout=30)
        gone.set()
    assert code == 128 + signal.SIGINT
    home.emulator.clear_hooks()
    with applying(home) as process:
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert len(home.emulator.store.templates()) == TEMPLATES


def test_a_signal_before_anything_is_written_gives_the_lock_back(home: House, tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    was_locked = []

    def act() -> None:
        was_locked.append(lock.exists())
        process.send_signal(signal.SIGTERM)

    with applying(home, "--lock", f"file:{lock}") as process:
        on_nth(home, "ListJobTemplates", 1, act)
        _, err = process.communicate(timeout=60)
    assert was_locked == [True]
    assert (process.returncode, lock.exists()) == (130, False), err
    assert "nothing was written" in err
    assert home.emulator.writes() == []


def test_a_busy_lock_refuses_and_names_its_holder(home: House, tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    held = threading.Event()
    other: list[subprocess.CompletedProcess[str]] = []

    def second() -> None:
        with applying(home, "--lock", f"file:{lock}") as late:
            out, err = late.communicate(timeout=60)
            other.append(subprocess.CompletedProcess([], late.returncode, out, err))
        held.set()

    with applying(home, "--lock", f"file:{lock}") as process:
        on_nth(home, "CreateJobTemplate", 1, second)
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert other[0].returncode == 3
    assert f"{lock} is locked by " in other[0].stderr
    assert f"force-unlock file:{lock} --owner" in other[0].stderr


def test_a_lock_that_was_taken_away_is_told_with_the_report(home: House, tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with applying(home, "--lock", f"file:{lock}") as process:
        on_nth(home, "CreateJobTemplate", 1, lock.unlink)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 3, err
    assert f"Applied: {TEMPLATES} done" in out
    assert f"the lock at file:{lock} was lost: somebody removed it" in err


@pytest.mark.slow
@pytest.mark.parametrize("answered", [False, True])
def test_sigkill_at_any_write(answered: bool, tmp_path: Path) -> None:
    """The same as test_kill.py, with processes that are really gone; at every fifth write."""
    state = furnish_file(tmp_path)
    with furnished(tmp_path / "undisturbed", state, AT_ONCE) as home:
        assert home.settled() == 1
        expected, count = home.state(), len(home.emulator.writes())
    for last in range(1, count + 1, 5):
        with furnished(tmp_path / f"{last}", state, AT_ONCE, board_delay=0.0) as home:
            _kill_at_write(home, last, answered=answered)
            home.apply()
            home.settled()
            home.manifests(*WANTED)
            assert home.state() == expected, f"write {last}"


def _kill_at_write(home: House, last: int, *, answered: bool) -> None:
    writes: list[Request] = []
    with applying(home, "--allow-deletions", "9", "--parallel", "1") as process:

        def hook(request: Request) -> None:
            if request.is_write:
                writes.append(request)
                if len(writes) == last:
                    process.kill()

        (home.emulator.on_response if answered else home.emulator.on_request)(hook)
        process.communicate(timeout=120)
    home.emulator.clear_hooks()
    assert process.returncode == -signal.SIGKILL


def test_a_run_that_is_stopped_begins_nothing_and_says_so(tmp_path: Path) -> None:
    halt = threading.Event()
    with house(tmp_path) as home:
        home.manifests(template(), board())
        assert home.apply(halt=halt).interrupted is False
        home.manifests(template(command="python two.py"), board(minutes=60))
        halt.set()
        report = home.apply(halt=halt)
        assert report.interrupted is True
        assert {(each.status, each.detail) for each in report.outcomes} == {
            (Status.SKIPPED, "interrupted before it began")
        }
        assert len(home.plan().actions) == 2
