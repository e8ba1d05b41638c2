"""What a plan waits for on other targets. They are opened as this one was, and only what would be published is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from reconciler.errors import ReconcilerError
from reconciler.kinds.base import AnyKind, by_name
from reconciler.kinds.results import Standing
from reconciler.live import Service
from reconciler.live.exchange import Side
from reconciler.model import Awaited, Plan, Resource, ResourceId, Severity
from reconciler.pipeline.asked_once import AskedOnce
from reconciler.pipeline.connecting import connected, way_to
from reconciler.pipeline.known import remembering
from reconciler.pipeline.workspace import Settings, Workspace, loading_of, of_loading, scope_of
from reconciler.plan.soak import missing, publishing, waiting_for


def soaked(settings: Settings, workspace: Workspace, plan: Plan) -> Plan:
    """Return the plan in which resources wait for what other targets do not have yet, or not long enough.

    Nothing is read for a target that comes after no other one, nor where nothing is published.
    """
    after = workspace.project.target(workspace.target.name).after
    if not after.targets:
        return plan
    plan = replace(plan, without_soak=settings.without_soak)
    ids = publishing(plan.actions, settings.kinds)
    awaits: dict[ResourceId, list[Awaited]] = {}
    for target in after.targets if ids else ():
        for id, awaited in _missing(settings, workspace, target, ids):
            awaits.setdefault(id, []).append(awaited)
    return waiting_for(plan, awaits)


def _missing(
    settings: Settings, waiting: Workspace, target: str, ids: Sequence[ResourceId]
) -> Iterator[tuple[ResourceId, Awaited]]:
    """Yield what is missing on one target for these resources.

    A target that cannot be read counts as missing everything.
    """
    there = replace(settings, target=target)
    hours = 0.0 if settings.without_soak else waiting.project.target(waiting.target.name).after.soak_hours
    asked_once = settings.asked_once or AskedOnce()
    try:
        workspace = _beside(there, waiting)
        asked = {id: found for id in ids if (found := workspace.desired.resources.get(id)) is not None}
        standings = asked_once.standings(target, asked, partial(_standings, there, workspace, asked_once))
    except ReconcilerError as error:
        yield from ((id, Awaited(target=target, why=f"it cannot be looked at: {error.message}")) for id in ids)
        return
    unread = sum(each.severity is Severity.ERROR for each in workspace.desired.findings)
    for id in ids:
        if id in standings:
            if (awaited := missing(target, standings[id], hours, settings.wall())) is not None:
                yield id, awaited
        elif unread:
            errors = "1 error" if unread == 1 else f"{unread} errors"
            yield id, Awaited(target=target, why=f"what is asked there cannot be told: the manifests have {errors}")


def _beside(settings: Settings, workspace: Workspace) -> Workspace:
    """Return the other target, as the manifests describe it that this one was loaded from."""
    project = workspace.project
    loading = workspace.loading or loading_of(settings, project, [settings.target])
    return of_loading(settings, project, loading, settings.target)


def _standings(
    settings: Settings, workspace: Workspace, asked_once: AskedOnce, asked: Mapping[ResourceId, Resource[object]]
) -> Mapping[ResourceId, Standing]:
    found: dict[ResourceId, Standing] = {}
    kinds = by_name(settings.kinds)
    exchange = asked_once.exchange(way_to(settings, workspace.target))
    with connected(settings, workspace) as live:
        service = exchange.over(live, Side.WAITING)
        for name in sorted({id.kind for id in asked}):
            of_kind = {id: resource for id, resource in asked.items() if id.kind == name}
            found |= _of_kind(settings, workspace, service, kinds[name], of_kind)
    return found


def _of_kind(
    settings: Settings,
    workspace: Workspace,
    service: Service,
    kind: AnyKind,
    asked: Mapping[ResourceId, Resource[object]],
) -> Mapping[ResourceId, Standing]:
    if kind.versions is None:
        return {}
    scope = remembering(scope_of(settings, workspace, kind), settings.cache.entries, service, kind)
    return kind.versions.standings(service, scope, asked)
