"""The JSON API of a code host over `http`: bounded retries, rate limits, and a token that is never shown.

A read (and a write that sets a state, such as an edit) may be repeated. A write that creates something is never
repeated when its answer was lost, because it may have happened. A request that a rate limit refused did not happen.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from reconciler import __version__
from reconciler.ci.limits import Refusal, pause_for
from reconciler.errors import (
    AnswerLost,
    ApiError,
    BadAnswer,
    ConnectionFailed,
    ReconcilerError,
    ServerFailed,
    ServiceError,
    Throttled,
    UsageError,
)
from reconciler.http.bounds import Bounds, wait_after
from reconciler.http.transport import Answer as Raw
from reconciler.http.transport import Request, Transport
from reconciler.model.address import AddressError, parse_address
from reconciler.model.quick import dataclass

REPEATABLE = ("GET", "PATCH", "PUT", "DELETE")


class PlatformError(ReconcilerError):
    """The code host refused or did not answer. `lost` is True when a write may nevertheless have happened."""

    def __init__(self, message: str, *, hint: str = "", status: int | None = None, lost: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.lost = lost


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: its JSON value (None when it has no body) and its headers."""

    value: Any
    headers: Mapping[str, str]


@dataclass(slots=True, repr=False)
class Web:
    """An API below one base URL. Its text form shows no headers, because they carry the token."""

    base: str
    headers: Mapping[str, str]
    secret: str
    """What no message may contain, also when the server sends it back."""
    bounds: Bounds = field(default_factory=Bounds)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    """The environment, which names proxies and certificates."""
    _transport: Transport = field(init=False)

    def __post_init__(self) -> None:
        self.base = checked_base(self.base)
        parts = urlsplit(self.base)
        self._transport = self.bounds.transport(parse_address(f"{parts.scheme}://{parts.netloc}"), self.environ)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def get(self, path: str, **query: str) -> Answer:
        """Return one value.

        Raises:
            PlatformError: it could not be had.
        """
        return self.send("GET", path, query=query)

    def pages(self, path: str, **query: str) -> Iterator[dict[str, Any]]:
        """Yield every row of a listing. Only the query of a `Link: rel="next"` is used, so that the token stays on this
        server.

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
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        reads: bool = False,
    ) -> Answer:
        """Return the answer to one request, repeated within the bounds where that is safe. `reads` says that it changes
        nothing, whatever its method.

        Raises:
            PlatformError: refused, lost, or too many tries.
        """
        try:
            return self.bounds.repeat(
                lambda until: self._attempt(method, path, body, query, until),
                operation=method,
                repeatable=reads or method in REPEATABLE,
                pause=pause_for,
            )
        except ServiceError as error:
            raise self._told(error) from error

    def _attempt(
        self, method: str, path: str, body: Mapping[str, Any] | None, query: Mapping[str, str] | None, until: float
    ) -> Answer:
        target = urlsplit(self.base).path + path + (f"?{urlencode(query)}" if query else "")
        data = None if body is None else json.dumps(body)
        headers = {**self.headers, **({"Content-Type": "application/json"} if data else {})}
        raw = self._transport.exchange(Request(method, target, headers, data), until)
        if HTTPStatus.OK <= raw.status < HTTPStatus.MULTIPLE_CHOICES:
            return _believed(raw)
        raise self._refusal(raw)

    def _refusal(self, raw: Raw) -> ServiceError:
        """Return the error that an answer with another status means."""
        refusal = Refusal(raw.status, _message(raw.body), {key.lower(): raw.headers[key] for key in raw.headers})
        if refusal.is_limit:
            return Throttled(refusal.message, status=raw.status, retry_after=refusal.asked(self.bounds.now()))
        if raw.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return ServerFailed(refusal.message, status=raw.status, retry_after=refusal.asked(self.bounds.now()))
        return ApiError(refusal.message, status=raw.status)

    def _told(self, error: ServiceError) -> PlatformError:
        """Return one line: which host, what it said, and for a rate limit when it ends.

        The secret is removed from what the server said.
        """
        said = error.message.replace(self.secret, "***") if self.secret else error.message
        if isinstance(error, Throttled):
            return PlatformError(
                f"{self.base}: rate limit reached; it asks to wait {wait_after(error, 1, pause_for):.0f} s",
                status=HTTPStatus.TOO_MANY_REQUESTS,
                hint="Run the job again later.",
            )
        if isinstance(error, ConnectionFailed):
            return PlatformError(f"{self.base} cannot be reached: {said}", hint=error.hint)
        if isinstance(error, AnswerLost) and error.late:
            return PlatformError(f"{self.base} did not answer within {self.bounds.read:g} s", lost=True)
        if isinstance(error, AnswerLost):
            return PlatformError(f"{self.base} did not answer: {said}", lost=True)
        if HTTPStatus.MULTIPLE_CHOICES <= (error.status or 0) < HTTPStatus.BAD_REQUEST:
            return PlatformError(
                f"{self.base} answered with a redirect, and the token is not sent elsewhere",
                status=error.status,
                hint="Give the address of the API as it is now.",
            )
        return PlatformError(
            f"{self.base} answered {error.status}: {said}", status=error.status, lost=isinstance(error, ServerFailed)
        )


def _believed(raw: Raw) -> Answer:
    try:
        return Answer(json.loads(raw.body) if raw.body else None, raw.headers)
    except (ValueError, RecursionError):
        raise BadAnswer("not with JSON; is this the address of its API?") from None


def inner(value: Any, *names: str) -> Any:
    """Return the field that the names lead to, from object to object; None when there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def login_of(account: Mapping[str, Any], name: str) -> str:
    """Return the name of an account.

    Raises:
        PlatformError: it has none, so that nobody's comments can be told from ours.
    """
    login = account.get(name)
    if not isinstance(login, str) or not login:
        raise PlatformError(f"the account has no `{name}`")
    return login


def checked_base(text: str) -> str:
    """Return the base URL without a slash at its end.

    Raises:
        UsageError: not an address, or plain HTTP to another machine, which would show the token to the network.
    """
    scheme, separator, rest = text.partition("://")
    netloc, slash, path = rest.partition("/")
    shown = text.rpartition("@")[2]
    try:
        if not separator or any(letter in path for letter in "?#\\@ ") or not path.isprintable() or not path.isascii():
            raise UsageError(f"{shown!r} is not the address of an API")
        parse_address(f"{scheme.lower()}://{netloc.lower()}")
    except AddressError as error:
        raise UsageError(f"{shown!r} is not the address of an API: it {error.reason}", hint=error.hint) from None
    return f"{scheme.lower()}://{netloc.lower()}{slash}{path}".rstrip("/")


def user_agent() -> dict[str, str]:
    """Return the name of this program; GitHub refuses requests without it."""
    return {"User-Agent": f"dlc-reconciler/{__version__}"}


def _next_query(link: str) -> dict[str, str] | None:
    """Return the query of the address that a Link header names as the next page."""
    for entry in link.split(","):
        address, *parameters = entry.split(";")
        if any(parameter.strip().replace('"', "") == "rel=next" for parameter in parameters):
            return dict(parse_qsl(urlsplit(address.strip().strip("<>")).query))
    return None


def _message(text: bytes) -> str:
    """Return the words of a refusal, in one line of at most 300 characters."""
    try:
        value = json.loads(text)
    except ValueError:
        return "no explanation"
    told = (
        [value.get(key) for key in ("message", "error", "error_description", "errors", "errorMessage")]
        if _is_object(value)
        else []
    )
    words = "; ".join(each if isinstance(each, str) else json.dumps(each) for each in told if each)
    return " ".join(words.split())[:300] or "no explanation"


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)
