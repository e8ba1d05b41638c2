"""Entries in a file: kept, shared, bounded; and whatever happens to the file, nothing wrong is ever believed."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.laws import examples

from reconciler.cache import CacheFolder
from reconciler.cache.store import AFTER_CLEANING, FILE, Store


def folder(path: Path, *, tracked: bool = False) -> CacheFolder:
    return CacheFolder(path, lambda _: tracked)


def kept(path: Path, **entries: str) -> None:
    store = Store(folder(path))
    for name, value in entries.items():
        store.put(name.encode(), value.encode())
    store.close()


def read(path: Path, name: str) -> str | None:
    store = Store(folder(path))
    value = store.get(name.encode())
    store.close()
    return None if value is None else value.decode()


def test_a_later_run_finds_what_was_kept_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    place = tmp_path / "deep" / "cache"
    kept(place, a="1")
    kept(place, b="2", a="3")
    assert (read(place, "a"), read(place, "b"), read(place, "c")) == ("3", "2", None)
    assert place.stat().st_mode & 0o777 == 0o700
    modes = {file.name: file.stat().st_mode & 0o777 for file in place.iterdir()}
    assert modes == dict.fromkeys((".gitignore", "key", FILE), 0o600)


def test_an_entry_is_known_at_once_also_where_no_file_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = Store(folder(tmp_path / "file" / "cache"))
    store.put(b"a", b"1")
    assert store.get(b"a") == b"1"
    store.flush()
    assert store.get(b"a") == b"1"


def test_what_is_held_for_a_run_is_never_written(tmp_path: Path) -> None:
    """Neither is what the run kept under that name before."""
    store = Store(folder(tmp_path))
    store.put(b"a", b"1")
    store.hold(b"a", b"2")
    store.put(b"b", b"1")
    store.flush()
    assert (store.get(b"a"), read(tmp_path, "a"), read(tmp_path, "b")) == (b"2", None, "1")
    store.put(b"a", b"3")
    store.flush()
    assert (store.get(b"a"), read(tmp_path, "a")) == (b"3", "3")


def test_many_entries_are_read_together_as_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some are in the file, some were put or held since, some are nowhere; statements of SQLite are bounded."""
    monkeypatch.setattr("reconciler.cache.store.TOGETHER", 7)
    kept(tmp_path, **{f"name{number}": f"old {number}" for number in range(40)})
    store = Store(folder(tmp_path))
    statements: list[str] = []
    assert store.get(b"name0") == b"old 0"
    assert store._db is not None
    store._db.set_trace_callback(statements.append)
    for number in range(0, 40, 5):
        (store.put if number % 2 else store.hold)(f"name{number}".encode(), b"new")
    names = [f"name{number}".encode() for number in range(-3, 43)]
    together = store.get_each(names)
    assert len(statements) == 6  # of 46 names, 8 are known without the file
    assert together == {name: value for name in names if (value := store.get(name)) is not None}
    assert len(together) == 40
    store.close()


def test_what_others_may_write_or_git_tracks_is_not_believed(tmp_path: Path) -> None:
    place = tmp_path / "cache"
    kept(place, a="1")
    place.chmod(0o770)
    assert read(place, "a") is None
    place.chmod(0o700)
    assert read(place, "a") == "1"
    assert Store(folder(place, tracked=True)).get(b"a") is None
    (place / "key").chmod(0o640)
    assert read(place, "a") is None


def test_entries_signed_with_another_key_do_not_exist(tmp_path: Path) -> None:
    kept(tmp_path / "mine", a="1")
    kept(tmp_path / "theirs", a="2")
    (tmp_path / "theirs" / FILE).replace(tmp_path / "mine" / FILE)
    assert read(tmp_path / "mine", "a") is None
    kept(tmp_path / "mine", a="3")
    assert read(tmp_path / "mine", "a") == "3"


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_file_that_is_something_else_is_replaced(tmp_path: Path, content: bytes) -> None:
    kept(tmp_path / "cache", a="1")
    (tmp_path / "cache" / FILE).write_bytes(content)
    assert read(tmp_path / "cache", "a") is None
    kept(tmp_path / "cache", a="2")
    assert read(tmp_path / "cache", "a") == "2"


def test_another_program_s_database_is_replaced_too(tmp_path: Path) -> None:
    kept(tmp_path / "cache", a="1")
    file = tmp_path / "cache" / FILE
    file.unlink()
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE entry (other TEXT)")
    db.close()
    assert read(tmp_path / "cache", "a") is None
    kept(tmp_path / "cache", a="2")
    assert read(tmp_path / "cache", "a") == "2"


@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=st.lists(st.tuples(st.integers(0, 40_000), st.binary(min_size=1, max_size=40)), min_size=1, max_size=4))
def test_no_damage_of_the_file_makes_another_value(tmp_path: Path, damage: list[tuple[int, bytes]]) -> None:
    place = tmp_path / "cache"
    names = {f"name{number}": f"value {number} " * 20 for number in range(60)}
    kept(place, **names)
    with (place / FILE).open("r+b") as stream:
        size = stream.seek(0, os.SEEK_END)
        for at, data in damage:
            stream.seek(at % size)
            stream.write(data)
    store = Store(folder(place))
    together = store.get_each([name.encode() for name in names])
    assert together.items() <= {name.encode(): value.encode() for name, value in names.items()}.items()
    store.close()
    for name, value in names.items():
        assert read(place, name) in (None, value)
    kept(place, **names)
    (place / FILE).unlink()


def test_a_file_that_cannot_be_written_is_still_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "cache"
    kept(place, a="1")
    full = sqlite3.OperationalError("database or disk is full")
    monkeypatch.setattr(full, "sqlite_errorcode", sqlite3.SQLITE_FULL, raising=False)

    def refuse(*_arguments: object) -> None:
        raise full

    monkeypatch.setattr("reconciler.cache.store._transaction", refuse)
    kept(place, a="2", b="2")
    assert (read(place, "a"), read(place, "b")) == ("1", None)


def test_another_process_may_hold_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "cache"
    kept(place, a="1")
    monkeypatch.setattr("reconciler.cache.store.BUSY", 0.0)
    other = sqlite3.connect(place / FILE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    kept(place, a="2")
    assert read(place, "a") is None
    other.execute("ROLLBACK")
    other.close()
    assert read(place, "a") == "1"


def test_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from reconciler.cache import CacheFolder; from reconciler.cache.store import Store\n"
        "for number in range(20):\n"
        "    store = Store(CacheFolder(Path(sys.argv[1]), lambda _: False))\n"
        "    store.put(f'{sys.argv[2]}{number}'.encode(), b'value')\n"
        "    store.close()\n"
    )
    kept(tmp_path / "cache", a="1")
    runs = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "cache"), who]) for who in "xy"]
    assert [run.wait() for run in runs] == [0, 0]
    assert {read(tmp_path / "cache", f"{who}{number}") for who in "xy" for number in range(20)} == {"value"}


def test_what_was_not_used_for_long_goes_first_when_the_file_is_full(tmp_path: Path) -> None:
    place, most = folder(tmp_path / "cache"), 200_000

    def run(day: int, *, put: range = range(0), get: range = range(0)) -> list[bool]:
        store = Store(place, most_bytes=most, now=lambda: day * 86_400.0)
        found = [store.get(f"name{number}".encode()) is not None for number in get]
        for number in put:
            store.put(f"name{number}".encode(), bytes(300))
        store.close()
        return found

    run(1, put=range(200))
    assert all(run(2, get=range(100, 200)))
    run(3, put=range(200, 500))
    assert (tmp_path / "cache" / FILE).stat().st_size <= most
    assert not any(run(4, get=range(100)))
    assert sum(run(4, get=range(500))) >= most * AFTER_CLEANING / 500


def test_one_large_entry_that_was_not_used_for_long_makes_room_for_many_small_ones(tmp_path: Path) -> None:
    place, most = folder(tmp_path / "cache"), 200_000

    def put(day: int, sizes: dict[str, int]) -> None:
        store = Store(place, most_bytes=most, now=lambda: day * 86_400.0)
        for name, size in sizes.items():
            store.put(name.encode(), bytes(size))
        store.close()

    put(1, {"large": 150_000})
    put(2, {f"small{number}": 300 for number in range(200)})
    assert read(tmp_path / "cache", "large") is None
    assert all(read(tmp_path / "cache", f"small{number}") for number in range(200))
    assert (tmp_path / "cache" / FILE).stat().st_size <= most


def test_size_and_clear(tmp_path: Path) -> None:
    place = tmp_path / "cache"
    assert Store(folder(place)).size().entries == 0
    kept(place, a="1", b="2")
    store = Store(folder(place))
    assert store.size().entries == 2
    store.clear()
    assert read(place, "a") is None
    kept(place, c="3")
    assert read(place, "c") == "3"
