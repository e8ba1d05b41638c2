"""What it takes to make a live JobTemplate equal to its manifest: it is made, refused, deleted, kept, or compared."""

from __future__ import annotations

from reconciler.codes import finding
from reconciler.kinds.base import Scope
from reconciler.kinds.changes import whole
from reconciler.kinds.jobtemplate.canonical import (
    DesiredTemplate,
    LiveTemplate,
)
from reconciler.kinds.jobtemplate.comparison import Comparison, no_such_pin
from reconciler.kinds.jobtemplate.observed import observed
from reconciler.kinds.jobtemplate.ownership import is_offered, is_ours
from reconciler.kinds.jobtemplate.renamed import is_renamed
from reconciler.kinds.results import Proposal
from reconciler.model import (
    Action,
    Finding,
    JsonObject,
    Moved,
    Reason,
    Resource,
    Retained,
    SourceRef,
    Verb,
)


def diff(scope: Scope, desired: Resource[DesiredTemplate] | None, live: Resource[LiveTemplate] | None) -> Proposal:
    """Return the actions that make one template equal to its manifest, or the findings that say why not."""
    if desired is None:
        return _departed(scope, live) if live is not None else Proposal()
    if live is None:
        return _create(desired)
    refusal = _ownership(scope, desired, live)
    if refusal is not None:
        return Proposal(findings=(refusal,))
    return Comparison(scope, desired, live).proposal()


def _create(desired: Resource[DesiredTemplate]) -> Proposal:
    body = desired.body
    if body.pin not in (None, 1):
        return Proposal(findings=(no_such_pin(desired, "a new template has version 1 only"),))
    return Proposal(
        actions=(
            Action(
                verb=Verb.CREATE,
                id=desired.id,
                reason=Reason.ABSENT,
                changes=whole(_shown(desired), sensitive=desired.sensitive),
                intended={"digest": body.written_digest, "version": 1, "defaultVersion": 1},
            ),
        )
    )


def _departed(scope: Scope, live: Resource[LiveTemplate]) -> Proposal:
    """Return the proposal for a template with our mark and without a manifest."""
    body = live.body
    kept = _kept(live)
    if kept is not None:
        return Proposal(retained=(kept,))
    if not scope.prune:
        return Proposal(findings=(finding("DLC208", f"{body.template_id} is in no manifest", subject=live.id),))
    if body.references is None:
        return Proposal(
            retained=(Retained(id=live.id, remote_id=body.template_id, why="whether jobs refer to it is unknown"),)
        )
    action = Action(
        verb=Verb.DELETE,
        id=live.id,
        reason=Reason.NOT_IN_MANIFESTS,
        moved=Moved.MANIFEST,
        observed=observed(body),
        intended={"absent": True},
        notes=(f"{body.template_id} with all its versions; no job refers to it", *_of_former_name(scope, body)),
    )
    return Proposal(actions=(action,))


def _of_former_name(scope: Scope, body: LiveTemplate) -> tuple[str, ...]:
    if body.marks.is_of(scope.project):
        return ()
    return (f'it carries the mark of "{body.marks.project}", a former name of this project',)


def _kept(live: Resource[LiveTemplate]) -> Retained | None:
    body = live.body
    if body.marks.protect:
        return Retained(id=live.id, remote_id=body.template_id, why="it is protected")
    if body.references is not None and body.references.count:
        return Retained(
            id=live.id,
            remote_id=body.template_id,
            why="jobs refer to it",
            references=body.references.job_ids,
            reference_count=body.references.count,
        )
    return None


def _ownership(scope: Scope, desired: Resource[DesiredTemplate], live: Resource[LiveTemplate]) -> Finding | None:
    owner, body = live.body.marks.project, desired.body
    if is_ours(scope, live.body.marks) or is_offered(live.body.marks, body):
        return None
    where = desired.origin if isinstance(desired.origin, SourceRef) else None
    former = f', still called "{live.body.name}",' if is_renamed(desired, live.body) else ""
    which = f"{live.body.template_id}{former}"
    if not owner:
        return finding("DLC201", f"{which} exists and is not ours", subject=desired.id, where=where)
    asked = f', not to "{body.adopt_from}"' if body.adopt_from else ""
    return finding("DLC202", f'{which} belongs to project "{owner}"{asked}', subject=desired.id, where=where)


def _shown(desired: Resource[DesiredTemplate]) -> JsonObject:
    body = desired.body
    shown = {
        "content": body.content,
        "constraints": body.constraints,
        "description": body.description,
        "labels": dict(desired.labels),
        "protect": body.protect,
    }
    return {key: value for key, value in shown.items() if value}
