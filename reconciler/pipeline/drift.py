"""How far a target is from its manifests: a plan with every content compared, and a look at all versions of ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from reconciler.audit.drift import DriftReport, TemplateDrift, drift_report
from reconciler.kinds.base import AnyKind, Owned
from reconciler.live import Service
from reconciler.live.parallel import side_by_side
from reconciler.manifests.past import COMMITS, PastReader
from reconciler.model import Plan, ResourceId, SourceRef, Verb
from reconciler.pipeline import Settings, Workspace, connected, open_workspace, plan_again
from reconciler.pipeline.versions import past_digests
from reconciler.pipeline.workspace import scope_of
from reconciler.plan.build import Selection

REVISIONS = 5
"""How many of the revisions recorded on live templates are searched for what is not live any more."""


def drift_of(settings: Settings, selection: Selection) -> DriftReport:
    """Open a target, read what is live, and compare.

    Raises:
        ProjectError, ManifestError: the manifests cannot be loaded.
        ServiceError: the live side could not be read completely.
    """
    settings = replace(settings, verify=True)
    workspace = open_workspace(settings)
    with connected(settings, workspace) as service:
        return compare(settings, workspace, service, selection)


def compare(settings: Settings, workspace: Workspace, service: Service, selection: Selection) -> DriftReport:
    """The drift of a target that is open; `settings.verify` should be set."""
    plan = plan_again(settings, workspace, service, selection)
    ours = [
        (kind, owned)
        for kind in settings.kinds
        if kind.versions is not None
        for owned in kind.versions.owned(service, scope_of(settings, workspace, kind))
    ]
    out = frozenset(plan.left_out)

    def look(item: tuple[AnyKind, Owned]) -> TemplateDrift:
        kind, owned = item
        return TemplateDrift() if owned.id in out else _by_others(settings, workspace, service, kind, owned)

    shown = side_by_side(look, ours, width=service.calls_in_flight)
    by_id = {owned.id: drift for (_, owned), drift in zip(ours, shown, strict=True)}
    return drift_report(plan, by_id, _deleted(settings, workspace, plan, [owned for _, owned in ours]))


def _by_others(
    settings: Settings, workspace: Workspace, service: Service, kind: AnyKind, owned: Owned
) -> TemplateDrift:
    """All versions looked at. Git is searched only where there is one that neither manifest nor marks explain."""
    traces = kind.versions.traces(service, owned.remote_id) if kind.versions is not None else None
    if kind.versions is None or traces is None:
        return TemplateDrift()
    desired = workspace.desired.resources.get(owned.id)
    known = {kind.versions.digest(desired)} if desired is not None else set()
    file = desired.where.file if desired is not None else owned.manifest
    if file and not known.issuperset(traces.unexplained.values()):
        known |= past_digests(settings, workspace, owned.id, file, COMMITS)[0].keys()
    made = tuple(number for number, digest in traces.unexplained.items() if digest not in known)
    return TemplateDrift(hand_made=made, modified_by=traces.modified_by, modified=traces.modified)


def _deleted(settings: Settings, workspace: Workspace, plan: Plan, ours: Sequence[Owned]) -> Mapping[ResourceId, str]:
    """For what is not live: described at a revision that was applied, it must have been deleted; else it is new.

    Nothing can be told without a revision that Git still knows.
    """
    absent = [action.id for action in plan.actions if action.verb is Verb.CREATE]
    revisions = Counter(owned.revision for owned in ours if owned.revision)
    if not absent or not revisions:
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
