"""A target to look at. Manifests with errors do not stop a look at what is live, as far as they are not asked for."""

from __future__ import annotations

from dataclasses import replace

from reconciler.kinds import KINDS
from reconciler.manifests import ProcessEnvironment, load_desired
from reconciler.model import Severity
from reconciler.pipeline import Settings, Workspace, choose_target, open_project


def look_at(settings: Settings) -> Workspace:
    """A target with whatever manifests are sound; what is wrong with the others is among its findings.

    Raises:
        ProjectError: no such target, or no project.
        ManifestError: the project file itself has errors.
    """
    project = open_project(settings)
    name = choose_target(project, settings.target)
    target = project.target(name).target
    desired = load_desired(
        project, name, kinds=KINDS, environ=ProcessEnvironment(settings.environ, met=settings.secrets)
    )
    return Workspace(
        project=project, target=replace(target, endpoint=settings.endpoint or target.endpoint), desired=desired
    )


def broken_manifests(workspace: Workspace) -> tuple[str, ...]:
    """A note for people when manifests could not be read."""
    errors = sum(finding.severity is Severity.ERROR for finding in workspace.desired.findings)
    if not errors:
        return ()
    what = "1 problem" if errors == 1 else f"{errors} problems"
    return (f"the manifests have {what}, so some are left out; `dlc-reconciler validate` shows them",)
