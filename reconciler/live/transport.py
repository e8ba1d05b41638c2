"""One pooled HTTP client over urllib3: sends a signed request once and says what may have happened when it fails.

No retries, no redirects, no proxy for loopback, TLS always verified, and a bound on the time a whole answer may take,
also against a server that sends a byte now and then. Knows nothing of operations, JSON or credentials.
"""

from __future__ import annotations

import http.client
import io
import math
import os
import socket
import ssl
import threading
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
    ReadTimeoutError,
)

from reconciler.errors import AnswerLost, BadAnswer, ConnectionFailed, UntrustedServer
from reconciler.live.endpoint import Endpoint
from reconciler.live.text import one_line

LARGEST_ANSWER = 64 * 1024 * 1024
LONGEST_WAIT = 300.0

ErrorT = TypeVar("ErrorT", bound=BaseException)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Bounds in seconds: for reaching the server, and for its whole answer after the request was sent."""

    connect: float = 15.0
    read: float = 30.0


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """A signed request. Its text shows no headers, because they carry the credentials."""

    method: str
    target: str
    """Path and query; the host is the transport's."""
    headers: dict[str, str]
    body: str | None = None

    def __repr__(self) -> str:
        return f"Request({self.method!r}, {urlsplit(self.target).path!r})"


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What came back, not yet believed."""

    status: int
    headers: Mapping[str, str]
    """Asked for by lower-case names."""
    body: bytes


class _PatientSocket(io.RawIOBase):
    """Reads a socket until a moment, not per read: a server that trickles cannot hold a call for ever."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._until = time.monotonic() + (sock.gettimeout() or LONGEST_WAIT)
        self._has_read = False

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer did not arrive in time")
        if self._has_read:  # for the first part the socket's own time-out holds; most answers have no second
            self._sock.settimeout(left)
        self._has_read = True
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _BoundedResponse(http.client.HTTPResponse):
    """An answer whose head and body together must arrive within the read time-out."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(_PatientSocket(sock), *args, **options)  # type: ignore[arg-type]


class _PlainConnection(HTTPConnection):
    response_class = _BoundedResponse


class _TlsConnection(HTTPSConnection):
    response_class = _BoundedResponse

    def connect(self) -> None:
        """Connect; a failed TLS handshake is a failed connection (urllib3 would call it a read error)."""
        try:
            super().connect()
        except HTTPError:
            raise
        except OSError as error:
            raise NewConnectionError(self, f"{type(error).__name__}: {error}") from error


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class Transport:
    """The connections to one host. Safe for several threads; at most `connections` are ever open."""

    def __init__(
        self, endpoint: Endpoint, *, connections: int, timeouts: Timeouts, environ: Mapping[str, str] = os.environ
    ) -> None:
        self.endpoint = endpoint
        self._timeouts = timeouts
        self._environ = environ
        self._connections = connections
        self._lock = threading.Lock()
        self._opened: urllib3.HTTPConnectionPool | None = None

    def exchange(self, request: Request, until: float) -> Answer:
        """Send once and return the answer, whatever its status.

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
            raise self._failure(error) from error
        return self._read(response)

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()

    def _read(self, response: urllib3.BaseHTTPResponse) -> Answer:
        parts, left = [], LARGEST_ANSWER + 1
        try:
            # Until all of a known length is there or nothing more comes: urllib3 then knows whether it was cut short.
            while part := response.read(left, decode_content=False):
                parts.append(part)
                left -= len(part)
                if response.length_remaining == 0:
                    break
        except (HTTPError, OSError) as error:
            response.close()
            raise self._failure(error, status=response.status) from error
        if left <= 0:
            response.close()
            raise BadAnswer(f"an answer of more than {LARGEST_ANSWER} bytes", status=response.status)
        response.release_conn()
        return Answer(response.status, response.headers, b"".join(parts))

    def _pool(self) -> urllib3.HTTPConnectionPool:
        # The one pool itself: to let the manager find it for each call took a tenth of a call's processor time.
        with self._lock:
            if self._opened is None:
                self._opened = self._new_manager().connection_from_url(f"{self.endpoint.scheme}://{self.endpoint}")
            return self._opened

    def _new_manager(self) -> urllib3.PoolManager:
        options: dict[str, Any] = {"num_pools": 4, "maxsize": self._connections, "block": True, "retries": False}
        if self.endpoint.scheme == "https":
            options["ssl_context"] = trusted_context(self._environ)
        manager = self._proxied(options) or urllib3.PoolManager(**options)
        manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}
        return manager

    def _proxied(self, options: dict[str, Any]) -> urllib3.ProxyManager | None:
        proxy = proxy_for(self.endpoint, self._environ)
        if not proxy:
            return None
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConnectionFailed(
                f"a proxy of kind {one_line(parts.scheme)!r} is not supported",
                hint="set HTTPS_PROXY to an http:// address, or exempt the endpoint with NO_PROXY",
            )
        login = (
            urllib3.make_headers(proxy_basic_auth=f"{parts.username}:{parts.password or ''}") if parts.username else {}
        )
        address = f"{parts.scheme}://{parts.hostname}:{parts.port or 80}"
        return urllib3.ProxyManager(address, proxy_headers=login, **options)

    def _failure(self, error: Exception, status: int | None = None) -> ConnectionFailed | AnswerLost:
        untrusted = _cause(error, ssl.SSLCertVerificationError)
        if untrusted is not None and status is None:
            return UntrustedServer(
                f"its certificate is not trusted ({one_line(untrusted.verify_message)})",
                hint="check the endpoint's name; for a private authority point SSL_CERT_FILE at its certificate",
            )
        if status is None:
            unreached = self._unreached(error)
            if unreached is not None:
                return unreached
        if _cause(error, ReadTimeoutError) or _cause(error, TimeoutError):
            return AnswerLost("no complete answer in time", status=status)
        return AnswerLost(f"the connection broke before the answer was complete ({_words(error)})", status=status)

    def _unreached(self, error: Exception) -> ConnectionFailed | None:
        if isinstance(error, ProxyError):
            return ConnectionFailed(
                f"the proxy did not connect ({_words(error)})",
                hint="check HTTPS_PROXY, or exempt the endpoint with NO_PROXY",
            )
        if _cause(error, NameResolutionError) or isinstance(error, (LocationValueError, UnicodeError)):
            return ConnectionFailed("no such host name", hint="check the region and the endpoint")
        if isinstance(error, NewConnectionError) and _cause(error, TimeoutError) is None:
            return ConnectionFailed(f"no connection ({_words(error)})", hint="check the endpoint and the network")
        if isinstance(error, ConnectTimeoutError):
            return ConnectionFailed(
                f"no connection within {self._timeouts.connect:g} s", hint="check the network and the endpoint"
            )
        return None


def trusted_context(environ: Mapping[str, str]) -> ssl.SSLContext:
    """A verifying TLS context: the authorities of SSL_CERT_FILE or SSL_CERT_DIR, else the system's and certifi's."""
    chosen = environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR")
    if any(chosen):
        try:
            return ssl.create_default_context(cafile=chosen[0] or None, capath=chosen[1] or None)
        except OSError as error:
            raise UntrustedServer(
                f"the authorities in SSL_CERT_FILE or SSL_CERT_DIR cannot be used ({_words(error)})",
                hint="point it at a file with PEM certificates, or unset it",
            ) from error
    import certifi  # noqa: PLC0415

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def proxy_for(endpoint: Endpoint, environ: Mapping[str, str]) -> str:
    """The proxy to use for the endpoint, empty for none. Loopback is never proxied; NO_PROXY is obeyed."""
    if endpoint.is_loopback:
        return ""
    proxies = {
        name.lower().removesuffix("_proxy"): value
        for lower in (False, True)
        for name, value in environ.items()
        if name.lower().endswith("_proxy") and value and name.islower() is lower
    }
    if urllib.request.proxy_bypass_environment(endpoint.host, proxies):  # type: ignore[attr-defined]
        return ""
    return proxies.get(endpoint.scheme) or proxies.get("all") or ""


def _cause(error: BaseException, kind: type[ErrorT]) -> ErrorT | None:
    """The first error of a kind among an error, what it carries and what it came from."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, kind):
            return current
        carried = [*current.args, current.__cause__, current.__context__, getattr(current, "original_error", None)]
        waiting += [item for item in carried if isinstance(item, BaseException)]
    return None


def _words(error: BaseException) -> str:
    """The innermost reason in words, without the object addresses that urllib3 puts into its messages."""
    reason = _cause(error, ssl.SSLError) or _cause(error, OSError)
    if isinstance(reason, OSError) and reason.strerror:
        return one_line(reason.strerror)
    return one_line(str(reason or error).rpartition(">: ")[2])
