"""The only place where stages meet: manifests, live service, plan, apply. It connects them and decides nothing itself.

workspace     open_target, look_at, open_workspace --> Workspace(project, target, desired)
connecting    connected --> Service
planning      make_plan --> Plan with impact;   plan_again --> Plan, to compare a saved one with
              narrowed --> Selection;           merge_plans --> Plan
applying      check_saved, confirmed_now, check_allowed;   apply_plan --> ApplyReport
many_targets  the same for many targets
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from reconciler.model.address import EMULATOR

if TYPE_CHECKING:
    from reconciler.pipeline.applying import Run, apply_plan, check_allowed, check_narrowing, check_saved, confirmed_now
    from reconciler.pipeline.changed import narrowed
    from reconciler.pipeline.checking import Checked, check_manifests, validate
    from reconciler.pipeline.connecting import connected, listing_ahead
    from reconciler.pipeline.embedded import STATE_FILE
    from reconciler.pipeline.leaving_out import asked
    from reconciler.pipeline.planning import make_plan, merge_plans, plan_again
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
    "check_allowed",
    "check_manifests",
    "check_narrowing",
    "check_saved",
    "choose_target",
    "confirmed_now",
    "connected",
    "listing_ahead",
    "look_at",
    "make_plan",
    "merge_plans",
    "narrowed",
    "open_project",
    "open_target",
    "open_workspace",
    "plan_again",
    "redactor_of",
    "usable",
    "validate",
]

_APPLYING = frozenset({"Run", "apply_plan", "check_allowed", "check_narrowing", "check_saved", "confirmed_now"})
_CHECKING = frozenset({"Checked", "check_manifests", "validate"})
_PLANNING = frozenset({"make_plan", "merge_plans", "plan_again"})
_PLACES = {
    **dict.fromkeys(_APPLYING, "applying"),
    **dict.fromkeys(_CHECKING, "checking"),
    **dict.fromkeys(_PLANNING, "planning"),
    "asked": "leaving_out",
    "narrowed": "changed",
    "connected": "connecting",
    "listing_ahead": "connecting",
    "STATE_FILE": "embedded",
}


def __getattr__(name: str) -> Any:
    """Return a name from the module that has it, which is loaded then: a command that only validates loads nothing of
    plan and apply.

    Raises:
        AttributeError: there is no such name.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES.get(name, 'workspace')}"), name)
