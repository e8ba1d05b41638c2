"""Whether a saved plan still says what a plan made now would say, resource by resource.

saved actions == fresh actions                 unchanged: apply goes on
saved actions are a superset of the fresh      part of the plan is already done: only with `--allow-shrink`
anything else                                  stale: named, and nothing is written
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from reconciler.model import Action, Plan, ResourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Staleness:
    """How the world moved under a saved plan; one line per difference."""

    moved: tuple[str, ...] = ()
    already_done: tuple[str, ...] = ()
    remaining: Plan
    """The saved plan without what is already done."""


def compare(saved: Plan, fresh: Plan) -> Staleness:
    """Compare a saved plan with one made now from the same manifests. Only what the saved plan touches counts."""
    now = _by_resource(fresh.actions)
    moved: list[str] = []
    done: list[str] = []
    remaining: list[Action] = []
    for id, actions in _by_resource(saved.actions).items():
        current = now.get(id, ())
        meaning = [_meaning(action) for action in actions]
        if [_full(action) for action in actions] == [_full(action) for action in current]:
            remaining += actions
        elif all(_meaning(action) in meaning for action in current) and len(current) < len(actions):
            left = {action.verb for action in current}
            done += [f"{action.key} is already done" for action in actions if action.verb not in left]
            remaining += current
        else:
            moved.append(_difference(id, actions, current))
    order = {action.key: position for position, action in enumerate(saved.actions)}
    remaining.sort(key=lambda action: order[action.key])
    return Staleness(moved=tuple(moved), already_done=tuple(done), remaining=replace(saved, actions=tuple(remaining)))


def manifest_differences(saved: Plan, current: dict[str, str]) -> tuple[str, ...]:
    """Which manifests are not the ones the plan was made from."""
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


def _meaning(action: Action) -> object:
    return (action.verb, dict(action.intended))


def _full(action: Action) -> object:
    return (action.verb, dict(action.intended), dict(action.observed))


def _difference(id: ResourceId, then: Sequence[Action], now: Sequence[Action]) -> str:
    if not now:
        return f"{id}: the plan has {_verbs(then)}, but nothing is left to do"
    if _verbs(then) != _verbs(now):
        return f"{id}: the plan has {_verbs(then)}, a plan made now would have {_verbs(now)}"
    keys = sorted(
        {
            key
            for a, b in zip(then, now, strict=True)
            for side_a, side_b in ((a.observed, b.observed), (a.intended, b.intended))
            for key in side_a.keys() | side_b.keys()
            if side_a.get(key) != side_b.get(key)
        }
    )
    details = "; ".join(f"{key} was {_seen(then, key)}, is {_seen(now, key)}" for key in keys)
    return f"{id}: {details}"


def _verbs(actions: Sequence[Action]) -> str:
    return ", ".join(action.verb.value for action in actions)


def _seen(actions: Sequence[Action], key: str) -> str:
    for action in actions:
        for side in (action.observed, action.intended):
            if key in side:
                return str(side[key])
    return "absent"
