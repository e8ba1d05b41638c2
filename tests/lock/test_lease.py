"""What a lock promises, on every store: one holder, named when busy; expiry; nothing lost without a word."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from reconciler.errors import LockBusy, LockError, LockLost
from reconciler.live.parallel import side_by_side
from reconciler.lock import Claim, Held, Lease, Store
from reconciler.lock.lease import SKEW

from .conftest import Time


def test_one_holder_and_then_the_next(lease: Lease) -> None:
    with lease.acquire("ann", "a", 0):
        assert lease.holder() is not None
        with pytest.raises(LockBusy):
            lease.acquire("bob", "b", 0)
    assert lease.holder() is None
    with lease.acquire("bob", "b", 0) as held:
        assert held.claim.owner == "bob"


class Renewing:
    """A store in which a renewal is under way when the lock is given back, and comes after it if nobody waits."""

    def __init__(self, store: Store) -> None:
        self.place = store.place
        self.read, self.create = store.read, store.create
        self._store = store
        self.begun, self.deleted = threading.Event(), threading.Event()

    def replace(self, name: str, value: bytes) -> None:
        self.begun.set()
        self.deleted.wait(0.05)
        self._store.replace(name, value)

    def delete(self, name: str) -> None:
        self._store.delete(name)
        self.deleted.set()


def test_a_renewal_under_way_does_not_bring_back_a_lock_that_was_given_back(store: Store, time: Time) -> None:
    renewing = Renewing(store)
    lease = Lease(store=renewing, lifetime=0.01, clock=time.clock)
    with lease.acquire("ann", "a", 0) as held:
        assert renewing.begun.wait(60)
    held._renewing.join()
    assert lease.holder() is None


def test_a_busy_lock_names_its_holder_and_the_way_out(lease: Lease) -> None:
    lease.acquire("ann@ci, process 7", "5d41402abc4b2a76", 0)
    with pytest.raises(LockBusy) as busy:
        lease.acquire("bob", "b", 0)
    assert "locked by ann@ci, process 7 since 2026-03-01T12:00:00Z (until 2026-03-01T12:15:00Z" in busy.value.message
    assert "--owner 5d41402abc4b2a76" in busy.value.hint
    assert busy.value.exit_code == 3


def test_of_many_at_once_one_gets_it(lease: Lease) -> None:
    start = threading.Barrier(8)

    def take(number: int) -> Held | None:
        start.wait()
        try:
            return lease.acquire(f"run {number}", str(number), 0)
        except LockBusy:
            return None

    winners = [held for held in side_by_side(take, range(8), width=8) if held is not None]
    assert len(winners) == 1
    assert lease.holder() == winners[0].claim


def test_waiting_ends_with_the_lock_when_it_is_given_back(lease: Lease, time: Time) -> None:
    first = lease.acquire("ann", "a", 0)
    time.meanwhile = first.give_back
    assert lease.acquire("bob", "b", 60).claim.owner == "bob"


def test_waiting_ends_when_the_time_is_up(lease: Lease, time: Time) -> None:
    lease.acquire("ann", "a", 0)
    begun = time.now
    with pytest.raises(LockBusy):
        lease.acquire("bob", "b", 7)
    assert time.now - begun == pytest.approx(7)


def test_a_busy_lock_is_looked_at_every_two_seconds_and_once_more_at_the_end(lease: Lease, time: Time) -> None:
    lease.acquire("alice", "a", 0)
    waits: list[float] = []

    def pause(seconds: float) -> bool:
        waits.append(seconds)
        return time.pause(seconds)

    for timeout, expected in ((0.0, []), (1.5, [1.5]), (5.0, [2.0, 2.0, 1.0])):
        waits.clear()
        with pytest.raises(LockBusy):
            replace(lease, pause=pause).acquire("bob", "b", timeout)
        assert waits == expected


def test_a_lock_that_is_given_back_between_two_looks_is_taken(store: Store, time: Time) -> None:
    lease = Lease(store=store, clock=time.clock, pause=time.pause)
    first = lease.acquire("ann", "a", 0)

    class Late:
        """Tells that it is taken, and is free when somebody looks who has it."""

        def __init__(self) -> None:
            self.place, self.replace, self.delete, self.create = store.place, store.replace, store.delete, store.create

        def read(self, suffix: str) -> bytes | None:
            if suffix == "":
                first.give_back()
            return store.read(suffix)

    assert Lease(store=Late(), clock=time.clock, pause=time.pause).acquire("bob", "b", 0).claim.owner == "bob"


def test_an_expired_lock_is_taken_over_and_a_young_one_never(lease: Lease, time: Time, store: Store) -> None:
    dead = lease.acquire("ann", "a", 0)
    for young in (-1, 0):
        time.now = dead.claim.expires + SKEW + young
        with pytest.raises(LockBusy):
            lease.acquire("bob", "b", 0)
    time.now += 1
    assert lease.acquire("bob", "b", 0).claim.owner == "bob"
    assert store.read(".a.expired") is None


def test_who_is_late_with_a_takeover_waits_for_the_one_who_was_first(lease: Lease, time: Time, store: Store) -> None:
    """The mark of the other one may also be what a killed run left: nobody tries for ever."""
    dead = lease.acquire("ann", "a", 0)
    time.now = dead.claim.expires + SKEW + 1
    assert store.create(".a.expired", b"{}")
    with pytest.raises(LockBusy):
        lease.acquire("bob", "b", 0)
    assert store.read("") is not None


def test_two_that_find_it_expired_never_both_get_it(lease: Lease, time: Time) -> None:
    lease.acquire("dead", "d", 0)
    time.now += 10_000
    start = threading.Barrier(6)

    def take(number: int) -> Held | None:
        start.wait()
        try:
            return lease.acquire(f"run {number}", str(number), 0)
        except LockBusy:
            return None

    winners = [held for held in side_by_side(take, range(6), width=6) if held is not None]
    assert len(winners) <= 1
    holder = lease.holder()
    assert [held.claim for held in winners] == ([holder] if holder else [])


def test_a_takeover_that_comes_late_leaves_the_new_lock_alone(lease: Lease, time: Time, store: Store) -> None:
    old = lease.acquire("dead", "d", 0).claim
    time.now += 10_000
    new = lease.acquire("bob", "b", 0).claim
    assert lease._take_over(old, Claim(owner="late", id="l", since=0, expires=1)) is False
    assert lease.holder() == new
    assert store.read(".d.expired") is None


def test_renewing_makes_it_live_longer(lease: Lease, time: Time) -> None:
    held = lease.acquire("ann", "a", 0)
    time.now += 600
    held.renew()
    time.now += 600
    with pytest.raises(LockBusy):
        lease.acquire("bob", "b", 0)
    holder = lease.holder()
    assert holder is not None
    assert holder.expires == held.claim.expires == time.now + 300


@pytest.mark.parametrize("loss", ["removed", "taken", "expired"])
def test_a_lost_lock_is_told_at_once_and_at_the_end(lease: Lease, time: Time, loss: str) -> None:
    told = threading.Event()
    held = lease.acquire("ann", "a", 0)
    held.tell_when_lost(told.set)
    with pytest.raises(LockLost) as lost, held:  # noqa: PT012 - the loss is told when the block ends
        if loss == "removed":
            lease.force("a")
        else:
            time.now += 10_000
        if loss == "taken":
            lease.acquire("bob", "b", 0)
        held.renew()
        assert told.is_set()
    words = {"removed": "somebody removed it", "taken": "it expired", "expired": "it expired"}
    assert words[loss] in lost.value.message
    holder = lease.holder()
    assert (holder.owner if holder else None) == {"removed": None, "taken": "bob", "expired": "ann"}[loss]


def test_what_was_lost_without_a_renewal_is_told_at_the_end(lease: Lease) -> None:
    with pytest.raises(LockLost, match="bob holds it"), lease.acquire("ann", "a", 0):  # noqa: PT012
        lease.force("a")
        lease.acquire("bob", "b", 0)
    holder = lease.holder()
    assert holder is not None
    assert holder.owner == "bob"


def test_force_unlock_removes_only_the_claim_that_was_named(lease: Lease) -> None:
    with pytest.raises(LockError, match="is not locked"):
        lease.force("a")
    lease.acquire("ann", "a", 0)
    with pytest.raises(LockBusy, match="locked by ann"):
        lease.force("b")
    assert lease.force("a").owner == "ann"
    assert lease.holder() is None


@pytest.mark.parametrize("garbage", [b"", b"null", b"{", b'{"owner": "x", "id": "y", "since": 1e400, "expires": 0}'])
def test_what_cannot_be_read_stays_until_a_person_decides(
    lease: Lease, time: Time, store: Store, garbage: bytes
) -> None:
    store.replace("", garbage)
    time.now += 1e9
    with pytest.raises(LockBusy) as busy:
        lease.acquire("bob", "b", 0)
    assert "--owner unreadable" in busy.value.hint
    lease.force("unreadable")
    assert lease.holder() is None


@pytest.mark.parametrize(("seconds", "is_ours"), [(899.5, True), (900.0, False), (901.0, False)])
def test_a_lock_lives_until_the_moment_that_it_names(lease: Lease, time: Time, seconds: float, is_ours: bool) -> None:
    held = lease.acquire("ann", "a", 0)
    time.now += seconds
    held.renew()
    assert (held.why_lost == "") is is_ours
    assert (held.claim.expires == time.now + 900) is is_ours


def test_a_lock_is_renewed_three_times_in_its_life(lease: Lease) -> None:
    """Two renewals in a row may fail then, and it is still ours."""
    held = lease.acquire("ann", "a", 0)
    waits: list[float] = []

    class Ended(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout or 0.0)
            return len(waits) == 3

    held._ended = Ended()
    with held:
        held._renewing.join()
    assert waits == [300.0] * 3
