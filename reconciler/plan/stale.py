"""Whether a saved plan still says what a plan made now would say, resource by resource.

saved actions == fresh actions                 unchanged: apply goes on
saved actions are a superset of the fresh      part of the plan is already done: only with `--allow-shrink`
kept or refused by now                         stale: an action that may not be done any more is not done already
an action that only a plan made now has        stale: an action taken out of a file is not skipped silently
anything else                                  stale: named, and nothing is written

What waited for other targets then, or waits now, counts like any other action: whether it waits is judged at apply. A
version that proved itself meanwhile needs its `verify` no more, which is no difference either. What follows the use of
a template comes and goes with its jobs: it is done as it stands now and never compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from reconciler.model import Action, JsonObject, Plan, ResourceId, Severity, Verb
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Staleness:
    """How the world changed under a saved plan, one line for each difference."""

    moved: tuple[str, ...] = ()
    already_done: tuple[str, ...] = ()


def compare(saved: Plan, fresh: Plan) -> Staleness:
    """Compare a saved plan with one made now from the same manifests.

    When nothing moved, the fresh plan has no action that the saved one lacks: it is what is left to do.
    """
    now, forbidden = _by_resource(_all(fresh)), _forbidden(fresh)
    moved: list[str] = []
    done: list[str] = []
    planned = _by_resource(_all(saved))
    for id, before in planned.items():
        current = now.get(id, ())
        actions = _without_proofs(before, current)
        meaning = [_meaning(action) for action in actions]
        if id in forbidden:
            moved.append(f"{id}: the plan has {_verbs(actions)}, but {forbidden[id]}")
        elif _is_same(actions, current):
            continue
        elif all(_meaning(action) in meaning for action in current) and len(current) < len(actions):
            left = {action.verb for action in current}
            done += [f"{action.key} is already done" for action in actions if action.verb not in left]
        else:
            moved.append(_difference(id, actions, current))
    moved += [
        f"{id}: a plan made now has {_verbs(actions)}, which this plan lacks"
        for id, actions in now.items()
        if id not in planned
    ]
    return Staleness(moved=tuple(moved), already_done=tuple(done))


def _all(plan: Plan) -> Sequence[Action]:
    return (*plan.changes, *(action for each in plan.waiting for action in each.actions))


def _without_proofs(then: Sequence[Action], now: Sequence[Action]) -> Sequence[Action]:
    """Return the saved actions without the proof of a version that has proved itself meanwhile."""
    if not now or any(action.verb is Verb.VERIFY for action in now):
        return then
    return tuple(action for action in then if action.verb is not Verb.VERIFY)


def manifest_differences(saved: Plan, current: dict[str, str]) -> tuple[str, ...]:
    """Return which manifests are not the ones from which the plan was made."""
    names = sorted(saved.manifests.keys() | current.keys())
    return tuple(
        f"{name}: {_how(saved.manifests.get(name), current.get(name))}"
        for name in names
        if saved.manifests.get(name) != current.get(name)
    )


def _how(then: str | None, now: str | None) -> str:
    if then is None:
        return "its manifest is new since the plan was made"
    return "its manifest is gone" if now is None else "its manifest changed since the plan was made"


def _by_resource(actions: Sequence[Action]) -> dict[ResourceId, tuple[Action, ...]]:
    in_order = sorted(actions, key=lambda action: action.id)
    return {id: tuple(group) for id, group in groupby(in_order, key=lambda action: action.id)}


def _forbidden(fresh: Plan) -> Mapping[ResourceId, str]:
    """Return the resources for which a plan made now has a reason to do nothing, with the reason."""
    kept = {
        each.id: f"{each.remote_id} is kept now: {each.why}" + "".join(f" {job}" for job in each.references[:1])
        for each in fresh.retained
    }
    refused = {
        each.subject: each.summary
        for each in fresh.findings
        if each.subject is not None and each.severity is Severity.ERROR
    }
    return {**kept, **refused}


def _is_same(then: Sequence[Action], now: Sequence[Action]) -> bool:
    return [_meaning(action) for action in then] == [_meaning(action) for action in now] and all(
        not _differing(a.observed, b.observed) for a, b in zip(then, now, strict=True)
    )


def _differing(then: JsonObject, now: JsonObject) -> set[str]:
    """Return the observations that differ.

    An observation that only one side has was not made by the other (`--fetch-all` makes more).
    """
    if not then or not now:
        return set(then.keys() | now.keys())
    return {key for key in then.keys() & now.keys() if then[key] != now[key]}


def _meaning(action: Action) -> object:
    return (action.verb, dict(action.intended))


def _difference(id: ResourceId, then: Sequence[Action], now: Sequence[Action]) -> str:
    if _verbs(then) != _verbs(now):
        return f"{id}: the plan has {_verbs(then)}, a plan made now would have {_verbs(now)}"
    details = {
        f"{key} was {_seen(a, key)}, is {_seen(b, key)}": None
        for a, b in zip(then, now, strict=True)
        for key in sorted(_differing(a.observed, b.observed) | _unequal(a.intended, b.intended))
    }
    return f"{id}: {'; '.join(details)}"


def _unequal(then: JsonObject, now: JsonObject) -> set[str]:
    return {key for key in then.keys() | now.keys() if then.get(key) != now.get(key)}


def _verbs(actions: Sequence[Action]) -> str:
    return ", ".join(action.verb.value for action in actions)


def _seen(action: Action, key: str) -> str:
    return next((str(side[key]) for side in (action.observed, action.intended) if key in side), "absent")
