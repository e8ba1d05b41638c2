"""Whether an operation has the fields that somebody wants to send, asked before anything is sent."""

from __future__ import annotations

from reconciler.live.port import Operation
from reconciler.model import JsonObject


def field_problem(operation: Operation, fields: JsonObject) -> str:
    """What is wrong with the first field that the operation does not know, or knows of another type; else empty."""
    from reconciler.live.sdk import check_request  # noqa: PLC0415 - the SDK's models are heavy

    try:
        check_request(operation, fields)
    except TypeError as error:
        return str(error)
    return ""
