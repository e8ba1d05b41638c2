"""The one small port to the service: operations and fields by their official names, plain JSON back.

What stands behind it (the official SDK, pooling, retries of reads, rate limits, error mapping) is `live.service`.
"""

from __future__ import annotations

from typing import Protocol

from reconciler.model import JsonObject, JsonValue
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of the service. Only `repeatable` ones (reads) are retried after a lost answer."""

    name: str
    """Official name, for example "ListJobTemplates"."""
    service: str = "dlc"
    """"dlc" (PAI-DLC 2020-12-03) or "aiworkspace" (AIWorkSpace 2021-02-04)."""
    repeatable: bool = False
    rows: str = ""
    """For paged listings: the field of the answer that holds the rows."""
    row_id: str = ""
    """For paged listings: the field that identifies a row; empty when only the whole row does."""
    last_page: int = 0
    """For paged listings of a window of time: the number of the last page (API.md section 10); 0 when no such limit
    is known."""
    expects: tuple[str, ...] = ()
    """Fields that an answer must have to be believed."""
    request_id: str = "RequestId"
    """How the answer spells its request id; empty for the few answers without one."""
    ram_action: str = ""
    """The permission that the operation needs; it is named when the service answers 403."""


class Service(Protocol):
    """The service as the stages see it. Implementations are safe to call from several threads."""

    @property
    def calls_in_flight(self) -> int:
        """How many calls may be under way at once; a caller needs no more threads than this."""
        ...

    @property
    def place(self) -> str:
        """A text that identifies the service, also against one that answered at the same address before; empty:
        unknown."""
        ...

    def call(self, operation: Operation, *ids: str, **fields: JsonValue) -> JsonObject:
        """Call an operation with its path ids and its fields (official names), and return the checked JSON answer.

        Repeatable operations are retried inside. Others are sent again only when the service certainly did not accept
        the request (never reached, or throttled).

        Raises:
            ServiceError: any failure, as the subclass that says what may have happened.
            CredentialsError: the provider that was chosen has no usable credentials.
            TypeError: a field the operation does not have.
            ValueError: an empty path id.
        """
        ...

    def rows(self, operation: Operation, *ids: str, **fields: JsonValue) -> list[JsonObject]:
        """Return all rows of a listing, each once (by `row_id`), in the service's order.

        Raises:
            IncompleteListing: fewer unique rows than the service's TotalCount.
            ServiceError: any failure of a page.
        """
        ...
