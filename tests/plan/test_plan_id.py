"""What belongs to the meaning of a plan, by which its id is made, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.codes import finding
from reconciler.model import Action, Awaited, Plan, Reason, ResourceId, Severity, Target, Verb, Waiting
from reconciler.plan.codec import plan_id

BOARD = ResourceId("TensorBoard", "curves")
PLAN = Plan(project="vision", target=Target(name="prod", region="cn-hangzhou", workspace_id="1001"))
FROM_A_JOB = Action(verb=Verb.CREATE, id=BOARD, reason=Reason.ABSENT, job_of="train")


@pytest.mark.parametrize("severity", list(Severity))
def test_errors_belong_to_the_id_and_other_findings_do_not(severity: Severity) -> None:
    told = replace(finding("DLC201", "not ours"), severity=severity)
    assert (plan_id(replace(PLAN, findings=(told,))) != plan_id(PLAN)) == (severity is Severity.ERROR)


def test_a_board_that_waits_for_a_job_has_the_id_of_one_that_has_it() -> None:
    awaits = (Awaited(target="prod", why="no job of train has run"),)
    waiting = replace(PLAN, waiting=(Waiting(id=BOARD, actions=(FROM_A_JOB,), awaits=awaits),))
    acting = replace(PLAN, actions=(FROM_A_JOB,))
    assert plan_id(waiting) == plan_id(acting) != plan_id(PLAN)
    assert plan_id(replace(PLAN, actions=(replace(FROM_A_JOB, job_of=""),))) != plan_id(acting)
    other = replace(FROM_A_JOB, id=ResourceId("TensorBoard", "other"))
    assert plan_id(replace(PLAN, actions=(other,))) != plan_id(acting)
