"""What earlier runs found in manifests: with it everything is the same, only quicker, whatever happens to the files."""

from __future__ import annotations

import copy
import json
import os
import re
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.commands import Commands, command
from support.laws import examples
from support.project import ProjectFolder

from reconciler.cache import CacheFolder
from reconciler.cache.store import FILE, TAG_BYTES, Store
from reconciler.errors import ReconcilerError
from reconciler.kinds import KINDS
from reconciler.kinds.base import Scope, by_name
from reconciler.manifests import (
    Desired,
    Environment,
    ProcessEnvironment,
    UnknownEnvironment,
    load_desired,
    load_project,
)
from reconciler.manifests.files import parse
from reconciler.manifests.judging import Judging
from reconciler.manifests.kept import Kept

TODAY = date(2026, 1, 1)
PLACE: dict[str, Any] = {
    "region": "cn-hangzhou",
    "workspaceId": "1001",
    "values": {"image": "registry.example.com/a:1"},
}
PLACE["valuesFiles"] = ["values.yaml"]
OTHER = {**PLACE, "workspaceId": "1002"}
IMAGED = [{"Type": "Worker", "PodCount": 1, "Image": "${values.image}", "EcsSpec": "ecs.g7.xlarge"}]
POLICY = """\
apiVersion: dlc-reconciler/v1
kind: PolicySet
metadata: {name: own}
spec:
  rules:
    - {code: OWN001, severity: warning, message: no team, jmespath: "labels.team", hint: Add one.}
"""


def asked(root: Path, target: str, environ: Environment, store: Store | None) -> tuple[Any, ...] | str:
    """Everything that the manifests ask of a target, contents included; the error where they cannot be loaded."""
    kinds = by_name(KINDS)
    try:
        project = load_project(root)
        found = load_desired(project, target, kinds=KINDS, environ=environ, today=TODAY, entries=store)
        scope = Scope(project=project.name, workspace_id="1001")
        assert found.proving == {
            id for id, each in found.resources.items() if kinds[id.kind].asked(scope, each) is not None
        }
        return (
            found,
            [(kinds[id.kind].digest(each), each.body.content) for id, each in found.resources.items()],
            [(each.body.description, each.body.constraints, each.body.verify)
             for id, each in found.resources.items() if id.kind == "JobTemplate"],
            [each.body.content for each in found.against_rules.values()],
        )  # fmt: skip
    except ReconcilerError as error:
        return f"{type(error).__name__}: {error}"


class Checkout:
    """A project with everything that a manifest can be made of, edited step by step."""

    def __init__(self, folder: Path) -> None:
        self.project = ProjectFolder(folder / "project")
        self.cache = folder / "cache"
        self.environ: Environment = ProcessEnvironment({"TOKEN": "s3cret"})
        self.spec: dict[str, Any] = {"targets": {"prod": copy.deepcopy(PLACE), "test": copy.deepcopy(OTHER)}}
        self.project.settings(**self.spec)
        (self.project.root / "own.yaml").write_text(POLICY, encoding="utf-8")
        (self.project.root / "values.yaml").write_text("text: from a file\n", encoding="utf-8")
        self.project.template("plain", description="first", labels={"team": "vision"})
        self.project.template("valued", content={"JobSpecs": IMAGED}, constraints={"UserCommand": "locked"},
                              description="${values.text}")  # fmt: skip
        self.project.template("secret", content={"Envs": {"TOKEN": "${env.TOKEN}"}})
        self.project.template("root-base", verify={"maxMinutes": 5}, metadata={"labels": {"team": "vision"}})
        self.project.template("proved", verify={"maxMinutes": 5, "set": {"JobSpecs[0].PodCount": 1}})
        self.child("child", "root-base")
        self.child("grandchild", "child", overrides={"prod": {"description": "for prod"}})
        self.project.template("rows-${matrix.size}", file="rows", matrix=[{"size": "s"}, {"size": "l"}])
        self.project.template("after", metadata={"renamedFrom": "before"})
        self.project.board("gitops-board")

    def child(self, name: str, base: str, **spec: Any) -> None:
        """A template that builds on another one."""
        self.project.write(
            name,
            {
                "apiVersion": "dlc-reconciler/v1",
                "kind": "JobTemplate",
                "metadata": {"name": name},
                "spec": {"base": base, **spec},
            },
        )

    def set(self, **spec: Any) -> None:
        """Change the project file."""
        self.spec |= spec
        self.project.settings(**self.spec)

    def move(self, name: str, to: str) -> None:
        """Give a manifest file another name."""
        folder = self.project.root / "manifests"
        if (folder / f"{name}.yaml").exists():
            (folder / f"{name}.yaml").replace(folder / f"{to}.yaml")

    def damage(self, write: Callable[[Path], object]) -> None:
        """Do something to the file of the cache."""
        if (self.cache / FILE).exists():
            write(self.cache / FILE)

    def look(self, times: int = 1) -> None:
        """Both targets are the same with and without what earlier runs found, so many times one after the other."""
        kept = [[self._kept(target) for target in ("prod", "test")] for _ in range(times)]
        assert kept == [[asked(self.project.root, target, self.environ, None) for target in ("prod", "test")]] * times

    def _kept(self, target: str) -> tuple[Any, ...] | str:
        """What is asked of a target, with what earlier runs found."""
        with closing(Store(CacheFolder(self.cache, lambda _: False))) as store:
            return asked(self.project.root, target, self.environ, store)


def _flip(file: Path, at: int, data: bytes) -> None:
    with file.open("r+b") as stream:
        stream.seek(at % stream.seek(0, os.SEEK_END))
        stream.write(data)


def _foreign(file: Path) -> None:
    file.unlink()
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE entry (other TEXT)")
    db.close()


EDITS: Mapping[str, Callable[[Checkout], object]] = {
    "another command": lambda it: it.project.template("plain", command="python other.py"),
    "another description": lambda it: it.project.template("plain", description="second"),
    "the base changes": lambda it: it.project.template("root-base", command="python base.py"),
    "the base is abstract": lambda it: it.project.template("root-base", metadata={"abstract": True}),
    "nothing builds on it": lambda it: it.project.template("child"),
    "the base goes": lambda it: (it.project.root / "manifests" / "root-base.yaml").unlink(missing_ok=True),
    "the base moves": lambda it: it.move("root-base", "moved-base"),
    "an earlier base of the name": lambda it: it.project.template("root-base", command="python a.py", file="aaa"),
    "a file moves": lambda it: it.move("plain", "elsewhere"),
    "a name twice": lambda it: it.project.template("valued", file="again"),
    "names alike": lambda it: it.project.template("Plain", file="capital"),
    "the former name is back": lambda it: it.project.template("before"),
    "a second former name": lambda it: it.project.template("later", metadata={"renamedFrom": "before"}),
    "an error": lambda it: it.project.template("plain", content={"Priority": 0, "Nonsense": 1}),
    "a rule's error": lambda it: it.project.template("plain", content={"JobSpecs": [{"Type": "Chief"}]}),
    "no YAML": lambda it: (it.project.root / "manifests" / "broken.yaml").write_text("a: [", encoding="utf-8"),
    "no YAML any more": lambda it: (it.project.root / "manifests" / "broken.yaml").unlink(missing_ok=True),
    "another row": lambda it: it.project.template("rows-${matrix.size}", file="rows", matrix=[{"size": "plain"}]),
    "another value": lambda it: it.set(targets={**it.spec["targets"], "prod": {**PLACE, "values": {"image": "x:2"}}}),
    "no value": lambda it: it.set(targets={**it.spec["targets"], "prod": {**PLACE, "values": {}}}),
    "another values file": lambda it: (it.project.root / "values.yaml").write_text("text: other", encoding="utf-8"),
    "policies": lambda it: it.set(policies=["own.yaml", "recommended"]),
    "another policy": lambda it: (it.project.root / "own.yaml").write_text(POLICY.replace("warning", "error"), "utf-8"),
    "rules graded": lambda it: it.set(rules={"OWN001": "error", "DLC111": "off"}, policies=["own.yaml"]),
    "another variable": lambda it: setattr(it, "environ", ProcessEnvironment({"TOKEN": "other"})),
    "no variable": lambda it: setattr(it, "environ", UnknownEnvironment({})),
    "bytes": lambda it: it.damage(lambda file: _flip(file, 5000, b"\xff" * 300)),
    "head": lambda it: it.damage(lambda file: _flip(file, 0, b"\0" * 40)),
    "cut": lambda it: it.damage(lambda file: file.write_bytes(file.read_bytes()[:3000])),
    "empty": lambda it: it.damage(lambda file: file.write_bytes(b"")),
    "foreign": lambda it: it.damage(_foreign),
    "another key": lambda it: it.damage(lambda file: (file.parent / "key").write_bytes(bytes(32))),
    "no file": lambda it: it.damage(lambda file: file.unlink()),
}  # fmt: skip


@settings(max_examples=examples(4))
@given(edits=st.lists(st.sampled_from(sorted(EDITS)), min_size=1, max_size=5))
def test_with_the_cache_everything_is_as_without(edits: list[str]) -> None:
    with TemporaryDirectory() as folder:
        it = Checkout(Path(folder))
        it.look(2)
        for name in edits:
            EDITS[name](it)
            it.look(2)


@pytest.mark.parametrize("name", sorted(EDITS))
def test_each_edit_by_itself(name: str, tmp_path: Path) -> None:
    it = Checkout(tmp_path)
    it.look()
    EDITS[name](it)
    it.look(2)


THIRDS = [pytest.param(name, marks=pytest.mark.slow if number % 3 else ()) for number, name in enumerate(sorted(EDITS))]
"""The same edits where the program holds less: every run tries a third of them, CI all."""


@pytest.mark.parametrize("name", THIRDS)
def test_each_edit_where_files_of_a_moment_ago_are_not_read_again(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.manifests.looks.SETTLED_AFTER", 0)
    it = Checkout(tmp_path)
    it.look()
    EDITS[name](it)
    it.look(2)


@pytest.mark.parametrize("name", THIRDS)
def test_each_edit_where_no_file_is_held_in_memory(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    it = Checkout(tmp_path)
    EDITS[name](it)
    for target in ("prod", "test"):
        held = asked(it.project.root, target, it.environ, None)
        with monkeypatch.context() as here:
            here.setattr("reconciler.manifests.manifest_set.MOST_HELD", 0)
            assert asked(it.project.root, target, it.environ, None) == held
            it.look()


def test_an_abstract_base_whose_users_are_known_is_used(tmp_path: Path) -> None:
    it = Checkout(tmp_path)
    for name in ("the base is abstract", "nothing builds on it"):
        EDITS[name](it)
        it.look(2)


def test_an_abstract_base_and_nothing_but_users_that_are_known(project: ProjectFolder, tmp_path: Path) -> None:
    project.template("base", metadata={"abstract": True})
    project.write("child", {"apiVersion": "dlc-reconciler/v1", "kind": "JobTemplate", "metadata": {"name": "child"},
                            "spec": {"base": "base"}})  # fmt: skip
    first, second = (warm(project, tmp_path / "cache") for _ in range(2))
    assert (first.findings, second.findings) == ((), ())
    assert [id.name for id in second.resources] == ["child"]


def test_names_of_two_kinds_do_not_concern_each_other(
    project: ProjectFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.template("same", file="a-template")
    project.board("same")
    warm(project, tmp_path / "cache")
    told: list[Kept] = []
    monkeypatch.setattr(Judging, "_recalled", lambda _, kept: told.append(kept))
    assert len(warm(project, tmp_path / "cache").resources) == 2
    assert told == []


def test_a_policy_that_changes_judges_everything_again(tmp_path: Path) -> None:
    it = Checkout(tmp_path)
    for name in ("policies", "another policy"):
        EDITS[name](it)
        it.look()


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are parsed."""
    names: list[str] = []

    def parsed(name: str, *arguments: Any) -> Any:
        names.append(name.removeprefix("manifests/"))
        return parse(name, *arguments)

    monkeypatch.setattr("reconciler.manifests.files.parse", parsed)
    return names


def warm(project: ProjectFolder, cache: Path, **variables: str) -> Desired:
    store = Store(CacheFolder(cache, lambda _: False))
    environ = ProcessEnvironment(variables)
    found = load_desired(load_project(project.root), "test", kinds=KINDS, environ=environ, entries=store)
    store.close()
    return found


def test_only_what_changed_is_parsed_again(project: ProjectFolder, tmp_path: Path, read: list[str]) -> None:
    for name in ("one", "two", "three"):
        project.template(name)
    warm(project, tmp_path / "cache")
    read.clear()
    warm(project, tmp_path / "cache")
    assert read == ["reconciler.yaml"]
    project.template("two", command="python other.py")
    read.clear()
    warm(project, tmp_path / "cache")
    assert read == ["reconciler.yaml", "two.yaml"]


def test_a_base_that_changed_brings_what_builds_on_it(project: ProjectFolder, tmp_path: Path, read: list[str]) -> None:
    project.template("base")
    project.template("alone")
    project.write("child", {"apiVersion": "dlc-reconciler/v1", "kind": "JobTemplate", "metadata": {"name": "child"},
                            "spec": {"base": "base"}})  # fmt: skip
    warm(project, tmp_path / "cache")
    read.clear()
    warm(project, tmp_path / "cache")
    assert read == ["reconciler.yaml"], "nothing changed"
    project.template("base", command="python other.py")
    read.clear()
    found = warm(project, tmp_path / "cache")
    assert sorted(set(read)) == ["base.yaml", "child.yaml", "reconciler.yaml"]
    assert {each.body.content["UserCommand"] for each in found.resources.values()} == {
        "python train.py", "python other.py"
    }  # fmt: skip
    read.clear()
    warm(project, tmp_path / "cache")
    assert read == ["reconciler.yaml"]


def test_a_content_is_read_when_it_is_asked_for_and_only_then(
    project: ProjectFolder, tmp_path: Path, read: list[str]
) -> None:
    project.template("one", command="python one.py")
    project.template("two")
    warm(project, tmp_path / "cache")
    read.clear()
    first, _ = warm(project, tmp_path / "cache").resources.values()
    assert (first.body.digest[:7], read) == ("sha256:", ["reconciler.yaml"])
    assert first.body.content["UserCommand"] == "python one.py"
    assert read == ["reconciler.yaml", "one.yaml"]


def test_a_file_that_changes_between_two_looks_stops_the_run(project: ProjectFolder, tmp_path: Path) -> None:
    project.template("one")
    warm(project, tmp_path / "cache")
    (resource,) = warm(project, tmp_path / "cache").resources.values()
    project.template("one", command="python other.py")
    with pytest.raises(ReconcilerError, match=r"one\.yaml changed while it was being read"):
        print(resource.body.content)


def held_in(cache: Path) -> bytes:
    """Everything that stands in the folder, with the entries that are pressed together laid open."""
    held = b"".join(file.read_bytes() for file in sorted(cache.iterdir()))
    with closing(sqlite3.connect(cache / FILE)) as db:
        for (value,) in db.execute("SELECT value FROM entry ORDER BY name"):
            held += b"".join(laid_open(value[TAG_BYTES:]))
    return held


def laid_open(value: bytes) -> Iterator[bytes]:
    """The parts of an entry that are pressed together, wherever they begin."""
    for at in (0, *(found.start() for found in re.finditer(rb"\x78\x01", value))):
        with suppress(zlib.error):
            yield zlib.decompressobj().decompress(value[at:])


def test_nothing_of_a_content_and_nothing_made_of_a_secret_is_in_the_folder(
    project: ProjectFolder, tmp_path: Path
) -> None:
    project.template("open", command="python harmless-words.py", description="words of a description")
    project.template("taken", content={"Envs": {"PIN": "${env.PIN}"}})
    before = warm(project, tmp_path / "cache", PIN="1")
    there = held_in(tmp_path / "cache")
    warm(project, tmp_path / "cache", PIN="2")
    held = held_in(tmp_path / "cache")
    assert held == there
    digests = {each.body.content["UserCommand"]: each.body.digest for each in before.resources.values()}
    assert digests["python harmless-words.py"].encode() in held
    assert digests["python train.py"].encode() not in held
    for words in ("harmless-words", "words of a description", "registry.example.com"):
        assert words.encode() not in held


def test_commands_say_the_same_byte_for_byte(
    project: ProjectFolder, cli: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        project.template(name, description=name)
    project.template("odd", content={"JobSpecs": [{"Type": "Worker", "PodCount": 1, "Image": "a", "EcsSpec": "b"}]})
    assert cli.apply().code == 0
    project.template("two", description="other")
    project.template("three")
    project.remove("one")
    cache = ("--cache-dir", tmp_path / "cache")
    for words in (("--format", "json"), ("--format", "markdown"), ()):
        first, second, without = (cli.plan(*words, *options) for options in (cache, cache, ("--no-cache",)))
        assert first == second == without
    where = ("--project", project.root)
    checked = [command("validate", *where, "--format", "json", *options) for options in (cache, cache, ["--no-cache"])]
    assert checked[0] == checked[1] == checked[2]
    assert json.loads(checked[0].out)
    monkeypatch.setattr("reconciler.cache.store._transaction", _full)
    project.template("three", command="python other.py")
    full, without = (cli.plan(*options) for options in (cache, ("--no-cache",)))
    assert full == without


def _full(*_arguments: object) -> Any:
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    raise full
