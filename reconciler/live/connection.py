"""What a connection is told: which identity calls, and how to call. These are values alone; `connect` acts on them."""

from __future__ import annotations

import enum
import time
from collections.abc import Callable
from dataclasses import field

from reconciler.http.retry import Retry, RetryPolicy, say_nothing
from reconciler.live.pace import Pace
from reconciler.model.quick import dataclass


class Source(enum.StrEnum):
    """Where credentials come from. AUTO: environment keys, else OIDC, else a profile; never the machine's role."""

    AUTO = "auto"
    PROFILE = "profile"
    ENVIRONMENT = "environment"
    OIDC = "oidc"
    ECS_ROLE = "ecs-role"
    PLACEHOLDER = "placeholder"
    """Keys that belong to nobody, for a server on this machine that was not named on the command line."""


@dataclass(frozen=True, slots=True)
class CredentialsSpec:
    """Which provider to use. `name` is that of the profile or of the machine's role; empty means the current one."""

    source: Source = Source.AUTO
    name: str = ""


def _nobody_counts(_operation: str) -> None:
    """Take note of no call; the default."""


def nobody_waits(_total: int) -> None:
    """Go on with a listing at once; the default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionOptions:
    """How to talk to the service; times in seconds. The service documents 100 calls a second per operation."""

    calls_in_flight: int = 16
    rate: float = 80.0
    connect_timeout: float = 15.0
    read_timeout: float = 30.0
    deadline: float = 180.0
    """The seconds for one operation with all its attempts and waits."""
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    on_retry: Callable[[Retry], None] = say_nothing
    on_call: Callable[[str], None] = _nobody_counts
    """Is told the name of each operation before it is sent, also when it is repeated; called from several threads."""
    on_total: Callable[[int], None] = nobody_waits
    """Is told how many rows a listing has when its first page is there, before the others are asked for. It may wait
    until there is room for them; called from several threads."""
    sleep: Callable[[float], None] = time.sleep
    place: Callable[[], str] = str
    """Returns the text that identifies the service (see `port.Service.place`); it is called only when the text is
    needed."""
    pace: Pace | None = None
    """A pace that is shared with other connections of the same identity to the same region; None: this connection
    has its own."""
    hide: Callable[[str], str] = str
    """Removes secrets from what the service says in its errors."""

    def own_pace(self) -> Pace:
        """Return a new pace with the rate and the limit of these options."""
        return Pace(self.rate, self.calls_in_flight, time.monotonic)
