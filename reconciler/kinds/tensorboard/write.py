"""Writes TensorBoards.

Start, stop and delete are asynchronous, and only stopped boards can be deleted. A create whose answer was lost is found
again as the board of that name and those sources that did not exist before the call. A TensorBoard has no field for a
nonce: when somebody else creates one with the same name and sources in the same moment, and our own answer is lost,
theirs is taken for ours. It is what the manifest asks for, and there is only one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace

from reconciler.errors import NotFound, ServiceError, StaleError
from reconciler.kinds import text_equality
from reconciler.kinds.base import Scope, Site
from reconciler.kinds.results import Performed
from reconciler.kinds.tensorboard.canonical import (
    ENDED,
    GONE,
    IN_PLACE,
    RUNNING,
    STARTING,
    DesiredBoard,
    fits,
    in_place,
    of_job,
    status_of,
)
from reconciler.kinds.tensorboard.diff import observed
from reconciler.kinds.tensorboard.operations import (
    CREATE_TENSORBOARD,
    DELETE_TENSORBOARD,
    START_TENSORBOARD,
    UPDATE_TENSORBOARD,
)
from reconciler.kinds.tensorboard.read import boards
from reconciler.kinds.tensorboard.states import board_of, reach, stopped, switch
from reconciler.kinds.tensorboard.template_jobs import jobs_of_template, missing
from reconciler.kinds.waiting import age, made_once, naming, once, rival, until, within
from reconciler.live.port import Service
from reconciler.model import Action, JsonObject, Resource, ResourceId, Verb
from reconciler.model.quick import dataclass

Board = Resource[DesiredBoard]
ID = "TensorboardId"


def look(service: Service, scope: Scope, id: ResourceId, expected: JsonObject) -> JsonObject:
    """Return what a plan made now would observe; `{}` when there is no such board."""
    if not expected:
        rows = _of_name(service, scope, id)
        return observed(rows[0]) if rows else {}
    row = board_of(service, scope, expected["tensorboardId"])
    return observed(row) if row else {}


def perform(site: Site, action: Action, desired: Board | None, seen: JsonObject) -> Performed:
    """Execute one action of a plan on the board last observed as `seen`.

    Raises:
        StaleError: somebody else created a board of this name at the same time.
        ServiceError: a call failed, or the board did not reach the state in time.
    """
    match action.verb:
        case Verb.DELETE:
            return _delete(site, seen)
        case Verb.START:
            return _start(site, seen["tensorboardId"])
        case Verb.STOP:
            return _stop(site, seen["tensorboardId"])
    if desired is None:
        raise ValueError(f"{action.key} needs its manifest")
    if action.verb is Verb.UPDATE:
        return _update(site, desired, seen)
    return _made_anew(site, action.verb, _with_job(site, action, desired), seen)


def _made_anew(site: Site, verb: Verb, desired: Board, seen: JsonObject) -> Performed:
    match verb:
        case Verb.CREATE:
            return _create(site, desired)
        case Verb.REPLACE:
            return _replace(site, desired, seen)
        case Verb.FOLLOW:
            return _follow(site, desired, seen)
        case _:
            raise ValueError(f"a TensorBoard cannot {verb}")


def _with_job(site: Site, action: Action, desired: Board) -> Board:
    """Return the board with its job: the one that the action names, or the newest of its template at this moment.

    Raises:
        StaleError: the template has no such job any more.
    """
    job = str(action.intended.get("jobId") or "")
    if action.job_of:
        job = jobs_of_template(site.service, site.scope, action.job_of).usable_by(desired.body)
        if not job:
            raise StaleError(missing(action.job_of, follows=desired.body.follows))
    return replace(desired, body=of_job(desired.body, job))


def _create(site: Site, desired: Board) -> Performed:
    made = _made(site, desired, before=_names_held(site, desired, expected=frozenset()))
    row = reach(site, made.id, RUNNING) if desired.body.state == "running" else made.row
    return Performed(detail=f"{made.id} created{made.warning}", observed=observed(row))


def _names_held(site: Site, desired: Board, *, expected: frozenset[str]) -> frozenset[str]:
    """Return the ids of the boards that have the name before ours is created.

    Raises:
        StaleError: one of them is new since the plan looked.
    """
    held = frozenset(row[ID] for row in _of_name(site.service, site.scope, desired.id))
    if held - expected and not desired.body.remote_id:
        raise StaleError(
            f"{', '.join(sorted(held - expected))} of the same name was created by somebody else meanwhile"
        )
    return held


@dataclass(frozen=True, slots=True)
class _New:
    """A board that this action has just created."""

    row: JsonObject
    warning: str = ""

    @property
    def id(self) -> str:
        return str(self.row[ID])


def _made(site: Site, desired: Board, *, before: frozenset[str]) -> _New:
    """Create a board and make sure that it is the only new one with its name."""

    def new() -> list[JsonObject]:
        return [row for row in _of_name(site.service, site.scope, desired.id) if row[ID] not in before]

    answer = made_once(
        site.patience,
        lambda: site.service.call(
            CREATE_TENSORBOARD, WorkspaceId=site.scope.workspace_id, DisplayName=desired.id.name, **desired.body.content
        ),
        lambda: next((row for row in new() if fits(desired.body, row)), None),
    )
    own = str(answer[ID])
    site.scope.created.keep(desired.id, own)
    with naming(own):
        return _listed(site, desired, own, new)


def _listed(site: Site, desired: Board, own: str, new: Callable[[], list[JsonObject]]) -> _New:
    """Return a board that was just created, once the listing shows it as the only new one with its name, or else with a
    warning.

    Raises:
        StaleError: somebody else created one of this name at the same time.
    """
    row = until(site.patience, lambda: board_of(site.service, site.scope, own), lambda row: row is not None)
    if row is None:
        raise ServiceError(f"{own} cannot be read", operation="GetTensorboard")
    rows = within(site.patience, site.patience.listing, new, lambda rows: any(each[ID] == own for each in rows))
    if all(each[ID] != own for each in rows):
        return _New(row, f"; warning: after {site.patience.listing:g} s the listing does not show {own} yet")
    other = rival(site.patience, rows, new, own, ID)
    if other is not None:
        _delete(site, {"tensorboardId": own})
        raise StaleError(f"{other[ID]} of the same name was created at the same time; ours, {own}, was taken back")
    site.scope.created.forget(desired.id)
    return _New(row)


def _follow(site: Site, desired: Board, seen: JsonObject) -> Performed:
    """Replace a board by one of a newer job. When an interrupted apply has made that one already, continue from
    there."""
    there = (row for row in _of_name(site.service, site.scope, desired.id) if row[ID] != seen["tensorboardId"])
    row = next((row for row in there if fits(desired.body, row)), None)
    return _replace(site, desired, seen) if row is None else _superseded(site, desired, seen, _New(row))


def _replace(site: Site, desired: Board, seen: JsonObject) -> Performed:
    """Create the new board, then delete the old one, unless somebody changed the old one after the look before both."""
    old = seen["tensorboardId"]
    made = _made(site, desired, before=_names_held(site, desired, expected=frozenset({old})))
    return _superseded(site, desired, seen, made)


def _superseded(site: Site, desired: Board, seen: JsonObject, made: _New) -> Performed:
    """Delete the old board once the new one exists and is in the state that the manifest wants."""
    old, new = seen["tensorboardId"], made.id
    row = reach(site, new, RUNNING) if desired.body.state == "running" else made.row
    _delete(site, seen)
    if desired.body.state == "stopped":
        _stop(site, new)
    return Performed(detail=f"{new} replaces {old}{made.warning}", observed=observed(row))


def _update(site: Site, desired: Board, seen: JsonObject) -> Performed:
    tensorboard_id, wanted = seen["tensorboardId"], in_place(desired.body.content)
    fields = {key: desired.body.content[key] for key in IN_PLACE if key in wanted}

    def landed() -> JsonObject | None:
        row = board_of(site.service, site.scope, tensorboard_id)
        return row if row and {k: v for k, v in in_place(row).items() if k in wanted} == wanted else None

    once(
        site.patience,
        lambda: site.service.call(UPDATE_TENSORBOARD, tensorboard_id, WorkspaceId=site.scope.workspace_id, **fields),
        landed,
        lambda: _check_unmoved(seen, board_of(site.service, site.scope, tensorboard_id), "not updated"),
    )
    row = until(site.patience, landed, lambda found: found is not None)
    if row is None:
        raise ServiceError(
            f"{tensorboard_id}: the update was accepted but does not show; somebody else may have changed it back",
            operation="UpdateTensorboard",
        )
    return Performed(detail=f"{tensorboard_id}: {', '.join(fields)} changed", observed=observed(row))


def _start(site: Site, tensorboard_id: str) -> Performed:
    row = reach(site, tensorboard_id, ENDED | RUNNING | STARTING)
    if status_of(row) in ENDED:
        switch(site, START_TENSORBOARD, tensorboard_id, RUNNING | STARTING)
    row = reach(site, tensorboard_id, RUNNING)
    return Performed(detail=f"{tensorboard_id} is running", observed=observed(row))


def _stop(site: Site, tensorboard_id: str) -> Performed:
    row = stopped(site, tensorboard_id)
    return Performed(detail=f"{tensorboard_id} is {status_of(row)}", observed=observed(row))


def _check_unmoved(seen: JsonObject, row: JsonObject | None, what: str) -> None:
    """Refuse the next write of an action when the board's settings differ from those of the look before the first
    write.

    Raises:
        StaleError: somebody else changed them meanwhile; they are left as they are.
    """
    if row is not None and seen.get("settings") not in (None, observed(row)["settings"]):
        raise StaleError(f"{row[ID]} was {what}: somebody else changed its settings meanwhile")


def _delete(site: Site, seen: JsonObject) -> Performed:
    """Stop a board, wait, and delete it: the service deletes only boards that have ended.

    The look that shows the board as ended is the last request before the delete.

    Raises:
        StaleError: somebody else changed its settings since it was `seen`; it is not deleted, but it may be stopped.
    """
    tensorboard_id = seen["tensorboardId"]
    try:
        _check_unmoved(seen, board_of(site.service, site.scope, tensorboard_id), "neither stopped nor deleted")
        _check_unmoved(seen, stopped(site, tensorboard_id), "not deleted")
    except NotFound:
        return Performed(detail=f"{tensorboard_id} was gone already", observed={})

    def gone() -> JsonObject | None:
        return {} if board_of(site.service, site.scope, tensorboard_id) is None else None

    with contextlib.suppress(NotFound):
        once(
            site.patience,
            lambda: site.service.call(DELETE_TENSORBOARD, tensorboard_id, WorkspaceId=site.scope.workspace_id),
            gone,
            lambda: _check_unmoved(seen, board_of(site.service, site.scope, tensorboard_id), "not deleted"),
        )
    if until(site.patience, gone, lambda answer: answer is not None) is None:
        raise ServiceError(f"{tensorboard_id} was deleted but is still there", operation="DeleteTensorboard")
    return Performed(detail=f"{tensorboard_id} deleted", observed={})


def _of_name(service: Service, scope: Scope, id: ResourceId) -> list[JsonObject]:
    """Return the live boards with exactly this name, the oldest first."""
    rows = [
        row
        for row in boards(service, scope, id.name)
        if text_equality.may_be(id.name, str(row.get("DisplayName") or "")) and status_of(row) not in GONE
    ]
    return sorted(rows, key=lambda row: age(row, ID))
