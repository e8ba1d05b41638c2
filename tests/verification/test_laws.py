"""Laws over random lives of jobs and runs killed at any request: one job is left, and only success proves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from support.laws import examples

from reconciler.emulator import Emulator, ManualClock, Profile
from reconciler.errors import Held
from reconciler.kinds.base import Patience, Scope, Site
from reconciler.kinds.offers import Offers
from reconciler.kinds.proof import Proof
from reconciler.live import ConnectionOptions, CredentialsSpec, RetryPolicy, connect
from reconciler.model import Target
from reconciler.verification.prover import Prover

from .conftest import attempt

LIVES: dict[str, tuple[list[Any], bool]] = {
    "succeeds": ([["Creating", 1], ["Running", 5], "Succeeded"], True),
    "fails": ([["Creating", 1], ["Running", 5], "Failed"], False),
    "never starts": ([["Creating", 1], ["Queuing", None]], False),
    "never ends": ([["Creating", 1], ["Running", None]], False),
    "queues, then succeeds": ([["Queuing", 900], ["Running", 60], "Succeeded"], True),
}


class Killed(BaseException):
    """The process is gone."""


class Mortal:
    """The service, for a process that is killed before or after one of its requests."""

    def __init__(self, service: Any, at: int, *, after: bool) -> None:
        self._service, self._left, self._after = service, at, after

    def __getattr__(self, name: str) -> Any:
        return getattr(self._service, name)

    def call(self, *arguments: Any, **fields: Any) -> Any:
        return self._one(lambda: self._service.call(*arguments, **fields))

    def rows(self, *arguments: Any, **fields: Any) -> Any:
        return self._one(lambda: self._service.rows(*arguments, **fields))

    def _one(self, send: Any) -> Any:
        self._left -= 1
        if self._left == 0 and not self._after:
            raise Killed
        answer = send()
        if self._left == 0:
            raise Killed
        return answer


def outcome(prover: Prover) -> Proof | None:
    try:
        proof = prover.prove(attempt())
        assert prover.proof(attempt()) == proof
    except Held:
        return None
    return proof


@settings(max_examples=examples(8))
@given(life=st.sampled_from(sorted(LIVES)), kills=st.lists(st.tuples(st.integers(1, 9), st.booleans()), max_size=3))
def test_whatever_is_killed_one_job_is_left_and_only_success_proves(life: str, kills: list[tuple[int, bool]]) -> None:
    steps, passes = LIVES[life]
    clock = ManualClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
    with Emulator(clock=clock, profile=Profile(deterministic_ids=True)) as emulator:
        emulator.seed({"jobLives": [{"job": "*", "steps": steps}]})
        target = Target(name="test", region="cn-hangzhou", workspace_id="1001", endpoint=emulator.url)
        quick = ConnectionOptions(retries=RetryPolicy(attempts=2, first_wait=0.0), sleep=lambda _seconds: None)
        with connect(target, CredentialsSpec(), quick, environ={}) as service:
            site = Site(
                service=service,
                scope=Scope(project="", workspace_id="1001"),
                region="cn-hangzhou",
                patience=Patience(deadline=60.0, interval=20.0, sleep=clock.advance, clock=clock.now),
                now=lambda: datetime.fromtimestamp(clock.now(), UTC),
                offers=Offers(service),
            )
            for at, after in kills:
                mortal: Any = Mortal(service, at, after=after)
                try:
                    outcome(Prover(site=replace(site, service=mortal)))
                except Killed:
                    clock.advance(3)
            proof = outcome(Prover(site=site))
            assert (proof is not None) is passes
            assert [job.body["DisplayName"][-2:] for job in emulator.store.jobs()] == ["-1"]
            assert emulator.calls().count("CreateJob") == 1
            (row,) = Prover(site=site).jobs.of(attempt())
            assert row["Status"] in {"Succeeded", "Failed", "Stopped"}
            assert Prover(site=site).settle(attempt()) == ()
            assert emulator.store.jobs() == []
