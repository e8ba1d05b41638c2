"""Decides whether an answer is believed: it gives the checked JSON object, or the error that says what may have
happened.

The HTTP status is checked first, then the shape. Only an error object with the service's own code means "not found" or
"forbidden": a page of a gateway or a proxy with the same status proves nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

from reconciler.errors import (
    ApiError,
    BadAnswer,
    Conflict,
    CredentialsRefused,
    Forbidden,
    NotFound,
    ServerFailed,
    ServiceError,
    Throttled,
)
from reconciler.http.hints import asked_wait
from reconciler.http.one_line import one_line
from reconciler.http.transport import Answer
from reconciler.live.port import Operation
from reconciler.live.shapes import addresses_one, misshapen
from reconciler.model import JsonObject

Hide = Callable[[str], str]
"""Removes secrets from a text that the service wrote, before the text is cut to length."""

NUMBERS = frozenset({"TotalCount", "PageNumber", "PageSize", "Version", "DefaultVersion"})
LISTS = frozenset({"Versions", "Events", "Logs", "PodMetrics", "SanityCheckResults", "SanityCheckResult", "Labels"})
# AIWorkSpace's codes for a workspace, member, dataset, code source, image, model or model version that does not exist.
MISSING_CODES = frozenset(
    "100400008 100400027 100700008 100600006 100600017 201300003 201400002 201900002 201900003".split()  # noqa: SIM905
)
# AIWorkSpace: a code source that is not ready yet; the same call succeeds a little later.
PASSING_CODES = frozenset({"201400004"})
CREDENTIAL_CODES = (
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "InvalidSecurityToken",
    "MissingSecurityToken",
    "SecurityTokenExpired",
    "InvalidTimeStamp",
    "SignatureNonceUsed",
)
UNKNOWN_CALL_CODES = ("InvalidAction", "InvalidApi", "InvalidVersion")
CREDENTIALS_HINT = "check --profile or the access key in the environment, and this machine's clock"
_LOOKED_AT = 4000
"""How many characters of an answer are searched for secrets before its beginning is shown."""
NOT_THE_SERVICE = "check that the endpoint is the service itself and not a gateway or a proxy in front of it"


def believe(operation: Operation, answer: Answer, hide: Hide = str) -> JsonObject:
    """Return the answer's JSON object, checked: it has a request id and every field that the operation expects, of the
    right type.

    `hide` removes secrets from all parts of the answer that get into an error.

    Raises:
        BadAnswer: an answer that cannot be believed, with its HTTP status.
        ApiError: the service's own error, as its subclass.
    """
    if answer.status >= 400:
        raise refusal(operation, answer, hide)
    if answer.status >= 300:
        place = one_line(hide(answer.headers.get("location", "").split("?")[0])) or "nowhere"
        raise BadAnswer(
            f"a redirect to {place!r}, not followed",
            status=answer.status,
            hint="check the endpoint",
        )
    body = _object(answer, hide)
    for problem in _problems(operation, body, hide):
        raise BadAnswer(
            problem,
            status=answer.status,
            code=_text(body, "Code"),
            request_id=request_id_of(body),
            hint=NOT_THE_SERVICE,
        )
    return body


def refusal(operation: Operation, answer: Answer, hide: Hide = str) -> ServiceError:
    """Return the error that an answer of status 400 or above means."""
    try:
        body = _object(answer, hide)
    except BadAnswer as error:
        return _unreadable_refusal(answer, error)
    code = _text(body, "Code")
    message = one_line(hide(_text(body, "Message"))) or "no message"
    details: dict[str, Any] = {
        "status": answer.status,
        "code": one_line(hide(code), 80),
        "request_id": request_id_of(body),
    }
    said = f"{details['code'] or 'no code'} (HTTP {answer.status}): {message}"
    if answer.status >= 500 and not code.startswith("Throttling"):
        return ServerFailed(said, retry_after=retry_hint(answer.headers), **details)
    if not code and answer.status != 429:
        return BadAnswer(f"HTTP {answer.status} without an error code", **details, hint=NOT_THE_SERVICE)
    return _client_refusal(operation, answer, said, details)


def _client_refusal(operation: Operation, answer: Answer, said: str, details: dict[str, Any]) -> ServiceError:
    code, hint = details["code"], retry_hint(answer.headers)
    if answer.status == 429 or code.startswith("Throttling") or "x-acs-retry-after" in answer.headers:
        return Throttled(said, retry_after=hint, **details)
    if code.startswith(CREDENTIAL_CODES):
        return CredentialsRefused(said, **details, hint=CREDENTIALS_HINT)
    if _is_missing(answer.status, code):
        return NotFound(said, **details)
    if answer.status == 403 or code.startswith("Forbidden"):
        said = f"not allowed: needs {operation.ram_action}; {said}"
        return Forbidden(said, **details, hint=_permission_hint(operation))
    plain: type[ApiError] = Conflict if answer.status == 409 else ApiError
    return (ServerFailed if code in PASSING_CODES else plain)(said, **details)


def _is_missing(status: int, code: str) -> bool:
    """Return whether the service says that the object does not exist. That the call does not exist means a wrong
    endpoint instead."""
    if code.startswith(UNKNOWN_CALL_CODES):
        return False
    return status == 404 or code in MISSING_CODES or code.startswith("NotFound")


def _permission_hint(operation: Operation) -> str:
    return (
        f"grant {operation.ram_action} to the identity, or add it to the workspace; "
        "`aliyun sts GetCallerIdentity` shows the identity, "
        "`aliyun ram ListPoliciesForUser --UserName NAME` its policies"
    )


def _unreadable_refusal(answer: Answer, error: BadAnswer) -> ServiceError:
    said = f"HTTP {answer.status}, {error.message}"
    if answer.status == 429:
        return Throttled(said, status=answer.status, retry_after=retry_hint(answer.headers))
    if answer.status >= 500:
        return ServerFailed(said, status=answer.status, retry_after=retry_hint(answer.headers))
    return BadAnswer(said, status=answer.status, hint=NOT_THE_SERVICE)


def retry_hint(headers: Mapping[str, str]) -> float:
    """Return the seconds that the service asks to wait; 0 when it asks for no wait."""
    return asked_wait(headers, time.time()) or 0.0


def request_id_of(body: Mapping[str, Any]) -> str:
    """Return the request id, in any spelling that the service uses, as one line; empty when there is none."""
    for name in ("RequestId", "RequestID", "requestId"):
        if isinstance(body.get(name), str):
            return one_line(body[name], 80)
    return ""


def as_count(value: object) -> int | None:
    """Return a number of the service, which may come as digits in a text; None when it is no number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value >= 0 else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    return None


def _object(answer: Answer, hide: Hide) -> dict[str, Any]:
    """Return the body as a JSON object, or a BadAnswer whose text shows how the body begins."""
    if not answer.body.strip():
        raise BadAnswer(f"an empty body (HTTP {answer.status})", status=answer.status, hint=NOT_THE_SERVICE)
    try:
        body = _DECODER.decode(answer.body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        start = one_line(hide(answer.body[:_LOOKED_AT].decode("utf-8", "replace")))
        raise BadAnswer(
            f"a body that is not JSON (HTTP {answer.status}): {start}", status=answer.status, hint=NOT_THE_SERVICE
        ) from error
    if not isinstance(body, dict):
        start = one_line(hide(json.dumps(body, ensure_ascii=False)[:_LOOKED_AT]))
        raise BadAnswer(
            f"JSON that is not an object (HTTP {answer.status}): {start}",
            status=answer.status,
            hint=NOT_THE_SERVICE,
        )
    return body


def _problems(operation: Operation, body: Mapping[str, Any], hide: Hide) -> list[str]:
    """Return what makes an answer of status 2xx unbelievable, the most telling reason first."""
    problems = [
        f"{name} is {_named(body[name], hide)}" if name in body else f"{name} is missing"
        for name in operation.expects
        if not _fits(operation, name, body.get(name))
    ]
    problems += [f"{place} is {_named(value, hide)}" for place, value in islice(misshapen(body), 1)]
    if operation.request_id and not request_id_of(body):
        problems.append(f"{operation.request_id} is missing")
    return problems


def _fits(operation: Operation, name: str, value: object) -> bool:
    if name == operation.rows or name in LISTS:
        return isinstance(value, list)
    if name in NUMBERS:
        return as_count(value) is not None
    return addresses_one(value) if name.endswith("Id") else isinstance(value, str)


def _named(value: object, hide: Hide) -> str:
    text = json.dumps(value, ensure_ascii=False)[:_LOOKED_AT]
    return "null" if value is None else f"unusable ({one_line(hide(text), 60)})"


def _text(body: Mapping[str, Any], name: str) -> str:
    """Return a field of an error body, whose name may begin with an upper-case or lower-case letter; a number
    becomes its digits."""
    value = body.get(name, body.get(name[0].lower() + name[1:]))
    return "" if value is None or isinstance(value, (dict, list)) else str(value)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)
