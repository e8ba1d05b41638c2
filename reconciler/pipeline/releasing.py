"""Makes the Plan that removes this project's marks from live objects, given their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.errors import RefusedError
from reconciler.kinds.base import by_name
from reconciler.kinds.results import LiveObject
from reconciler.live import Service
from reconciler.model import Action, Plan
from reconciler.pipeline.called import live_objects, the_one_called, with_owners
from reconciler.pipeline.workspace import Settings, Workspace, scope_of


def release_plan(settings: Settings, workspace: Workspace, service: Service, names: Sequence[str]) -> Plan:
    """Return the plan that releases the objects with these names or ids; without names all that have our mark.

    An object that nobody owns counts as released already.

    Raises:
        ReconcilerError: a name that nothing live has, or that several have.
        RefusedError: an object of another project is among them, or all are meant and of one it is not known whose it
            is.
    """
    kinds, ours = with_owners(settings.kinds), workspace.project.names
    rows = live_objects(settings, workspace, service, kinds)
    if names:
        found = [the_one_called(workspace, rows, name, kinds) for name in dict.fromkeys(names)]
        chosen = sorted({live.remote_id: live for live in found}.values(), key=lambda live: (live.id, live.remote_id))
    else:
        _check_known(rows)
        chosen = [live for live in rows if live.owner in ours]
    foreign = [live for live in chosen if live.owner and live.owner not in ours]
    if foreign:
        raise RefusedError(
            "nothing was released",
            reasons=[f'"{each.id.name}" ({each.remote_id}) belongs to project "{each.owner}"' for each in foreign],
            hint="Release them in that project.",
        )
    actions = tuple(_actions(settings, workspace, service, chosen))
    return Plan(
        project=workspace.project.name,
        target=workspace.target,
        actions=actions,
        unchanged=len(chosen) - len(actions),
    )


def _check_known(rows: Sequence[LiveObject]) -> None:
    """Refuse to release all of a project's objects while it is not known which these are."""
    if unclear := [live for live in rows if live.doubt]:
        raise RefusedError(
            "nothing was released, because it is not known whose these are",
            reasons=[f'"{each.id.name}" ({each.remote_id}): {each.doubt}' for each in unclear],
            hint="Release the others by their names.",
        )


def _actions(
    settings: Settings, workspace: Workspace, service: Service, chosen: Sequence[LiveObject]
) -> Iterator[Action]:
    kinds = by_name(settings.kinds)
    for live in chosen:
        kind = kinds[live.id.kind]
        if kind.ownership is not None:
            notes = tuple(_next(settings, workspace, live))
            action = kind.ownership.release(service, scope_of(settings, workspace, kind), live, notes)
            yield from (action,) if action is not None else ()


def _next(settings: Settings, workspace: Workspace, live: LiveObject) -> Iterator[str]:
    """Yield what the next plan will say, where a manifest still asks for the object."""
    manifest, ownership = workspace.desired.resources.get(live.id), by_name(settings.kinds)[live.id.kind].ownership
    if manifest is None or ownership is None:
        return
    if ownership.asks(manifest):
        yield "its manifest asks for adoption: the next plan adopts it again, unless the manifest goes"
    else:
        yield "its manifest is still there: it blocks the next plan (DLC201) until it is removed or says `adopt: true`"
