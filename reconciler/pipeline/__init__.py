"""The only place where stages meet: manifests, live service, plan, apply. It connects them and decides nothing itself.

workspace     open_target, with_manifests, look_at, open_workspace --> Workspace(project, target, desired)
connecting    connected --> Service
planning      make_plan --> Plan with impact;   plan_again --> Plan, to compare a saved one with
              narrowed --> Selection
applying      check_saved, confirmed_now;   apply_plan --> ApplyReport
members       open_each --> Members: each target opened and worked on, many at the same time
many_targets  plan_each --> Fleet
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.address import EMULATOR
from reconciler.model.lazily import names_of

if TYPE_CHECKING:
    from reconciler.pipeline.applying import Run, apply_plan, check_narrowing, check_saved, confirmed_now
    from reconciler.pipeline.changed import narrowed
    from reconciler.pipeline.checking import Checked, check_manifests, validate
    from reconciler.pipeline.connecting import connected, listing_ahead
    from reconciler.pipeline.embedded import STATE_FILE
    from reconciler.pipeline.leaving_out import asked
    from reconciler.pipeline.planning import make_plan, plan_again
    from reconciler.pipeline.workspace import (
        INTERVAL,
        WAIT,
        Settings,
        Workspace,
        broken_manifests,
        choose_target,
        look_at,
        open_project,
        open_target,
        open_workspace,
        redactor_of,
        usable,
        with_manifests,
    )

__all__ = [
    "EMULATOR",
    "INTERVAL",
    "STATE_FILE",
    "WAIT",
    "Checked",
    "Run",
    "Settings",
    "Workspace",
    "apply_plan",
    "asked",
    "broken_manifests",
    "check_manifests",
    "check_narrowing",
    "check_saved",
    "choose_target",
    "confirmed_now",
    "connected",
    "listing_ahead",
    "look_at",
    "make_plan",
    "narrowed",
    "open_project",
    "open_target",
    "open_workspace",
    "plan_again",
    "redactor_of",
    "usable",
    "validate",
    "with_manifests",
]

_PLACES = {
    "applying": ("Run", "apply_plan", "check_narrowing", "check_saved", "confirmed_now"),
    "changed": ("narrowed",),
    "checking": ("Checked", "check_manifests", "validate"),
    "connecting": ("connected", "listing_ahead"),
    "embedded": ("STATE_FILE",),
    "leaving_out": ("asked",),
    "planning": ("make_plan", "plan_again"),
    "workspace": (
        "INTERVAL",
        "WAIT",
        "Settings",
        "Workspace",
        "broken_manifests",
        "choose_target",
        "look_at",
        "open_project",
        "open_target",
        "open_workspace",
        "redactor_of",
        "usable",
        "with_manifests",
    ),
}
"""The names of each module. A command that only validates loads nothing of plan and apply."""

__getattr__ = names_of(__name__, {name: module for module, names in _PLACES.items() for name in names})
