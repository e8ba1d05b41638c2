"""A workspace whose time stands still, and moves on when somebody waits: nothing here sleeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.commands import Ended, command
from support.project import ProjectFolder

from reconciler.emulator import Emulator, ManualClock, Profile
from reconciler.kinds.base import Patience, Scope, Site
from reconciler.kinds.offers import Offers
from reconciler.live import ConnectionOptions, CredentialsSpec, RetryPolicy, connect
from reconciler.model import JsonObject, Target

SPEC = {"Type": "Worker", "PodCount": 2, "Image": "registry.example.com/a:1", "EcsSpec": "ecs.gn6i-c4g1.xlarge"}
CONTENT: dict[str, Any] = {
    "JobType": "PyTorchJob",
    "JobSpecs": [SPEC],
    "UserCommand": "python train.py",
    "Envs": {"EPOCHS": "90", "HF_TOKEN": "not-for-everybody"},
}

Jobs = Callable[..., Ended]


@pytest.fixture
def clock() -> ManualClock:
    """The real time, because commands look at the real clock; but it stands still."""
    return ManualClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def emulator(clock: ManualClock) -> Iterator[Emulator]:
    """States change at once where nothing else is said; what runs, runs for a minute."""
    profile = Profile(
        board_delay=0.0,
        job_delay=0.0,
        priority_delay=0.0,
        deterministic_ids=True,
        workspaces=frozenset({"1001", "2002"}),
    )
    with Emulator(clock=clock, profile=profile) as running:
        yield running


@pytest.fixture
def site(emulator: Emulator, clock: ManualClock) -> Iterator[Site]:
    """Waiting moves the emulator's clock."""
    target = Target(name="test", region="cn-hangzhou", workspace_id="1001", endpoint=emulator.url)
    quick = ConnectionOptions(retries=RetryPolicy(attempts=2, first_wait=0.0), sleep=lambda _seconds: None)
    with connect(target, CredentialsSpec(), quick, environ={}) as service:
        yield Site(
            service=service,
            scope=Scope(project="", workspace_id="1001"),
            region="cn-hangzhou",
            patience=Patience(deadline=60.0, interval=2.0, sleep=clock.advance, clock=clock.now),
            now=lambda: datetime.fromtimestamp(clock.now(), UTC),
            offers=Offers(service),
        )


@pytest.fixture
def run(project: ProjectFolder, emulator: Emulator) -> Jobs:
    """`dlc-reconciler ARGUMENTS` on the project and the emulator."""

    def run_it(*arguments: str | Path) -> Ended:
        return command(*arguments, "--project", project.root, "--endpoint", emulator.url)

    return run_it


@pytest.fixture
def template(emulator: Emulator) -> str:
    """A template whose image is locked and whose launches must say their data."""
    constraints: JsonObject = {"JobSpecs[0].Image": "locked", "DataSources": "required"}
    return emulator.store.create_template("train", dict(CONTENT), constraints=dict(constraints))


def new_job(emulator: Emulator, name: str = "job", **settings: Any) -> str:
    """A job of this content; `status` fixes its state, else it runs its course."""
    body = {**CONTENT, **settings.pop("body", {})}
    return emulator.store.create_job(name, body=body, **{"status": None, **settings})
