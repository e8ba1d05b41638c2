"""What every operation is given: the state, the clock, the habits, and the call that it answers.

Operations turn plain data into plain data: neither this module nor they know HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .clock import Clock
from .errors import unknown_workspace
from .profile import Profile
from .store import Store
from .wire import Fields, JsonObject, Query


@dataclass(frozen=True, slots=True)
class Service:
    """One emulated account in one region."""

    store: Store
    clock: Clock
    profile: Profile

    def new_id(self, prefix: str, length: int) -> str:
        """Return a new id in the service's form."""
        return self.store.new_id(prefix, length, deterministic=self.profile.deterministic_ids)

    def workspace(self, workspace: str | None) -> str:
        """Return the workspace that a call means. Raise ServiceError 404 if it does not exist."""
        chosen = workspace or self.profile.default_workspace
        if chosen in self.profile.workspaces:
            return chosen
        with self.store.read() as db:
            row = db.execute("SELECT 1 FROM catalogue WHERE kind = 'workspace' AND id = ?", (chosen,)).fetchone()
        if row is None:
            raise unknown_workspace(chosen)
        return chosen


@dataclass(frozen=True, slots=True)
class Call:
    """One request after routing and checking."""

    service: Service
    path: Mapping[str, str]
    query: Query
    body: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of the API: its path, what it accepts, and the function that answers it."""

    action: str
    method: str
    path: str
    answer: Callable[[Call], JsonObject]
    query: frozenset[str] = frozenset()
    body: Fields | None = None
    required: frozenset[str] = frozenset()
    version: str = "2020-12-03"
    request_id: str = "RequestId"
    """The key of the request id in the answer; empty for operations without one."""

    @property
    def writes(self) -> bool:
        """True if the operation changes state."""
        return self.method != "GET"
