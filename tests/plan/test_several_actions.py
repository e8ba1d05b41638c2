"""Several actions of one resource in a saved plan, some of them done already, moved, or forbidden by now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.codes import finding
from reconciler.model import Action, Plan, Reason, ResourceId, Retained, Target, Verb
from reconciler.plan.stale import compare

TARGET = Target(name="test", region="cn-hangzhou", workspace_id="1001")
A, B = ResourceId("JobTemplate", "a"), ResourceId("JobTemplate", "b")


def action(verb: Verb, id: ResourceId = A, *, version: int = 2, seen: int = 1, **observed: object) -> Action:
    return Action(
        verb=verb,
        id=id,
        reason=Reason.CONTENT_CHANGED,
        observed={"defaultVersion": seen, **observed},
        intended={"version": version},
    )


def plan(*actions: Action) -> Plan:
    return Plan(project="vision", target=TARGET, actions=actions)


ADOPT, NEW, PROMOTE = action(Verb.ADOPT), action(Verb.NEW_VERSION), action(Verb.PROMOTE)


def test_a_plan_that_still_holds_stays_as_it_is_also_with_phases_between_the_actions_of_a_resource() -> None:
    saved = plan(ADOPT, action(Verb.NEW_VERSION, B), NEW, action(Verb.PROMOTE, B), PROMOTE)
    found = compare(saved, saved)
    assert (found.moved, found.already_done) == ((), ())


@pytest.mark.parametrize(
    ("left", "done"),
    [
        ((NEW, PROMOTE), ["adopt JobTemplate/a"]),
        ((ADOPT, PROMOTE), ["new-version JobTemplate/a"]),
        ((PROMOTE,), ["adopt JobTemplate/a", "new-version JobTemplate/a"]),
        ((), ["adopt JobTemplate/a", "new-version JobTemplate/a", "promote JobTemplate/a"]),
    ],
)
def test_what_is_done_is_named(left: tuple[Action, ...], done: list[str]) -> None:
    other = action(Verb.NEW_VERSION, B)
    saved = plan(ADOPT, other, NEW, PROMOTE)
    found = compare(saved, plan(*reversed(left), other))
    assert found.moved == ()
    assert list(found.already_done) == [f"{key} is already done" for key in done]


@pytest.mark.parametrize(
    ("fresh", "says"),
    [
        ((NEW, action(Verb.PROMOTE, version=3)), "version was 2, is 3"),
        ((action(Verb.NEW_VERSION, seen=4), PROMOTE), "defaultVersion was 1, is 4"),
        ((PROMOTE, NEW), "the plan has new-version, promote, a plan made now would have promote, new-version"),
        ((action(Verb.PROMOTE, version=3),), "a plan made now would have promote"),
        ((NEW, PROMOTE, action(Verb.UPDATE)), "would have new-version, promote, update"),
        ((action(Verb.UPDATE),), "would have update"),
    ],
)
def test_anything_else_is_stale_and_named(fresh: tuple[Action, ...], says: str) -> None:
    (moved,) = compare(plan(NEW, PROMOTE), plan(*fresh)).moved
    assert moved.startswith("JobTemplate/a: ")
    assert says in moved


def test_what_only_one_side_looked_at_does_not_count() -> None:
    more = action(Verb.NEW_VERSION, contentDigest="sha256:1")
    assert compare(plan(NEW), plan(more)).moved == ()
    assert compare(plan(more), plan(action(Verb.NEW_VERSION, contentDigest="sha256:2"))).moved == (
        "JobTemplate/a: contentDigest was sha256:1, is sha256:2",
    )
    assert compare(plan(replace(NEW, observed={})), plan(NEW)).moved == (
        "JobTemplate/a: defaultVersion was absent, is 1",
    )


def test_what_is_kept_or_refused_by_now_is_not_done() -> None:
    delete = action(Verb.DELETE)
    kept = Retained(id=A, remote_id="tpl1", why="jobs refer to it", references=("dlc1", "dlc2"), reference_count=2)
    (moved,) = compare(plan(delete), replace(plan(), retained=(kept,))).moved
    assert moved == "JobTemplate/a: the plan has delete, but tpl1 is kept now: jobs refer to it dlc1"
    refused = replace(plan(), findings=(finding("DLC202", "tpl1 belongs to another project", subject=A),))
    (moved,) = compare(plan(NEW), refused).moved
    assert moved == "JobTemplate/a: the plan has new-version, but tpl1 belongs to another project"
    remark = replace(plan(), findings=(finding("DLC209", "not compared: _x", subject=A),))
    assert compare(plan(NEW), remark).already_done == ("new-version JobTemplate/a is already done",)
