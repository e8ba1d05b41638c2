"""Makes the Plan that marks live objects as this project's, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from reconciler.errors import ManifestError, ReconcilerError, RefusedError
from reconciler.kinds.base import by_name
from reconciler.live import Service
from reconciler.model import Plan, ResourceId, Severity, Verb
from reconciler.model.nearest import meant
from reconciler.pipeline.called import noun_of, with_owners
from reconciler.pipeline.planning import plan_again
from reconciler.pipeline.versions import described_by_id
from reconciler.pipeline.workspace import Settings, Workspace
from reconciler.plan.selection import Selection


def adoption_plan(
    settings: Settings, workspace: Workspace, service: Service, names: Collection[str], former: str
) -> tuple[Workspace, Plan]:
    """Return the plan that adopts what these names or ids mean, and the workspace whose manifests ask for it; without
    names, everything that a manifest describes and nobody owns.

    Args:
        names: names of manifests or ids of live objects, each of which must exist.
        former: the project that hands the objects over; empty for none.

    Raises:
        ReconcilerError: a name that no manifest describes, or an object that is not live.
        ManifestError: a manifest that was named has errors.
        RefusedError: an object of another project is among them, or one whose identity is unclear.
    """
    wanted = _wanted(settings, workspace, service, names)
    asking = _asking_for(settings, workspace, wanted, former)
    whole = plan_again(settings, asking, service, Selection())
    plan = _adoptions(whole, wanted)
    _refuse(plan)
    _require(whole, wanted if names else ())
    return asking, plan


def _wanted(settings: Settings, workspace: Workspace, service: Service, names: Iterable[str]) -> list[ResourceId]:
    """Return the resources that are meant, of kinds that carry a mark of their project."""
    kinds = with_owners(settings.kinds)
    owned = {kind.name for kind in kinds}
    described = {id.name: id for id in workspace.desired.resources if id.kind in owned}
    if not names:
        return list(described.values())
    found = {}
    for name in names:
        found[name] = name if name in described else described_by_id(settings, workspace, service, name, kinds) or name
        if found[name] not in described:
            raise _not_described(settings, workspace, name, described)
    return [described[name] for name in dict.fromkeys(found.values())]


def _not_described(settings: Settings, workspace: Workspace, name: str, described: Iterable[str]) -> ReconcilerError:
    """Return why nothing is adopted under this name."""
    wrong = [item for each in workspace.desired.broken if each.name == name for item in each.shown.findings]
    if wrong:
        return ManifestError(wrong)
    other = next((id for id in workspace.desired.resources if id.name == name), None)
    if other is not None:
        noun = by_name(settings.kinds)[other.kind].noun
        return ReconcilerError(f'"{name}" is a {noun}: these belong to a project by their name alone')
    guess = meant(name, tuple(described))
    hint = "" if guess else f'Write one, for example with `dlc-reconciler export "{name}"`.'
    noun = noun_of(with_owners(settings.kinds))
    return ReconcilerError(f'no manifest describes the {noun} "{name}"{guess}', hint=hint)


def _asking_for(settings: Settings, workspace: Workspace, wanted: Iterable[ResourceId], former: str) -> Workspace:
    """Return the workspace with these manifests changed so that they ask for adoption."""
    kinds, resources = by_name(settings.kinds), dict(workspace.desired.resources)
    for id in wanted:
        ownership = kinds[id.kind].ownership
        if ownership is not None:
            resources[id] = ownership.asking(resources[id], former)
    return replace(workspace, desired=replace(workspace.desired, resources=resources))


def _adoptions(whole: Plan, wanted: Iterable[ResourceId]) -> Plan:
    """Return the part of a plan that adopts. Everything else in it is left to `apply`."""
    ids = set(wanted)
    actions = tuple(action for action in whole.actions if action.verb is Verb.ADOPT and action.id in ids)
    return replace(
        whole,
        actions=actions,
        broken=(),
        retained=(),
        unmanaged=(),
        unchanged=len(ids) - len(actions),
        findings=tuple(found for found in whole.findings if found.subject in ids),
    )


def _refuse(plan: Plan) -> None:
    """Raise an error for everything that prevents adoption."""
    errors = [found for found in plan.findings if found.severity is Severity.ERROR]
    if errors:
        raise RefusedError(
            "nothing was adopted",
            reasons=[f"{found.code} {found.subject}: {found.summary}" for found in errors],
            hint=errors[0].hint,
        )


def _require(whole: Plan, named: Collection[ResourceId]) -> None:
    """Raise an error with every name that is not live."""
    missing = [action.id.name for action in whole.actions if action.verb is Verb.CREATE and action.id in named]
    if missing:
        raise ReconcilerError(
            f"not there to be adopted: {', '.join(missing)}", hint="`dlc-reconciler apply` creates them."
        )
