"""Shows one live object as a manifest."""

from __future__ import annotations

from reconciler.authoring.from_live import Variables, Written, written
from reconciler.errors import ReconcilerError, UsageError
from reconciler.kinds.base import AnyKind, by_name
from reconciler.kinds.results import LiveManifest, LiveObject
from reconciler.live import Service
from reconciler.pipeline.called import live_objects, the_one_called
from reconciler.pipeline.workspace import Settings, Workspace


def shown(settings: Settings, workspace: Workspace, service: Service, wanted: str, version: int | None) -> Written:
    """Return the manifest of the live object with a name or id: of its default version, or of the one asked for.

    Raises:
        ReconcilerError: nothing is called so, several are, or there is no such version.
        UsageError: a version of something that has none.
        ServiceError: a call failed.
    """
    rows = live_objects(settings, workspace, service, settings.kinds)
    live = the_one_called(workspace, rows, wanted, settings.kinds)
    found = _manifest(workspace, service, by_name(settings.kinds)[live.id.kind], live, version)
    if isinstance(found, str):
        raise ReconcilerError(f"{live.id} ({live.remote_id}) cannot be shown: {found}")
    return written(live.id, found, Variables(), by_id=True)


def _manifest(
    workspace: Workspace, service: Service, kind: AnyKind, live: LiveObject, version: int | None
) -> LiveManifest | str:
    if version is None:
        return kind.manifest_of(service, live, workspace.desired.resources.get(live.id))
    if kind.versions is None:
        raise UsageError(f"{live.id} has no versions", hint="Leave out `--version`.")
    return kind.versions.manifest_of(service, live, version)
