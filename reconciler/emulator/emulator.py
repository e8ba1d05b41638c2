"""The emulator as a whole: state, service, server, and what tests and the command line hold of it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from .application import Application, Request
from .clock import Clock, SystemClock
from .faults import FaultScript
from .profile import Profile
from .seed import load
from .service import Service
from .state import State
from .store import Store


class Emulator:
    """PAI-DLC and AIWorkSpace on 127.0.0.1, listening from construction until `stop` or the end of `with`.

    `state` is the SQLite file (None: in memory, gone at the end). OSError if the port is taken, StateFileError if
    the file is something else.
    """

    def __init__(
        self,
        state: Path | None = None,
        *,
        port: int = 0,
        clock: Clock | None = None,
        profile: Profile | None = None,
    ) -> None:
        from .server import Server, bind  # noqa: PLC0415 - asyncio is only loaded where something is served

        listener = bind(port)
        self.port: int = listener.getsockname()[1]
        try:
            self._store = Store(state)
        except BaseException:
            listener.close()
            raise
        self.clock = clock or SystemClock()
        self.profile = profile or Profile()
        service = Service(self._store, self.clock, self.profile)
        self.store = State(service)
        """The state itself, for seeding and for looking at it without a request."""
        self._application = Application(service)
        self._server = Server(self._application, listener)
        self._server.start()

    def __enter__(self) -> Emulator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def endpoint(self) -> str:
        """`127.0.0.1:PORT`, as the official SDK takes it (with protocol HTTP)."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://{self.endpoint}"

    @property
    def state_id(self) -> str:
        """A text that differs for every other state, until this one is cleared."""
        return self._store.identity()

    @property
    def faults(self) -> FaultScript:
        """The faults still to come; add with `faults.add(Fault(...))`."""
        return self._application.faults

    @property
    def requests(self) -> list[Request]:
        """The requests answered so far (the last fifty thousand), control routes left out."""
        return list(self._application.log)

    @property
    def request_count(self) -> int:
        """How many requests arrived, answered or not."""
        return self._application.counter

    @property
    def connections_opened(self) -> int:
        """How many connections clients have opened, control routes included."""
        return self._server.connections_opened

    def calls(self) -> list[str]:
        """Return the actions of `requests`, in order."""
        return [str(request.action) for request in self.requests]

    def writes(self) -> list[Request]:
        """Return the requests that could change something."""
        return [request for request in self.requests if request.is_write]

    def clear_log(self) -> None:
        """Empty `requests`; the count continues."""
        self._application.log.clear()

    def on_request(self, hook: Callable[[Request], None]) -> None:
        """Run `hook` in another thread before each request is acted on. The hook may call the emulator itself."""
        self._server.before.append(hook)

    def on_response(self, hook: Callable[[Request], None]) -> None:
        """Run `hook` after each request was acted on and committed, before its answer is sent."""
        self._server.after.append(hook)

    def clear_hooks(self) -> None:
        """Remove all hooks."""
        self._server.before.clear()
        self._server.after.clear()

    def seed(self, document: object) -> dict[str, int]:
        """Add a seed document as a whole or not at all. A ValueError names the wrong entry."""
        with self._store.write():
            return load(self.store, self.clock, document)

    def reset(self) -> None:
        """Forget all state."""
        self._store.clear()

    def stop(self) -> None:
        """Stop listening and close the state. It may be called more than once."""
        self._server.stop()
        self._store.close()


def serve(
    state: Path | None,
    *,
    port: int = 0,
    clock: Clock | None = None,
    profile: Profile | None = None,
    announce: Callable[[str], Any] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, and call `announce` with the URL once requests are answered."""
    stopped = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    former = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with Emulator(state, port=port, clock=clock, profile=profile) as emulator:
            if announce is not None:
                announce(emulator.url)
            stopped.wait()
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def reset(state: Path) -> None:
    """Forget everything in a state file. A running emulator on the same file sees that at once."""
    store = Store(state)
    try:
        store.clear()
    finally:
        store.close()


def seed(state: Path, document: object) -> dict[str, int]:
    """Add a seed document to a state file, as a whole or not at all, and return how many of each kind were added."""
    store = Store(state)
    try:
        service = Service(store, SystemClock(), Profile())
        with store.write():
            return load(State(service), service.clock, document)
    finally:
        store.close()
