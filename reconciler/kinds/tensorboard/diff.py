"""Finds the actions that make a live TensorBoard equal to its manifest."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.codes import finding
from reconciler.kinds.base import Scope
from reconciler.kinds.changes import field_changes, whole
from reconciler.kinds.results import Proposal
from reconciler.kinds.tensorboard.canonical import (
    ENDED,
    IN_PLACE,
    RUNNING,
    SOURCES,
    STARTING,
    STOPPING,
    DesiredBoard,
    LiveBoard,
    fits,
    immutable_view,
    in_place,
    job_of,
    of_job,
    sources_of,
    unreadable,
)
from reconciler.kinds.tensorboard.template_jobs import missing
from reconciler.model import (
    Action,
    FieldChange,
    FieldPath,
    Finding,
    JsonObject,
    Reason,
    Resource,
    Verb,
)
from reconciler.model.canonical import canonical, digest

Board = Resource[DesiredBoard]


def diff(scope: Scope, desired: Board | None, live: Resource[LiveBoard] | None) -> Proposal:
    """Return the actions that make one TensorBoard equal to its manifest."""
    del scope  # boards carry no marks: reading has already decided which are ours
    if desired is None:
        return Proposal(actions=_gone(live, Reason.NOT_IN_MANIFESTS))
    if desired.body.state == "absent":
        return Proposal(actions=_gone(live, Reason.TOMBSTONE))
    actions = tuple(_made(desired)) if live is None else tuple(_changed(desired, live))
    lacks_job = not desired.body.newest and any(action.job_of for action in actions)
    return Proposal(
        actions=actions,
        awaits=(missing(desired.body.job_template, follows=desired.body.follows),) if lacks_job else (),
        findings=tuple(_notes(desired, live)) if live is not None else (),
    )


def observed(row: JsonObject) -> JsonObject:
    """Return what binds a plan: which board, and those of its settings that can change. Its state changes by itself.

    The rest of a board never changes, so its id is enough. The rest may also hold secrets, whose digest no plan
    contains.
    """
    kept = (*IN_PLACE, "DisplayName")
    settings = canonical({key: row.get(key) for key in kept})
    return {"tensorboardId": row["TensorboardId"], "settings": digest(settings)}


def _made(desired: Board) -> Iterator[Action]:
    body = desired.body
    yield Action(
        verb=Verb.CREATE,
        id=desired.id,
        reason=Reason.ABSENT,
        changes=whole({"content": body.content, **_job(body)}, sensitive=desired.sensitive),
        job_of=body.job_template,
    )
    if body.state == "stopped":
        yield Action(
            verb=Verb.STOP,
            id=desired.id,
            reason=Reason.STATE_DIFFERS,
            intended={"state": "stopped"},
            job_of=body.job_template,
        )


def _job(body: DesiredBoard) -> JsonObject:
    """Return `spec.job` as the manifest has it. Which job that is depends on the time when the action runs."""
    if not body.job_template:
        return {}
    return {"job": {"template": body.job_template, **({"follow": True} if body.follows else {})}}


def _gone(live: Resource[LiveBoard] | None, reason: Reason) -> tuple[Action, ...]:
    if live is None:
        return ()
    return (_removal(live, live.body.row, reason),)


def _removal(live: Resource[LiveBoard], row: JsonObject, reason: Reason) -> Action:
    return Action(
        verb=Verb.DELETE,
        id=live.id,
        reason=reason,
        observed=observed(row),
        intended={"absent": True},
        notes=(_loss(row),),
    )


def _loss(row: JsonObject) -> str:
    return f"{row['TensorboardId']} goes away with its address"


def _changed(desired: Board, live: Resource[LiveBoard]) -> Iterator[Action]:
    row = live.body.row
    before, after = _compared(desired.body, live.body)
    if before != after:
        yield _replacement(desired, live, before, after)
        return
    if live.body.leftover is not None:
        yield _of_leftover(desired, live, live.body.leftover)
    changes = _in_place_changes(desired, row)
    if changes:
        yield _action(Verb.UPDATE, Reason.SETTINGS_CHANGED, desired, live, changes)
    yield from _state_change(desired, live)
    if desired.body.follows and live.body.successor and live.body.leftover is None:
        yield _follow(desired, row, live.body.successor, Reason.JOB_STARTED)


def _compared(body: DesiredBoard, live: LiveBoard) -> tuple[JsonObject, JsonObject]:
    """Return the immutable fields of (live, desired). Any job of the template that the manifest names counts as the
    desired one."""
    if not body.job_template:
        return immutable_view(body, live.row)
    if live.keeps_job:
        return immutable_view(of_job(body, job_of(live.row)), live.row)
    before, after = immutable_view(body, live.row)
    sources = sources_of(live.row)
    if not sources:  # the service does not show it
        return before, after
    return {**before, "Sources": sources}, {**after, "Sources": [f"newest job of template {body.job_template}"]}


def _of_leftover(desired: Board, live: Resource[LiveBoard], leftover: JsonObject) -> Action:
    """Return the action that ends an interrupted replacement. A replacement that only followed a newer job is
    completed."""
    if desired.body.follows and fits(of_job(desired.body, job_of(leftover)), leftover):
        return _follow(desired, leftover, job_of(live.body.row), Reason.SUPERSEDED)
    return _removal(live, leftover, Reason.SUPERSEDED)


def _follow(desired: Board, row: JsonObject, job: str, reason: Reason) -> Action:
    """Return the proposal to change to another job: a new board takes the place of the old one."""
    return Action(
        verb=Verb.FOLLOW,
        id=desired.id,
        reason=reason,
        changes=(FieldChange(path=("content", "JobId"), before=job_of(row), after=job),),
        observed=observed(row),
        intended={"jobId": job},
        notes=(_loss(row),),
    )


def _replacement(desired: Board, live: Resource[LiveBoard], before: JsonObject, after: JsonObject) -> Action:
    body, keeps = desired.body, live.body.keeps_job and not desired.body.follows
    changes = (
        *field_changes({"content": before}, {"content": after}, sensitive=_with_sources(desired.sensitive)),
        *_in_place_changes(desired, live.body.row),
    )
    return Action(
        verb=Verb.REPLACE,
        id=desired.id,
        reason=Reason.IMMUTABLE_FIELD,
        changes=changes,
        observed=observed(live.body.row),
        intended={
            **({"jobId": job_of(live.body.row)} if body.job_template and keeps else {}),
            **({"state": body.state} if body.state else {}),
        },
        notes=(_loss(live.body.row),),
        job_of="" if keeps else body.job_template,
    )


def _with_sources(sensitive: frozenset[FieldPath]) -> frozenset[FieldPath]:
    """Return the fields with the sources under a name of their own; all are hidden when one of them is sensitive."""
    hidden = any(path[:1] == ("content",) and len(path) > 1 and path[1] in SOURCES for path in sensitive)
    return sensitive | {("content", "Sources")} if hidden else sensitive


def _in_place_changes(desired: Board, row: JsonObject) -> tuple[FieldChange, ...]:
    wanted = in_place(desired.body.content)
    shown = {key: value for key, value in in_place(row).items() if key in wanted}
    if wanted == shown:
        return ()
    return field_changes({"content": shown}, {"content": wanted}, sensitive=desired.sensitive)


def _state_change(desired: Board, live: Resource[LiveBoard]) -> Iterator[Action]:
    status = live.body.status
    change = (FieldChange(path=("state",), before=status, after=desired.body.state),)
    if desired.body.state == "running" and status in ENDED | STOPPING:
        yield _action(Verb.START, Reason.STATE_DIFFERS, desired, live, change)
    if desired.body.state == "stopped" and status in RUNNING | STARTING:
        yield _action(Verb.STOP, Reason.STATE_DIFFERS, desired, live, change)


def _action(
    verb: Verb, reason: Reason, desired: Board, live: Resource[LiveBoard], changes: tuple[FieldChange, ...]
) -> Action:
    intended: JsonObject = {"state": desired.body.state} if verb in (Verb.START, Verb.STOP) else {}
    return Action(
        verb=verb, id=desired.id, reason=reason, changes=changes, observed=observed(live.body.row), intended=intended
    )


def _notes(desired: Board, live: Resource[LiveBoard]) -> Iterator[Finding]:
    hidden = unreadable(desired.body, live.body.row)
    if hidden:
        yield finding("DLC210", f"not shown by the service: {', '.join(hidden)}", subject=desired.id)
    if live.body.successor and not desired.body.follows:
        newer = f'it shows {job_of(live.body.row)}; template "{desired.body.job_template}" has a newer job,'
        yield finding("DLC230", f"{newer} {live.body.successor}", subject=desired.id)
