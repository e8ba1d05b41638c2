"""Two and three applies and a person in the console around verifications, their requests interleaved in any order.

Whatever the order, and however late the listing shows a new job: no default moves without proof, no verification goes
on for longer than it may, and once the next apply has run there is one job for each attempt that is held, none for one
that has passed. What a person stopped or deleted proves nothing.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reconciler.emulator.job_life import progress
from reconciler.kinds.attempt import VerifySpec
from reconciler.live import LiveService
from reconciler.model import ApplyReport, Status
from reconciler.pipeline import Run, apply_plan
from reconciler.verification.verdict import judge

from .house import House, Silent, house, template
from .turns import InTurn, Turn, Turns
from .witness import Witness

VERIFY = {"maxMinutes": 10, "queueMinutes": 8, "set": {"JobSpecs[0].PodCount": 1}}
FORMER = (template("grown", "python old.py"), template("reverted", "python reverted.py"))
LATER = (template("grown", "python old.py"), template("reverted", "python plain.py"))
NAMES = ("made", "grown", "reverted")
WANTED = tuple(template(name, f"python {name}.py", verify=VERIFY) for name in NAMES)
LIVES = {
    "succeeds": [["Creating", 1], ["Running", 20], "Succeeded"],
    "fails": [["Creating", 1], ["Running", 20], "Failed"],
    "never starts": [["Queuing", None]],
}
APPLIERS = ("first", "second", "third")

lives = st.fixed_dictionaries({name: st.sampled_from(sorted(LIVES)) for name in NAMES})
deeds = st.lists(st.tuples(st.sampled_from(("stop", "delete")), st.sampled_from(NAMES)), max_size=2)
orders = st.lists(st.integers(0, 3), max_size=120)


class Person:
    """Somebody in the console, who stops or deletes verifications while they go on."""

    def __init__(self, home: House, turns: Turns, deeds: list[tuple[str, str]]) -> None:
        self.home, self.turns, self.deeds = home, turns, deeds
        self.interfered: set[str] = set()

    def act(self) -> None:
        for deed, name in self.deeds:
            for _ in range(8):  # there may be nothing to interfere with yet
                self.turns.wait(Turn("person", deed, name, True))
                job = self._job_of(name)
                if job is not None:
                    self.interfered.add(name)
                    self._do(deed, job)
                    break

    def _job_of(self, name: str) -> Any:
        jobs = self.home.emulator.store.jobs()
        return next((job for job in jobs if job.body["DisplayName"].startswith(f"verify-{name}-")), None)

    def _do(self, deed: str, job: Any) -> None:
        if deed == "delete":
            self.home.emulator.store.delete_job(job.id)
            return
        emulator = self.home.emulator
        if progress(job, emulator.clock.now(), emulator.profile).finished is None:
            emulator.store.finish_job(job.id, "Stopped")


def interleave(
    folder: Path, order: list[int], deeds: list[tuple[str, str]], lives: dict[str, str], *, appliers: int, lag: float
) -> None:
    with house(folder, deterministic_ids=True, board_delay=0.0, listing_delay=lag) as home:
        for documents in (FORMER, LATER):
            home.manifests(*documents)
            assert home.apply().is_complete
        home.sleep(100)
        home.emulator.seed(
            {"jobLives": [{"job": f"verify-{name}-*", "steps": LIVES[life]} for name, life in lives.items()]}
        )
        home.manifests(*WANTED)
        witness = Witness(home.emulator, {name: f"python {name}.py" for name in NAMES})
        turns, reports = Turns(order), {}
        person = Person(home, turns, deeds)
        plan = home.plan()

        def applying(name: str) -> None:
            with home.open() as (told, workspace, service):
                assert isinstance(service, LiveService)
                with InTurn(service, name, turns) as mine:
                    reports[name] = apply_plan(told, workspace, mine, plan, Run(watcher=Silent(), width=1))

        actors = {name: lambda name=name: applying(name) for name in APPLIERS[:appliers]}
        turns.run({**actors, "person": person.act})
        assert set(reports) == set(actors)
        check(home, witness, person, list(reports.values()), lives)


def check(home: House, witness: Witness, person: Person, reports: list[ApplyReport], lives: dict[str, str]) -> None:
    home.sleep(120)
    for _ in range(2):
        final = home.apply()
    assert witness.wrong == []
    held = {each.action.id.name for each in final.outcomes if each.status is Status.HELD}
    left = [each["DisplayName"] for each in home.verifications()]
    assert len(left) == len(set(left)), left
    assert {name.split("-")[1] for name in left} == held, (left, held)
    for name, life in lives.items():
        if name not in person.interfered:
            assert (name in held) is (life != "succeeds"), (name, life, final)
    for job in home.verifications():
        assert judge(job, VerifySpec(max_minutes=10, queue_minutes=8), home.now()).is_final, job
    for report in reports:
        assert {each.status for each in report.outcomes} <= set(Status) - {Status.UNKNOWN}, report


ALL_PASS = dict.fromkeys(NAMES, "succeeds")
NONE_PASS = {"made": "fails", "grown": "never starts", "reverted": "fails"}


@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], database=None)
@given(order=orders, deeds=deeds, lives=lives, appliers=st.integers(2, 3), lag=st.sampled_from((0.0, 5.0)))
@example(order=[0, 1] * 60, deeds=[], lives=ALL_PASS, appliers=2, lag=0.0)
@example(order=[0, 1, 2] * 40, deeds=[], lives=NONE_PASS, appliers=3, lag=5.0)
@example(order=[0, 1, 3] * 40, deeds=[("stop", "made"), ("delete", "grown")], lives=ALL_PASS, appliers=2, lag=0.0)
def test_any_order(
    order: list[int], deeds: list[tuple[str, str]], lives: dict[str, str], appliers: int, lag: float
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        interleave(Path(folder), order, deeds, lives, appliers=appliers, lag=lag)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
@given(order=orders, deeds=deeds, lives=lives, appliers=st.integers(2, 3), lag=st.sampled_from((0.0, 5.0, 30.0)))
def test_many_orders(
    order: list[int], deeds: list[tuple[str, str]], lives: dict[str, str], appliers: int, lag: float
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        interleave(Path(folder), order, deeds, lives, appliers=appliers, lag=lag)
