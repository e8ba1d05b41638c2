"""What a project's targets demand of the identities that work on them."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.errors import ManifestError
from reconciler.manifests import ManifestSet
from reconciler.pipeline.workspace import Settings, open_project


def verifying_targets(settings: Settings, names: Sequence[str]) -> list[str]:
    """Return the targets on which a version has to prove itself. Without `names` all targets of the project are meant.

    Raises:
        ManifestError: the project file or a manifest has errors.
        ProjectError: there is no such project or target.
    """
    project = open_project(settings)
    manifests, environ = ManifestSet(project, settings.kinds), settings.unknown_environment()
    found = []
    for name in names or list(project.targets):
        project.target(name)
        desired = manifests.desired(name, environ)
        if desired.has_errors:
            raise ManifestError(desired.findings)
        if any(document.spec.get("verify") is not None for document in desired.documents.values()):
            found.append(name)
    return found
