"""Connections whose answers must arrive whole in time, also from a server that sends a byte now and then."""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError

LONGEST_WAIT = 300.0


class _PatientSocket(io.RawIOBase):
    """Reads a socket until a deadline for the whole answer instead of one per read, so that a slow server cannot
    hold a call for ever."""

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
        if self._has_read:  # for the first part the socket's own time-out is enough; most answers have only one part
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
        """Connect. A failed TLS handshake counts as a failed connection; urllib3 would call it a read error."""
        try:
            super().connect()
        except HTTPError:
            raise
        except OSError as error:
            raise NewConnectionError(self, f"{type(error).__name__}: {error}") from error


class PlainPool(urllib3.HTTPConnectionPool):
    """Connections without TLS, for loopback."""

    ConnectionCls = _PlainConnection


class TlsPool(urllib3.HTTPSConnectionPool):
    """Connections over TLS."""

    ConnectionCls = _TlsConnection
