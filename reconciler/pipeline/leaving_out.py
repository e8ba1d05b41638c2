"""Which manifests with errors stop a plan, and which are left out of it: an error stops only what it is about."""

from __future__ import annotations

from reconciler.errors import ManifestError
from reconciler.manifests.broken import BrokenManifest
from reconciler.model import Broken, ResourceId
from reconciler.pipeline.workspace import Settings, Workspace, reckoned_with, usable
from reconciler.plan.named import Named
from reconciler.plan.selection import Selection


def asked(settings: Settings, workspace: Workspace, selection: Selection) -> Workspace:
    """Return the workspace when no manifest with errors is among what will be planned, or when such manifests may be
    left out.

    Raises:
        ManifestError: with everything that was found.
    """
    if settings.keep_going:
        return usable(workspace)
    if workspace.desired.general or left_out(settings, workspace, selection):
        raise ManifestError(workspace.desired.findings)
    return workspace


def left_out(settings: Settings, workspace: Workspace, selection: Selection) -> tuple[Broken, ...]:
    """Return the manifests with errors that a selection covers. A label that cannot be read selects nothing."""
    return tuple(
        each.shown
        for each in reckoned_with(settings, workspace)
        if each.is_selected(selection.labels)
        and (selection.changed is None or selection.changed.covers(key_of(each)))
        and (selection.named is None or _is_named(each, selection.named))
    )


def _is_named(broken: BrokenManifest, named: Named) -> bool:
    """Return whether a manifest with errors may describe what is named. Then its errors are reported instead of "no
    such name"."""
    if broken.text:
        return named.may_stand_in(broken.text)
    return broken.is_named(lambda name: named.fit([name]), named.may_fit)


def key_of(broken: BrokenManifest) -> ResourceId:
    """Return what identifies a manifest with errors: what it describes, else its file."""
    return broken.shown.id or ResourceId("", broken.shown.where.file)
