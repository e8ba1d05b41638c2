"""How much one apply may take away, in every size of workspace, and what keeps an object from looking orphaned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator import Fault
from reconciler.errors import ProjectError, ReconcilerError, RefusedError
from reconciler.model import Plan, Verb
from reconciler.pipeline import open_workspace
from reconciler.plan.safety import Allowances, check_allowed

from .everything import apply_until_killed
from .house import House, board, house, template

NONE = Allowances()
"""Nobody named a number."""


def names(count: int) -> list[dict[str, Any]]:
    return [template(f"t{number}") for number in range(count)]


def codes(plan: Plan) -> list[str]:
    return [finding.code for finding in plan.findings]


def refused(plan: Plan, allowances: Allowances = NONE) -> bool:
    try:
        check_allowed(plan, allowances)
    except RefusedError:
        return True
    return False


@pytest.mark.parametrize(
    "case",
    [
        (1, 0, 30, 5, True),
        (2, 1, 30, 5, True),
        (2, 1, 50, 5, False),
        (3, 2, 30, 5, True),
        (4, 3, 30, 5, False),
        (10, 7, 30, 5, False),
        (10, 6, 30, 5, True),
        (10, 4, 100, 5, True),
        (1, 0, 100, 0, True),
        (1, 0, 100, 1, False),
    ],
)
def test_shares_and_numbers_count_from_the_first_object_on(
    tmp_path: Path, case: tuple[int, int, int, int, bool]
) -> None:
    live, left, percent, most, is_refused = case
    keeper = board(state="running")  # a project without any manifest is refused before
    with house(tmp_path) as home:
        home.manifests(*names(live), keeper)
        home.apply()
        home.manifests(*names(left), keeper, maxDeletions=most, maxDeletionPercent=percent)
        plan = home.plan()
        assert plan.count(Verb.DELETE) == live - left
        assert refused(plan) is is_refused
        assert ("DLC211" in codes(plan)) is is_refused
        assert refused(plan, Allowances(deletions=live - left - 1)) is is_refused
        assert not refused(plan, Allowances(deletions=live - left))


def test_replacements_have_their_own_number(tmp_path: Path) -> None:
    with house(tmp_path) as home:
        home.manifests(*(board(f"gitops-{n}", state="running") for n in range(3)))
        home.apply()
        home.manifests(*(board(f"gitops-{n}", path="/mnt/x", state="running") for n in range(3)), maxReplacements=2)
        plan = home.plan()
        assert codes(plan) == ["DLC212"]
        assert refused(plan, Allowances(deletions=9, replacements=2))
        assert not refused(plan, Allowances(replacements=3))


def test_the_rest_of_a_replacement_is_a_replacement_and_no_deletion(tmp_path: Path) -> None:
    with house(tmp_path) as home:
        home.manifests(board(state="running"))
        home.apply()
        home.manifests(board(path="/mnt/x", state="running"), maxDeletions=0, maxDeletionPercent=0, maxReplacements=1)
        home.emulator.clear_log()
        apply_until_killed(home, 4, answered=True)
        assert [each.name for each in home.emulator.store.boards()] == ["gitops-board"] * 2
        plan = home.plan()
        assert [action.verb for action in plan.actions] == [Verb.DELETE]
        assert not refused(plan)
        assert home.settled() == 1


def test_protection_outlives_the_manifest(tmp_path: Path) -> None:
    with house(tmp_path) as home:
        home.manifests(template(protect=True), template("other"))
        home.apply()
        home.manifests(template("other"))
        plan = home.plan()
        assert plan.is_empty
        assert [(kept.id.name, kept.why) for kept in plan.retained] == [("train", "it is protected")]
        home.manifests(template(), template("other"))
        assert home.settled() == 1
        home.manifests(template("other"))
        assert [str(action.key) for action in home.plan().actions] == ["delete JobTemplate/train"]


def test_a_selection_never_makes_an_orphan(tmp_path: Path) -> None:
    teams = {"vision": template("a", labels={"team": "vision"}), "ranking": template("b", labels={"team": "ranking"})}
    with house(tmp_path) as home:
        home.manifests(*teams.values(), template("c"), board("gitops-x", state="running"))
        home.apply()
        assert home.plan(("team", "vision")).is_empty
        assert home.plan(("team", "nobody")).is_empty
        home.manifests(teams["vision"])
        assert home.plan(("team", "vision")).is_empty
        assert [str(a.key) for a in home.plan(("team", "ranking")).actions] == ["delete JobTemplate/b"]


def _empty(home: House) -> None:
    home.manifests()


def _no_match(home: House) -> None:
    (home.root / "all.yaml").unlink()


@pytest.mark.parametrize("emptied", [_empty, _no_match])
def test_a_project_without_manifests_plans_no_deletion(tmp_path: Path, emptied: Any) -> None:
    with house(tmp_path) as home:
        home.manifests(template())
        home.apply()
        emptied(home)
        home.emulator.clear_log()
        with pytest.raises((ReconcilerError, ProjectError)):
            open_workspace(home.settings())
        with pytest.raises(ReconcilerError):
            home.plan()
        assert home.emulator.requests == []


def test_without_the_right_to_list_jobs_everything_else_is_planned(tmp_path: Path) -> None:
    with house(tmp_path, forbidden_actions=frozenset({"ListJobs"})) as home:
        home.manifests(template(), template("other"))
        home.apply()
        home.manifests(template("other", "python two.py"), template("made"))
        plan = home.plan()
        assert {str(a.key) for a in plan.actions} == {"new-version JobTemplate/other", "create JobTemplate/made"}
        assert "DLC207" in codes(plan)
        assert [kept.why for kept in plan.retained] == ["whether jobs refer to it is unknown"]
        assert home.apply(plan).is_complete
        assert "train" in {each.name for each in home.emulator.store.templates()}


def test_nothing_is_deleted_in_a_run_in_which_something_failed(tmp_path: Path) -> None:
    with house(tmp_path) as home:
        home.manifests(template(), template("other"))
        home.apply()
        home.manifests(template("other", "python two.py"))
        plan = home.plan()
        home.emulator.faults.add(Fault(kind="error_before", action="UpdateJobTemplate", status=400, times=None))
        report = home.apply(plan)
        assert [outcome.status.value for outcome in report.outcomes] == ["failed", "skipped"]
        assert len(home.emulator.store.templates()) == 2
