"""The state outlives the emulator, a kill, and a second process on the same file."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.emulator import Emulator, ManualClock, Profile, StateFileError, reset, seed
from reconciler.emulator.store import Store

from .conftest import CONTENT, Wire

SEED = {
    "workspaces": ["3003"],
    "jobTemplates": [
        {
            "TemplateName": "resnet",
            "Metadata": {"owner": "x"},
            "Versions": [
                {"Content": CONTENT},
                {"Content": json.loads(CONTENT), "Constraints": {"UserCommand": "locked"}},
            ],
            "DefaultVersion": 2,
            "ageDays": 30,
        },
        {"TemplateName": "in3003", "Content": CONTENT, "WorkspaceId": "3003"},
    ],
    "jobs": [{"TemplateName": "resnet", "ageDays": 400, "Status": "Failed"}],
    "tensorboards": [{"DisplayName": "board", "ageDays": 30, "Status": "Stopped", "MaxRunningTimeMinutes": 5}],
}
HOST = """
import sys
from pathlib import Path
from reconciler.emulator import serve
serve(Path(sys.argv[1]), announce=lambda url: print(url, flush=True))
"""


def test_what_was_answered_is_still_there_later(tmp_path: Path) -> None:
    state = tmp_path / "deep" / "state.sqlite"
    with Emulator(state) as emulator:
        wire = Wire(emulator.url)
        template = wire.template("kept", Metadata={"a": [1]})
        wire.close()
    with Emulator(state) as emulator:
        (kept,) = emulator.store.templates()
        assert (kept.id, kept.name, kept.metadata) == (template, "kept", {"a": [1]})


def test_a_killed_host_has_kept_what_it_answered(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    host = subprocess.Popen([sys.executable, "-c", HOST, str(state)], stdout=subprocess.PIPE, text=True)
    assert host.stdout is not None
    with host, host.stdout:
        wire = Wire(host.stdout.readline().strip())
        ids = [wire.template(f"t{index}") for index in range(20)]
        host.send_signal(signal.SIGKILL)
        host.wait()
        wire.close()
    with Emulator(state) as emulator:
        assert [template.id for template in emulator.store.templates()] == ids


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_ends_on_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    host = subprocess.Popen([sys.executable, "-c", HOST, str(tmp_path / "s")], stdout=subprocess.PIPE, text=True)
    assert host.stdout is not None
    with host, host.stdout:
        assert host.stdout.readline().startswith("http://127.0.0.1:")
        host.send_signal(number)
        assert host.wait(20) == 0


def test_two_emulators_share_one_file(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    same = Profile(deterministic_ids=True)
    with Emulator(state, profile=same) as one, Emulator(state, profile=same) as two:
        for index in range(20):
            (one if index % 2 else two).store.create_template(f"t{index}")
        wire = Wire(one.url)
        assert wire.ok("GET", "/jobtemplates", WorkspaceId="1001")["TotalCount"] == 20
        wire.close()
        assert one.store.templates() == two.store.templates()
        assert len({template.id for template in one.store.templates()}) == 20


def _of_workspace(store: Store, workspace: str = "1001") -> int:
    with store.read():
        return store.count("SELECT count(*) FROM template WHERE workspace = ?", (workspace,))


def _add(store: Store, name: str) -> None:
    with store.write() as db:
        db.execute(
            """INSERT INTO template (id, workspace, name, folded, described, metadata, creator, modifier, created,
               modified, default_version, newest) VALUES (?, '1001', '', '', '', '{}', '', '', 0, 0, 1, 1)""",
            (name,),
        )


def _add_in_vain(store: Store) -> None:
    with store.write():
        _add(store, "undone")
        assert _of_workspace(store) == 3
        _add(store, "undone")


def test_what_is_counted_follows_every_change(tmp_path: Path) -> None:
    """A number is kept from page to page: not beyond a change here, in another process, or one that is undone."""
    one, other = Store(tmp_path / "state"), Store(tmp_path / "state")
    assert _of_workspace(one) == 0
    _add(one, "here")
    assert _of_workspace(one, "2002") == 0
    assert _of_workspace(one) == _of_workspace(other) == 1
    _add(other, "there")
    assert _of_workspace(one) == 2
    with pytest.raises(sqlite3.IntegrityError):
        _add_in_vain(one)
    assert _of_workspace(one) == 2
    one.clear()
    assert _of_workspace(one) == _of_workspace(other) == 0
    one.close()
    other.close()


def test_deterministic_ids_repeat(clock: ManualClock) -> None:
    ids = []
    for _ in range(2):
        with Emulator(clock=clock, profile=Profile(deterministic_ids=True)) as emulator:
            ids.append(
                (emulator.store.create_template("a"), emulator.store.create_job(), emulator.store.create_board("b"))
            )
    assert ids[0] == ids[1]


def test_a_seed_file_and_a_reset(tmp_path: Path) -> None:
    state = tmp_path / "state.sqlite"
    counts = seed(state, SEED)
    assert counts == {"workspaces": 1, "jobTemplates": 2, "jobs": 1, "tensorboards": 1, "jobLives": 0}
    with Emulator(state) as emulator:
        wire = Wire(emulator.url)
        (template,) = wire.ok("GET", "/jobtemplates", WorkspaceId="1001")["JobTemplates"]
        assert (template["DefaultVersion"], template["Metadata"]) == (2, {"owner": "x"})
        versions = emulator.store.versions(template["TemplateId"])
        assert [type(version.content) for version in versions] == [str, dict]
        assert wire.ok("GET", "/jobs", TemplateId=template["TemplateId"])["TotalCount"] == 0
        job = wire.ok("GET", "/jobs", TemplateId=template["TemplateId"], StartTime="2000-01-01T00:00:00Z")["Jobs"][0]
        assert job["Status"] == "Failed"
        (board,) = wire.ok("GET", "/tensorboards", StartTime="2000-01-01T00:00:00Z")["Tensorboards"]
        assert (board["Status"], board["DisplayName"]) == ("Stopped", "board")
        assert wire.ok("GET", "/jobtemplates", WorkspaceId="3003")["TotalCount"] == 1
        reset(state)
        assert wire.ok("GET", "/jobtemplates", WorkspaceId="1001")["TotalCount"] == 0
        wire.close()


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "a seed is an object"),
        ({"templates": []}, "unknown in a seed: templates"),
        ({"jobs": [{"TemplateName": "none"}]}, r"jobs\[0\]: no job template named none"),
        ({"jobTemplates": [{"TemplateName": "ok"}, {"Name": "x"}]}, r"jobTemplates\[1\]: Unknown parameter Name"),
        ({"jobTemplates": [{"TemplateName": "x", "ageDays": "1"}]}, "ageDays must be a number"),
        ({"jobTemplates": [{"TemplateName": "x", "Content": "{"}]}, "Content is not valid JSON"),
        ({"jobTemplates": [{"TemplateName": "x", "DefaultVersion": 2}]}, "does not exist"),
        ({"jobs": [{"Status": "Done"}]}, "not a job state"),
        ({"tensorboards": {}}, "must be a list"),
    ],
)
def test_a_bad_seed_adds_nothing(emulator: Emulator, document: object, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        emulator.seed(document)
    assert emulator.store.templates() == []


def test_a_file_that_is_no_state_is_refused_and_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("these are my notes, not a database\n" * 100)
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE mine (x)")
        db.execute("PRAGMA user_version = 1")
    db.close()
    for path in (text, other):
        before = path.read_bytes()
        with pytest.raises(StateFileError):
            Emulator(path)
        assert path.read_bytes() == before
