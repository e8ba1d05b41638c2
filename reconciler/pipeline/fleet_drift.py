"""The drift of many targets, side by side."""

from __future__ import annotations

from dataclasses import replace

from reconciler.audit.drift import DriftReport
from reconciler.fleet.selection import Chosen
from reconciler.manifests import Project
from reconciler.model import Failure
from reconciler.pipeline.asked_once import AskedOnce
from reconciler.pipeline.connecting import connected
from reconciler.pipeline.drift import compare, fetching
from reconciler.pipeline.many_targets import of_target, open_each
from reconciler.pipeline.workspace import Settings, Workspace, usable
from reconciler.plan.selection import Selection


def drift_each(
    settings: Settings, project: Project, chosen: Chosen, selection: Selection
) -> tuple[tuple[DriftReport, ...], tuple[Failure, ...]]:
    """Return the drift of each target, and why the others have none, in the order of the project."""

    settings = replace(fetching(settings), asked_once=AskedOnce())

    def work(workspace: Workspace) -> DriftReport:
        own = of_target(settings, workspace)
        with connected(own, usable(workspace)) as service:
            return compare(own, workspace, service, selection)

    reports, failed = open_each(settings, project, chosen, strict=False).side_by_side(work)
    return tuple(reports.values()), failed
