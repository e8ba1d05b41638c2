"""Lists, shows, starts, stops, shares and deletes TensorBoards by hand. It waits as apply does."""

from __future__ import annotations

from reconciler.errors import NotFound, ReconcilerError
from reconciler.jobs.lookup import closest
from reconciler.jobs.windows import Window
from reconciler.kinds.base import Site
from reconciler.kinds.tensorboard.canonical import ENDED, KIND_NAME, RUNNING, STOPPING, status_of
from reconciler.kinds.tensorboard.operations import GET_TENSORBOARD, GET_TENSORBOARD_SHARED_URL, LIST_TENSORBOARDS
from reconciler.kinds.tensorboard.read import boards as all_boards
from reconciler.kinds.tensorboard.write import perform
from reconciler.model import Action, JsonObject, Reason, ResourceId, Verb
from reconciler.model.expressions import expression
from reconciler.model.moments import THE_BEGINNING


def list_boards(site: Site, window: Window | None, filters: JsonObject) -> list[JsonObject]:
    """Return the TensorBoards that were created in a window, newest first; without a window, all of them."""
    if window is None and not filters:
        return all_boards(site.service, site.scope)
    since = window.fields if window is not None else {"StartTime": THE_BEGINNING}
    return site.service.rows(
        LIST_TENSORBOARDS, WorkspaceId=site.workspace_id, **since, SortBy="GmtCreateTime", Order="desc", **filters
    )


def get_board(site: Site, board_id: str) -> JsonObject:
    """Return one TensorBoard, by its id or by a name that no other board has.

    Raises:
        NotFound: there is none; the hint names the nearest ones.
        ReconcilerError: several have this name.
    """
    try:
        return site.service.call(GET_TENSORBOARD, _id_of(site, board_id), WorkspaceId=site.workspace_id)
    except NotFound as error:
        error.hint = _suggestion(site, board_id)
        raise


def _id_of(site: Site, wanted: str) -> str:
    """Return the id of the board with a name. A text that is no board's name is taken for an id."""
    if _ID.fullmatch(wanted):
        return wanted
    named = [str(row["TensorboardId"]) for row in list_boards(site, None, {}) if row.get("DisplayName") == wanted]
    if len(named) > 1:
        raise ReconcilerError(
            f'{len(named)} TensorBoards are called "{wanted}": {", ".join(named[:3])}', hint="Name one by its id."
        )
    return named[0] if named else wanted


def _suggestion(site: Site, wanted: str) -> str:
    try:
        rows = list_boards(site, None, {})
    except ReconcilerError:
        return ""
    known = [str(row.get(field)) for row in rows for field in ("TensorboardId", "DisplayName")]
    return closest(wanted, known, "all of the workspace were searched")


_ID = expression(r"tb(oard)?-?(?=[a-z]*[0-9])[0-9a-z]+")


def board_name(board: JsonObject) -> str:
    """Return how messages name a TensorBoard: `tb123 "curves"`."""
    return f'{board.get("TensorboardId")} "{board.get("DisplayName") or ""}"'


def check_verb(board: JsonObject, verb: Verb) -> None:
    """Refuse a verb when a TensorBoard already is as the verb would make it, or is not ready for it.

    Raises:
        ReconcilerError: nothing can be done with it now; the message says why.
    """
    status = status_of(board)
    pointless = {Verb.START: RUNNING, Verb.STOP: ENDED | STOPPING}.get(verb, frozenset())
    if status in pointless:
        raise ReconcilerError(f"{board_name(board)} is {board.get('Status')}; there is nothing to {verb}")


def act(site: Site, board: JsonObject, verb: Verb) -> JsonObject:
    """Start, stop or delete a TensorBoard, wait until that is done, and return the board as it is then. Deleting stops
    it first.

    Raises:
        ServiceError: a call failed, or the state was not reached in time.
    """
    action = Action(
        verb=verb, id=ResourceId(KIND_NAME, str(board.get("DisplayName") or "")), reason=Reason.STATE_DIFFERS
    )
    board_id = board["TensorboardId"]
    perform(site, action, None, {"tensorboardId": board_id})
    return {"TensorboardId": board_id} if verb is Verb.DELETE else get_board(site, board_id)


def share(site: Site, board: JsonObject, seconds: int) -> JsonObject:
    """Return the answer of GetTensorboardSharedUrl: an address that works for so many seconds, at most a week.

    Raises:
        ReconcilerError: the TensorBoard is not running.
    """
    if status_of(board) not in RUNNING:
        raise ReconcilerError(
            f"{board_name(board)} is {board.get('Status')}; only a running one can be shared",
            hint=f"Start it: `dlc-reconciler boards start {board['TensorboardId']}`.",
        )
    return site.service.call(GET_TENSORBOARD_SHARED_URL, board["TensorboardId"], ExpireTimeSeconds=str(seconds))
