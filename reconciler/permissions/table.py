"""The table: for each command the operations of the service that it calls, whatever its options.

A row with too many operations makes a policy that allows too much; with too few, a command that is refused. Both fail a
test. Commands that call nothing have no row. What commands call for a kind, the kind says itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import reconciler.live.operations as op
from reconciler.kinds import KINDS
from reconciler.kinds.base import Kinds
from reconciler.live.port import Operation
from reconciler.permissions.by_hand import BY_HAND
from reconciler.permissions.needs import Calls, Needs

_REACHED: Calls = (op.LIST_JOBS, op.LIST_ECS_SPECS)
"""Whom an action reaches, and what a version costs."""
_PROOF: Calls = (
    op.CREATE_JOB,
    op.GET_JOB,
    op.STOP_JOB,
    op.DELETE_JOB,
    op.GET_JOB_EVENTS,
    op.GET_POD_EVENTS,
    op.GET_POD_LOGS,
)
_NAMED: Calls = (
    op.LIST_WORKSPACES,
    op.LIST_IMAGES,
    op.LIST_DATASETS,
    op.GET_DATASET,
    op.LIST_CODE_SOURCES,
    op.GET_CODE_SOURCE,
)


def needs_of(kinds: Kinds) -> Mapping[str, Needs]:
    """Return the calls by the words of the command, for these kinds. Every other command calls nobody, or only a code
    host."""
    live = _together(kind.calls().read for kind in kinds)
    writes = _together(kind.calls().write for kind in kinds)
    owned = _together(kind.calls().read for kind in kinds if kind.ownership)
    marks = _together(kind.calls().mark for kind in kinds)
    versioned = _together(kind.calls().read for kind in kinds if kind.versions)
    return {
        "validate": Needs(calls=(*_NAMED, op.LIST_ECS_SPECS, op.GET_JOB)),
        "plan": Needs(calls=(*live, *_REACHED)),
        "apply": Needs(calls=(*live, *_REACHED, *writes), verifying=_PROOF),
        "drift": Needs(calls=(*live, op.LIST_JOBS)),
        "list": Needs(calls=(*live, op.LIST_JOBS)),
        "show": Needs(calls=live),
        "adopt": Needs(calls=(*live, *marks)),
        "release": Needs(calls=(*owned, *marks)),
        "export": Needs(calls=(*live, op.GET_JOB, op.LIST_JOBS)),
        "init": Needs(calls=live),
        "history": Needs(calls=(*versioned, *_REACHED)),
        "diff": Needs(calls=versioned),
        "audit": Needs(calls=(*live, *_REACHED, *_NAMED, op.GET_JOB)),
        **BY_HAND,
    }


def _together(parts: Iterable[Calls]) -> Calls:
    return tuple(operation for part in parts for operation in part)


NEEDS = needs_of(KINDS)
GROUPS: dict[str, tuple[str, ...]] = {
    **{name: (name,) for name in ("plan", "apply", "drift", "audit")},
    **{
        group: tuple(name for name in BY_HAND if name.split()[0] == group)
        for group in dict.fromkeys(name.split()[0] for name in BY_HAND)
    },
    "validate-online": ("validate",),
}
"""The files of `specs/ram`. The file `verify` beside them holds what verifications need in addition to `apply`."""


def unknown(names: Iterable[str], known: Iterable[str]) -> list[str]:
    """Return those names that are neither a command nor a group of commands."""
    every = set(known)
    groups = {name.partition(" ")[0] for name in every}
    return [name for name in names if name not in every | groups]


def operations_of(names: Iterable[str], *, verifying: bool) -> list[Operation]:
    """Return what these commands call together, by name; a group stands for all its commands."""
    found: set[Operation] = set()
    for name in names:
        for command, needs in NEEDS.items():
            if command == name or command.startswith(f"{name} "):
                found.update(needs.calls, needs.verifying if verifying else ())
    return sorted(found, key=lambda each: each.name)
