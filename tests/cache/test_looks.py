"""A file that looks as it did when an earlier run read it is not read; every other one is."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.project import ProjectFolder

from reconciler.cache import CacheFolder, InThisRun
from reconciler.cache.store import Store
from reconciler.kinds import KINDS
from reconciler.manifests import ProcessEnvironment, load_desired, load_project
from reconciler.manifests.files import content_of
from reconciler.manifests.looks import Look, Looks, look_at

LOOK: Look = struct.pack("<qqQQ", 1, 2, 3, 4)


class Opened(list[str]):
    """The names of the manifests that were opened, and how many entries were read."""

    entries = 0


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """What is opened from now on; nothing that was written a moment ago is too new to be believed."""
    names, get = Opened(), Store.get

    def content(root: Path, name: str) -> object:
        names.append(name)
        return content_of(root, name)

    def counted(store: Store, name: bytes) -> bytes | None:
        names.entries += 1
        return get(store, name)

    monkeypatch.setattr("reconciler.manifests.looks.SETTLED_AFTER", 0)
    monkeypatch.setattr("reconciler.manifests.sources.content_of", content)
    monkeypatch.setattr(Store, "get", counted)
    return names


def load(root: Path, cache: Path) -> int:
    store = Store(CacheFolder(cache, lambda _: False))
    found = load_desired(load_project(root), "test", kinds=KINDS, environ=ProcessEnvironment({}), entries=store)
    store.close()
    return len(found.resources)


@pytest.mark.parametrize("count", [20, 200])
def test_what_is_opened_and_read_does_not_grow_with_the_manifests(
    project: ProjectFolder, tmp_path: Path, opened: Opened, count: int
) -> None:
    for number in range(count):
        project.template(f"t-{number}")
    assert load(project.root, tmp_path / "cache") == count
    assert len(opened) == count
    opened.clear()
    opened.entries = 0
    assert load(project.root, tmp_path / "cache") == count
    assert (opened, opened.entries) == ([], 3)
    project.template("t-7", command="python other.py")
    assert load(project.root, tmp_path / "cache") == count
    assert set(opened) == {"manifests/t-7.yaml"}


def test_a_file_that_was_written_a_moment_before_it_was_read_is_read_again(
    project: ProjectFolder, tmp_path: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.manifests.looks.SETTLED_AFTER", 10**15)
    project.template("one")
    for _ in range(3):
        opened.clear()
        load(project.root, tmp_path / "cache")
        assert opened == ["manifests/one.yaml"]


def test_a_file_that_changed_while_its_size_and_its_time_were_kept_is_read(
    project: ProjectFolder, tmp_path: Path, opened: Opened
) -> None:
    project.template("one", command="python a.py")
    file = project.root / "manifests" / "one.yaml"
    times = file.stat()
    load(project.root, tmp_path / "cache")
    project.template("one", command="python b.py")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (times.st_size, times.st_mtime_ns)
    opened.clear()
    load(project.root, tmp_path / "cache")
    assert opened == ["manifests/one.yaml"]


def test_a_link_is_always_read(project: ProjectFolder, tmp_path: Path, opened: Opened) -> None:
    project.template("one")
    folder = project.root / "manifests"
    (folder / "one.yaml").rename(project.root / "one.txt")
    (folder / "one.yaml").symlink_to(project.root / "one.txt")
    for _ in range(2):
        opened.clear()
        load(project.root, tmp_path / "cache")
        assert opened == ["manifests/one.yaml"]


def test_a_look_is_believed_when_all_of_it_is_the_same(tmp_path: Path) -> None:
    entries = InThisRun()
    looks = Looks(entries, tmp_path)
    for name in ("a", "b\udcff", "gone"):
        looks.learn(name, LOOK, bytes(32))
    looks.keep({"a", "b\udcff"})
    again = Looks(entries, tmp_path)
    assert again.digests({"a": LOOK, "b\udcff": LOOK, "gone": LOOK}) == {"a": bytes(32), "b\udcff": bytes(32)}
    assert again.digests({"a": None}) == {}
    for at in range(0, len(LOOK), 8):
        other = LOOK[:at] + bytes([LOOK[at] + 1]) + LOOK[at + 1 :]
        assert again.digests({"a": other}) == {}
    assert Looks(entries, tmp_path / "elsewhere").digests({"a": LOOK}) == {}


def test_a_file_that_disappears_has_no_look(tmp_path: Path) -> None:
    def listed() -> Iterator[os.DirEntry[str]]:
        (tmp_path / "a").write_text("a", encoding="utf-8")
        with os.scandir(tmp_path) as found:
            entries = list(found)
        (tmp_path / "a").unlink()
        yield from entries

    assert [look_at(each) for each in listed()] == [None]
    assert look_at(None) is None
