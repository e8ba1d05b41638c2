"""How long to wait before a request is repeated, if it may be: from what the answer says, else by a growing pause.

GitHub answers a rate limit with 403 or 429 and `Retry-After` or `X-RateLimit-Reset`, or with neither for a secondary
limit (then at least a minute); GitLab with 429, `Retry-After` and `RateLimit-Reset`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus

MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that did not succeed: its status (None: no usable answer), what was said, lower-case headers."""

    status: int | None
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)
    sent: bool = True
    """False when it certainly never reached the server."""

    @property
    def is_limit(self) -> bool:
        """True for a rate limit, which is not the same as a missing permission although both may be a 403."""
        if self.status == HTTPStatus.TOO_MANY_REQUESTS:
            return True
        if self.status != HTTPStatus.FORBIDDEN:
            return False
        used_up = self.headers.get("x-ratelimit-remaining") == "0"
        return used_up or "retry-after" in self.headers or "rate limit" in self.message.lower()


def pause_for(refusal: Refusal, attempt: int, *, repeatable: bool, now: float) -> float | None:
    """Seconds to wait before the next try; None when there must be none."""
    if refusal.is_limit:
        asked = _asked(refusal.headers, now)
        return MINUTE * float(2**attempt) if asked is None else asked
    if not refusal.sent:
        return float(2**attempt)
    failed = refusal.status is None or refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return float(2**attempt) if failed and repeatable else None


def _asked(headers: Mapping[str, str], now: float) -> float | None:
    """What the server asks for, never less than nothing; None when it asks for nothing that can be read."""
    after = headers.get("retry-after", "")
    if after.isdigit():
        return float(after)
    if after:
        try:
            return max(0.0, parsedate_to_datetime(after).timestamp() - now)
        except ValueError:
            return None
    for remaining, reset in (
        ("x-ratelimit-remaining", "x-ratelimit-reset"),
        ("ratelimit-remaining", "ratelimit-reset"),
    ):
        if headers.get(remaining) == "0" and headers.get(reset, "").isdigit():
            return max(0.0, float(headers[reset]) - now) + 1.0
    return None
