"""What may have happened when urllib3 or a socket fails: nothing was sent, or the answer was lost."""

from __future__ import annotations

import ssl
from typing import TypeVar

from urllib3.exceptions import (
    ConnectTimeoutError,
    LocationValueError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
    ReadTimeoutError,
)

from reconciler.errors import AnswerLost, ConnectionFailed, UntrustedServer
from reconciler.http.one_line import one_line

ErrorT = TypeVar("ErrorT", bound=BaseException)


def failure(error: Exception, *, connect: float, status: int | None = None) -> ConnectionFailed | AnswerLost:
    """Return the error that a failure of urllib3 or of a socket means; `status` is given where an answer had begun.

    `connect` is how many seconds connecting was given.
    """
    untrusted = _cause(error, ssl.SSLCertVerificationError)
    if untrusted is not None and status is None:
        return UntrustedServer(
            f"its certificate is not trusted ({one_line(untrusted.verify_message)})",
            hint="check the server's name; for a private authority point SSL_CERT_FILE at its certificate",
        )
    if status is None and _speaks_no_tls(error):
        return UntrustedServer(
            "it does not speak TLS", hint='check the port; for a server on this machine write "http://" before its name'
        )
    if status is None:
        unreached = _unreached(error, connect)
        if unreached is not None:
            return unreached
    if _cause(error, ReadTimeoutError) or _cause(error, TimeoutError):
        lost = AnswerLost("no complete answer in time", status=status)
        lost.late = True
        return lost
    return AnswerLost(f"the connection broke before the answer was complete ({words(error)})", status=status)


def _speaks_no_tls(error: Exception) -> bool:
    """Return whether the server answered our first TLS message with something else, such as plain HTTP."""
    handshake = _cause(error, ssl.SSLError)
    return handshake is not None and handshake.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL")


def _unreached(error: Exception, connect: float) -> ConnectionFailed | None:
    if isinstance(error, ProxyError):
        return ConnectionFailed(
            f"the proxy did not connect ({words(error)})",
            hint="check HTTPS_PROXY, or exempt the endpoint with NO_PROXY",
        )
    if _cause(error, NameResolutionError) or isinstance(error, (LocationValueError, UnicodeError)):
        return ConnectionFailed("no such host name", hint="check the region and the endpoint")
    if isinstance(error, NewConnectionError) and _cause(error, TimeoutError) is None:
        return ConnectionFailed(f"no connection ({words(error)})", hint="check the endpoint and the network")
    if isinstance(error, ConnectTimeoutError):
        return ConnectionFailed(f"no connection within {connect:g} s", hint="check the network and the endpoint")
    return None


def _cause(error: BaseException, kind: type[ErrorT]) -> ErrorT | None:
    """Return the first error of a type among an error, the errors inside it and those that caused it."""
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


def words(error: BaseException) -> str:
    """Return the innermost reason in words, without the object addresses that urllib3 puts into its messages."""
    reason = _cause(error, ssl.SSLError) or _cause(error, OSError)
    if isinstance(reason, OSError) and reason.strerror:
        return one_line(reason.strerror)
    return one_line(str(reason or error).rpartition(">: ")[2])
