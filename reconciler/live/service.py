"""The service as the stages see it: one call with retries, pace and checked answers; listings read to their end.

`connect` opens it for a target. What is below: `sdk` builds and signs, `transport` sends, `answers` judges.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from reconciler import __version__
from reconciler.errors import ConnectionFailed, ServiceError, Throttled
from reconciler.http.retry import repeat
from reconciler.http.transport import Timeouts, Transport
from reconciler.live import credentials
from reconciler.live.answers import believe
from reconciler.live.connection import ConnectionOptions, CredentialsSpec
from reconciler.live.endpoint import address_of, check_region, parse_endpoint
from reconciler.live.later import postponed
from reconciler.live.listing import GetPage, Listing
from reconciler.live.pace import Pacer
from reconciler.live.parallel import side_by_side
from reconciler.live.port import Operation
from reconciler.live.shapes import addresses_one
from reconciler.live.windows import read_halved
from reconciler.model import JsonObject, JsonValue, Target
from reconciler.model.address import Address

if TYPE_CHECKING:
    from reconciler.live.sdk import Product


class LiveService:
    """Implements `port.Service`. Safe for several threads; close it, or use it in a `with` statement."""

    def __init__(self, open_product: Callable[[str], Product], options: ConnectionOptions) -> None:
        self._open_product = open_product
        self._options = options
        self._lock = threading.Lock()
        self._products: dict[str, Product] = {}
        self._place_lock = threading.Lock()
        self._place: str | None = None
        self._pace = options.pace or options.own_pace()

    @property
    def calls_in_flight(self) -> int:
        """See `port.Service.calls_in_flight`."""
        return self._options.calls_in_flight

    @property
    def place(self) -> str:
        """See `port.Service.place`. It is found out once."""
        # Not a `cached_property`: before Python 3.12 that has one lock for the services of all targets.
        with self._place_lock:
            if self._place is None:
                self._place = self._options.place()
            return self._place

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            products = list(self._products.values())
        for product in products:
            product.transport.close()

    def call(self, operation: Operation, *ids: str, **fields: JsonValue) -> JsonObject:
        """See `port.Service.call`."""
        for identity in ids:
            if not addresses_one(identity):
                raise ValueError(f"{operation.name}: {identity!r} is not an id")
        until = time.monotonic() + self._options.deadline
        return repeat(
            lambda: self._attempt(operation, ids, fields, until),
            operation=operation.name,
            repeatable=operation.repeatable,
            most=self._options.retries.most,
            wait=self._options.retries.wait,
            until=until,
            clock=time.monotonic,
            sleep=self._options.sleep,
            on_retry=self._options.on_retry,
        )

    def rows(self, operation: Operation, *ids: str, **fields: JsonValue) -> list[JsonObject]:
        """See `port.Service.rows`. Pages after the first are fetched side by side."""
        if not operation.rows or {"PageNumber", "PageSize"} & set(fields):
            raise TypeError(f"{operation.name}: not a paged listing, or paged by the caller")
        workspace = fields.get("WorkspaceId") if operation.service == "dlc" else None

        def read(window: JsonObject) -> list[JsonObject]:
            def get(number: int, size: int) -> JsonObject:
                return self.call(operation, *ids, **{**fields, **window}, PageNumber=number, PageSize=size)

            return Listing(
                operation,
                workspace_id=str(workspace or ""),
                get=get,
                together=self._together,
                sleep=self._options.sleep,
                on_total=self._options.on_total,
            ).read()

        return read_halved(operation, read, fields, datetime.now(UTC)) if operation.last_page else read({})

    def _together(self, get: GetPage, numbers: Iterable[int], size: int) -> list[JsonObject]:
        return side_by_side(lambda number: get(number, size), numbers, width=self._options.calls_in_flight)

    def _attempt(
        self, operation: Operation, ids: tuple[str, ...], fields: Mapping[str, JsonValue], until: float
    ) -> JsonObject:
        """Make one attempt in its turn. Every error says which operation failed, and where."""
        product, pacer = self._product(operation.service), self._pace.pacer(operation.name)
        if not self._pace.gate.enter(until - time.monotonic()):
            raise ConnectionFailed(f"{operation.name}: not sent, no turn within {self._options.deadline:g} s")
        started, throttled = time.monotonic(), False
        try:
            self._wait_for_turn(pacer, until)
            started = time.monotonic()
            self._options.on_call(operation.name)
            body = believe(operation, product.exchange(operation, ids, fields, until), self._options.hide)
        except ServiceError as error:
            throttled = isinstance(error, Throttled)
            if isinstance(error, Throttled):
                pacer.slow_down(started, min(error.retry_after, self._options.deadline))
            raise _placed(error, operation, product.transport.address) from error.__cause__
        finally:
            self._pace.gate.leave(started, throttled=throttled)
        pacer.speed_up()
        return body

    def _wait_for_turn(self, pacer: Pacer, until: float) -> None:
        wait = pacer.reserve()
        if time.monotonic() + wait >= until:
            raise ConnectionFailed(f"not sent: its turn would come after the deadline of {self._options.deadline:g} s")
        if wait > 0:
            self._options.sleep(wait)

    def _product(self, service: str) -> Product:
        with self._lock:
            if service not in self._products:
                self._products[service] = self._open_product(service)
            return self._products[service]


def _placed(error: ServiceError, operation: Operation, address: Address) -> ServiceError:
    """Return the same error with its place: operation and host first, the request id last."""
    error.operation = operation.name
    known = f" (request {error.request_id})" if error.request_id else ""
    error.message = f"{operation.name} at {address}: {error.message}{known}"
    error.args = (error.message,)
    return error


def connect(
    target: Target,
    spec: CredentialsSpec = CredentialsSpec(),  # noqa: B008 - frozen
    options: ConnectionOptions = ConnectionOptions(),  # noqa: B008 - frozen
    *,
    environ: Mapping[str, str] = os.environ,
    home: Path | None = None,
) -> LiveService:
    """Return the service behind a target. Nothing is sent yet.

    Raises:
        CredentialsError: the chosen credentials are not configured.
        ProjectError: an endpoint or a region that cannot be used.
    """
    with postponed():
        from reconciler.live.sdk import Product, models_of, open_product  # noqa: PLC0415

    check_region(target)
    endpoint = parse_endpoint(target.endpoint) if target.endpoint else None
    credential = credentials.provider(
        spec, environ=environ, home=home or Path.home(), is_loopback=endpoint is not None and endpoint.is_loopback
    )
    timeouts = Timeouts(connect=options.connect_timeout, read=options.read_timeout)
    shared: dict[str, Transport] = {}

    def open_one(service: str) -> Product:
        address = address_of(service, target, endpoint)
        client: Any = open_product(
            service,
            region=target.region,
            endpoint=address.netloc if address else "",
            protocol=address.scheme if address else "https",
            credential=credential,
            user_agent=f"dlc-reconciler/{__version__}",
        )
        place = address or parse_endpoint(client._endpoint)
        if place.netloc not in shared:
            shared[place.netloc] = Transport(
                place, connections=options.calls_in_flight, timeouts=timeouts, environ=environ
            )
        client.transport = shared[place.netloc]
        return Product(client, models_of(service))

    return LiveService(open_one, options)
