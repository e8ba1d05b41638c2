"""One pooled HTTP client over urllib3: sends a signed request once and says what may have happened when it fails.

    Transport.exchange --> pool      proxy, authorities, how many connections
                             bounded    connections whose answers arrive whole in time
                       --> failures  what an error means for the request

No retries, no redirects, no proxy for loopback, TLS always verified, and a bound on the time a whole answer may take,
also against a server that sends a byte now and then. Knows nothing of operations, JSON or credentials.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from reconciler.errors import BadAnswer, ConnectionFailed
from reconciler.http.failures import failure
from reconciler.http.pool import open_pool
from reconciler.model.address import Address
from reconciler.model.quick import dataclass

LARGEST_ANSWER = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Bounds in seconds: for reaching the server, and for its whole answer after the request was sent."""

    connect: float = 15.0
    read: float = 30.0


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """A signed request. Its text form shows no headers, because they carry the credentials."""

    method: str
    target: str
    """Path and query; the transport knows the host."""
    headers: dict[str, str]
    body: str | None = None

    def __repr__(self) -> str:
        return f"Request({self.method!r}, {urlsplit(self.target).path!r})"


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """The answer of a server, before anybody has checked it."""

    status: int
    headers: Mapping[str, str]
    """Headers by lower-case names."""
    body: bytes


class Transport:
    """The connections to one host. Safe for several threads; at most `connections` are ever open."""

    def __init__(
        self, address: Address, *, connections: int, timeouts: Timeouts, environ: Mapping[str, str] = os.environ
    ) -> None:
        self.address = address
        self._timeouts = timeouts
        self._environ = environ
        self._connections = connections
        self._lock = threading.Lock()
        self._opened: urllib3.HTTPConnectionPool | None = None

    def exchange(self, request: Request, until: float) -> Answer:
        """Send a request once and return the answer, whatever its status.

        Raises:
            ConnectionFailed: nothing was sent (`UntrustedServer` when the certificate is the reason).
            AnswerLost: sent, but the answer did not arrive whole before `until` (a moment of `time.monotonic`).
        """
        left = until - time.monotonic()
        if left <= 0:
            raise ConnectionFailed("no time left to send the request")
        timeout = urllib3.Timeout(connect=self._timeouts.connect, read=self._timeouts.read, total=left)
        try:
            response = self._pool().urlopen(
                request.method,
                request.target,
                body=None if request.body is None else request.body.encode(),
                headers=request.headers,
                timeout=timeout,
                pool_timeout=math.ceil(left),
                retries=False,
                redirect=False,
                preload_content=False,
            )
        except (HTTPError, OSError, UnicodeError) as error:
            raise failure(error, connect=self._timeouts.connect) from error
        return self._read(response)

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()

    def _read(self, response: urllib3.BaseHTTPResponse) -> Answer:
        parts, left = [], LARGEST_ANSWER + 1
        try:
            # Read until the announced length is there or nothing comes: urllib3 then knows whether it was cut short.
            while part := response.read(left, decode_content=False):
                parts.append(part)
                left -= len(part)
                if response.length_remaining == 0:
                    break
        except (HTTPError, OSError) as error:
            response.close()
            raise failure(error, connect=self._timeouts.connect, status=response.status) from error
        if left <= 0:
            response.close()
            raise BadAnswer(f"an answer of more than {LARGEST_ANSWER} bytes", status=response.status)
        response.release_conn()
        return Answer(response.status, response.headers, b"".join(parts))

    def _pool(self) -> urllib3.HTTPConnectionPool:
        # The pool is kept: letting the manager find it for each call took a tenth of a call's processor time.
        with self._lock:
            if self._opened is None:
                self._opened = open_pool(self.address, connections=self._connections, environ=self._environ)
            return self._opened
