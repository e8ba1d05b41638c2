"""Joins the plans of all shards into the plan that one run would have made.

A shard lists the whole workspace, so it knows what is in no manifest, but it fetches, compares and finds references
only for its own share of the names. A deletion in it is a candidate; whether the limits allow it is judged here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reconciler.errors import PlanFileError
from reconciler.kinds.base import Kind
from reconciler.kinds.order import ordered
from reconciler.model import Finding, Limits, Plan, ResourceId, Shard, Share
from reconciler.plan.build import finding_order
from reconciler.plan.named import in_common
from reconciler.plan.safety import limit_findings, spending_findings

AGAIN = "Make all shards again, from one revision and with the same options."


def merge(plans: Mapping[str, Plan], kinds: Sequence[Kind[Any, Any]]) -> Plan:
    """Return one plan from the plans of all shards, each under the name of its file.

    Raises:
        PlanFileError: with everything that keeps them from being the parts of one plan.
    """
    shards = {name: plan.shard for name, plan in plans.items() if plan.shard is not None}
    problems = [f"{name} is a whole plan, not a shard of one" for name in plans if name not in shards]
    problems += _gaps(shards)
    first = next(iter(plans.values()))
    problems += [f"{name} has another {what}" for name, plan in plans.items() for what in _differences(first, plan)]
    problems += [problem for name, shard in shards.items() for problem in _strangers(name, plans[name], shard)]
    if problems:
        what = f"these files are not all the shards of one plan of {first.target.name}"
        raise PlanFileError(what, reasons=problems, hint=AGAIN)
    return _joined(tuple(plans.values()), tuple(shards.values()), kinds)


def _gaps(shards: Mapping[str, Shard]) -> Iterator[str]:
    """Yield shards that are missing or exist twice."""
    counts = Counter(shard.number for shard in shards.values())
    for number in range(1, max((shard.of for shard in shards.values()), default=0) + 1):
        if counts[number] > 1:
            names = ", ".join(name for name, shard in shards.items() if shard.number == number)
            yield f"shard {number} is there {counts[number]} times: {names}"
        if not counts[number]:
            yield f"shard {number} is missing"


def _differences(one: Plan, other: Plan) -> Iterator[str]:
    """Yield what all shards of a plan must have in common and these two do not."""
    for what, a, b in (
        ("project", one.project, other.project),
        ("target", one.target, other.target),
        ("reason of --without-soak", one.without_soak, other.without_soak),
        ("selection", _narrowing(one), _narrowing(other)),
        ("set of manifests", dict(one.manifests), dict(other.manifests)),
    ):
        if a != b:
            yield what
    if one.shard is not None and other.shard is not None:
        if one.shard.of != other.shard.of:
            yield f"number of shards: {other.shard.of}, not {one.shard.of}"
        if one.shard.revision != other.shard.revision:
            yield f"Git revision: {other.shard.revision[:12] or 'none'}, not {one.shard.revision[:12] or 'none'}"
        if one.shard.limits != other.shard.limits:
            yield "set of limits"


def _narrowing(plan: Plan) -> tuple[object, ...]:
    """Return what a plan was narrowed by, except the share."""
    return (plan.selection, plan.names, plan.changed_since)


def _strangers(name: str, plan: Plan, shard: Shard) -> Iterator[str]:
    """Yield resources in a shard that belong to another one."""
    share = Share(shard.number, shard.of)
    ids: set[ResourceId] = {action.id for action in plan.actions} | {kept.id for kept in plan.retained}
    for id in sorted(ids | {*plan.unmanaged, *plan.left_out}):
        if not share.covers(id):
            yield f"{name} has {id}, which is not of shard {shard}"


def _joined(plans: Sequence[Plan], shards: Sequence[Shard], kinds: Sequence[Kind[Any, Any]]) -> Plan:
    actions = ordered([action for plan in plans for action in plan.actions], kinds)
    managed = Counter[str]()
    for shard in shards:
        managed.update(shard.managed)
    joined = replace(
        plans[0],
        actions=actions,
        retained=tuple(sorted((kept for plan in plans for kept in plan.retained), key=lambda kept: kept.id)),
        unchanged=sum(plan.unchanged for plan in plans),
        unmanaged=tuple(sorted(id for plan in plans for id in plan.unmanaged)),
        waiting=tuple(sorted((each for plan in plans for each in plan.waiting), key=lambda each: each.id)),
        left_out=tuple(sorted(id for plan in plans for id in plan.left_out)),
        unmatched=tuple(in_common(plans)),
        shard=None,
    )
    return replace(joined, findings=_findings(plans, _broken(joined, shards[0].limits, managed)))


def _broken(joined: Plan, limits: Limits, managed: Mapping[str, int]) -> Sequence[Finding]:
    return [*limit_findings(joined.asked, limits, managed), *spending_findings(joined.actions, limits)]


def _findings(plans: Sequence[Plan], limits: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings of loading the manifests, which are the same in every shard, then those of each shard."""
    shared = set(plans[0].findings).intersection(*(plan.findings for plan in plans[1:]))
    common = [each for each in plans[0].findings if each in shared]
    own = [each for plan in plans for each in plan.findings if each not in shared]
    return (*common, *sorted((*own, *limits), key=finding_order))
