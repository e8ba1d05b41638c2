"""One client's connection: reads requests, hands them on one after the other, and carries out the replies.

HTTP is parsed by httptools, the parser of Node.js. What the service would answer is not decided here.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

import httptools

from .application import Reply
from .signature import SignedRequest

_LARGEST_BODY = 8 * 1024 * 1024

_REASONS = {status.value: status.phrase for status in HTTPStatus}
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_NOT_HTTP = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 32\r\n"
    b"Connection: close\r\n\r\nThis is no request of HTTP/1.1.\r\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request as it came in."""

    request: SignedRequest
    connection: int
    """The number of its connection, in the order in which they were opened."""
    is_too_large: bool
    """Whether its body is larger than the emulator takes; nothing of it was kept then."""
    stays_open: bool
    """Whether the client leaves its connection open for another request."""


Answer = Callable[[Received], Awaitable[Reply]]


class Connection(asyncio.Protocol):
    """Answers the requests of one client in the order in which they came.

    `live` holds all connections that are open; `number` tells them apart.
    """

    def __init__(self, answer: Answer, live: set[Connection], number: int) -> None:
        self._answer = answer
        self._live = live
        self._number = number
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[Received] = deque()
        self._transport: asyncio.Transport | None = None
        self._answering: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        assert isinstance(transport, asyncio.Transport)  # nosec B101 # for the type checker
        self._transport = transport
        self._live.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`. What is being done for the client is done to its end; nobody hears of it."""
        del exc
        self._transport = None
        self._live.discard(self)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # the request was answered as if it had not asked for another protocol
        except httptools.HttpParserError:
            self._write(_NOT_HTTP)
            self.close()

    def close(self) -> None:
        """Close the connection once everything is sent that was written."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Cut the connection."""
        if self._transport is not None:
            self._transport.abort()

    # What httptools calls.

    def on_message_begin(self) -> None:
        """A request begins."""
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._length = 0

    def on_url(self, url: bytes) -> None:
        """A part of the request's target was read."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header was read."""
        self._headers[_text(name).lower()] = _text(value)

    def on_headers_complete(self) -> None:
        """All headers were read; a client that waits for leave to send its body gets it."""
        if self._headers.get("expect", "").lower() == "100-continue":
            self._write(_CONTINUE)

    def on_body(self, body: bytes) -> None:
        """A part of the body was read."""
        self._length += len(body)
        if self._length <= _LARGEST_BODY:
            self._body.append(body)
        else:
            self._body.clear()

    def on_message_complete(self) -> None:
        """A request was read to its end."""
        path, _, query = _text(self._url).partition("?")
        method = self._parser.get_method().decode("ascii")
        received = Received(
            request=SignedRequest(method, path, query, self._headers, b"".join(self._body)),
            connection=self._number,
            is_too_large=self._length > _LARGEST_BODY,
            stays_open=self._parser.should_keep_alive() and not self._parser.should_upgrade(),
        )
        self._waiting.append(received)
        if self._answering is None:
            self._answering = asyncio.get_running_loop().create_task(self._answer_all())

    async def _answer_all(self) -> None:
        try:
            while self._waiting:
                received = self._waiting.popleft()
                self._send(await self._answer(received), received)
        finally:
            self._answering = None

    def _send(self, reply: Reply, received: Received) -> None:
        if reply.cut == "all":
            self.abort()
            return
        body = b"" if received.request.method == "HEAD" else reply.body
        if reply.cut == "half":
            body = body[: len(body) // 2]
        self._write(_head(reply, stays_open=received.stays_open) + body)
        if reply.cut or not received.stays_open:
            self.close()

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)


def _head(reply: Reply, *, stays_open: bool) -> bytes:
    lines = [
        f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, '')}",
        *(f"{name}: {value}" for name, value in reply.headers.items()),
        f"Content-Length: {len(reply.body)}",
        f"Connection: {'keep-alive' if stays_open else 'close'}",
    ]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
