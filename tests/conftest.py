"""What every test has: a clean environment, no network beyond loopback, an emulator that stands still."""

from __future__ import annotations

import gc
import re
import socket
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from support.commands import Commands
from support.environment import clean_environment
from support.furnished import START
from support.laws import register_profiles
from support.project import ProjectFolder
from support.waits import skip_waits

from reconciler.cli import collect_rarely
from reconciler.emulator import Emulator, ManualClock, Profile

register_profiles()
collect_rarely()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-cases", action="store_true", help="rewrite what tests/cases expects; read the diff")


def pytest_collection_finish() -> None:
    """What was imported and collected lives until the end; Python would look for garbage in it now and then."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Look for garbage once, for whatever it says when it goes; pytest looks five times more, at what is left."""
    gc.collect()
    gc.freeze()


_numbers = count()


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this test. pytest's own fixture looks through all folders of the run for a free number: after a
    thousand tests that takes milliseconds for each."""
    name = re.sub(r"\W", "_", request.node.name)[:30]
    return tmp_path_factory.mktemp(f"{name}-{next(_numbers)}", numbered=False)


@pytest.fixture(autouse=True)
def _clean_environment(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each test has a cache folder of its own, in `tmp_path` where it has one: making one for every test takes time."""
    clean_environment(monkeypatch)
    monkeypatch.setattr(sys, "argv", ["dlc-reconciler"])
    if "tmp_path" in request.fixturenames:
        cache = request.getfixturevalue("tmp_path") / ".cache"
    else:
        cache = tmp_path_factory.getbasetemp() / "caches" / str(next(_numbers))
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def connect_to_loopback(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_to_loopback)


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    skip_waits(monkeypatch)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def emulator(clock: ManualClock) -> Iterator[Emulator]:
    """The service, empty, with boards that change state at once."""
    with Emulator(clock=clock, profile=Profile(board_delay=0.0, deterministic_ids=True)) as running:
        yield running


@pytest.fixture
def project(tmp_path: Path) -> ProjectFolder:
    """A project without manifests."""
    return ProjectFolder(tmp_path / "project")


@pytest.fixture
def cli(project: ProjectFolder, emulator: Emulator) -> Commands:
    """Commands on the project and the emulator."""
    return Commands(project.root, emulator.url)
