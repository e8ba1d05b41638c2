"""Two laws of whole applies, over random lives of jobs, faults of the service and processes that are killed.

- A default never moves to a content that no verification has passed.
- A template that is held is byte for byte as it was: versions, default, marks, labels, everything the service shows.

And whatever happened: the next applies publish what passes, hold what does not, and leave one job for each attempt.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from faults.everything import Killed, Mortal
from faults.house import House, Silent, house, template
from faults.witness import Witness, shown
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reconciler.emulator import Fault
from reconciler.errors import ReconcilerError
from reconciler.live import LiveService
from reconciler.model import ApplyReport, Status, Verb
from reconciler.pipeline import Run, apply_plan, make_plan
from reconciler.plan.selection import Selection

VERIFY = {"maxMinutes": 10, "queueMinutes": 8, "set": {"JobSpecs[0].PodCount": 1}}
PASS_AFTER = 5.0
NAMES = ("made", "grown", "reverted")
FORMER = (template("grown", labels={"team": "vision"}), template("reverted", "python verified.py reverted"))
LATER = (template("grown", labels={"team": "vision"}), template("reverted", "python plain.py"))

LIVES: dict[str, tuple[list[Any], bool, bool]] = {
    "succeeds": ([["Creating", 1], ["Running", 30], "Succeeded"], True, True),
    "succeeds late": ([["Queuing", 200], ["EnvPreparing", 30], ["Running", 400], "Succeeded"], True, True),
    "fails": ([["Creating", 1], ["Running", 30], "Failed"], False, False),
    "fails late": ([["Creating", 1], ["Running", 420], "Failed"], False, True),
    "fails at once": (["Failed"], False, False),
    "never starts": ([["Creating", 1], ["Queuing", None]], False, False),
    "never ends": ([["Creating", 1], ["Running", None]], False, True),
    "is restarted": ([["Running", 20], ["Restarting", 5], ["Running", 20], "Succeeded"], True, True),
}
"""Steps of a life, whether it passes, and whether it passes where running for five minutes is enough."""
ACTIONS = (
    "CreateJob",
    "GetJob",
    "ListJobs",
    "StopJob",
    "DeleteJob",
    "CreateJobTemplate",
    "UpdateJobTemplate",
    "SetJobTemplateDefaultVersion",
    "GetJobTemplate",
)
KINDS = ("drop_before", "drop_after", "error_before", "error_after", "throttle", "html", "null", "truncated")


@dataclass(frozen=True)
class Trial:
    """What happens to one apply."""

    lives: dict[str, str]
    long_enough: bool
    faults: list[tuple[str, str, int, bool]]
    killed: tuple[int, bool] | None
    width: int

    def passes(self, name: str) -> bool:
        """Whether the verification of a template passes in the end."""
        _, alone, by_time = LIVES[self.lives[name]]
        return by_time if self.long_enough else alone


faults = st.lists(
    st.tuples(st.sampled_from(ACTIONS), st.sampled_from(KINDS), st.integers(0, 3), st.booleans()), max_size=3
)
trials = st.builds(
    Trial,
    lives=st.fixed_dictionaries({name: st.sampled_from(sorted(LIVES)) for name in NAMES}),
    long_enough=st.booleans(),
    faults=faults,
    killed=st.none() | st.tuples(st.integers(1, 40), st.booleans()),
    width=st.sampled_from((1, 3)),
)


def wanted(trial: Trial) -> list[dict[str, Any]]:
    verify = {**VERIFY, **({"passAfterMinutes": PASS_AFTER} if trial.long_enough else {})}
    return [
        template(name, f"python verified.py {name}", verify=verify, labels={"team": "ranking"}, description="new words")
        for name in NAMES
    ]


def disturbed(home: House, trial: Trial) -> ApplyReport | None:
    """One apply with everything that happens to it; None when it gave no report."""
    with home.open() as (told, workspace, service):
        assert isinstance(service, LiveService)
        plan = make_plan(told, workspace, service, Selection())
        for action, kind, skip, always in trial.faults:
            home.emulator.faults.add(Fault(kind=kind, action=action, skip=skip, times=None if always else 1))
        last, answered = trial.killed or (10**9, True)
        mortal = Mortal(service, last, answered=answered)
        try:
            return apply_plan(told, workspace, mortal, plan, Run(watcher=Silent(), width=trial.width))
        except (Killed, ReconcilerError):
            return None
        finally:
            home.emulator.faults.clear()


def everything(home: House) -> dict[str, list[Any]]:
    with home.open() as (_, _, service):
        return {name: shown(service, home.emulator, name) for name in NAMES}


def unpublished(report: ApplyReport | None) -> set[str]:
    """The templates of which a report says that they are as they were."""
    stopped = (Status.HELD, Status.WAITING, Status.SKIPPED)
    outcomes = report.outcomes if report is not None else ()
    return {each.action.id.name for each in outcomes if each.action.verb is not Verb.VERIFY and each.status in stopped}


def check(trial: Trial) -> None:
    with tempfile.TemporaryDirectory() as folder, house(Path(folder), deterministic_ids=True) as home:
        for documents in (FORMER, LATER):
            home.manifests(*documents)
            assert home.apply().is_complete
        lives = [{"job": f"verify-{name}-*", "steps": LIVES[life][0]} for name, life in trial.lives.items()]
        home.emulator.seed({"jobLives": lives})
        home.manifests(*wanted(trial))
        asked = {name: f"python verified.py {name}" for name in NAMES}
        witness = Witness(home.emulator, asked, PASS_AFTER if trial.long_enough else None)
        before = everything(home)

        held = unpublished(disturbed(home, trial))
        now = everything(home)
        assert {name: now[name] for name in held} == {name: before[name] for name in held}

        for _ in range(3):
            report = home.apply()
        assert witness.wrong == []
        now = everything(home)
        for name in NAMES:
            if trial.passes(name):
                (only,) = now[name]
                assert only["Metadata"]["dlc-reconciler/verified"]
                assert only["Description"] == "new words"
            else:
                assert now[name] == before[name]
                assert name in unpublished(report)
        left = [each["DisplayName"].split("-")[1] for each in home.verifications()]
        assert sorted(left) == sorted(name for name in NAMES if not trial.passes(name))
        assert len(witness.launched) <= len(NAMES)


ALL_PASS = dict.fromkeys(NAMES, "succeeds")
NONE_PASS = dict(zip(NAMES, ("fails", "never starts", "never ends"), strict=True))


def _trial(**given: Any) -> Trial:
    return Trial(**{"lives": ALL_PASS, "long_enough": False, "faults": [], "killed": None, "width": 3, **given})


@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], database=None)
@given(trial=trials)
@example(trial=_trial())
@example(trial=_trial(lives=NONE_PASS))
@example(trial=_trial(lives=NONE_PASS, long_enough=True, killed=(12, True)))
def test_never_default_without_proof_and_what_is_held_is_as_it_was(trial: Trial) -> None:
    check(trial)


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
@given(trial=trials)
def test_the_laws_over_many_lives(trial: Trial) -> None:
    check(trial)
