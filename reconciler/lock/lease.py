"""Taking, renewing, and giving back a lock that expires, on any store that can create a name exactly once.

    create the name ----------------------------------> held --renewed every third of its life--> given back
         \\-- exists: not expired --> wait, or busy
                      expired ------> create NAME.ID.expired (only one can) -> still that one? -> delete -> try again

An expired lock is removed only by whoever created the name that belongs to this very claim, so two that find it
expired at once never remove each other's new lock. Clocks may differ by SKEW seconds.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import field, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol

from reconciler.errors import LockBusy, LockError, LockLost
from reconciler.model.quick import dataclass

SKEW = 30.0
POLL = 2.0
UNREADABLE = "unreadable"


class Store(Protocol):
    """Small named values; a suffix tells the lock ("") from the marks beside it. All methods raise LockError."""

    place: str
    """Where the store is, for people."""

    def create(self, suffix: str, value: bytes) -> bool:
        """Write a value that does not exist yet, whole or not at all, and return False when it exists."""

    def read(self, suffix: str) -> bytes | None:
        """Return the value; None when there is none."""

    def replace(self, suffix: str, value: bytes) -> None:
        """Write a value, whether or not it exists."""

    def delete(self, suffix: str) -> None:
        """Remove a value, whether or not it exists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who holds a lock. `id` is new in each run; times are seconds since the epoch."""

    owner: str
    id: str
    since: float
    expires: float

    def dumps(self) -> bytes:
        """Return what is written into the lock. Times also stand there in words, for people who look inside."""
        document = {
            "owner": self.owner,
            "id": self.id,
            "since": self.since,
            "expires": self.expires,
            "since_utc": shown(self.since),
            "expires_utc": shown(self.expires),
        }
        return (json.dumps(document, indent=1) + "\n").encode()

    @classmethod
    def loads(cls, value: bytes) -> Claim:
        """Return the claim in a lock. One that cannot be read never expires by itself."""
        try:
            document = json.loads(value)
            since, expires = float(document["since"]), float(document["expires"])
            shown(since), shown(expires)
            return cls(owner=str(document["owner"]), id=str(document["id"]), since=since, expires=expires)
        except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
            return cls(owner="somebody whose claim cannot be read", id=UNREADABLE, since=0.0, expires=float("inf"))


def shown(moment: float) -> str:
    """Return a moment as `2026-03-01T12:00:00Z`."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _expired_mark(claim: Claim) -> str:
    return f".{claim.id}.expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A lock in a store, and how long it lives, in seconds.

    `clock` is the wall clock. `pause` waits so many seconds and returns True to give up waiting. `warn` is told of
    problems that change nothing of what was done under the lock.
    """

    store: Store
    lifetime: float = 900.0
    clock: Callable[[], float] = time.time
    pause: Callable[[float], bool] = field(default=lambda seconds: threading.Event().wait(seconds))
    warn: Callable[[str], None] = field(default=lambda _: None)

    def acquire(self, owner: str, id: str, timeout: float) -> Held:
        """Take the lock, waiting for it at most `timeout` seconds.

        Raises:
            LockBusy: somebody else holds it; the message says who and since when.
            LockError: the store does not work.
        """
        since = self.clock()
        while True:
            now = self.clock()
            claim = Claim(owner=owner, id=id, since=now, expires=now + self.lifetime)
            if self.store.create("", claim.dumps()):
                return Held(self, claim)
            holder = self.holder()
            if holder is None:
                continue
            if holder.id == id:  # our own claim, whose answer was lost
                return Held(self, holder)
            if holder.expires + SKEW < now and self._take_over(holder, claim):
                continue
            left = since + timeout - now
            if left <= 0 or self.pause(min(POLL, left)):
                raise _busy(self.store, holder)

    def holder(self) -> Claim | None:
        """Return who holds the lock now; None when nobody does."""
        value = self.store.read("")
        return None if value is None else Claim.loads(value)

    def force(self, id: str) -> Claim:
        """Remove the lock if it still holds the claim that a person names.

        Raises:
            LockError: there is no lock.
            LockBusy: another claim holds it by now.
        """
        holder = self.holder()
        if holder is None:
            raise LockError(f"{self.store.place} is not locked")
        if holder.id != id:
            raise _busy(self.store, holder)
        self.store.delete("")
        self.store.delete(_expired_mark(holder))
        return holder

    def _take_over(self, holder: Claim, claim: Claim) -> bool:
        """Remove an expired lock; return False when somebody else is about to, or when its owner came back."""
        mark = _expired_mark(holder)
        if not self.store.create(mark, claim.dumps()):
            return False
        try:
            if self.holder() != holder:
                return False
            self.store.delete("")
            return True
        finally:
            self.store.delete(mark)


def _busy(store: Store, holder: Claim) -> LockBusy:
    unlock = f"`dlc-reconciler force-unlock {store.place} --owner {holder.id}`"
    if holder.id == UNREADABLE:
        return LockBusy(
            f"{store.place} is locked by {holder.owner}",
            hint=f"if nobody works: {unlock}",
        )
    return LockBusy(
        f"{store.place} is locked by {holder.owner} since {shown(holder.since)} (until {shown(holder.expires)}"
        " unless renewed)",
        hint=f"wait with --lock-timeout; if that run is dead: {unlock}",
    )


class Held:
    """A lock that is held. A `with` statement renews it until its end and then gives it back. Only one thread may
    use it."""

    def __init__(self, lease: Lease, claim: Claim) -> None:
        self._lease = lease
        self.claim = claim
        self.why_lost = ""
        self._ended = threading.Event()
        self._on_lost: Callable[[], None] = lambda: None
        self._renewing = threading.Thread(target=self._keep_renewing, name="lock", daemon=True)

    def tell_when_lost(self, on_lost: Callable[[], None]) -> None:
        """Register a function that another thread calls when the lock was lost."""
        self._on_lost = on_lost

    def __enter__(self) -> Held:
        self._renewing.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._renewing.join()
        try:
            self.give_back()
        except LockError as failure:
            # The work under the lock is done: a failure of the store must not replace its outcome.
            self._lease.warn(f"the lock was not given back: {failure.message}; it expires by itself")
        if self.why_lost and error is None:
            raise LockLost(
                f"the lock at {self._lease.store.place} was lost: {self.why_lost}",
                hint="Another run may have written at the same time: look at the report, and plan again.",
            )

    def give_back(self) -> None:
        """Remove the lock if it is still ours; otherwise note why it was lost."""
        if self._still_ours():
            self._lease.store.delete("")

    def renew(self) -> None:
        """Make the lock live longer, if it is still ours; otherwise note why not and tell."""
        if not self._still_ours():
            self._on_lost()
            return
        self.claim = replace(self.claim, expires=self._lease.clock() + self._lease.lifetime)
        self._lease.store.replace("", self.claim.dumps())

    def _still_ours(self) -> bool:
        if self.why_lost:
            return False
        if self._lease.clock() >= self.claim.expires:
            self.why_lost = "it expired before it could be renewed"
            return False
        holder = self._lease.holder()
        if holder is None:
            self.why_lost = "somebody removed it"
        elif holder.id != self.claim.id:
            self.why_lost = f"{holder.owner} holds it since {shown(holder.since)}"
        return not self.why_lost

    def _keep_renewing(self) -> None:
        while not self.why_lost and not self._ended.wait(self._lease.lifetime / 3):
            try:
                self.renew()
            except LockError:
                # The store may work again before the lock expires; otherwise the loss of the lock is reported.
                continue
