"""Shows one live object as a manifest."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.authoring.from_live import Variables, Written, written
from reconciler.errors import ReconcilerError, UsageError
from reconciler.kinds import text_equality
from reconciler.kinds.base import AnyKind, by_name
from reconciler.kinds.results import LiveManifest, LiveObject
from reconciler.live import Service
from reconciler.model import ResourceId
from reconciler.pipeline.export import live_objects, nothing_called
from reconciler.pipeline.workspace import Settings, Workspace


def shown(settings: Settings, workspace: Workspace, service: Service, wanted: str, version: int | None) -> Written:
    """Return the manifest of the live object with a name or id: of a template's default version, or of the one asked
    for.

    Raises:
        ReconcilerError: nothing is called so, several are, or there is no such version.
        UsageError: a version of something that has none.
        ServiceError: a call failed.
    """
    live = _called(workspace, live_objects(settings, workspace, service), wanted)
    kind = by_name(settings.kinds)[live.id.kind]
    found = _manifest(workspace, service, kind, live, version)
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


def _called(workspace: Workspace, rows: Sequence[LiveObject], wanted: str) -> LiveObject:
    """Return the one object that an id, a name, or `KIND/NAME` means; of several, the one that a manifest picks by
    id."""
    found = [live for live in rows if live.remote_id == wanted]
    found = found or [
        live for live in rows if text_equality.same(live.id.name, wanted) or text_equality.same(str(live.id), wanted)
    ]
    if not found:
        raise nothing_called(workspace, wanted, [name for live in rows for name in (live.id.name, live.remote_id)])
    if len(found) > 1:
        picked = {_picked(workspace, live.id) for live in found}
        found = [live for live in found if live.remote_id in picked] or found
    if len(found) > 1:
        ids = ", ".join(f"{live.id} ({live.remote_id})" for live in found)
        raise ReconcilerError(f'several live objects are called "{wanted}": {ids}', hint="Name one by its id.")
    return found[0]


def _picked(workspace: Workspace, id: ResourceId) -> str:
    """Return the service's id that the manifest with a name picks; empty for none."""
    resource = workspace.desired.resources.get(id)
    return resource.body.remote_id if resource is not None else ""
