"""The transport: aiohttp on 127.0.0.1 in a thread of its own.

Binds before the thread starts, so that a port in use is the caller's exception. Reads raw requests, runs the
hooks, carries out replies (waits, cut connections) and serves the control routes. No service rule lives here.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from aiohttp import web

from .application import JSON, Application, Reply, Request
from .control import PREFIX, control
from .signature import SignedRequest
from .wire import dump_json

Hook = Callable[[Request], None]
_LOG = logging.getLogger(__name__)
_LARGEST_BODY = 8 * 1024 * 1024
_STOP_SECONDS = 10.0


def bind(port: int) -> socket.socket:
    """Bind a listening socket on loopback; OSError if the port is taken. Port 0 takes a free one."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


async def _let_sockets_settle() -> None:
    """Some turns of the loop, after which a socket just accepted or just closed is really open or closed."""
    for _ in range(3):
        await asyncio.sleep(0)


class _CountingServer(web.Server):
    """aiohttp's server that tells when connections come and go."""

    def __init__(self, opened: Callable[[object], None], closed: Callable[[object], None], *args: Any, **kw: Any):
        super().__init__(*args, **kw)
        self._on_opened = opened
        self._on_closed = closed

    def connection_made(self, handler: Any, transport: asyncio.Transport) -> None:
        """A client connected."""
        super().connection_made(handler, transport)
        self._on_opened(handler)

    def connection_lost(self, handler: Any, exc: BaseException | None = None) -> None:
        """A client is gone."""
        super().connection_lost(handler, exc)
        self._on_closed(handler)


class Server:
    """Serves one application until stopped."""

    def __init__(self, application: Application, listener: socket.socket) -> None:
        self._application = application
        self._listener = listener
        self._connections: dict[object, int] = {}
        self.connections_opened = 0
        self.before: list[Hook] = []
        self.after: list[Hook] = []
        self._loop = asyncio.new_event_loop()
        self._runner: web.ServerRunner | None = None
        self._closing: asyncio.Event | None = None
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="dlc-emulator", daemon=True)

    def start(self) -> None:
        """Returns once requests are served."""
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure

    def stop(self) -> None:
        """Ends the thread; requests in flight are cut. May be called more than once."""
        if self._thread.is_alive():
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._close)
            self._thread.join(_STOP_SECONDS)

    def _close(self) -> None:
        if self._closing is not None:
            self._closing.set()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:
            self._failure = error
        finally:
            self._started.set()
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    async def _serve(self) -> None:
        self._closing = asyncio.Event()
        server = _CountingServer(self._opened, self._closed, self._handle, request_factory=_request, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.05)
        await self._runner.setup()
        await web.SockSite(self._runner, self._listener).start()
        self._started.set()
        await self._closing.wait()
        # A connection that asyncio has accepted but not set up yet is lost with its socket if the listener closes.
        self._loop.remove_reader(self._listener)
        await _let_sockets_settle()
        await self._runner.cleanup()
        await self._end_the_rest()

    async def _end_the_rest(self) -> None:
        """Cuts off the answers that somebody still waits for: aiohttp leaves their tasks behind."""
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        await _let_sockets_settle()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            raw = await _read(request)
        except web.HTTPRequestEntityTooLarge:
            raw = _raw(request, b"")
            return await self._send(request, self._application.failure(raw, 413, "The request body is too large."))
        if raw.raw_path.startswith(PREFIX):
            status, answer = control(self._application, raw)
            return web.Response(status=status, body=dump_json(answer).encode(), headers={"Content-Type": JSON})
        seen = self._application.begin(raw, self._connection(request))
        await self._run_hooks(self.before, seen)
        reply = await self._answer(seen, raw)
        seen = replace(seen, status=0 if reply.cut else reply.status, code=reply.code,
                       request_id=reply.headers.get("x-acs-request-id", ""))  # fmt: skip
        self._application.log.append(seen)
        await self._run_hooks(self.after, seen)
        return await self._send(request, reply)

    async def _answer(self, seen: Request, raw: SignedRequest) -> Reply:
        """Runs the service; a `delay` fault waits here, before it acts."""
        fault = self._application.faults.take(seen.action, raw.method, raw.raw_path)
        if fault is not None and fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        try:
            return self._application.answer(raw, fault)
        except Exception:
            _LOG.exception("%s %s failed in the emulator", raw.method, raw.raw_path)
            return self._application.failure(raw, 500, "The emulator failed; its log says why.")

    async def _run_hooks(self, hooks: list[Hook], seen: Request) -> None:
        for hook in tuple(hooks):
            await self._loop.run_in_executor(None, hook, seen)

    def _connection(self, request: web.BaseRequest) -> int:
        return self._connections.get(request.protocol, 0)

    def _opened(self, connection: object) -> None:
        self.connections_opened += 1
        self._connections[connection] = self.connections_opened

    def _closed(self, connection: object) -> None:
        self._connections.pop(connection, None)

    async def _send(self, request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
        wait = reply.wait + self._application.service.profile.latency
        if wait:
            await asyncio.sleep(wait)
        if reply.cut == "half":
            return await _send_half(request, reply)
        if reply.cut and request.transport is not None:
            request.transport.abort()
        return web.Response(status=reply.status, body=reply.body, headers=reply.headers)


def _request(message, payload, protocol, writer, task):  # type: ignore[no-untyped-def]
    return web.BaseRequest(
        message, payload, protocol, writer, task, asyncio.get_running_loop(), client_max_size=_LARGEST_BODY
    )


async def _read(request: web.BaseRequest) -> SignedRequest:
    return _raw(request, await request.read())


def _raw(request: web.BaseRequest, body: bytes) -> SignedRequest:
    path, _, query = request.raw_path.partition("?")
    headers = {name.lower(): value for name, value in request.headers.items()}
    return SignedRequest(request.method, path, query, headers, body)


async def _send_half(request: web.BaseRequest, reply: Reply) -> web.StreamResponse:
    headers = {**reply.headers, "Content-Length": str(len(reply.body))}
    response = web.StreamResponse(status=reply.status, headers=headers)
    await response.prepare(request)
    await response.write(reply.body[: len(reply.body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response
