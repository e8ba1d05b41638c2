"""One stage of a command by itself, timed inside a process whose interpreter, libraries and manifests are loaded.

Each function prints the seconds that its stage took.
"""

from __future__ import annotations

import time
from pathlib import Path

from reconciler.cli import collect_rarely
from reconciler.kinds.base import Trust
from reconciler.live import ConnectionOptions
from reconciler.model import Action, Outcome
from reconciler.pipeline import Run, Settings, apply_plan, connected, make_plan, open_workspace
from reconciler.plan.selection import Selection


class _Silent:
    """Watches nothing."""

    def started(self, action: Action) -> None:
        """Nothing."""

    def finished(self, outcome: Outcome) -> None:
        """Nothing."""


def _settings(root: str, url: str, width: str, rate: str, *, trust: Trust) -> Settings:
    collect_rarely()
    return Settings(
        project_file=Path(root) / "reconciler.yaml",
        endpoint=url,
        trust=trust,
        connection=ConnectionOptions(calls_in_flight=int(width), rate=float(rate)),
    )


def read_and_compare(root: str, url: str, width: str, rate: str) -> None:
    """Connect, list, fetch everything, compare."""
    settings = _settings(root, url, width, rate, trust=Trust.NOTHING)
    workspace = open_workspace(settings)
    with connected(settings, workspace) as service:
        begin = time.perf_counter()
        plan = make_plan(settings, workspace, service, Selection())
        print(time.perf_counter() - begin)
    if plan.actions:
        raise RuntimeError("the plan is not empty")


def execute(root: str, url: str, width: str, rate: str) -> None:
    """Execute a plan that was made before."""
    settings = _settings(root, url, width, rate, trust=Trust.MARKS)
    workspace = open_workspace(settings)
    with connected(settings, workspace) as service:
        plan = make_plan(settings, workspace, service, Selection())
        begin = time.perf_counter()
        report = apply_plan(settings, workspace, service, plan, Run(watcher=_Silent(), width=int(width)))
        print(time.perf_counter() - begin)
    if not report.is_complete:
        raise RuntimeError("not everything was applied")
