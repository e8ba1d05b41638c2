"""What `audit` asks of the service: each version once in its life, nothing twice in a run, and the same findings."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.commands import Ended, command
from support.furnished import Furnished, emptied, standing_still
from support.laws import examples
from support.outside import template_id
from support.project import CONTENT, ProjectFolder

from reconciler.audit.answers import USEFUL
from reconciler.cache import CacheFolder
from reconciler.cache.store import Store
from reconciler.emulator import Emulator, Fault, ManualClock

COUNT = 8
DAY = 86400.0
MEANT = {"HF_TOKEN": "$HF_TOKEN", "WANDB_API_KEY": "${WANDB_KEY}"}
"""Variables that a shell fills in later."""


class World:
    """A project and its service, some of whose templates the project describes."""

    def __init__(self, folder: Path, emulator: Emulator) -> None:
        self.folder = folder
        self.emulator = emulator
        self.project = folder / "project"
        self.snapshot = self.project / ".dlc-reconciler" / "audit.sqlite3"

    def audit(self, *words: str | Path, code: int = 0, fixed: bool = True) -> Ended:
        """One audit, an hour after the last change; its clock stands still, so that its report does too."""
        self.emulator.clear_log()
        with pytest.MonkeyPatch.context() as patch:
            if fixed:
                patch.setenv("SOURCE_DATE_EPOCH", str(int(self.emulator.clock.now()) + 3600))
            patch.setenv("XDG_CACHE_HOME", str(self.folder / ".cache"))
            ended = command(
                *("audit", "--fail-on", "never", "--rate", "100000", "--project", self.project),
                *("--endpoint", self.emulator.url, *words),
            )
        assert ended.code == code, ended.text
        return ended

    def fetched(self, *words: str | Path) -> list[str]:
        """The names of the templates whose versions an audit fetches. It asks nothing twice."""
        self.audit(*words)
        asked = Counter((each.method, each.path, each.query) for each in self.emulator.requests)
        assert {each: count for each, count in asked.items() if count > 1} == {}
        names = {each.id: each.name for each in self.emulator.store.templates()}
        paths = (each.path for each in self.emulator.requests if each.action == "GetJobTemplate")
        return sorted(names[path.rpartition("/")[2]] for path in paths)

    def report(self, *words: str | Path) -> str:
        """What an audit finds, as a document with everything in it."""
        return self.audit("--format", "json", *words).out

    def by_hand(self, name: str, **change: Any) -> None:
        """A version that somebody makes an hour later."""
        clock(self.emulator).advance(3600)
        content = json.dumps({**CONTENT, **change})
        self.emulator.store.add_version(template_id(self.emulator, name), content, user="4711")


def clock(emulator: Emulator) -> ManualClock:
    assert isinstance(emulator.clock, ManualClock)
    return emulator.clock


def furnish(folder: Path, emulator: Emulator, _: pytest.MonkeyPatch) -> None:
    """Templates with versions by the project, by hand and by the console, launched now and then, with odd contents."""
    project, store = ProjectFolder(folder / "project"), emulator.store
    for number in range(COUNT // 2):
        project.template(f"t{number}")
    where = ("--project", project.root, "--endpoint", emulator.url)
    assert command("apply", "--yes", "--no-cache", *where).code == 0
    for number in range(COUNT // 2, COUNT):
        named = [{"DataSourceId": "d-nowhere", "MountPath": "/mnt"}] if number % 2 else []
        store.create_template(f"t{number}", {**CONTENT, "ResourceType": "ECS", "DataSources": named})
    for number, name in enumerate(f"t{number}" for number in range(COUNT)):
        id = template_id(emulator, name)
        for version in range(2):
            content = {**CONTENT, "UserCommand": f"run {number} {version}", "Envs": MEANT if number % 2 else {}}
            store.add_version(id, json.dumps(content), constraints={"UserCommand": "locked"}, user="4711")
        store.create_job("job", template_id=id)
    clock(emulator).advance(10 * DAY)


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return Furnished(tmp_path_factory.mktemp("furnished"), furnish)


@pytest.fixture
def world(furnished: Furnished, tmp_path: Path, emulator: Emulator) -> World:
    furnished.again(tmp_path, emulator)
    return World(tmp_path, emulator)


EVERY = [f"t{number}" for number in range(COUNT)]


def test_each_version_is_fetched_once_in_its_life(world: World) -> None:
    assert world.fetched() == EVERY
    assert world.fetched() == []
    world.by_hand("t3", UserCommand="new")
    assert world.fetched() == ["t3"]
    clock(world.emulator).advance(3600)
    world.emulator.store.update_template(template_id(world.emulator, "t5"), description="another")
    assert world.fetched() == ["t5"]
    assert world.fetched() == []


def test_what_was_fetched_and_what_was_known_is_told(world: World) -> None:
    told = [world.audit().err.splitlines()[-1] for _ in range(2)]
    assert told == [
        "[audit] 24 versions fetched, 0 known from earlier audits",
        "[audit] 0 versions fetched, 24 known from earlier audits",
    ]


def test_a_launch_is_seen_and_fetches_nothing(world: World) -> None:
    """It moves LastUsedTime alone, which stays when the job is deleted."""
    world.audit()
    job = world.emulator.store.create_job("later", template_id=template_id(world.emulator, "t1"))
    world.emulator.store.delete_job(job)
    assert world.fetched() == []
    assert world.report() == world.report("--no-cache", "--snapshot", world.folder / "fresh")


def test_what_changed_without_its_time_is_fetched(world: World) -> None:
    """Whether GmtModifyTime moves with every change is published nowhere (API.md, section 2.2)."""
    world.audit()
    with world.emulator._store.write() as db:
        db.execute("UPDATE template SET description = 'silent' WHERE name = 't2'")
    assert world.fetched() == ["t2"]


def test_what_changed_a_moment_ago_is_fetched_again(world: World) -> None:
    """The seconds of the service are too coarse, and its clock is not ours."""
    world.by_hand("t3", UserCommand="new")
    now = int(world.emulator.clock.now())
    for seconds, expected in ((119, EVERY), (120, ["t3"]), (121, [])):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SOURCE_DATE_EPOCH", str(now + seconds))
            world.audit(fixed=False)
        asked = Counter(world.emulator.calls())["GetJobTemplate"]
        assert asked == len(expected)


def test_fetching_all_passes_snapshot_and_cache_by(world: World) -> None:
    first = world.report()
    assert world.fetched("--fetch-all") == EVERY
    assert world.fetched() == []
    assert world.report("--fetch-all") == first


def test_without_the_cache_or_the_snapshot_everything_is_fetched(world: World) -> None:
    world.audit()
    assert world.fetched("--no-cache") == EVERY
    assert world.fetched("--cache-dir", world.folder / "other") == EVERY
    assert world.fetched("--snapshot", world.folder / "other.sqlite3") == EVERY
    shutil.copy(world.snapshot, world.folder / "copy.sqlite3")
    assert world.fetched("--snapshot", world.folder / "copy.sqlite3") == []


def test_another_state_of_the_emulator_is_another_service(world: World) -> None:
    """Ids, names and times are the same; only the state tells."""
    before = world.report()
    with world.emulator._store.write() as db:
        db.execute("UPDATE counter SET value = value + 1 WHERE name = 'identity'")
    assert world.fetched() == EVERY
    assert world.report() == before


def test_what_shows_a_secret_is_fetched_each_time_and_stands_nowhere(world: World) -> None:
    """The snapshot hides it in the contents that it shows; an answer that was kept would not."""
    hidden: dict[str, dict[str, Any]] = {
        "t0": {"Envs": {"DB_PASSWORD": "hunter2-canary"}},
        "t1": {"UserCommand": "train --password hunter2-canary"},
        "t2": {"CustomEnvs": [{"Key": "DB_PASSWORD", "Value": "hunter2-canary"}]},
        "t4": {"UserCommand": "git clone https://ann:hunter2-canary@example.com/a"},
    }
    for name, change in hidden.items():
        world.by_hand(name, **change)
    metadata = {"team_password": "hunter2-canary"}
    world.emulator.store.update_template(template_id(world.emulator, "t6"), metadata=metadata)
    assert world.fetched() == EVERY
    assert world.fetched() == ["t0", "t1", "t2", "t4", "t6"]
    for file in (world.snapshot, *(world.folder / ".cache" / "dlc-reconciler").iterdir()):
        assert b"hunter2-canary" not in file.read_bytes()
    with sqlite3.connect(world.snapshot) as db:
        about = {row[0] for row in db.execute("SELECT id FROM answer")}
    db.close()
    assert about == {template_id(world.emulator, name) for name in EVERY} - {
        template_id(world.emulator, name) for name in (*hidden, "t6")
    }


def test_a_secret_that_comes_later_takes_the_answer_out_of_the_snapshot(world: World) -> None:
    world.audit()
    world.by_hand("t0", Envs={"DB_PASSWORD": "hunter2"})
    world.audit()
    with sqlite3.connect(world.snapshot) as db:
        assert db.execute("SELECT count(*) FROM answer").fetchone() == (COUNT - 1,)
    db.close()


def test_what_nobody_asked_for_in_a_quarter_is_left_out(world: World) -> None:
    world.audit()
    world.emulator.store.delete_template(template_id(world.emulator, "t7"))
    left: list[int] = []
    for days in (1, USEFUL.days - 2, 3, 0):
        clock(world.emulator).advance(days * DAY)
        assert world.fetched() == []
        with sqlite3.connect(world.snapshot) as db:
            left += db.execute("SELECT count(*) FROM answer").fetchone()
        db.close()
    assert left == [COUNT, COUNT, COUNT - 1, COUNT - 1]


def test_what_is_in_the_snapshot_is_known_to_the_cache_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is killed in the middle has fetched nothing in vain."""
    known: list[bool] = []

    def watched(done: int, total: int, _name: str) -> None:
        cache = Store(CacheFolder(world.folder / ".cache" / "dlc-reconciler", lambda _: False))
        known.append(cache.size().entries >= done)
        cache.close()

    monkeypatch.setattr("reconciler.audit.collect._GROUP", 2)
    monkeypatch.setattr("reconciler.cli.audit.progress.Lines.__call__", lambda _, *told: watched(*told))
    world.audit()
    assert known == [True] * (COUNT // 2 + 1)


def refused(action: str) -> Fault:
    return Fault(kind="error_before", action=action, status=400, code="BadRequest", times=None)


def test_a_run_that_was_cut_loses_nothing_that_was_known(world: World) -> None:
    """Whether it goes on or begins anew."""
    world.audit()
    whole = world.report()
    for cut_at, words in (("ListTensorboards", ()), ("ListJobs", ("--resume",)), ("ListJobs", ())):
        world.emulator.faults.add(refused(cut_at))
        world.audit(code=1)
        world.emulator.faults.clear()
        assert world.fetched(*words) == []
    assert world.report("--resume") == whole


def test_a_target_that_failed_keeps_what_was_known_of_it(world: World) -> None:
    ProjectFolder(world.project, targets=TWO)
    world.emulator.store.create_template("elsewhere", CONTENT, workspace="2002")
    clock(world.emulator).advance(DAY)
    assert world.fetched("--all-targets") == ["elsewhere", *EVERY]
    world.emulator.faults.add(refused("ListJobTemplates"))
    world.audit("--all-targets", code=1)
    world.emulator.faults.clear()
    assert world.fetched("--all-targets") == []


TWO = {name: {"region": "cn-hangzhou", "workspaceId": id} for name, id in (("test", "1001"), ("other", "2002"))}


@pytest.mark.parametrize("words", [("--all-targets",), ("--target", "test", "--all-workspaces")], ids=str)
def test_many_workspaces_ask_nothing_twice(world: World, words: tuple[str, ...]) -> None:
    ProjectFolder(world.project, targets=TWO)
    for number in range(2):
        named = [{"DataSourceId": "d-nowhere", "MountPath": "/mnt"}]
        world.emulator.store.create_template(f"u{number}", {**CONTENT, "DataSources": named}, workspace="2002")
    clock(world.emulator).advance(DAY)
    assert world.fetched(*words) == [*EVERY, "u0", "u1"]
    assert world.fetched(*words) == []
    assert world.fetched("--target", "other", "--shard", "1/1") == []
    renamed = {"prod": TWO["test"], "other": TWO["other"]}
    ProjectFolder(world.project, targets=renamed)
    assert world.fetched("--target", "prod") == []


def test_what_a_plan_reads_to_know_what_waits_is_not_asked_again(world: World) -> None:
    """Neither by the audit of that target, nor by a run that goes on."""
    after = {"after": {"targets": ["staging"], "soakHours": 1}}
    project = ProjectFolder(world.project, targets={"staging": TWO["test"], "prod": {**TWO["other"], **after}})
    where = ("--project", world.project, "--endpoint", world.emulator.url, "--no-cache")
    assert command("apply", "--yes", "--target", "prod", "--without-soak", "a test", *where).code == 0
    project.template("t1", command="another")
    clock(world.emulator).advance(DAY)
    world.audit("--all-targets")
    assert Counter(world.emulator.calls())["ListTensorboards"] == 2
    whole = world.audit("--all-targets", "--format", "json").json
    waits = {(each["target"], each["name"]): each["waits"] for each in whole["templates"] if each["waits"]}
    assert list(waits) == [("prod", "t1")]
    # What differs from Git is fetched once in each run, here by the plan: it shows what differs.
    assert set(world.fetched("--all-targets")) == {"t1"}
    world.emulator.clear_log()
    assert world.audit("--all-targets", "--resume", "--format", "json").json["templates"] == whole["templates"]
    assert world.emulator.calls() == []


def test_shards_and_what_was_merged_of_them_know_what_they_fetched(world: World) -> None:
    whole = world.report("--snapshot", world.folder / "whole")
    parts = [world.folder / f"part{number}" for number in (1, 2)]
    for known in (False, True):
        asked = [
            world.fetched("--shard", f"{number}/2", "--snapshot", part) for number, part in enumerate(parts, start=1)
        ]
        assert sorted(asked[0] + asked[1]) == ([] if known else EVERY)
    assert command("audit", "merge", *parts, "--project", world.project, "--fail-on", "never").code == 0
    assert world.fetched() == []
    assert world.report() == whole


@pytest.mark.parametrize("number", ["8", "10"])
def test_a_snapshot_of_another_format_is_replaced(world: World, number: str) -> None:
    first = world.report()
    with sqlite3.connect(world.snapshot) as db:
        db.execute("UPDATE meta SET value = ? WHERE key = 'format'", (number,))
    db.close()
    assert world.fetched() == EVERY
    assert world.report() == first


def test_a_damaged_snapshot_is_replaced_in_our_own_place_alone(world: World) -> None:
    world.snapshot.parent.mkdir()
    world.snapshot.write_bytes(b"no database at all")
    assert world.fetched() == EVERY
    shutil.copy(world.snapshot, world.folder / "snapshot")
    (world.folder / "snapshot").write_bytes(b"somebody's notes")
    refused = world.audit("--snapshot", world.folder / "snapshot", code=1)
    assert "is not a snapshot of an audit" in refused.err


Step = Callable[[World, int], None]


def _spoil(file: Path, at: int) -> None:
    """Other bytes somewhere in a file."""
    if file.is_file():
        content = bytearray(file.read_bytes())
        for place in range(at * 997 % 4096, len(content), 4096 + at):
            content[place] ^= 1 + at % 255
        file.write_bytes(content)


def _forge(world: World, at: int) -> None:
    """A snapshot with rows that were exchanged or changed."""
    statements = (
        "UPDATE answer SET body = (SELECT body FROM answer AS other WHERE other.id > answer.id)",
        "UPDATE answer SET id = id || 'x'",
        "UPDATE answer SET body = x'00'",
        "UPDATE answer SET place = 'region cn-hangzhou'",
        "UPDATE version SET body = x'789c030000000001'",
        "DELETE FROM answer WHERE id < (SELECT max(id) FROM answer)",
    )
    if world.snapshot.is_file():
        with sqlite3.connect(world.snapshot) as db, suppress(sqlite3.Error):
            db.execute(statements[at % len(statements)])
        db.close()


def _delete(world: World, at: int) -> None:
    templates = world.emulator.store.templates()
    world.emulator.store.delete_template(templates[at % len(templates)].id)


def _describe(world: World, at: int) -> None:
    ProjectFolder(world.project).template(f"t{at % COUNT}", command=f"run {at % COUNT} {at % 2}")


def _named(world: World, at: int) -> str:
    templates = world.emulator.store.templates()
    return templates[at % len(templates)].name


def _create(world: World, at: int) -> None:
    world.emulator.store.create_template(f"new{at}-{len(world.emulator.store.templates())}", json.dumps(CONTENT))


def _launch(world: World, at: int) -> None:
    templates = world.emulator.store.templates()
    world.emulator.store.create_job(f"job{at}", template_id=templates[at % len(templates)].id)


STEPS: dict[str, Step] = {
    "new version": lambda world, at: world.by_hand(_named(world, at), UserCommand=f"by hand {at}"),
    "version with a secret": lambda world, at: world.by_hand(_named(world, at), Envs={"DB_PASSWORD": f"hunter{at}"}),
    "new default": lambda world, at: world.emulator.store.update_template(
        template_id(world.emulator, _named(world, at)), default_version=1 + at % 3
    ),
    "new description": lambda world, at: world.emulator.store.update_template(
        template_id(world.emulator, _named(world, at)), description=f"number {at}"
    ),
    "new template": _create,
    "template deleted": _delete,
    "manifest changed": _describe,
    "launch": _launch,
    "time goes by": lambda world, at: clock(world.emulator).advance(at * 11.0),
    "snapshot damaged": lambda world, at: _spoil(world.snapshot, at),
    "snapshot forged": _forge,
    "snapshot gone": lambda world, _: world.snapshot.unlink(missing_ok=True),
    "cache damaged": lambda world, at: _spoil(world.folder / ".cache" / "dlc-reconciler" / "entries.sqlite3", at),
    "cache gone": lambda world, _: shutil.rmtree(world.folder / ".cache", ignore_errors=True),
}


@pytest.fixture(scope="module")
def shared() -> Any:
    with standing_still() as emulator:
        yield emulator


@given(steps=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 400)), min_size=1, max_size=5))
@example(steps=[("snapshot damaged", 241)])
@settings(max_examples=examples(4))
def test_an_audit_with_a_snapshot_finds_what_one_without_finds(
    furnished: Furnished, shared: Emulator, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    """Whatever happens between two audits, to the service, the manifests, the snapshot and the cache."""
    folder = tmp_path_factory.mktemp("law")
    furnished.again(folder, emptied(shared))
    world = World(folder, shared)
    world.audit()
    for name, at in steps:
        STEPS[name](world, at)
    expected = world.report("--no-cache", "--snapshot", folder / "fresh")
    assert world.report() == expected
    assert world.report() == expected
