"""The states of a live TensorBoard: looks at one board, and waits until it is in another state.

Start, stop and delete are asynchronous: the service answers before the board changes, so every change is followed by
looks until the new state shows or the deadline passes.
"""

from __future__ import annotations

from reconciler.errors import NotFound, ServiceError
from reconciler.kinds.base import Scope, Site
from reconciler.kinds.tensorboard.canonical import ENDED, GONE, RUNNING, STOPPING, status_of
from reconciler.kinds.tensorboard.operations import GET_TENSORBOARD, STOP_TENSORBOARD
from reconciler.kinds.waiting import once
from reconciler.live.port import Operation, Service
from reconciler.model import JsonObject


def board_of(service: Service, scope: Scope, tensorboard_id: str) -> JsonObject | None:
    """Return the board with this id; None when it is gone, or is being deleted."""
    try:
        row = service.call(GET_TENSORBOARD, tensorboard_id, WorkspaceId=scope.workspace_id)
    except NotFound:
        return None
    return None if status_of(row) in GONE else row


def reach(site: Site, tensorboard_id: str, states: frozenset[str]) -> JsonObject:
    """Return the board once it is in one of the states; unknown states count as in progress.

    Raises:
        NotFound: the board is gone.
        ServiceError: it ended in failure instead, or the deadline passed.
    """
    deadline = site.patience.clock() + site.patience.deadline
    while True:
        row = site.service.call(GET_TENSORBOARD, tensorboard_id, WorkspaceId=site.scope.workspace_id)
        status = status_of(row)
        if status in states:
            return row
        if status in ENDED or status in GONE:
            reason = row.get("ReasonMessage") or row.get("ReasonCode") or "no reason given"
            raise ServiceError(f"{tensorboard_id} is {status}: {reason}", operation="GetTensorboard")
        if site.patience.clock() >= deadline:
            raise ServiceError(
                f"{tensorboard_id} is still {status or 'without a state'} after {site.patience.deadline:g} s",
                operation="GetTensorboard",
            )
        site.patience.sleep(site.patience.interval)


def switch(site: Site, operation: Operation, tensorboard_id: str, expected: frozenset[str]) -> None:
    """Send a start or stop once. When its answer is lost, the board's state tells whether the call arrived."""

    def landed() -> JsonObject | None:
        row = board_of(site.service, site.scope, tensorboard_id)
        return row if row and status_of(row) in expected else None

    once(
        site.patience,
        lambda: site.service.call(operation, tensorboard_id, WorkspaceId=site.scope.workspace_id),
        landed,
    )


def stopped(site: Site, tensorboard_id: str) -> JsonObject:
    """Return the board once it has ended."""
    row = reach(site, tensorboard_id, ENDED | RUNNING | STOPPING)
    if status_of(row) in RUNNING:
        switch(site, STOP_TENSORBOARD, tensorboard_id, ENDED | STOPPING)
    return reach(site, tensorboard_id, ENDED)
