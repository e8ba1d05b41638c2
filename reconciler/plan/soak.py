"""What is missing on other targets before a default may move here, and the plan in which it waits for that.

live default there == what this commit asks there, for so many hours     nothing is missing
this commit asks nothing of it there                                     nothing is missing
anything else, also what cannot be found out                             it waits
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from reconciler.kinds.base import Kinds
from reconciler.kinds.results import Standing
from reconciler.model import Action, Awaited, Plan, ResourceId, Verb, Waiting
from reconciler.model.moments import moment_of

PUBLISHING = frozenset({Verb.CREATE, Verb.NEW_VERSION, Verb.PROMOTE})
"""The actions that wait: they give a version to people who launch jobs, or prepare one for them."""


def publishing(actions: Sequence[Action], kinds: Kinds) -> tuple[ResourceId, ...]:
    """Return the resources with actions that publish a version, sorted."""
    versioned = {kind.name for kind in kinds if kind.versions is not None}
    found = {action.id for action in actions if action.verb in PUBLISHING and action.id.kind in versioned}
    return tuple(sorted(found))


def missing(target: str, standing: Standing, soak_hours: float, now: datetime) -> Awaited | None:
    """Return what is missing on one target; None when nothing is.

    Args:
        target: its name.
        standing: how the live default there stands beside what this commit asks there.
        soak_hours: how many hours it has to have stood so.
        now: the time, with a time zone.
    """
    if standing.why:
        return Awaited(target=target, why=standing.why)
    if not soak_hours:
        return None
    began = moment_of(standing.since)
    if began is None:
        return Awaited(target=target, why=f"since when version {standing.version} is the default cannot be told")
    left = began + timedelta(hours=soak_hours) - now
    if left <= timedelta(0):
        return None
    why = f"version {standing.version} is the default since {standing.since}, and {soak_hours:g} h are asked"
    return Awaited(target=target, why=why, hours_left=left / timedelta(hours=1))


def waiting_for(plan: Plan, awaits: Mapping[ResourceId, Sequence[Awaited]]) -> Plan:
    """Return the plan in which these resources wait with all their actions; the rest of it is unchanged."""
    held: dict[ResourceId, list[Action]] = {}
    for action in plan.actions:
        if awaits.get(action.id):
            held.setdefault(action.id, []).append(action)
    waits = [Waiting(id=id, actions=tuple(actions), awaits=tuple(awaits[id])) for id, actions in held.items()]
    return replace(
        plan,
        actions=tuple(action for action in plan.actions if action.id not in held),
        waiting=tuple(sorted((*plan.waiting, *waits), key=lambda each: each.id)),
    )
