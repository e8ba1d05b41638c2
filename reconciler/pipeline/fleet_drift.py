"""The drift of many targets, side by side."""

from __future__ import annotations

from reconciler.audit.drift import DriftReport
from reconciler.fleet.selection import Chosen
from reconciler.live import Service
from reconciler.manifests import Project
from reconciler.model import Failure
from reconciler.pipeline.drift import Stands, compare, fetching, no_stands
from reconciler.pipeline.members import open_each_once
from reconciler.pipeline.workspace import Settings, Workspace, usable
from reconciler.plan.selection import Selection


def drift_each(
    settings: Settings, project: Project, chosen: Chosen, selection: Selection, stands: Stands = no_stands
) -> tuple[tuple[DriftReport, ...], tuple[Failure, ...]]:
    """Return the drift of each target, and why the others have none, in the order of the project."""

    def work(own: Settings, workspace: Workspace, service: Service) -> DriftReport:
        return compare(own, usable(workspace), service, selection, stands)

    members = open_each_once(settings, project, chosen, strict=False)
    reports, failed = members.with_services(fetching(settings), work)
    return tuple(reports.values()), failed
