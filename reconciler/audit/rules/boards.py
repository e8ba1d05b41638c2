"""Rules on TensorBoards."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.audit.rules.base import BoardRule, Hit, Parameter, Rule, Setting
from reconciler.audit.snapshot import Board


def running_long(board: Board, setting: Setting) -> Iterator[Hit]:
    """It has been running for more hours than anybody looks at curves."""
    most = setting.numbers["hours"]
    if board.running_hours is not None and board.running_hours > most:
        yield Hit(summary=f"running for more than {most} hours", path=("state",))


def of_deleted_job(board: Board, setting: Setting) -> Iterator[Hit]:
    """Its job is gone."""
    del setting
    if board.job_gone:
        yield Hit(summary=f"its job {board.job_id} does not exist any more", path=("content", "JobId"))


RULES: tuple[BoardRule, ...] = (
    Rule(
        code="DLC319",
        name="board-running-long",
        check=running_long,
        parameters=(Parameter(name="hours", default=72, meaning="Most hours of one run.", minimum=1),),
    ),
    Rule(code="DLC321", name="board-of-deleted-job", check=of_deleted_job),
)
