"""`plan --changed-since` costs what the changed manifests cost, however many others there are, and says the same."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.commands import Commands
from support.furnished import Furnished
from support.laws import examples
from support.project import ProjectFolder
from support.repository import commit
from support.repository import repository as make_repository

from reconciler.cache import Cache, InThisRun
from reconciler.cache.store import Store
from reconciler.emulator import Emulator, Profile
from reconciler.git.commits import merge_base
from reconciler.manifests import load_desired
from reconciler.manifests.files import content_of
from reconciler.manifests.former_files import files_of, files_since, more_changed
from reconciler.manifests.judging import Judging
from reconciler.manifests.kept import Rest
from reconciler.manifests.sources import Source
from reconciler.model import ResourceId
from reconciler.pipeline import Settings, look_at
from reconciler.pipeline.changed import _since_whole, changed_since

PLACE = {"region": "cn-hangzhou", "workspaceId": "1001"}
NOTE = "DLC231"


def commit_all(folder: Path, _emulator: Emulator, _patch: pytest.MonkeyPatch) -> None:
    project = ProjectFolder(folder / "project")
    project.settings(targets={"test": {**PLACE, "values": {"image": "a:1"}}})
    for number in range(6):
        project.template(f"t{number}")
    child(project, "child", "t0")
    project.template("later", metadata={"renamedFrom": "sooner"})
    project.board("gitops-board")
    make_repository(project.root.parent)


def apply_all(folder: Path, emulator: Emulator, patch: pytest.MonkeyPatch) -> None:
    commit_all(folder, emulator, patch)
    assert Commands(folder / "project", emulator.url).apply().code == 0


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return Furnished(tmp_path_factory.mktemp("committed"), commit_all)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return Furnished(tmp_path_factory.mktemp("live"), apply_all)


@pytest.fixture
def repository(committed: Furnished, tmp_path: Path, project: ProjectFolder, emulator: Emulator) -> ProjectFolder:
    """Templates that build on each other, and a board, committed."""
    committed.again(tmp_path, emulator)
    return project


@pytest.fixture
def applied(live: Furnished, tmp_path: Path, project: ProjectFolder, emulator: Emulator) -> ProjectFolder:
    """The same, committed and applied."""
    live.again(tmp_path, emulator)
    return project


def test_versions_of_templates_cost_at_most_that_where_there_are_no_boards(
    repository: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    repository.remove("gitops-board")
    assert cli.apply().code == 0
    commit(repository.root.parent)
    for name in ("t1", "t2", "t3", "t4"):
        repository.template(name, command="python other.py")
    emulator.clear_log()
    assert cli.plan("--changed-since", "HEAD").code == 0
    assert len(emulator.calls()) <= 2 * 4 + 5, Counter(emulator.calls())


def child(project: ProjectFolder, name: str, base: str, **spec: Any) -> None:
    document = {
        "apiVersion": "dlc-reconciler/v1",
        "kind": "JobTemplate",
        "metadata": {"name": name},
        "spec": {"base": base, **spec},
    }
    project.write(name, document)


@pytest.mark.parametrize("others", [20, 320])
def test_calls_do_not_depend_on_how_many_templates_there_are(
    others: int, repository: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    for number in range(others):
        emulator.store.create_template(f"other-{number}", metadata={"dlc-reconciler/project": "somebody"})
    assert cli.apply().code == 0
    for number in range(1, 4):
        repository.template(f"t{number}", command="python other.py")
    repository.template("new")
    emulator.clear_log()
    ended = cli.plan("--changed-since", "HEAD")
    assert ended.code == 0, ended.text
    assert len(emulator.calls()) <= 2 * 4 + 5, Counter(emulator.calls())
    assert "ListTensorboards" not in emulator.calls()
    listed = [each for each in emulator.requests if each.action == "ListJobTemplates"]
    assert sorted(dict(parse_qsl(each.query)).get("TemplateName", "") for each in listed) == ["new", "t1", "t2", "t3"]
    assert NOTE not in ended.out


@pytest.mark.parametrize(
    ("change", "because"),
    [
        (lambda it: it.settings(targets={"test": {**PLACE, "values": {"image": "a:2"}}}), "reconciler.yaml changed"),
        (lambda it: it.remove("t1"), "JobTemplate/t1 left the manifests"),
    ],
)
def test_what_bears_upon_more_reads_everything_and_says_so(
    change: Callable[[ProjectFolder], None], because: str, applied: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    change(applied)
    emulator.clear_log()
    ended, document = cli.plan("--changed-since", "HEAD"), cli.document("--changed-since", "HEAD")
    assert f"all manifests and everything live were read: {because}" in ended.out
    (note,) = [each for each in document["findings"] if each["code"] == NOTE]
    assert note["summary"].endswith(because)
    assert "TemplateName" not in str([each.query for each in emulator.requests if each.action == "ListJobTemplates"])


def test_a_base_of_very_many_reads_everything_and_says_so(
    repository: ProjectFolder, cli: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.pipeline.changed.FEW", 2)
    assert cli.apply().code == 0
    child(repository, "sister", "t0")
    repository.template("t0", command="python other.py")
    assert "were read: 3 resources changed" in cli.plan("--changed-since", "HEAD").out


def test_a_name_that_is_live_in_other_letters_is_told_here_too(
    repository: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    emulator.store.create_template("New", metadata={"dlc-reconciler/project": "vision"})
    repository.template("new")
    assert '"New"' in cli.plan("--changed-since", "HEAD").out
    assert cli.verbs("--changed-since", "HEAD") == []


def test_what_was_just_created_and_is_not_listed_yet_is_not_created_again(
    repository: ProjectFolder, cli: Commands
) -> None:
    with Emulator(profile=Profile(listing_delay=1e6, workspaces=frozenset({"1001"}))) as emulator:
        there = Commands(cli.project, emulator.url)
        repository.template("new")
        assert there.apply("--changed-since", "HEAD").code in {0, 4}
        assert "create JobTemplate/new" not in there.verbs("--changed-since", "HEAD")


EDITS: Mapping[str, Callable[[ProjectFolder], object]] = {
    "another command": lambda it: it.template("t1", command="python other.py"),
    "another description": lambda it: it.template("t2", description="other"),
    "labels": lambda it: it.template("t3", metadata={"labels": {"team": "vision"}}),
    "a base": lambda it: it.template("t0", command="python base.py"),
    "a base for the first time": lambda it: child(it, "t4", "t1"),
    "a new one": lambda it: it.template("new"),
    "a new base of the name": lambda it: it.template("t0", file="aaa"),
    "renamed": lambda it: it.template("t6", metadata={"renamedFrom": "t5"}, file="t5"),
    "moved": lambda it: _move(it, "t2", "elsewhere"),
    "gone": lambda it: (it.root / "manifests" / "t3.yaml").unlink(missing_ok=True),
    "a comment": lambda it: _comment(it.root / "manifests" / "child.yaml"),
    "wrong": lambda it: it.template("t4", content={"Nonsense": 1}),
    "no YAML": lambda it: (it.root / "manifests" / "t5.yaml").write_text("a: [", encoding="utf-8"),
    "a board": lambda it: it.board("gitops-board", content={"SummaryPath": "/mnt/other"}),
    "a value": lambda it: it.settings(targets={"test": {**PLACE, "values": {"image": "a:2"}}}),
}


def _comment(file: Path) -> None:
    file.write_text("# more\n" + file.read_text(encoding="utf-8"), encoding="utf-8")


def _move(project: ProjectFolder, name: str, to: str) -> None:
    folder = project.root / "manifests"
    if (folder / f"{name}.yaml").exists():
        (folder / f"{name}.yaml").rename(folder / f"{to}.yaml")


@settings(max_examples=examples(4), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.sampled_from(sorted(EDITS)), min_size=1, max_size=3, unique=True))
def test_what_changed_is_the_same_from_single_files_as_from_everything(
    edits: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("since")
    it = ProjectFolder(folder / "project")
    it.settings(targets={"test": {**PLACE, "values": {"image": "a:1"}}})
    for number in range(6):
        it.template(f"t{number}")
    child(it, "child", "t0")
    it.board("gitops-board")
    make_repository(folder)
    options = Settings(project_file=it.root / "reconciler.yaml", environ={})
    known = replace(options, cache=Cache(manifests=InThisRun()))
    if edits[0] < "m":  # the commit is known from an earlier run, or from none
        assert changed_since(known, look_at(known), "HEAD").ids == frozenset()
    for name in edits:
        EDITS[name](it)
    workspace = look_at(options)
    whole = _since_whole(options, workspace, merge_base(it.root, "HEAD"), "")
    anew = changed_since(options, workspace, "HEAD")
    assert anew.ids == whole.ids
    for _ in range(2):
        assert changed_since(known, look_at(known), "HEAD") == anew


def test_what_a_commit_asked_is_found_out_once(repository: ProjectFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    options = Settings(project_file=repository.root / "reconciler.yaml", environ={}, cache=Cache(manifests=InThisRun()))
    asked: list[str] = []
    monkeypatch.setattr("reconciler.pipeline.changed.load_desired", lambda *words, **more: _told(asked, words, more))
    for command in ("python other.py", "python third.py"):
        repository.template("t1", command=command)
        assert changed_since(options, look_at(options), "HEAD").ids == frozenset({ResourceId("JobTemplate", "t1")})
    assert asked == ["test"]


@pytest.mark.parametrize("count", [100, 1000])
def test_what_a_plan_opens_asks_and_makes_does_not_grow_with_the_manifests(
    project: ProjectFolder, cli: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr("reconciler.manifests.looks.SETTLED_AFTER", 0)
    project.template("base")
    for number in range(count):
        child(project, f"t{number}", "base") if number % 2 else project.template(f"t{number}")
    make_repository(project.root.parent)
    seen: Counter[str] = Counter()

    def since() -> None:
        assert cli.plan("--changed-since", "HEAD", "--cache-dir", tmp_path / "cache").code == 0

    def counted(what: str, function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *words, **more: (seen.update([what]), function(*words, **more))[1]

    for name in ("t4", "t8"):
        project.template(name, command="python other.py")
    since()
    monkeypatch.setattr("reconciler.manifests.sources.content_of", counted("manifests opened", content_of))
    monkeypatch.setattr("reconciler.manifests.former_files.content_of", counted("files compared", content_of))
    monkeypatch.setattr(Store, "get", counted("entries", Store.get))
    monkeypatch.setattr(Store, "put", counted("entries kept", Store.put))
    monkeypatch.setattr(subprocess, "run", counted("calls of Git", subprocess.run))
    monkeypatch.setattr(Source, "__init__", counted("sources", Source.__init__))
    monkeypatch.setattr(Judging, "_remade", counted("resources", Judging._remade))
    monkeypatch.setattr(Rest, "__new__", counted("rests", Rest.__new__))
    since()
    changed = {"manifests opened": 2, "resources": 2, "rests": 2}
    assert seen == {**changed, "sources": 1 + 1 + 2, "files compared": 1, "entries": 4, "calls of Git": 5}


def _told(asked: list[str], words: tuple[Any, ...], more: dict[str, Any]) -> Any:
    asked.append(words[1])
    return load_desired(*words, **more)


def test_what_a_commit_asked_with_a_secret_in_it_is_not_kept(repository: ProjectFolder) -> None:
    repository.template("taken", content={"Envs": {"PIN": "${env.PIN}"}})
    commit(repository.root.parent)
    entries = InThisRun()
    options = Settings(
        project_file=repository.root / "reconciler.yaml", environ={"PIN": "1"}, cache=Cache(manifests=entries)
    )
    before = look_at(options)
    assert not before.desired.broken
    there = dict(entries._values)
    assert changed_since(options, before, "HEAD").ids == frozenset()
    assert entries._values.keys() == there.keys()


@pytest.mark.parametrize("name", sorted(EDITS))
def test_asked_for_by_name_the_plan_says_the_same(
    name: str, applied: ProjectFolder, cli: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    EDITS[name](applied)
    words = ("--changed-since", "HEAD", "--format", "json", "--keep-going")
    few = cli.plan(*words)
    monkeypatch.setattr("reconciler.pipeline.changed.FEW", -1)
    whole = cli.plan(*words)
    assert few.code == whole.code
    first, second = (each.json for each in (few, whole))
    for document in (first, second):
        document["findings"] = [each for each in document["findings"] if each["code"] != NOTE]
        document.pop("checksum", None)
    assert first == second


def test_links_and_files_of_no_pattern(repository: ProjectFolder, tmp_path: Path) -> None:
    del tmp_path
    options = Settings(project_file=repository.root / "reconciler.yaml", environ={})
    commit = merge_base(repository.root, "HEAD")
    now = look_at(options)
    then = files_of(now.project, commit)
    (repository.root / "notes.yaml").write_text("a: 1", encoding="utf-8")
    assert more_changed(now.project, now.desired.files, now.desired.links, then) == ""
    assert files_since(now.project, now.desired.files, then) == {}
    (repository.root / "manifests" / "t1.yaml").unlink()
    (repository.root / "manifests" / "t1.yaml").symlink_to("t2.yaml")
    now = look_at(options)
    found = more_changed(now.project, now.desired.files, now.desired.links, then)
    assert found == "manifests/t1.yaml is or was a link"
