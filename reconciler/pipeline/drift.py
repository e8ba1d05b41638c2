"""How far a target is from its manifests: a plan with every content compared, and a look at all versions of ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from reconciler.audit.drift import DriftReport, Witness, drift_report, hand_made
from reconciler.errors import NotFound
from reconciler.kinds import JOB_TEMPLATE, KINDS
from reconciler.kinds.jobtemplate.answers import ALL, fetch, list_templates, live_summary
from reconciler.kinds.jobtemplate.canonical import LiveTemplate
from reconciler.live import Service
from reconciler.live.parallel import side_by_side
from reconciler.manifests.past import COMMITS, PastReader
from reconciler.model import Plan, ResourceId, SourceRef, Verb
from reconciler.pipeline import Settings, Workspace, connected, open_workspace, plan_again
from reconciler.pipeline.versions import past_digests
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
    ours = _ours(workspace, service)
    out = frozenset(plan.left_out)

    def witness(item: tuple[ResourceId, LiveTemplate]) -> tuple[ResourceId, Witness]:
        id, live = item
        return id, Witness() if id in out else _witness(settings, workspace, service, id, live)

    witnesses = dict(side_by_side(witness, ours.items(), width=service.calls_in_flight))
    return drift_report(plan, witnesses, _deleted(settings, workspace, plan, ours))


def _ours(workspace: Workspace, service: Service) -> Mapping[ResourceId, LiveTemplate]:
    """The live templates with this project's mark, without their versions."""
    rows = list_templates(service, workspace.target.workspace_id)
    named = [(str(row.get("TemplateName") or ""), live_summary(row)) for row in rows]
    return {
        ResourceId(JOB_TEMPLATE.name, name): live
        for name, live in sorted(named, key=lambda item: (item[0], item[1].template_id))
        if live.marks.project == workspace.project.name
    }


def _witness(settings: Settings, workspace: Workspace, service: Service, id: ResourceId, live: LiveTemplate) -> Witness:
    """All versions looked at. Git is searched only where there is one that neither manifest nor marks explain."""
    try:
        template = fetch(service, live.template_id, ALL)
    except NotFound:
        return Witness()
    desired = workspace.desired.resources.get(id)
    digest = desired.body.digest if desired is not None else ""
    made = hand_made(template, digest, ())
    file = desired.body.manifest if desired is not None else live.marks.manifest
    if made and file:
        known, _ = past_digests(settings, workspace, id.name, file, COMMITS)
        made = hand_made(template, digest, known)
    return Witness(hand_made=made, modified_by=template.modified_by, modified=template.modified)


def _deleted(
    settings: Settings, workspace: Workspace, plan: Plan, ours: Mapping[ResourceId, LiveTemplate]
) -> Mapping[ResourceId, str]:
    """For what is not live: described at a revision that was applied, it must have been deleted; else it is new.

    Nothing can be told without a revision that Git still knows.
    """
    absent = [action.id for action in plan.actions if action.verb is Verb.CREATE]
    revisions = Counter(live.marks.revision for live in ours.values() if live.marks.revision)
    if not absent or not revisions:
        return {}
    environ = settings.environment()
    past = PastReader(workspace.project, workspace.target.name, KINDS, environ)
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
