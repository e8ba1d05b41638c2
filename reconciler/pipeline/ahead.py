"""Listings of the service that begin before the manifests are read: both take time, and neither needs the other.

Nothing is shown of them when the manifests are wrong: then they are dropped, and what is wrong is told at once.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import field, replace
from typing import TYPE_CHECKING, NamedTuple

from reconciler.live import ConnectionOptions, Service
from reconciler.live.port import Operation
from reconciler.model import JsonObject, JsonValue
from reconciler.model.quick import dataclass

if TYPE_CHECKING:
    from reconciler.live.service import LiveService

Rows = Future[list[JsonObject]]


class Listing(NamedTuple):
    """What is listed, and what is done with its rows at once."""

    operation: Operation
    fields: JsonObject
    looked_over: Callable[[list[JsonObject]], list[JsonObject]]
    """See `Kind.looked_over`."""


class _Dropped(Exception):
    """Nobody waits for the listing any more."""


class Ahead:
    """A connection with listings under way. Each is handed out once: whoever asks again lists again."""

    def __init__(
        self,
        connect: Callable[[ConnectionOptions], LiveService],
        options: ConnectionOptions,
        listings: Sequence[Listing],
    ) -> None:
        self._connect = connect
        self._options = options
        self._begun: list[tuple[Listing, Rows]] = [(listing, Future()) for listing in listings]
        self._connection: Future[LiveService] = Future()
        self._dropped = threading.Event()
        self._hide = options.hide

    def begin(self) -> None:
        """Connect and list, on threads that the end of the process does not wait for."""
        _thread(self._open)

    def drop(self) -> None:
        """Send nothing more. What is on its way is not waited for."""
        self._dropped.set()
        if self._connection.done():
            self._close()

    @contextmanager
    def service(self, hide: Callable[[str], str]) -> Iterator[Service]:
        """The service with what was begun; closed at the end. `hide` knows the secrets of the manifests too.

        Raises:
            CredentialsError, ProjectError: see `live.connect`.
        """
        self._hide = hide
        with self._connection.result() as service:
            begun, self._begun = self._begun, []  # whoever is handed the rows lets them go
            yield _Listed(service, {_key(each.operation, each.fields): rows for each, rows in begun})

    def _open(self) -> None:
        begun = self._begun
        options = replace(self._options, hide=self._hidden, on_call=self._on_call)
        try:
            service = self._connect(options)
        except BaseException as error:
            self._connection.set_exception(error)
            return
        self._connection.set_result(service)
        if self._dropped.is_set():
            self._close()
        for listing, rows in begun:
            _thread(_list, service, listing, rows)

    def _close(self) -> None:
        with suppress(Exception):  # where there is no connection, nobody asks for it any more
            self._connection.result().close()

    def _hidden(self, text: str) -> str:
        return self._hide(text)

    def _on_call(self, operation: str) -> None:
        if self._dropped.is_set():
            raise _Dropped
        self._options.on_call(operation)


@dataclass(frozen=True, slots=True)
class _Listed:
    """Implements `port.Service`: what was listed ahead comes from there, everything else from the service."""

    behind: Service
    begun: dict[str, Rows] = field(repr=False)

    @property
    def calls_in_flight(self) -> int:
        """See `port.Service.calls_in_flight`."""
        return self.behind.calls_in_flight

    @property
    def place(self) -> str:
        """See `port.Service.place`."""
        return self.behind.place

    def call(self, operation: Operation, *ids: str, **fields: JsonValue) -> JsonObject:
        """See `port.Service.call`."""
        return self.behind.call(operation, *ids, **fields)

    def rows(self, operation: Operation, *ids: str, **fields: JsonValue) -> list[JsonObject]:
        """See `port.Service.rows`."""
        begun = None if ids else self.begun.pop(_key(operation, fields), None)
        return self.behind.rows(operation, *ids, **fields) if begun is None else begun.result()


def _key(operation: Operation, fields: Mapping[str, JsonValue]) -> str:
    return json.dumps([operation.name, fields], sort_keys=True)


def _list(service: Service, listing: Listing, rows: Rows) -> None:
    try:
        rows.set_result(listing.looked_over(service.rows(listing.operation, **listing.fields)))
    except BaseException as error:
        rows.set_exception(error)


def _thread(work: Callable[..., None], *arguments: object) -> None:
    threading.Thread(target=work, args=arguments, name="ahead", daemon=True).start()
