"""How outcomes come about without a write: what moved, what an error means, what never began."""

from __future__ import annotations

import pytest

from reconciler.apply import execute
from reconciler.errors import AnswerLost, ApiError, ReconcilerError, StaleError
from reconciler.model import Action, Plan, Reason, ResourceId, Status, Target, Verb


@pytest.mark.parametrize(
    ("expected", "seen", "told"),
    [
        ({}, {}, ""),
        ({"version": 3}, {"version": 3}, ""),
        ({"version": 3}, {"version": 3, "more": 1}, ""),
        ({"version": 3}, {}, "it is gone"),
        ({}, {"id": "tpl1", "version": 1}, "it exists by now: id tpl1, version 1"),
        ({"b": 1, "a": 2}, {"b": 2, "a": 3}, "a was 2, is 3; b was 1, is 2"),
        ({"version": 3}, {"other": 1}, "version was 3, is absent"),
    ],
)
def test_what_moved_is_said(expected: dict[str, int], seen: dict[str, int], told: str) -> None:
    assert execute._moved(expected, seen) == told


ACTION = Action(verb=Verb.CREATE, id=ResourceId("JobTemplate", "a"), reason=Reason.ABSENT)


@pytest.mark.parametrize(
    ("error", "wrote", "status", "detail"),
    [
        (AnswerLost("no answer"), True, Status.UNKNOWN, f"no answer; {execute.PLAN_AGAIN}"),
        (AnswerLost("no answer"), False, Status.FAILED, "no answer"),
        (ApiError("refused", status=400, hint="do this"), True, Status.FAILED, "refused; do this"),
        (StaleError("moved"), True, Status.STALE, "moved"),
        (ReconcilerError("in words"), False, Status.FAILED, "in words"),
        (KeyError("x"), True, Status.FAILED, "internal error: KeyError: 'x'"),
    ],
)
def test_what_an_error_makes_of_an_action(error: Exception, wrote: bool, status: Status, detail: str) -> None:
    outcome = execute._failure(ACTION, error, wrote=wrote)
    assert (outcome.action, outcome.status, outcome.detail) == (ACTION, status, detail)


@pytest.mark.parametrize("interrupted", [True, False])
def test_a_plan_that_never_began_has_an_outcome_for_every_action(interrupted: bool) -> None:
    target = Target(name="prod", region="cn-hangzhou", workspace_id="1001")
    report = execute.untried(Plan(project="p", target=target, actions=(ACTION,)), "id", interrupted=interrupted)
    assert [(each.action, each.status) for each in report.outcomes] == [(ACTION, Status.SKIPPED)]
    assert (report.plan_id, report.target, report.interrupted) == ("id", target, interrupted)
    why = "interrupted before it began" if interrupted else "given up after the first failure"
    assert [each.detail for each in report.outcomes] == [why]
