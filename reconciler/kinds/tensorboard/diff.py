"""What it takes to make a live TensorBoard equal to its manifest."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.codes import finding
from reconciler.kinds.base import Proposal, Scope
from reconciler.kinds.changes import field_changes, whole
from reconciler.kinds.tensorboard.canonical import (
    ENDED,
    IN_PLACE,
    RUNNING,
    SOURCES,
    STARTING,
    STOPPING,
    DesiredBoard,
    LiveBoard,
    immutable_view,
    in_place,
    unreadable,
)
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
    """The actions that make one TensorBoard equal to its manifest."""
    del scope  # boards carry no marks: the reading has already decided which are ours
    if desired is None:
        return Proposal(actions=_gone(live, Reason.NOT_IN_MANIFESTS))
    if desired.body.state == "absent":
        return Proposal(actions=_gone(live, Reason.TOMBSTONE))
    if live is None:
        return Proposal(actions=tuple(_made(desired)))
    return Proposal(actions=tuple(_changed(desired, live)), findings=tuple(_notes(desired, live)))


def observed(row: JsonObject) -> JsonObject:
    """What a plan is bound to: which board, and its settings that can change. Its state moves by itself.

    The rest of a board never changes, so its id says it all; and it may hold secrets, of which no plan has a digest.
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
        changes=whole({"content": body.content}, sensitive=desired.sensitive),
        intended=_job(body),
    )
    if body.state == "stopped":
        yield Action(verb=Verb.STOP, id=desired.id, reason=Reason.STATE_DIFFERS, intended={"state": "stopped"})


def _job(body: DesiredBoard) -> JsonObject:
    """The newest job of the template, if one is followed: apply uses the one the plan showed, not a newer one."""
    return {"jobId": body.content["JobId"]} if body.job_template and body.content.get("JobId") else {}


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
    body, row = desired.body, live.body.row
    before, after = immutable_view(body, row)
    if before != after:
        yield _replacement(desired, live, before, after)
        return
    if live.body.leftover is not None:
        yield _removal(live, live.body.leftover, Reason.SUPERSEDED)
    changes = _in_place_changes(desired, row)
    if changes:
        yield _action(Verb.UPDATE, Reason.SETTINGS_CHANGED, desired, live, changes)
    yield from _state_change(desired, live)


def _replacement(desired: Board, live: Resource[LiveBoard], before: JsonObject, after: JsonObject) -> Action:
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
        intended={**_job(desired.body), **({"state": desired.body.state} if desired.body.state else {})},
        notes=(_loss(live.body.row),),
    )


def _with_sources(sensitive: frozenset[FieldPath]) -> frozenset[FieldPath]:
    """The sources are compared under a name of their own: hidden as a whole when one of them is sensitive."""
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
