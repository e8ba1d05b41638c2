"""A server on loopback that does exactly what a test says with each connection, however wrong that is."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

Behaviour = Callable[[socket.socket, "Seen"], None]
LIST_OK = {"RequestId": "R-1", "JobTemplates": [], "TotalCount": 0, "PageNumber": 1, "PageSize": 100}


class Seen:
    """One request as it arrived: the head's lines and the body."""

    def __init__(self, head: bytes, body: bytes) -> None:
        first, *rest = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = first.split(" ", 2)
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        self.body = body

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]


class RawServer:
    """Serves requests with the behaviours given, one after the other; the last one repeats."""

    def __init__(self, *behaviours: Behaviour, tls: ssl.SSLContext | None = None) -> None:
        self._behaviours = list(behaviours)
        self._tls = tls
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        self.requests: list[Seen] = []
        self.connections = 0
        self.stopped = threading.Event()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> RawServer:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for sock in self._open:
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue
        for thread in self._threads:
            thread.join(5)

    def _start(self, target: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=target, args=args)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.stopped.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.append(sock)
            self._start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        try:
            if self._tls:
                sock = self._tls.wrap_socket(sock, server_side=True)
                with self._lock:
                    self._open.append(sock)
            with sock:
                while (seen := _read(sock)) is not None:
                    with self._lock:
                        self.requests.append(seen)
                        behaviour = self._behaviours[min(len(self.requests), len(self._behaviours)) - 1]
                    behaviour(sock, seen)
        except OSError:
            return
        finally:
            sock.close()


def _read(sock: socket.socket) -> Seen | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    seen = Seen(head, body)
    while len(seen.body) < int(seen.headers.get("content-length", "0")):
        seen.body += sock.recv(65536)
    return seen


def answer(
    body: object = LIST_OK,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    kind: str = "application/json",
) -> Behaviour:
    """Answers every request like this; `body` is bytes as they are, or anything that JSON can say."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    def behave(sock: socket.socket, _seen: Seen) -> None:
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Type: {kind}"]
        if status != 204:
            lines.append(f"Content-Length: {len(data)}")
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + data)

    return behave


def failure(
    code: str, *, status: int = 400, message: str = "no", headers: Mapping[str, str] | None = None
) -> Behaviour:
    """Answers with an error object of the service."""
    return answer({"Code": code, "Message": message, "RequestId": "R-9"}, status=status, headers=headers)


def raw(data: bytes) -> Behaviour:
    """Sends these bytes and closes the connection."""

    def behave(sock: socket.socket, _seen: Seen) -> None:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_RDWR)

    return behave


def hang(server_stopped: threading.Event) -> Behaviour:
    """Never answers; gives up when the test ends."""

    def behave(_sock: socket.socket, _seen: Seen) -> None:
        server_stopped.wait(30)

    return behave


def trickle(data: bytes, gap: float) -> Behaviour:
    """Sends one byte per gap, for as long as the client listens."""

    def behave(sock: socket.socket, _seen: Seen) -> None:
        pause = threading.Event()
        for index in range(len(data)):
            sock.sendall(data[index : index + 1])
            pause.wait(gap)

    return behave
