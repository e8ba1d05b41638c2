"""Checks ACS3-HMAC-SHA256, the signature of the service's current API style.

The client says which headers it signed; exactly those are verified, never a fixed list.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

from .clock import parse_time
from .errors import ServiceError
from .profile import Profile

_HEADER = re.compile(
    r"ACS3-HMAC-SHA256 Credential=(?P<key>[^,]+),\s*SignedHeaders=(?P<headers>[^,]+),\s*"
    r"Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What a signature covers; header names in lower case."""

    method: str
    raw_path: str
    raw_query: str
    headers: Mapping[str, str]
    body: bytes


class SignatureChecker:
    """Verifies requests against the profile's keys, and remembers nonces if asked to."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._nonces: set[str] = set()

    def check(self, request: SignedRequest, now: float) -> None:
        """Raise ServiceError if the request is not signed with a known key."""
        if self._profile.access_keys is None:
            return
        match = _HEADER.fullmatch(request.headers.get("authorization", ""))
        if match is None:
            raise ServiceError(400, "IncompleteSignature", "The request carries no ACS3-HMAC-SHA256 signature.")
        secret = self._profile.access_keys.get(match["key"])
        if secret is None:
            raise ServiceError(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
        names = match["headers"].split(";")
        expected = sign(request, names, secret)
        body_hash = hashlib.sha256(request.body).hexdigest()
        if request.headers.get("x-acs-content-sha256") != body_hash or not _covers(names, request.headers):
            raise _mismatch()
        if not hmac.compare_digest(expected, match["signature"]):
            raise _mismatch()
        self._check_freshness(request.headers, now)

    def _check_freshness(self, headers: Mapping[str, str], now: float) -> None:
        skew = self._profile.signature_skew
        if skew is not None and not _is_fresh(headers.get("x-acs-date", ""), now, skew):
            raise ServiceError(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
        if self._profile.refuse_used_nonce:
            nonce = headers.get("x-acs-signature-nonce", "")
            if not nonce or nonce in self._nonces:
                raise ServiceError(400, "SignatureNonceUsed", "Specified signature nonce was used already.")
            self._nonces.add(nonce)


def _covers(names: list[str], headers: Mapping[str, str]) -> bool:
    """True if every header that decides the meaning of the request was signed."""
    needed = {name for name in headers if name.startswith("x-acs-")} | {"host"}
    return needed <= set(names)


def _is_fresh(date: str, now: float, skew: float) -> bool:
    try:
        return abs(parse_time(date) - now) <= skew
    except ValueError:
        return False


def _mismatch() -> ServiceError:
    return ServiceError(400, "SignatureDoesNotMatch", "Specified signature does not match our calculation.")


def sign(request: SignedRequest, names: list[str], secret: str) -> str:
    """Return the signature that a client with this secret must have sent for the headers that it names."""
    canonical = "\n".join(
        (
            request.method,
            request.raw_path or "/",
            canonical_query(request.raw_query),
            "".join(f"{name}:{request.headers.get(name, '').strip()}\n" for name in names),
            ";".join(names),
            hashlib.sha256(request.body).hexdigest(),
        )
    )
    to_sign = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    return hmac.digest(secret.encode(), to_sign.encode(), hashlib.sha256).hex()


def canonical_query(raw: str) -> str:
    """Return the query of the request, decoded, sorted by key, and encoded again; only `~` stays as it is."""
    pairs = sorted(parse_qsl(raw, keep_blank_values=True))
    return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)
