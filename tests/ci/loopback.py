"""An HTTP server on a free loopback port that records requests and can be told to misbehave: the base of both hosts."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    headers: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back. `after_acting`: the request takes effect, and this is what its sender hears of it."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    after_acting: bool = False
    raw: bytes | None = None


class Hang(Exception):
    """The server never answers this request; the connection stays open until the server ends."""


Route = Callable[..., Reply]


class Server:
    """A code host. Subclasses fill `routes`; `misbehave` puts a reply in front of the real one, once per call."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.url = ""
        self.routes: list[tuple[str, re.Pattern[str], Route]] = []
        self._faults: list[tuple[re.Pattern[str], Reply | Hang]] = []
        self._ended = threading.Event()
        self._lock = threading.Lock()

    def misbehave(self, pattern: str, fault: Reply | Hang, *, times: int = 1) -> None:
        """Answer the next `times` requests whose "METHOD /path" matches with the fault instead."""
        self._faults += [(re.compile(pattern), fault)] * times

    def calls(self, beginning: str = "") -> list[str]:
        """The requests so far that begin so, as "METHOD /path"."""
        return [str(seen) for seen in self.seen if str(seen).startswith(beginning)]

    def answer(self, seen: Seen) -> Reply:
        """The reply to a request; waits for the end of the server if it is to hang."""
        with self._lock:
            self.seen.append(seen)
            fault = self._fault(seen)
            if fault is None or (isinstance(fault, Reply) and fault.after_acting):
                reply = self._act(seen)
                return fault or reply
        if isinstance(fault, Hang):
            self._ended.wait()
            raise fault
        assert isinstance(fault, Reply)
        return fault

    def authorised(self, seen: Seen) -> Reply | None:
        """A refusal, or None when the token is good."""
        raise NotImplementedError

    def end(self) -> None:
        """Let go of the requests that hang."""
        self._ended.set()

    def _fault(self, seen: Seen) -> Reply | Hang | None:
        for position, (pattern, fault) in enumerate(self._faults):
            if pattern.search(str(seen)):
                del self._faults[position]
                return fault
        return None

    def _act(self, seen: Seen) -> Reply:
        refused = self.authorised(seen)
        if refused is not None:
            return refused
        for method, pattern, route in self.routes:
            found = pattern.fullmatch(seen.path)
            if found and method == seen.method:
                return route(seen, **found.groupdict())
        return Reply(404, {"message": "Not Found"})

    def page(self, seen: Seen, rows: list[Row]) -> Reply:
        """One page of a listing, with the address of the next in `Link`, as both hosts do."""
        size, number = int(seen.query.get("per_page", "30")), int(seen.query.get("page", "1"))
        assert size <= 100, "the hosts give at most 100 rows a page"
        shown = rows[(number - 1) * size : number * size]
        headers = {}
        if number * size < len(rows):
            query = urlencode({**seen.query, "page": str(number + 1)})
            last = urlencode({**seen.query, "page": str(-(-len(rows) // size))})
            # Not the path that was asked for: GitHub names repositories by number here.
            base = f"{self.url}/repositories/1/elsewhere"
            headers["Link"] = f'<{base}?{query}>; rel="next", <{base}?{last}>; rel="last"'
        return Reply(200, shown, headers)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits 40 ms for the receipt of the head
    server_of: Server

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        text = self.rfile.read(length)
        seen = Seen(
            self.command, parts.path, dict(parse_qsl(parts.query)), json.loads(text) if text else None,
            {name.lower(): value for name, value in self.headers.items()},
        )  # fmt: skip
        try:
            reply = self.server_of.answer(seen)
        except Hang:
            self.close_connection = True
            return
        data = reply.raw if reply.raw is not None else b"" if reply.body is None else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing on standard error."""


@contextmanager
def serving(host: Server) -> Iterator[None]:
    """Serve on a free port until the end of the block."""
    handler = type("Handler", (_Handler,), {"server_of": host})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        host.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield
        finally:
            host.end()
            server.shutdown()
            thread.join()
