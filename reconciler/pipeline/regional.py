"""Questions that all workspaces of a region ask alike, so that one answer serves many targets."""

from __future__ import annotations

from reconciler.live import Operation
from reconciler.live.operations import (
    GET_CODE_SOURCE,
    GET_DATASET,
    LIST_ECS_SPECS,
    LIST_IMAGES,
    LIST_WORKSPACES,
)
from reconciler.model import JsonObject

_OF_ALL = frozenset({LIST_WORKSPACES, LIST_ECS_SPECS, LIST_IMAGES, GET_DATASET, GET_CODE_SOURCE})


def is_of_all_workspaces(operation: Operation, fields: JsonObject) -> bool:
    """Return whether many workspaces ask the same: what the region offers, official images too, and single objects that
    many templates name."""
    return operation in _OF_ALL and "WorkspaceId" not in fields
