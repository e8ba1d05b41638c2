"""How long to wait before a request is repeated, if it may be: as the answer says, else for a growing pause.

GitHub answers a rate limit with 403 or 429 and `Retry-After` or `X-RateLimit-Reset`, or with neither for a secondary
limit (then at least a minute); GitLab with 429, `Retry-After` and `RateLimit-Reset`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from http import HTTPStatus

from reconciler.errors import ServiceError, Throttled
from reconciler.http.hints import LONGEST_HINT, asked_wait
from reconciler.model.quick import dataclass

MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that did not succeed: its status, what the host said, and its headers by lower-case names."""

    status: int
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_limit(self) -> bool:
        """True for a rate limit, which is not the same as a missing permission although both may be a 403."""
        if self.status == HTTPStatus.TOO_MANY_REQUESTS:
            return True
        if self.status != HTTPStatus.FORBIDDEN:
            return False
        used_up = self.headers.get("x-ratelimit-remaining") == "0"
        return used_up or "retry-after" in self.headers or "rate limit" in self.message.lower()

    def asked(self, now: float) -> float:
        """Return the seconds that the host asks to wait; 0 when it asks for nothing readable."""
        hint = asked_wait(self.headers, now)
        if hint is not None:
            return hint
        for remaining, reset in (
            ("x-ratelimit-remaining", "x-ratelimit-reset"),
            ("ratelimit-remaining", "ratelimit-reset"),
        ):
            moment = self.headers.get(reset, "")
            if self.headers.get(remaining) == "0" and moment.isascii() and moment.isdigit() and len(moment) < 16:
                return min(max(0.0, float(moment) - now) + 1.0, LONGEST_HINT)
        return 0.0


def pause_for(error: ServiceError, failed: int) -> float:
    """Return the seconds to wait when the answer does not say it: 1, 2, 4, ...; minutes after a rate limit."""
    growing = 2.0 ** (failed - 1)
    return MINUTE * growing if isinstance(error, Throttled) else growing
