"""The world full of canaries, with a code host on loopback to comment on."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import pytest
from ci.github_server import TOKEN as HOST_TOKEN
from ci.github_server import GitHubServer
from ci.loopback import serving
from support.furnished import Furnished

from canary.canaries import CHAT, FROM_ENVIRONMENT, KEY_ID, KEY_SECRET, TOKEN
from canary.world import ENVIRONMENT_BEFORE, World
from reconciler.emulator import Emulator, ManualClock, Profile
from reconciler.live import ConnectionOptions


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries follow each other at once."""
    at_once = functools.partial(ConnectionOptions, sleep=lambda _seconds: None)
    monkeypatch.setattr("reconciler.cli.options.service.ConnectionOptions", at_once)


PROFILE = Profile(board_delay=0.0, job_delay=0.0, priority_delay=0.0)


@pytest.fixture
def emulator(clock: ManualClock) -> Iterator[Emulator]:
    with Emulator(clock=clock, profile=PROFILE) as running:
        yield running


@pytest.fixture
def host() -> Iterator[GitHubServer]:
    """The code host; every text that was sent to it is in `bodies` and `issues`."""
    server = GitHubServer()
    with serving(server):
        yield server


def set_variables(monkeypatch: pytest.MonkeyPatch, api: str) -> None:
    """The environment of a job whose manifests take values from it."""
    variables = {
        **FROM_ENVIRONMENT,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": KEY_ID,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": KEY_SECRET,
        "ALIBABA_CLOUD_SECURITY_TOKEN": TOKEN,
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": api,
        "GITHUB_REPOSITORY": "acme/models",
        "GITHUB_TOKEN": HOST_TOKEN,
        "GITHUB_REF": "refs/pull/7/merge",
        "DLC_RECONCILER_NOTIFY_URL": f"{api}/services/{CHAT['chat token']}?token={CHAT['chat token']}",
        "DLC_RECONCILER_NOTIFY_SECRET": CHAT["chat secret"],
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    """Everything planted once. What the first manifests took from a variable is nowhere in those of today."""

    def plant(folder: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
        set_variables(monkeypatch, "https://github.example")
        for name, value in ENVIRONMENT_BEFORE.items():
            monkeypatch.setenv(name, value)
        made = World(folder, emulator)
        made.before()
        made.now()
        made.outside()

    return Furnished(tmp_path_factory.mktemp("planted"), plant, PROFILE)


@pytest.fixture
def world(
    planted: Furnished, tmp_path: Path, emulator: Emulator, host: GitHubServer, monkeypatch: pytest.MonkeyPatch
) -> World:
    """Everything planted, in the state of today."""
    set_variables(monkeypatch, host.url)
    planted.again(tmp_path, emulator)
    made = World(tmp_path, emulator)
    made.answers()
    return made
