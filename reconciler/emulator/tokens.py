"""Sharing tokens: JWTs of the shape that the service hands out, and the check of those that come back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

from .errors import ServiceError
from .service import Service
from .wire import JsonObject, dump_json

WEEK = 604_800
_KEY = b"emulator"
"""The key is no secret: it only distinguishes our tokens from those of somebody else."""


def issue(service: Service, target: str, target_type: str, seconds: int) -> str:
    """Return a token (HS256) for one job or TensorBoard that expires after so many seconds."""
    now = int(service.clock.now())
    claims = {
        "exp": now + seconds,
        "iat": now,
        "user_id": service.profile.user_id,
        "target_id": target,
        "target_type": target_type,
    }
    signed = ".".join(_base64(dump_json(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    return signed + "." + _base64(_sign(signed))


def check(service: Service, token: str | None, target: str) -> None:
    """Raise 403 unless there is no token, or one for this target that has not expired."""
    if token is None:
        return
    claims = _claims(token)
    if claims is None or claims.get("target_id") != target:
        raise ServiceError(403, "Forbidden.AccessDenied", f"The token is not for {target}.")
    if claims["exp"] <= service.clock.now():
        raise ServiceError(403, "Forbidden.AccessDenied", "The token has expired.")


def _claims(token: str) -> JsonObject | None:
    signed, _, signature = token.rpartition(".")
    try:
        if not hmac.compare_digest(_base64(_sign(signed)), signature):
            return None
        claims: JsonObject = json.loads(base64.urlsafe_b64decode(signed.partition(".")[2] + "=="))
    except ValueError:
        return None
    return claims


def _sign(signed: str) -> bytes:
    return hmac.digest(_KEY, signed.encode(), hashlib.sha256)


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
