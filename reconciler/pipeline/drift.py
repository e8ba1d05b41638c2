"""How far a target is from its manifests: a plan with every content compared, and a look at all versions of ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reconciler.audit.drift import DriftReport, Stand, TemplateDrift, drift_report
from reconciler.kinds.base import AnyKind, Trust
from reconciler.kinds.results import Owned, Reading
from reconciler.live import Service
from reconciler.manifests.past import COMMITS, PastReader
from reconciler.model import Plan, ResourceId, SourceRef, Verb
from reconciler.pipeline import Settings, Workspace, connected, listing_ahead, open_target, usable, with_manifests
from reconciler.pipeline.planning import plan_with_sides
from reconciler.pipeline.versions import past_digests
from reconciler.pipeline.workspace import scope_of
from reconciler.plan.build import Sides
from reconciler.plan.selection import Selection

REVISIONS = 5
"""How many of the revisions recorded on live templates are searched for resources that are not live any more."""


Ours = Iterator[tuple[AnyKind, Owned]]
"""What live objects with our mark say, by kind and name."""
Stands = Callable[[Settings, Workspace, Ours], tuple[Stand, ...]]
"""Returns what a report says of each live object of ours, also of those that are as Git has them."""


def no_stands(_settings: Settings, _workspace: Workspace, _ours: Ours) -> tuple[Stand, ...]:
    """Say nothing: of a million objects that are as Git has them, that alone would fill the memory."""
    return ()


def drift_of(settings: Settings, selection: Selection, stands: Stands = no_stands) -> DriftReport:
    """Open a target, read what is live, and compare the two sides.

    Our own marks are not believed. With `Trust.MARKS` in the settings, what was fetched once is believed instead.

    Raises:
        ProjectError, ManifestError: the manifests cannot be loaded.
        ServiceError: the live side could not be read completely.
    """
    settings = fetching(settings)
    opened = open_target(settings)
    with listing_ahead(settings, opened) as ahead:
        workspace = usable(with_manifests(settings, opened))
        with connected(settings, workspace, ahead) as service:
            return compare(settings, workspace, service, selection, stands)


def fetching(settings: Settings) -> Settings:
    """Return the settings under which our own marks are not believed."""
    return replace(settings, trust=Trust.FETCHED) if settings.trust is Trust.MARKS else settings


def compare(
    settings: Settings, workspace: Workspace, service: Service, selection: Selection, stands: Stands
) -> DriftReport:
    """Return the drift of a target that is open, read with `settings.trust`."""
    plan, sides = plan_with_sides(settings, workspace, service, selection)
    out = frozenset(plan.left_out)
    # Of what is known to be as Git has it, no version is anybody else's.
    by_id = {
        owned.id: TemplateDrift() if owned.id in out else _by_others(settings, workspace, kind, owned)
        for kind, owned in _owned(sides, lambda reading: reading.resources.keys() - reading.unchanged)
    }
    report = drift_report(plan, by_id, _deleted(settings, workspace, plan, _ours(sides)))
    waiting = tuple(each.id for each in plan.waiting)
    return replace(report, stands=stands(settings, workspace, _ours(sides)), waiting=waiting)


def _ours(sides: Sequence[Sides]) -> Ours:
    return _owned(sides, lambda reading: reading.resources.keys())


def _owned(sides: Sequence[Sides], chosen: Callable[[Reading[Any, Any]], Iterable[ResourceId]]) -> Ours:
    """Yield what those of the live objects say that are `chosen`. They are made only for that."""
    for side in sides:
        if side.kind.versions is not None:
            for id in sorted(chosen(side.reading)):
                owned = side.kind.versions.owned(side.scope, side.reading.resources[id])
                if owned is not None:
                    yield side.kind, owned


def all_stands(settings: Settings, workspace: Workspace, ours: Ours) -> tuple[Stand, ...]:
    """Say of every live object of ours which version is the default, since when, and what proved it."""
    return tuple(_stands(settings, workspace, ours))


def _stands(settings: Settings, workspace: Workspace, ours: Ours) -> Iterator[Stand]:
    # A scope names everything that manifests describe; one for each template would take quadratic time.
    scopes = {kind.name: scope_of(settings, workspace, kind) for kind in settings.kinds}
    for kind, owned in ours:
        if kind.versions is None:
            continue
        desired = workspace.desired.resources.get(owned.id)
        asked = kind.asked(scopes[kind.name], desired) if desired is not None else None
        yield Stand(
            id=owned.id,
            version=owned.version,
            commit=owned.revision,
            since=owned.since,
            proved=owned.proved,
            unproved=asked is not None and not owned.proved,
        )


def _by_others(settings: Settings, workspace: Workspace, kind: AnyKind, owned: Owned) -> TemplateDrift:
    """Return what other people did. Git is searched only where neither manifest nor marks explain a version."""
    if kind.versions is None:
        return TemplateDrift()
    desired = workspace.desired.resources.get(owned.id)
    known = {kind.versions.digest(desired)} if desired is not None else set()
    file = desired.where.file if desired is not None else owned.manifest
    if file and not known.issuperset(owned.unexplained.values()):
        known |= past_digests(settings, workspace, owned.id, file, COMMITS)[0].keys()
    made = tuple(number for number, digest in owned.unexplained.items() if digest not in known)
    return TemplateDrift(hand_made=made, modified_by=owned.modified_by, modified=owned.modified)


def _deleted(settings: Settings, workspace: Workspace, plan: Plan, ours: Ours) -> Mapping[ResourceId, str]:
    """Return which resources that are not live must have been deleted, because a revision that was applied describes
    them; others are new.

    Nothing is known without a revision that Git still has.
    """
    absent = [action.id for action in plan.asked if action.verb is Verb.CREATE]
    revisions = Counter(owned.revision for _, owned in ours if owned.revision) if absent else Counter()
    if not revisions:
        return {}
    environ = settings.environment()
    past = PastReader(workspace.project, workspace.target.name, settings.kinds, environ)
    newest = [revision for revision, _ in revisions.most_common(REVISIONS) if past.knows(revision)]
    if not newest:
        return {}
    found = {}
    for id in absent:
        origin = workspace.desired.resources[id].origin
        file = origin.file if isinstance(origin, SourceRef) else ""
        at = next((revision for revision in newest if file and past.had(revision, id, file)), "")
        found[id] = f"deleted on the service: its manifest was there when {at[:10]} was applied" if at else ""
    return found
