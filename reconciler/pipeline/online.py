"""Where manifests meet the service's lists: `validate --online`."""

from __future__ import annotations

from dataclasses import replace

from reconciler.kinds.base import by_name
from reconciler.manifests import Desired, ManifestSet, Project
from reconciler.manifests.findings import in_order
from reconciler.manifests.positions import FilePositions
from reconciler.model import Finding
from reconciler.online.check import check
from reconciler.pipeline import Settings, Workspace, connected, open_project


def validate_online(settings: Settings) -> tuple[Finding, ...]:
    """Every finding of every manifest, offline and online, for the named target or for all of them.

    Raises:
        ManifestError: the project file itself has errors.
        ServiceError: the service cannot be reached.
    """
    project = open_project(settings)
    manifests, environ = ManifestSet(project, settings.kinds), settings.unknown_environment()
    found: list[Finding] = []
    for name in [settings.target] if settings.target else list(project.targets):
        desired = manifests.desired(name, environ)
        found += desired.findings
        found += _online(settings, project, name, desired)
    return in_order(found)


def _online(settings: Settings, project: Project, name: str, desired: Desired) -> list[Finding]:
    target = project.target(name).target
    target = replace(target, endpoint=settings.endpoint or target.endpoint)
    where = FilePositions(project.document).locate(("spec", "targets", name, "workspaceId"))
    with connected(settings, Workspace(project=project, target=target, desired=desired)) as service:
        return check(service, target, where, desired.documents.values(), by_name(settings.kinds))
