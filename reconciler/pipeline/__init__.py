"""The only place where stages meet: manifests, live service, plan, apply. It wires; it decides nothing itself.

workspace   open_workspace --> Workspace(project, target, desired);   connected --> Service
planning    make_plan --> Plan with impact;   plan_again --> Plan, to compare a saved one with
            changed_since --> Changed;        merge_plans --> Plan
applying    check_saved, confirmed_now, check_allowed;   apply_plan --> ApplyReport
"""

from __future__ import annotations

from reconciler.model.address import EMULATOR
from reconciler.pipeline.applying import Run, apply_plan, check_allowed, check_saved, confirmed_now
from reconciler.pipeline.planning import changed_since, make_plan, merge_plans, plan_again
from reconciler.pipeline.workspace import (
    STATE_FILE,
    Settings,
    Workspace,
    choose_target,
    connected,
    environment_values,
    open_project,
    open_workspace,
    validate,
)

__all__ = [
    "EMULATOR",
    "STATE_FILE",
    "Run",
    "Settings",
    "Workspace",
    "apply_plan",
    "changed_since",
    "check_allowed",
    "check_saved",
    "choose_target",
    "confirmed_now",
    "connected",
    "environment_values",
    "make_plan",
    "merge_plans",
    "open_project",
    "open_workspace",
    "plan_again",
    "validate",
]
