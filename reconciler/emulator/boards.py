"""TensorBoards as state: asynchronous start and stop, the automatic stop, deletion.

A board stores its last known phase and since when; `settle` derives the present one from the clock. The wire
is in `board_calls`.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass, replace

from .clock import to_seconds
from .errors import ServiceError, bad_request, not_found
from .profile import Profile
from .service import Service
from .wire import JsonObject, dump_json

FINISHED = frozenset({"Stopped", "Succeeded", "Failed", "Creating_Failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One TensorBoard; times in seconds since the epoch, `body` as CreateTensorboard took it."""

    id: str
    workspace: str
    created: float
    modified: float
    body: JsonObject
    user: str
    phase: str
    since: float
    reason: str = ""
    started: float | None = None
    finished: float | None = None

    @property
    def name(self) -> str:
        """DisplayName, empty if it was not given."""
        return str(self.body.get("DisplayName", ""))


def settle(board: Board, now: float, profile: Profile) -> Board:
    """Return the board as it stands at `now`: every transition that is due has happened at its own time."""
    while (later := _next(board, profile)) is not None and later.since <= now:
        board = later
    return board


def _next(board: Board, profile: Profile) -> Board | None:
    """Return the board after its next transition by itself, or None if it waits for somebody."""
    due = board.since + profile.board_delay
    limit = board.body.get("MaxRunningTimeMinutes")
    if board.phase == "Creating" and board.name in profile.failing_boards:
        return _finish(board, profile.board_failure_status, due, "CreateFailed")
    if board.phase == "Creating":
        return replace(board, phase="Running", since=due, modified=due, started=due, finished=None, reason="")
    if board.phase == "Stopping":
        return _finish(board, "Stopped", due, board.reason)
    if board.phase == "Running" and limit:
        return _finish(board, "Stopped", (board.started or board.since) + limit * 60.0, "MaxRunningTimeReached")
    return None


def _finish(board: Board, phase: str, moment: float, reason: str) -> Board:
    return replace(board, phase=phase, since=moment, modified=moment, finished=moment, reason=reason)


def create(
    service: Service,
    *,
    workspace: str,
    body: JsonObject,
    created: float | None = None,
    status: str = "Creating",
    user: str | None = None,
) -> Board:
    """Store a board; `status` other than Creating is for seeded ones."""
    now = service.clock.now() if created is None else created
    board = Board(
        id=service.new_id("tb", 14),
        workspace=workspace,
        created=to_seconds(now),
        modified=now,
        body=body,
        user=user or service.profile.user_id,
        phase=status,
        since=now,
        started=None if status == "Creating" else now,
        finished=now if status in FINISHED else None,
    )
    with service.store.write() as db:
        _refuse_same_name(service, db, board)
        db.execute(
            "INSERT INTO board (id, workspace, created, document) VALUES (?, ?, ?, ?)",
            (board.id, workspace, board.created, dump_json(asdict(board))),
        )
    return board


def _refuse_same_name(service: Service, db: sqlite3.Connection, board: Board) -> None:
    if not service.profile.unique_board_names:
        return
    for row in db.execute("SELECT document FROM board WHERE workspace = ?", (board.workspace,)):
        if from_document(row["document"]).name == board.name:
            raise ServiceError(409, "AlreadyExists.Tensorboard", f"A TensorBoard named {board.name} exists.")


def from_document(document: str) -> Board:
    """Return the board as stored."""
    return Board(**json.loads(document))


def find(service: Service, db: sqlite3.Connection, board_id: str) -> Board:
    """Return the board as it stands now; 404 if there is none."""
    row = db.execute("SELECT document FROM board WHERE id = ?", (board_id,)).fetchone()
    if row is None:
        raise not_found("Tensorboard", board_id)
    return settle(from_document(row["document"]), service.clock.now(), service.profile)


def save(db: sqlite3.Connection, board: Board) -> None:
    """Replace the stored board."""
    db.execute("UPDATE board SET document = ? WHERE id = ?", (dump_json(asdict(board)), board.id))


def start(service: Service, db: sqlite3.Connection, board: Board) -> None:
    """Ask a finished board to run again."""
    now = service.clock.now()
    if board.phase in FINISHED:
        save(db, replace(board, phase="Creating", since=now, modified=now, started=None, finished=None, reason=""))
    elif service.profile.board_repeat == "refuse":
        raise bad_request(f"Tensorboard {board.id} is {board.phase} and cannot be started.")


def stop(service: Service, db: sqlite3.Connection, board: Board) -> None:
    """Ask a running or starting board to stop."""
    now = service.clock.now()
    if board.phase not in FINISHED and board.phase != "Stopping":
        save(db, replace(board, phase="Stopping", since=now, modified=now, reason="StoppedByUser"))
    elif service.profile.board_repeat == "refuse":
        raise bad_request(f"Tensorboard {board.id} is {board.phase} and cannot be stopped.")


def delete(db: sqlite3.Connection, board: Board) -> None:
    """Remove a finished board; refused while it is not."""
    if board.phase not in FINISHED:
        raise bad_request(f"Tensorboard {board.id} is {board.phase}; stop it before deleting it.")
    db.execute("DELETE FROM board WHERE id = ?", (board.id,))


def running_seconds(board: Board, now: float) -> int:
    """Return the length of the present or last run, in seconds."""
    if board.started is None:
        return 0
    return max(0, int((board.finished if board.finished is not None else now) - board.started))
