"""Both kinds of lock, on a clock that the tests move."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

from reconciler.lock import Lease, Store
from reconciler.lock.files import FileStore
from reconciler.lock.oss import OssStore
from reconciler.model.address import parse_address

from .oss_server import Bucket, oss


@dataclass
class Time:
    """The wall clock; waiting moves it, and whatever must happen meanwhile happens."""

    now: float = 1_772_366_400.0  # 2026-03-01T12:00:00Z
    meanwhile: Callable[[], None] = field(default=lambda: None)

    def pause(self, seconds: float) -> bool:
        self.now += seconds
        self.meanwhile()
        return False

    def clock(self) -> float:
        return self.now


class Bounded:
    """A store that fails a test which asks it for ever: a lock that is taken over wrongly is tried again and again."""

    MOST = 500

    def __init__(self, store: Store) -> None:
        self.place = store.place
        self._store = store
        self._calls = count(1)

    def _counted(self) -> Store:
        if next(self._calls) > self.MOST:
            raise AssertionError(f"the store was asked more than {self.MOST} times")
        return self._store

    def create(self, suffix: str, value: bytes) -> bool:
        return self._counted().create(suffix, value)

    def read(self, suffix: str) -> bytes | None:
        return self._counted().read(suffix)

    def replace(self, suffix: str, value: bytes) -> None:
        self._counted().replace(suffix, value)

    def delete(self, suffix: str) -> None:
        self._counted().delete(suffix)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with oss() as server:
        yield server


@pytest.fixture
def oss_store(bucket: Bucket) -> OssStore:
    endpoint = parse_address(bucket.url)
    return OssStore(
        "ci-locks", "prod/lock", region="cn-hangzhou", endpoint=endpoint, keys=lambda: ("id", "secret", None)
    )


@pytest.fixture(params=["file", "oss"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "file":
        return FileStore(tmp_path / "lock")
    chosen = request.getfixturevalue("oss_store")
    assert isinstance(chosen, OssStore)
    return chosen


@pytest.fixture
def lease(store: Store, time: Time) -> Lease:
    return Lease(store=Bounded(store), lifetime=900, clock=time.clock, pause=time.pause)
