"""Checks whether an operation has the fields that somebody wants to send, before anything is sent."""

from __future__ import annotations

from reconciler.live.port import Operation
from reconciler.model import JsonObject


def field_problem(operation: Operation, fields: JsonObject) -> str:
    """Return what is wrong with the first field that the operation does not have, or has with another type; empty
    when all is right."""
    from reconciler.live.sdk import check_request  # noqa: PLC0415 - the SDK's models are heavy

    try:
        check_request(operation, fields)
    except TypeError as error:
        return str(error)
    return ""
