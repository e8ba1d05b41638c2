"""Turns one request into one answer: route, check, act, and spoil the answer where a fault says so.

It knows nothing of sockets. The transport hands over raw requests and does with the connection what `Reply` says.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import ServiceError, blunt, throttled
from .faults import BODIES, CUTS, Fault, FaultScript
from .operations import OPERATIONS
from .router import Match, Router
from .service import Call, Service
from .signature import SignatureChecker, SignedRequest
from .wire import JsonObject, Query, dump_json, parse_json, read_body

JSON = "application/json;charset=utf-8"
LOG_LENGTH = 50_000


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the request log; `status` is 0 when the connection was dropped or is still open."""

    number: int
    method: str
    path: str
    action: str | None
    query: str
    body: Any
    headers: Mapping[str, str] = field(repr=False)
    connection: int
    status: int = 0
    code: str | None = None
    request_id: str = ""

    @property
    def is_write(self) -> bool:
        """True for everything but GET."""
        return self.method != "GET"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is sent back to the client: an answer, after a wait in real seconds, or a cut connection."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    wait: float = 0.0
    cut: str = ""
    """`all`: nothing is sent; `half`: the answer breaks off in the middle."""
    code: str | None = None


class RateLimit:
    """A token bucket per action, in real time."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._levels: dict[str, tuple[float, float]] = {}

    def take(self, action: str) -> None:
        """Use one call. Raise ServiceError 429 with the time to wait when there is none left."""
        now = time.monotonic()
        level, since = self._levels.get(action, (max(1.0, self._rate), now))
        level = min(max(1.0, self._rate), level + (now - since) * self._rate)
        if level < 1.0:
            self._levels[action] = (level, now)
            raise throttled(round((1.0 - level) / self._rate * 1000) + 1)
        self._levels[action] = (level - 1.0, now)


class Application:
    """The service behind the transport: operations, faults, signature, log."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.faults = FaultScript()
        self.log: deque[Request] = deque(maxlen=LOG_LENGTH)
        self.counter = 0
        self._lock = threading.Lock()
        self._router = Router(OPERATIONS)
        self._signatures = SignatureChecker(service.profile)
        rate = service.profile.rate_limit
        self._rate_limit = None if rate is None else RateLimit(rate)

    def answer(self, raw: SignedRequest, fault: Fault | None = None) -> Reply:
        """Answer one request, altered by a fault where there is one for it."""
        request_id = str(uuid.uuid4()).upper()
        if fault is not None and not fault.acts:
            return _spoilt(fault, None, request_id)
        reply = self._true_answer(raw, request_id, fault)
        return reply if fault is None else _spoilt(fault, reply, request_id)

    def failure(self, raw: SignedRequest, status: int, message: str) -> Reply:
        """Return an error of the emulator itself, in the service's form."""
        code = "InternalError" if status >= 500 else "BadRequest"
        return _refusal(ServiceError(status, code, message), raw, str(uuid.uuid4()).upper())

    def action_of(self, raw: SignedRequest) -> str | None:
        """Return the operation that the path means, None if there is none."""
        try:
            return self._router.find(raw.method, raw.raw_path, None, None).operation.action
        except ServiceError:
            return None

    def _true_answer(self, raw: SignedRequest, request_id: str, fault: Fault | None) -> Reply:
        try:
            key, answer = self._act(raw)
            if key:
                answer[key] = request_id
            altered = answer if fault is None else fault.alter(answer)
            return _reply(200, altered, request_id)
        except ServiceError as error:
            return _refusal(blunt(error) if self._is_blunt else error, raw, request_id)

    @property
    def _is_blunt(self) -> bool:
        return self.service.profile.error_codes == "generic"

    def _act(self, raw: SignedRequest) -> tuple[str, JsonObject]:
        headers, profile = raw.headers, self.service.profile
        match = self._router.find(raw.method, raw.raw_path, headers.get("x-acs-action"), headers.get("x-acs-version"))
        self._signatures.check(raw, self.service.clock.now())
        operation = match.operation
        if operation.action in profile.forbidden_actions or (profile.read_only and operation.writes):
            raise ServiceError(
                403, "Forbidden.RAM", f"User not authorized to operate on the specified resource: {operation.action}."
            )
        if self._rate_limit is not None:
            self._rate_limit.take(operation.action)
        return operation.request_id, self._perform(match, raw)

    def _perform(self, match: Match, raw: SignedRequest) -> JsonObject:
        operation = match.operation
        call = Call(
            self.service,
            match.arguments,
            Query.parse(raw.raw_query, operation.query),
            read_body(raw.body, operation.body, operation.required),
        )
        return operation.answer(call)

    def begin(self, raw: SignedRequest, connection: int) -> Request:
        """Number a request and return its first log entry, which `finish` completes."""
        with self._lock:
            self.counter += 1
            number = self.counter
        action = raw.headers.get("x-acs-action") or self.action_of(raw)
        try:
            body: Any = parse_json(raw.body) if raw.body else None
        except ValueError:
            body = raw.body
        return Request(number, raw.method, raw.raw_path, action, raw.raw_query, body, raw.headers, connection)


def _reply(status: int, answer: Any, request_id: str, headers: Mapping[str, str] | None = None) -> Reply:
    common = {
        "Content-Type": JSON,
        "x-acs-request-id": request_id,
        "x-acs-trace-id": request_id.replace("-", "").lower(),
    }
    return Reply(status=status, body=dump_json(answer).encode(), headers={**common, **(headers or {})})


def _refusal(error: ServiceError, raw: SignedRequest, request_id: str) -> Reply:
    answer = {
        "Code": error.code,
        "Message": error.message,
        "RequestId": request_id,
        "HostId": raw.headers.get("host", ""),
        "Recommend": "https://api.alibabacloud.com/troubleshoot",
    }
    reply = _reply(error.status, answer, request_id, error.headers)
    return Reply(status=reply.status, body=reply.body, headers=reply.headers, code=error.code)


def _spoilt(fault: Fault, reply: Reply | None, request_id: str) -> Reply:
    """Return the reply that a fault makes of a true one (None: the service did not act)."""
    if fault.kind == "delay_after" and reply is not None:
        return Reply(status=reply.status, body=reply.body, headers=reply.headers, code=reply.code, wait=fault.seconds)
    if fault.kind in CUTS:
        kept = reply or _reply(200, {}, request_id)
        cut = "half" if fault.kind == "drop_during" else "all"
        return Reply(status=kept.status, body=kept.body, headers=kept.headers, code=kept.code, cut=cut)
    if fault.body_kind is not None:
        status, content_type, body = BODIES[fault.body_kind]
        headers = {"Content-Type": content_type, "x-acs-request-id": request_id}
        return Reply(status=fault.status or status, body=body, headers=headers)
    if fault.kind.startswith(("error_", "throttle")):
        return _injected_error(fault, request_id)
    if reply is None:
        raise AssertionError(f"{fault.kind} neither acts nor answers")
    return reply


def _injected_error(fault: Fault, request_id: str) -> Reply:
    throttling = fault.kind.startswith("throttle")
    status = fault.status or (429 if throttling else 500)
    usual = {429: "Throttling", 503: "ServiceUnavailable", 403: "Forbidden.RAM", 404: "NotFound", 400: "BadRequest"}
    code = fault.code or usual.get(status, "InternalError")
    headers = {}
    if throttling and fault.retry_after_ms is not None:
        headers["x-acs-retry-after"] = str(fault.retry_after_ms)
    answer = {"Code": code, "Message": fault.message, "RequestId": request_id, "HostId": "", "Recommend": ""}
    reply = _reply(status, answer, request_id, headers)
    return Reply(status=status, body=reply.body, headers=reply.headers, code=code)
