"""A workspace whose time moves on when somebody waits, and an attempt to be proved in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.emulator import Emulator, ManualClock, Profile
from reconciler.kinds.attempt import Attempt, VerifySpec, attempt_of
from reconciler.kinds.base import Patience, Scope, Site
from reconciler.kinds.offers import Offers
from reconciler.live import ConnectionOptions, CredentialsSpec, RetryPolicy, connect
from reconciler.model import Target
from reconciler.model.canonical import version_digest
from reconciler.verification.prover import Prover

CONTENT: dict[str, Any] = {
    "JobType": "PyTorchJob",
    "JobSpecs": [{"Type": "Worker", "PodCount": 4, "Image": "registry.example.com/a:1", "EcsSpec": "ecs.g7.xlarge"}],
    "UserCommand": "python train.py",
    "Settings": {"JobReservedMinutes": 30, "Tags": {"team": "vision"}},
}
SPEC = VerifySpec(set={"JobSpecs[0].PodCount": 1}, max_minutes=15, queue_minutes=30)

Make = Callable[..., Attempt]


@pytest.fixture
def emulator(clock: ManualClock) -> Iterator[Emulator]:
    with Emulator(clock=clock, profile=Profile(deterministic_ids=True)) as running:
        yield running


@pytest.fixture
def site(emulator: Emulator, clock: ManualClock) -> Iterator[Site]:
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
def prover(site: Site) -> Prover:
    return Prover(site=site)


def attempt(spec: VerifySpec = SPEC, template: str = "train", **content: Any) -> Attempt:
    whole = {**CONTENT, **content}
    return attempt_of(template=template, project="demo", spec=spec, content=whole, version=version_digest(whole, {}))
