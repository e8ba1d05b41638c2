"""One JSON API over urllib3: time-outs, bounded retries, rate limits, no redirects, and a token that is never shown.

A read (and a write that sets a state, such as an edit) may be repeated; a write that creates something never is when
its answer got lost, because it may have happened. A request that a rate limit refused did not happen.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from reconciler import __version__
from reconciler.ci.limits import Refusal, pause_for
from reconciler.errors import ReconcilerError, UsageError

LARGEST_ANSWER = 64 * 1024 * 1024
LOOPBACK = ("127.0.0.1", "::1", "localhost")
REPEATABLE = ("GET", "PATCH", "PUT", "DELETE")


class PlatformError(ReconcilerError):
    """The code host refused, or did not answer. `lost` is True when a write may nevertheless have happened."""

    def __init__(self, message: str, *, hint: str = "", status: int | None = None, lost: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.lost = lost


@dataclass(frozen=True, slots=True, kw_only=True)
class WebOptions:
    """Bounds in seconds, and the clock: `patience` is for all the waiting of one request together."""

    connect: float = 10.0
    read: float = 30.0
    patience: float = 180.0
    tries: int = 4
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: its JSON value (None when it has no body) and its headers."""

    value: Any
    headers: Mapping[str, str]


@dataclass(slots=True, repr=False)
class Web:
    """An API below one base URL. Its text shows no headers, because they carry the token."""

    base: str
    headers: Mapping[str, str]
    secret: str
    """What must not appear in any message, also when the server sends it back."""
    options: WebOptions = field(default_factory=WebOptions)
    _pool: urllib3.PoolManager = field(init=False)

    def __post_init__(self) -> None:
        self.base = checked_base(self.base)
        self._pool = _pool_for(self.base)

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def get(self, path: str, **query: str) -> Answer:
        """One value.

        Raises:
            PlatformError: it could not be had.
        """
        return self.send("GET", path, query=query)

    def pages(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        """Every row of a listing. Only the query of a `Link: rel="next"` is taken: the token stays on this server.

        Raises:
            PlatformError: a page could not be had, or is not a list.
        """
        for _ in range(1000):
            answer = self.get(path, **query)
            if not isinstance(answer.value, list):
                raise PlatformError(f"{self.base} did not answer with a list")
            yield from (row for row in answer.value if isinstance(row, dict))
            following = _next_query(answer.headers.get("Link", ""))
            if following is None or following == query:
                return
            query = following
        raise PlatformError(f"{self.base} has more than 1000 pages of this listing")

    def send(
        self, method: str, path: str, *, body: Mapping[str, Any] | None = None, query: Mapping[str, str] | None = None
    ) -> Answer:
        """One request, repeated within the bounds where that is safe.

        Raises:
            PlatformError: refused, lost, or too many tries.
        """
        waited = 0.0
        for attempt in range(self.options.tries):
            refusal = self._try(method, path, body, query)
            if isinstance(refusal, Answer):
                return refusal
            pause = pause_for(refusal, attempt, repeatable=method in REPEATABLE, now=self.options.now())
            last = attempt == self.options.tries - 1
            if pause is None or last or waited + pause > self.options.patience:
                raise self._error(refusal, pause)
            self.options.sleep(pause)
            waited += pause
        raise AssertionError  # the last try returns or raises

    def _try(
        self, method: str, path: str, body: Mapping[str, Any] | None, query: Mapping[str, str] | None
    ) -> Answer | Refusal:
        url = self.base + path + (f"?{urlencode(query)}" if query else "")
        data = None if body is None else json.dumps(body).encode("ascii")
        headers = {**self.headers, **({"Content-Type": "application/json"} if data else {})}
        timeout = urllib3.Timeout(connect=self.options.connect, read=self.options.read)
        try:
            response = self._pool.request(
                method, url, body=data, headers=headers, timeout=timeout, retries=False, redirect=False,
                preload_content=False,
            )  # fmt: skip
            try:
                text = self._read(response)
            finally:
                response.close()
        except (NewConnectionError, ConnectTimeoutError, ProxyError, SSLError) as error:
            return Refusal(None, f"cannot be reached: {_reason(error)}", sent=False)
        except ReadTimeoutError:
            return Refusal(None, f"did not answer within {self.options.read:g} s")
        except HTTPError as error:
            return Refusal(None, f"did not answer ({_reason(error)})")
        except TimeoutError:
            return Refusal(None, f"did not finish its answer within {self.options.read:g} s")
        headers = dict(response.headers)
        if HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES:
            return self._answer(text, response)
        return Refusal(response.status, _message(text), headers={key.lower(): value for key, value in headers.items()})

    def _read(self, response: urllib3.BaseHTTPResponse) -> bytes:
        """The whole answer, also from a server that sends a byte now and then, within the bound for reading."""
        deadline = time.monotonic() + self.options.read
        parts, size = [], 0
        while part := response.read1():
            parts.append(part)
            size += len(part)
            if size > LARGEST_ANSWER or time.monotonic() > deadline:
                raise TimeoutError
        return b"".join(parts)

    def _answer(self, text: bytes, response: urllib3.BaseHTTPResponse) -> Answer | Refusal:
        try:
            return Answer(json.loads(text) if text else None, response.headers)
        except ValueError:
            return Refusal(None, "did not answer with JSON; is this the address of its API?")

    def _error(self, refusal: Refusal, pause: float | None) -> PlatformError:
        """One line: who, what, and for a rate limit when it ends. The secret is taken out of what the server said."""
        said = refusal.message.replace(self.secret, "***") if self.secret else refusal.message
        if refusal.is_limit:
            end = f"; it asks to wait {pause:.0f} s" if pause is not None else ""
            return PlatformError(
                f"{self.base}: rate limit reached{end}",
                status=HTTPStatus.TOO_MANY_REQUESTS,
                hint="Run the job again later.",
            )
        if refusal.status is None:
            return PlatformError(f"{self.base} {said}", lost=refusal.sent)
        if HTTPStatus.MULTIPLE_CHOICES <= refusal.status < HTTPStatus.BAD_REQUEST:
            return PlatformError(
                f"{self.base} answered with a redirect, and the token is not sent elsewhere",
                status=refusal.status,
                hint="Give the address of the API as it is now.",
            )
        lost = refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        return PlatformError(f"{self.base} answered {refusal.status}: {said}", status=refusal.status, lost=lost)


def checked_base(text: str) -> str:
    """The base URL without a slash at its end.

    Raises:
        UsageError: not an address, or plain HTTP to another machine, which would show the token to the network.
    """
    parts = urlsplit(text)
    shown = text.rpartition("@")[2]
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.query:
        raise UsageError(f"{shown!r} is not the address of an API")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise UsageError(f"{shown!r} is plain HTTP on another machine", hint="Use its https address.")
    return text.rstrip("/")


def user_agent() -> dict[str, str]:
    """Who calls; GitHub refuses requests without it."""
    return {"User-Agent": f"dlc-reconciler/{__version__}"}


def _pool_for(base: str) -> urllib3.PoolManager:
    """Through the proxy of the environment, but never to this machine itself."""
    parts = urlsplit(base)
    host = parts.hostname or ""
    proxy = urllib.request.getproxies().get(parts.scheme)
    if not proxy or host in LOOPBACK or urllib.request.proxy_bypass(host):
        return urllib3.PoolManager(maxsize=1)
    return urllib3.ProxyManager(proxy if "://" in proxy else f"http://{proxy}", maxsize=1)


def _next_query(link: str) -> dict[str, str] | None:
    """The query of the address that a Link header calls the next page."""
    from urllib.parse import parse_qsl  # noqa: PLC0415

    for entry in link.split(","):
        address, *parameters = entry.split(";")
        if any(parameter.strip().replace('"', "") == "rel=next" for parameter in parameters):
            return dict(parse_qsl(urlsplit(address.strip().strip("<>")).query))
    return None


def _message(text: bytes) -> str:
    """What a refusal says, in one line of at most 300 characters."""
    try:
        value = json.loads(text)
    except ValueError:
        return "no explanation"
    told = [value.get(key) for key in ("message", "error", "error_description", "errors")] if _is_object(value) else []
    words = "; ".join(each if isinstance(each, str) else json.dumps(each) for each in told if each)
    return " ".join(words.split())[:300] or "no explanation"


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _reason(error: HTTPError) -> str:
    """The last part of what urllib3 says: "Connection refused" without the objects that met it."""
    return str(error).rpartition(": ")[2].rpartition("] ")[2].rstrip(")'\"") or type(error).__name__
