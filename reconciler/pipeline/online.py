"""Where manifests meet the service's lists: `validate --online`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reconciler.kinds.base import by_name
from reconciler.manifests import Desired, ManifestSet, Project
from reconciler.manifests.findings import in_order
from reconciler.manifests.positions import FilePositions
from reconciler.model import Finding
from reconciler.online.check import check
from reconciler.pipeline import Checked, Settings, Workspace, connected, open_project


def check_online(settings: Settings, targets: Sequence[str] = ()) -> Checked:
    """Judge every manifest, offline and online, for the named targets or for all of them.

    Raises:
        ManifestError: the project file itself has errors.
        ServiceError: the service cannot be reached.
    """
    project = open_project(settings)
    manifests, environ = ManifestSet(project, settings.kinds, settings.today), settings.unknown_environment()
    names = list(targets) or ([settings.target] if settings.target else list(project.targets))
    desired = {name: manifests.desired(name, environ) for name in names}
    checked = Checked.of(list(desired.values()))
    online = [each for name in names for each in _online(settings, project, name, desired[name])]
    return replace(checked, findings=in_order((*checked.findings, *online)))


def validate_online(settings: Settings) -> tuple[Finding, ...]:
    """Return the findings of `check_online`."""
    return check_online(settings).findings


def _online(settings: Settings, project: Project, name: str, desired: Desired) -> list[Finding]:
    target = project.target(name).target
    target = replace(target, endpoint=settings.endpoint or target.endpoint)
    where = FilePositions(project.document).locate(("spec", "targets", name, "workspaceId"))
    with connected(settings, Workspace(project=project, target=target, desired=desired)) as service:
        return check(service, target, where, desired.documents.values(), by_name(settings.kinds))
