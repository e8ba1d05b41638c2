"""The table: for each command the operations of the service that it calls, whatever its options.

A row with too many operations makes a policy that allows too much; with too few, a command that is refused. Both fail a
test. Commands that call nothing have an empty row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import reconciler.live.operations as op
from reconciler.live.port import Operation

Calls = tuple[Operation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What one command calls: always, and additionally where versions prove themselves (`spec.verify`)."""

    calls: Calls = ()
    verifying: Calls = ()


_TEMPLATES: Calls = (op.LIST_JOB_TEMPLATES, op.GET_JOB_TEMPLATE)
_LIVE: Calls = (*_TEMPLATES, op.LIST_TENSORBOARDS)
_PLAN: Calls = (*_LIVE, op.LIST_JOBS, op.LIST_ECS_SPECS)
_WRITES: Calls = (
    op.CREATE_JOB_TEMPLATE,
    op.UPDATE_JOB_TEMPLATE,
    op.SET_DEFAULT_VERSION,
    op.DELETE_JOB_TEMPLATE,
    op.GET_TENSORBOARD,
    op.CREATE_TENSORBOARD,
    op.UPDATE_TENSORBOARD,
    op.START_TENSORBOARD,
    op.STOP_TENSORBOARD,
    op.DELETE_TENSORBOARD,
)
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
_JOB: Calls = (op.GET_JOB, op.LIST_JOBS)
"""A job by its id or its name."""
_SHOWN_JOB: Calls = (*_JOB, op.GET_JOB_TEMPLATE)
"""The template of the job too, because the template's marks say what must not be shown."""
_BOARD: Calls = (op.GET_TENSORBOARD, op.LIST_TENSORBOARDS)

NEEDS: dict[str, Needs] = {
    "validate": Needs(calls=(*_NAMED, op.LIST_ECS_SPECS, op.GET_JOB)),
    "plan": Needs(calls=_PLAN),
    "apply": Needs(calls=(*_PLAN, *_WRITES), verifying=_PROOF),
    "drift": Needs(calls=(*_LIVE, op.LIST_JOBS)),
    "list": Needs(calls=(*_LIVE, op.LIST_JOBS)),
    "show": Needs(calls=_LIVE),
    "adopt": Needs(calls=(*_LIVE, op.UPDATE_JOB_TEMPLATE)),
    "release": Needs(calls=(*_TEMPLATES, op.UPDATE_JOB_TEMPLATE)),
    "export": Needs(calls=(*_LIVE, *_JOB)),
    "init": Needs(calls=_LIVE),
    "history": Needs(calls=(*_TEMPLATES, op.LIST_JOBS, op.LIST_ECS_SPECS)),
    "diff": Needs(calls=_TEMPLATES),
    "audit": Needs(calls=(*_PLAN, *_NAMED, op.GET_JOB)),
    "discover images": Needs(calls=(op.LIST_IMAGES,)),
    "discover image-labels": Needs(calls=(op.LIST_IMAGE_LABELS,)),
    "discover datasets": Needs(calls=(op.LIST_DATASETS,)),
    "discover ecs-specs": Needs(calls=(op.LIST_ECS_SPECS,)),
    "discover code-sources": Needs(calls=(op.LIST_CODE_SOURCES,)),
    "discover workspaces": Needs(calls=(op.LIST_WORKSPACES,)),
    "launch": Needs(calls=(*_TEMPLATES, op.CREATE_JOB, op.LIST_JOBS)),
    "jobs submit": Needs(calls=(op.CREATE_JOB, op.LIST_JOBS)),
    "jobs list": Needs(calls=(op.LIST_JOBS,)),
    "jobs show": Needs(calls=_SHOWN_JOB),
    "jobs update": Needs(calls=(*_SHOWN_JOB, op.UPDATE_JOB)),
    "jobs tag": Needs(calls=(*_SHOWN_JOB, op.TAG_RESOURCES, op.UNTAG_RESOURCES)),
    "jobs stop": Needs(calls=(*_SHOWN_JOB, op.STOP_JOB)),
    "jobs delete": Needs(calls=(*_JOB, op.DELETE_JOB)),
    "jobs clean": Needs(calls=(op.LIST_JOBS, op.DELETE_JOB)),
    "jobs logs": Needs(calls=(*_SHOWN_JOB, op.GET_POD_LOGS)),
    "jobs events": Needs(calls=(*_SHOWN_JOB, op.GET_JOB_EVENTS)),
    "jobs pod-events": Needs(calls=(*_SHOWN_JOB, op.GET_POD_EVENTS)),
    "jobs metrics": Needs(calls=(*_JOB, op.GET_JOB_METRICS)),
    "jobs diagnose": Needs(calls=(*_SHOWN_JOB, op.GET_JOB_EVENTS, op.GET_POD_EVENTS, op.GET_POD_LOGS)),
    "jobs sanity": Needs(calls=(*_JOB, op.LIST_SANITY_CHECK_RESULTS, op.GET_SANITY_CHECK_RESULT)),
    "jobs dashboard": Needs(calls=(*_JOB, op.GET_DASHBOARD, op.GET_TOKEN)),
    "jobs ray-dashboard": Needs(calls=(*_JOB, op.GET_RAY_DASHBOARD)),
    "jobs terminal": Needs(calls=(*_JOB, op.GET_WEB_TERMINAL)),
    "jobs token": Needs(calls=(*_JOB, op.GET_TOKEN)),
    "boards list": Needs(calls=(op.LIST_TENSORBOARDS,)),
    "boards show": Needs(calls=_BOARD),
    "boards start": Needs(calls=(*_BOARD, op.START_TENSORBOARD)),
    "boards stop": Needs(calls=(*_BOARD, op.STOP_TENSORBOARD)),
    "boards delete": Needs(calls=(*_BOARD, op.STOP_TENSORBOARD, op.DELETE_TENSORBOARD)),
    "boards share": Needs(calls=(*_BOARD, op.GET_TENSORBOARD_SHARED_URL)),
}
"""The calls by the words of the command. Every other command calls nobody, or only a code host."""

GROUPS: dict[str, tuple[str, ...]] = {
    "plan": ("plan",),
    "apply": ("apply",),
    "drift": ("drift",),
    "audit": ("audit",),
    "launch": ("launch",),
    "jobs": tuple(name for name in NEEDS if name.startswith("jobs ")),
    "boards": tuple(name for name in NEEDS if name.startswith("boards ")),
    "discover": tuple(name for name in NEEDS if name.startswith("discover ")),
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
