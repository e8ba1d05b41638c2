"""OSS on loopback, as far as a lock needs it: PUT (also with forbid-overwrite), GET, DELETE, of objects in buckets."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Bucket(ThreadingHTTPServer):
    """All objects of one account, by path; and what this OSS does wrong."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.one_at_a_time = threading.Lock()
        self.has_versions = False
        self.lose_answers = 0
        """How many answers to PUT are lost after the object was written."""
        self.refuse = ""
        """An error code that answers every request with 403."""
        self.seen: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits 40 ms for the receipt of the head
    server: Bucket

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        forbidden = self.headers.get("x-oss-forbid-overwrite", "").lower() == "true"
        with self.server.one_at_a_time:
            if self._is_refused():
                return
            if forbidden and not self.server.has_versions and self._key in self.server.objects:
                self._answer(409, _error("FileAlreadyExists", "The object you specified already exists."))
                return
            self.server.objects[self._key] = body
            if self.server.lose_answers:
                self.server.lose_answers -= 1
                self.close_connection = True
                return
        versions = {"x-oss-version-id": "CAEQ"} if self.server.has_versions else {}
        self._answer(200, b"", ETag='"E"', **versions)

    def do_GET(self) -> None:
        with self.server.one_at_a_time:
            if self._is_refused():
                return
            found = self.server.objects.get(self._key)
        if found is None:
            self._answer(404, _error("NoSuchKey", "The specified key does not exist."))
        else:
            self._answer(200, found, ETag='"E"')

    def do_DELETE(self) -> None:
        with self.server.one_at_a_time:
            if self._is_refused():
                return
            self.server.objects.pop(self._key, None)
        self._answer(204, b"")

    @property
    def _key(self) -> str:
        return self.path.partition("?")[0]

    def _is_refused(self) -> bool:
        self.server.seen.append((self.command, self._key))
        if self.server.refuse:
            self._answer(403, _error(self.server.refuse, "You have no right to access this object."))
        return bool(self.server.refuse)

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-oss-request-id", "5C06A3B67B8B5A3DA422299D")
        if body[:1] == b"<":
            self.send_header("Content-Type", "application/xml")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _error(code: str, message: str) -> bytes:
    return f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>5C06</RequestId></Error>".encode()


@contextmanager
def oss() -> Iterator[Bucket]:
    """A running server."""
    server = Bucket()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
