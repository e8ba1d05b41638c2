"""The peculiarities of disks and of OSS."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import LockBusy, LockError, UsageError
from reconciler.lock import Lease, LockSpec, lease_on
from reconciler.lock.files import FileStore
from reconciler.lock.oss import OssStore

from .oss_server import Bucket


def test_a_disk_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_args: Any, **_more: Any) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    store = FileStore(tmp_path / "lock")
    assert store.create("", b"first")
    assert not store.create("", b"second")
    assert store.read("") == b"first"
    assert [file.name for file in tmp_path.iterdir()] == ["lock"]


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LockError, match="there is no folder"):
        FileStore(tmp_path / "none" / "lock").create("", b"")


def test_an_answer_of_oss_that_got_lost_does_not_lock_out_its_own_run(oss_store: OssStore, bucket: Bucket) -> None:
    bucket.lose_answers = 1
    held = Lease(store=oss_store).acquire("ann", "a", 0)
    assert held.claim.owner == "ann"
    with pytest.raises(LockBusy, match="locked by ann"):
        Lease(store=oss_store).acquire("bob", "b", 0)


def test_a_bucket_with_versions_is_refused_and_left_as_it_was(oss_store: OssStore, bucket: Bucket) -> None:
    bucket.has_versions = True
    with pytest.raises(LockError, match="keeps versions"):
        Lease(store=oss_store).acquire("ann", "a", 0)
    assert bucket.objects == {}


def test_a_refusal_of_oss_says_what_is_needed(oss_store: OssStore, bucket: Bucket) -> None:
    bucket.refuse = "AccessDenied"
    with pytest.raises(LockError) as refused:
        Lease(store=oss_store).acquire("ann", "a", 0)
    assert "AccessDenied (HTTP 403)" in refused.value.message
    assert "oss:PutObject" in refused.value.hint


@pytest.mark.parametrize("place", ["lock", "file:", "oss://bucket", "oss:///key", "oss://bucket/key?x=1", "s3://b/k"])
def test_what_is_no_lock_is_wrong_usage(place: str) -> None:
    with pytest.raises(UsageError, match="is not a lock"):
        lease_on(LockSpec(place=place))
