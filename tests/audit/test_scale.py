"""Large audits: cut and resumed, split and merged, watched, and the same every time; on made-up fleets."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from support.commands import Ended, command
from support.environment import clean_environment

from reconciler.audit.collect import silent
from reconciler.audit.rule_table import parameters_of
from reconciler.audit.store import Store
from reconciler.cli.audit.progress import Lines
from reconciler.emulator import Emulator, Fleet, ManualClock, Profile, seed_fleet
from reconciler.errors import FileError, ReconcilerError, UsageError
from reconciler.kinds import KINDS
from reconciler.kinds.jobtemplate.audit import AUDIT
from reconciler.model import Share
from reconciler.pipeline import Settings
from reconciler.pipeline.auditing import Run, document, judged, merge_snapshots, take_snapshot
from reconciler.render.audit.streamed_json import audit_json

from .worlds import NOW, settings_for, write_project

TEMPLATES = 48

quick = effort(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A machine that is busy with other things is no fault of what is tested."""


@pytest.fixture(scope="module")
def fleet() -> Iterator[Emulator]:
    """One fleet for the module: audits only read."""
    with Emulator(clock=ManualClock(NOW), profile=Profile(deterministic_ids=True)) as emulator:
        Fleet(emulator.store, emulator.clock, 7).add(TEMPLATES)
        yield emulator


@pytest.fixture
def settings(fleet: Emulator, tmp_path: Path) -> Settings:
    return settings_for(write_project({}, tmp_path / "project"), fleet)


@pytest.fixture(scope="module")
def whole(fleet: Emulator, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What one audit of all finds in the fleet, as a document."""
    folder = tmp_path_factory.mktemp("whole")
    with pytest.MonkeyPatch.context() as patch:
        clean_environment(patch)
        patch.setenv("XDG_CACHE_HOME", str(folder / ".cache"))
        settings = settings_for(write_project({}, folder / "project"), fleet)
        take_snapshot(settings, Run(snapshot=folder / "a"), silent)
        return whole_json(settings, folder / "a")


def whole_json(settings: Settings, snapshot: Path) -> str:
    with Store.open(snapshot) as store:
        return "".join(audit_json(document(store, judged(settings, store, None))))


def test_a_fleet_has_faults_of_every_kind_that_one_template_can_have(whole: str) -> None:
    found = Counter(each["code"] for each in json.loads(whole)["findings"])
    not_ours = {"DLC301", "DLC302"}  # only the project that owns a template answers for its versions
    of_proofs = {"DLC341", "DLC342", "DLC343"}  # only a manifest asks for a proof
    assert set(parameters_of(KINDS)) - not_ours - of_proofs - set(found) == set()
    assert {"DLC101", "DLC107", "DLC111", "DLC115"} <= set(found)


def test_the_fleets_own_project_finds_what_was_done_by_hand(fleet: Emulator, tmp_path: Path) -> None:
    file = write_project({}, tmp_path / "project")
    file.write_text(file.read_text(encoding="utf-8").replace("name: vision", "name: fleet"), encoding="utf-8")
    settings = settings_for(file, fleet)
    take_snapshot(settings, Run(snapshot=tmp_path / "a"), silent)
    found = {each["code"] for each in json.loads(whole_json(settings, tmp_path / "a"))["findings"]}
    assert {"DLC301", "DLC302"} <= found


def test_a_fleet_is_the_same_for_the_same_number_and_seed() -> None:
    def built(seed: int) -> list[object]:
        with Emulator(clock=ManualClock(NOW), profile=Profile(deterministic_ids=True)) as emulator:
            counts = Fleet(emulator.store, emulator.clock, seed).add(10)
            templates = emulator.store.templates()
            versions = [emulator.store.versions(each.id) for each in templates]
            return [counts, templates, versions, emulator.store.jobs(), emulator.store.boards()]

    first = built(3)
    assert first == built(3)
    assert first != built(4)


def test_a_cut_run_goes_on_where_it_stopped(settings: Settings, fleet: Emulator, whole: str, tmp_path: Path) -> None:
    def cut(done: int, total: int, name: str) -> None:
        if name:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_snapshot(settings, Run(snapshot=tmp_path / "cut"), cut)
    with Store.open(tmp_path / "cut") as store:
        left = len(store.pending())
        with pytest.raises(FileError, match="not finished"):
            judged(settings, store, None)
    assert 0 < left < TEMPLATES
    fleet.clear_log()
    take_snapshot(settings, Run(snapshot=tmp_path / "cut", resume=True), silent)
    assert fleet.calls().count("GetJobTemplate") == left
    assert "ListTensorboards" not in fleet.calls()
    assert whole_json(settings, tmp_path / "cut") == whole


def test_resuming_another_audit_is_refused(settings: Settings, tmp_path: Path) -> None:
    take_snapshot(settings, Run(snapshot=tmp_path / "a", shard=Share(1, 2)), silent)
    with pytest.raises(FileError, match="another audit"):
        take_snapshot(settings, Run(snapshot=tmp_path / "a", shard=Share(2, 2), resume=True), silent)


def test_shards_joined_are_the_whole(settings: Settings, whole: str, tmp_path: Path) -> None:
    parts = [tmp_path / f"part{number}" for number in (1, 2, 3)]
    for number, part in enumerate(parts, start=1):
        take_snapshot(settings, Run(snapshot=part, shard=Share(number, 3)), silent)
        with Store.open(part) as store:
            assert 0 < len(store.names(AUDIT)) < TEMPLATES
    merge_snapshots([parts[2], parts[0], parts[1]], tmp_path / "joined")
    assert whole_json(settings, tmp_path / "joined") == whole


def test_only_all_shards_of_one_audit_are_joined(settings: Settings, tmp_path: Path) -> None:
    for number in (1, 2):
        take_snapshot(settings, Run(snapshot=tmp_path / str(number), shard=Share(number, 2)), silent)
    with pytest.raises(FileError, match="not all shards"):
        merge_snapshots([tmp_path / "1"], tmp_path / "joined")
    with pytest.raises(FileError, match="not all shards"):
        merge_snapshots([tmp_path / "1", tmp_path / "1"], tmp_path / "joined")
    with pytest.raises(UsageError, match="one of the snapshots"):
        merge_snapshots([tmp_path / "1", tmp_path / "2"], tmp_path / "2")


def test_a_file_that_is_no_snapshot_is_left_alone(settings: Settings, tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("keep me", encoding="utf-8")
    with pytest.raises(ReconcilerError, match="not a snapshot"):
        take_snapshot(settings, Run(snapshot=other), silent)
    assert other.read_text(encoding="utf-8") == "keep me"


@given(st.text(max_size=20), st.text(max_size=20), st.integers(1, 50))
@quick
def test_every_object_is_in_exactly_one_shard(site: str, id: str, of: int) -> None:
    assert sum(Share(number, of).covers(f"{site}\0{id}") for number in range(1, of + 1)) == 1


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/0", "-1/2", ""])
def test_what_is_not_a_shard_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"K/N|no part"):
        Share.parse(text)


def test_plain_progress_says_how_long_the_rest_takes() -> None:
    stream, seconds = io.StringIO(), iter([0.0, 10.0, 60.0, 600.0])
    lines = Lines(stream, lambda: next(seconds))
    for done in (0, 50, 100, 1000):
        lines(done, 1000, "t")
    assert stream.getvalue() == (
        "[audit] 1000 templates to read\n"
        "[audit] 100 of 1000 templates, about 9 min left\n"
        "[audit] 1000 of 1000 templates\n"
    )


def run(fleet: Emulator, project: Path, *arguments: str | Path) -> Ended:
    return command("audit", *arguments, "--project", project, "--endpoint", fleet.url, "--fail-on", "never")


def test_shards_and_merge_as_commands(fleet: Emulator, tmp_path: Path) -> None:
    project = write_project({}, tmp_path / "project")
    for number in (1, 2):
        ended = run(fleet, project, "--shard", f"{number}/2", "--snapshot", tmp_path / f"{number}.sqlite3")
        assert ended.code == 0, ended.err
        assert f"(shard {number} of 2; rules that compare objects run in `audit merge`)" in ended.out
        assert "DLC307" not in ended.out
    merged = command(
        "audit", "merge", tmp_path / "1.sqlite3", tmp_path / "2.sqlite3", "--project", project, "--fail-on", "never"
    )
    assert merged.code == 0, merged.err
    assert "DLC307" in merged.out


def test_a_fleet_from_the_command_line(tmp_path: Path) -> None:
    ended = command("emulator", "seed", "--fleet", "3", "--state", tmp_path / "state.sqlite3")
    assert ended.code == 0, ended.err
    assert ended.out.startswith("Added 3 jobTemplates, ")
    both = command("emulator", "seed", "x.yaml", "--fleet", "3", "--state", tmp_path / "state.sqlite3")
    assert both.code == 64
    assert seed_fleet(tmp_path / "other.sqlite3", 2, 1)["jobTemplates"] == 2
