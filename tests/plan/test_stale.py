"""A saved plan against one made now: what is the same, what is done already, and what nobody may go on with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.codes import finding
from reconciler.model import Action, Plan, Reason, ResourceId, Retained, Target, Verb
from reconciler.plan.stale import compare

A, B = ResourceId("JobTemplate", "a"), ResourceId("JobTemplate", "b")


def action(verb: Verb, id: ResourceId = A, *, seen: Any = None, then: Any = None) -> Action:
    return Action(verb=verb, id=id, reason=Reason.CONTENT_CHANGED, observed=seen or {}, intended=then or {})


def plan(*actions: Action, **fields: Any) -> Plan:
    target = Target(name="prod", region="cn-hangzhou", workspace_id="1")
    return Plan(project="p", target=target, actions=actions, **fields)


NEW = action(Verb.NEW_VERSION, seen={"version": 3}, then={"version": 4})
PROMOTE = action(Verb.PROMOTE, seen={"version": 3}, then={"defaultVersion": 4})
UPDATE = action(Verb.UPDATE, seen={"description": "x"}, then={"description": "y"})
OTHER = action(Verb.CREATE, B, then={"version": 1})


@given(st.permutations([NEW, PROMOTE, UPDATE, OTHER]))
def test_nothing_moved_whatever_the_order_of_the_plan(order: list[Action]) -> None:
    """Actions of one resource need not stand side by side: the plan goes by phases."""
    found = compare(plan(*order), plan(*order))
    assert (found.moved, found.already_done) == ((), ())


@given(st.permutations([NEW, PROMOTE, UPDATE, OTHER]), st.sets(st.sampled_from(Verb)))
def test_what_is_done_is_named(order: list[Action], verbs: set[Verb]) -> None:
    done = [each for each in order if each.verb in verbs]
    left = tuple(each for each in order if each.verb not in verbs)
    found = compare(plan(*order), plan(*left))
    assert found.moved == ()
    assert sorted(found.already_done) == sorted(f"{each.key} is already done" for each in done)
    again = compare(plan(*left), plan(*left))
    assert (again.moved, again.already_done) == ((), ()), "what is left is a plan like any other"


@pytest.mark.parametrize(
    ("saved", "fresh", "told"),
    [
        ([NEW], [replace(NEW, observed={"version": 5})], "version was 3, is 5"),
        ([NEW], [replace(NEW, intended={"version": 6})], "version was 3, is 3"),
        ([NEW], [replace(NEW, observed={})], "version was 3, is 4"),
        ([OTHER], [replace(OTHER, observed={"id": "tpl1"})], "id was absent, is tpl1"),
        ([UPDATE], [PROMOTE], "the plan has update, a plan made now would have promote"),
        ([NEW], [NEW, PROMOTE], "the plan has new-version, a plan made now would have new-version, promote"),
        ([NEW, PROMOTE], [replace(NEW, observed={"version": 5}), PROMOTE], "version was 3, is 5"),
        ([NEW, PROMOTE], [PROMOTE, UPDATE], "the plan has new-version, promote, a plan made now would have promote"),
    ],
)  # fmt: skip
def test_what_moved_is_named(saved: list[Action], fresh: list[Action], told: str) -> None:
    found = compare(plan(*saved, OTHER), plan(*fresh, OTHER))
    (line,) = found.moved if saved != [OTHER] else found.moved[:1]
    assert line.startswith(f"{saved[0].id}: ")
    assert told in line


def test_an_action_that_only_a_plan_made_now_has_is_not_skipped_silently() -> None:
    assert compare(plan(NEW), plan(NEW, OTHER)).moved == (
        "JobTemplate/b: a plan made now has create, which this plan lacks",
    )


def test_an_observation_that_one_side_did_not_make_does_not_count() -> None:
    more = replace(NEW, observed={"version": 3, "digest": "sha256:1"})
    assert compare(plan(NEW), plan(more)).moved == ()


def test_what_may_not_be_done_any_more_is_not_done_already() -> None:
    delete = action(Verb.DELETE, seen={"id": "tpl1"})
    kept = Retained(id=A, remote_id="tpl1", why="job", references=("dlc1", "dlc2"), reference_count=2)
    assert compare(plan(delete), plan(retained=(kept,))).moved == (
        "JobTemplate/a: the plan has delete, but tpl1 is kept now: job dlc1",
    )
    refused = finding("DLC203", "two of that name", subject=A)
    assert compare(plan(NEW), plan(findings=(refused,))).moved == (
        "JobTemplate/a: the plan has new-version, but two of that name",
    )
    told = replace(refused, severity=type(refused.severity).NOTE)
    assert compare(plan(NEW), plan(findings=(told,))).moved == ()


VERIFY = action(Verb.VERIFY, then={"version": 4})


@pytest.mark.parametrize("now", [(VERIFY, PROMOTE), (PROMOTE,)], ids=["still to be proved", "proved since"])
def test_a_version_that_proved_itself_since_needs_no_new_review(now: tuple[Action, ...]) -> None:
    found = compare(plan(VERIFY, PROMOTE), plan(*now))
    assert (found.moved, found.already_done) == ((), ())
