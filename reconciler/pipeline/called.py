"""Which live object of a target a command means by a name or an id."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.kinds.base import AnyKind, Kinds, by_name
from reconciler.kinds.called import live_called
from reconciler.kinds.results import LiveObject
from reconciler.live import Service
from reconciler.model import ResourceId
from reconciler.pipeline.workspace import Settings, Workspace, scope_of


def live_objects(settings: Settings, workspace: Workspace, service: Service, kinds: Kinds) -> list[LiveObject]:
    """Return every live object of some kinds in the workspace, kind by kind, by name.

    Raises:
        ServiceError: not everything could be listed.
    """
    found = [live for kind in kinds for live in kind.listing(service, scope_of(settings, workspace, kind))]
    return sorted(found, key=lambda live: (live.id, live.remote_id))


def the_one_called(workspace: Workspace, rows: Sequence[LiveObject], wanted: str, kinds: Kinds) -> LiveObject:
    """Return the one of these objects that an id, a name or `KIND/NAME` means. Of several, a manifest may pick one.

    Raises:
        ReconcilerError: nothing is called so, or several are.
    """
    known = by_name(kinds)

    def picked(id: ResourceId) -> str:
        resource = workspace.desired.resources.get(id)
        return known[id.kind].picked(resource) if resource is not None else ""

    return live_called(rows, wanted, where_listed(workspace), noun_of(kinds), picked)


def where_listed(workspace: Workspace) -> str:
    """Return the place that was listed, for messages: `prod (workspace 1001)`."""
    return f"{workspace.target.name} (workspace {workspace.target.workspace_id})"


def noun_of(kinds: Kinds) -> str:
    """Return what messages call one object of these kinds, without an article."""
    return kinds[0].noun if len(kinds) == 1 else "object"


def with_versions(kinds: Kinds) -> tuple[AnyKind, ...]:
    """Return the kinds whose objects have versions."""
    return tuple(kind for kind in kinds if kind.versions is not None)


def with_owners(kinds: Kinds) -> tuple[AnyKind, ...]:
    """Return the kinds whose objects carry a mark of their project."""
    return tuple(kind for kind in kinds if kind.ownership is not None)
