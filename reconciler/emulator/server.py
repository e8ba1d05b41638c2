"""The transport: HTTP/1.1 on 127.0.0.1 in a thread of its own.

It binds before the thread starts, so that the caller gets the exception when a port is in use. It runs the hooks, waits
as the replies say, and serves the control routes. No rule of the service is here; `connection` reads and writes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import replace

from .application import JSON, Application, Reply, Request
from .connection import Connection, Received
from .control import PREFIX, control
from .signature import SignedRequest
from .wire import dump_json

Hook = Callable[[Request], None]
_LOG = logging.getLogger(__name__)
_STOP_SECONDS = 10.0
_GRACE_SECONDS = 0.05
"""How long answers in flight may still take when the server is stopped."""


def bind(port: int) -> socket.socket:
    """Return a listening socket on loopback. Raise OSError if the port is taken. Port 0 takes a free one."""
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
    """Wait some turns of the event loop, after which a socket that was just accepted or closed is really open or
    closed."""
    for _ in range(3):
        await asyncio.sleep(0)


class Server:
    """Serves one application until stopped."""

    def __init__(self, application: Application, listener: socket.socket) -> None:
        self._application = application
        self._listener = listener
        self._connections: set[Connection] = set()
        self.connections_opened = 0
        self.before: list[Hook] = []
        self.after: list[Hook] = []
        self._loop = asyncio.new_event_loop()
        self._closing: asyncio.Event | None = None
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="dlc-emulator", daemon=True)

    def start(self) -> None:
        """Start the thread, and return once requests are served."""
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure

    def stop(self) -> None:
        """End the thread. Requests in flight are cut. It may be called more than once."""
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
        server = await self._loop.create_server(self._connection, sock=self._listener)
        self._started.set()
        await self._closing.wait()
        # A connection that asyncio has accepted but not set up yet is lost with its socket if the listener closes.
        self._loop.remove_reader(self._listener)
        await _let_sockets_settle()
        server.close()
        await self._end_answers()
        for connection in tuple(self._connections):
            connection.close()
        await _let_sockets_settle()
        for connection in tuple(self._connections):
            connection.abort()  # the client does not read what was sent
        await _let_sockets_settle()

    async def _end_answers(self) -> None:
        """Cut off the answers for which somebody still waits."""
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        if tasks:
            await asyncio.wait(tasks, timeout=_GRACE_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _connection(self) -> Connection:
        self.connections_opened += 1
        return Connection(self._reply, self._connections, self.connections_opened)

    async def _reply(self, received: Received) -> Reply:
        raw = received.request
        if received.is_too_large:
            return self._application.failure(raw, 413, "The request body is too large.")
        if raw.raw_path.startswith(PREFIX):
            status, answer = control(self._application, raw)
            return Reply(status=status, body=dump_json(answer).encode(), headers={"Content-Type": JSON})
        seen = self._application.begin(raw, received.connection)
        await self._run_hooks(self.before, seen)
        reply = await self._answer(seen, raw)
        seen = replace(seen, status=0 if reply.cut else reply.status, code=reply.code,
                       request_id=reply.headers.get("x-acs-request-id", ""))  # fmt: skip
        self._application.log.append(seen)
        await self._run_hooks(self.after, seen)
        wait = reply.wait + self._application.service.profile.latency
        if wait:
            await asyncio.sleep(wait)
        return reply

    async def _answer(self, seen: Request, raw: SignedRequest) -> Reply:
        """Run the service. A `delay` fault waits here, before the service acts."""
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
