"""How often things are read and called for many targets: each once, and one target after the other begins at once."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from support.repository import repository

from reconciler.kinds import KINDS
from reconciler.manifests import Desired, Loading, ManifestSet, ProcessEnvironment, load_project, sources
from reconciler.manifests.files import ManifestFile, parsed
from reconciler.manifests.judging import Judging
from reconciler.manifests.kept import Kept
from reconciler.model import ResourceId

from .conftest import NOWHERE, FleetFolder

TEMPLATES = 30


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each manifest file was read, and how often the manifests were looked at for each target."""
    counted: Counter[str] = Counter()
    real_parsed, real_desired = parsed, ManifestSet.desired

    def reading(root: Path, name: str, content: bytes, **fields: bool) -> ManifestFile:
        counted[name] += 1
        return real_parsed(root, name, content, **fields)

    def examining(self: ManifestSet, name: str, *rest: Any, **options: Any) -> Desired:
        counted[f"for {name}"] += 1
        return real_desired(self, name, *rest, **options)

    monkeypatch.setattr(sources, "parsed", reading)
    monkeypatch.setattr(ManifestSet, "desired", examining)
    return counted


def behind(fleet: FleetFolder, *names: str) -> None:
    """Targets that come after staging."""
    fleet.add("staging").add(*names, after={"targets": ["staging"], "soakHours": 0})


@pytest.mark.parametrize("words", [("plan",), ("drift",), ("apply", "--yes")])
def test_the_manifests_of_a_target_that_others_wait_for_are_read_once(
    words: tuple[str, ...], fleet: FleetFolder, read: Counter[str]
) -> None:
    behind(fleet, "east", "west", "north")
    assert fleet(*words, "--all-targets").code == 0
    assert read == {"manifests/train.yaml": 1, **dict.fromkeys(("for staging", "for east", "for west", "for north"), 1)}


def test_a_target_that_waits_for_one_outside_the_run_reads_the_files_once_too(
    fleet: FleetFolder, read: Counter[str]
) -> None:
    behind(fleet, "east", "west")
    expected = {"manifests/train.yaml": 1, "for east": 1, "for staging": 1}
    assert fleet("plan", "--no-cache", "--target", "east").code == 0
    assert read == expected
    read.clear()
    assert fleet("plan", "--no-cache", "--target", "east", "--target", "west").code == 0
    assert read == {**expected, "for west": 1}


def test_what_is_known_by_its_digest_is_compared_without_its_manifest(
    fleet: FleetFolder, read: Counter[str], tmp_path: Path
) -> None:
    """A second drift reads no content, neither from the service nor, again for each target, from the manifest."""
    fleet.emulator.clock.advance(days=-1)  # type: ignore[attr-defined]
    fleet.add("dev", "east").write(stamp=True)
    words = ("--all-targets", "--cache-dir", tmp_path / "cache")
    assert fleet("apply", "--yes", *words).code == 0
    fleet.emulator.clock.advance(days=1)  # type: ignore[attr-defined]
    for _ in range(2):
        read.clear()
        ended = fleet("drift", "--detailed-exitcode", *words)
        assert (ended.code, "No drift on both targets; 2 in step." in ended.out) == (0, True), ended.text
    assert read == {"for dev": 1, "for east": 1}


def test_an_apply_makes_of_known_manifests_only_what_it_writes(
    fleet: FleetFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fleet.add("dev", "east")
    for name in ("other", "third"):
        fleet.project.template(name)
    words = ("apply", "--yes", "--cache-dir", tmp_path / "cache")
    assert fleet(*words, "--all-targets").code == 0
    made, real = list[str](), Judging._remade

    def remade(self: Judging, kept: Kept) -> Any:
        made.append(kept.subject.name)
        return real(self, kept)

    monkeypatch.setattr(Judging, "_remade", remade)
    for targets in (("--all-targets",), ("--target", "dev")):
        ended = fleet(*words, *targets)
        assert (ended.code, made) == (0, []), ended.text
    fleet.emulator.store.update_template(fleet.emulator.store.templates()[0].id, description="by hand")
    assert fleet(*words, "--all-targets").code == 0
    assert len(set(made)) == 1, "what was changed by hand is written anew"


def test_what_nobody_waits_for_is_not_looked_at(fleet: FleetFolder, read: Counter[str]) -> None:
    """Nothing is published on the waiting target, so nobody asks what staging asks for."""
    behind(fleet, "east")
    assert fleet("apply", "--all-targets", "--yes").code == 0
    read.clear()
    assert fleet("plan", "--no-cache", "--target", "east").code == 0
    assert read == {"manifests/train.yaml": 1, "for east": 1}


def test_the_first_target_is_worked_on_while_the_next_ones_are_loaded(
    fleet: FleetFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The manifests of the second target are not looked at before a content of the first one was fetched."""
    fleet.add("dev", "east")
    assert fleet("apply", "--all-targets", "--yes").code == 0
    fetched, real = threading.Event(), ManifestSet.desired
    fleet.emulator.on_request(lambda request: fetched.set() if request.action == "GetJobTemplate" else None)

    def examining(self: ManifestSet, name: str, *rest: Any, **options: Any) -> Desired:
        assert name == "dev" or fetched.wait(10), "the first target waits until all are loaded"
        return real(self, name, *rest, **options)

    monkeypatch.setattr(ManifestSet, "desired", examining)
    ended = fleet("drift", "--all-targets", "--no-cache")
    assert ended.code == 0, ended.text


def test_whoever_asks_for_a_loaded_target_is_answered_while_the_next_one_is_loaded(
    fleet: FleetFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.add("dev", "east")
    project, real = load_project(fleet.project.root), ManifestSet.desired
    loading = Loading(project, ["dev", "east"], kinds=KINDS, environ=ProcessEnvironment({}))
    begun, answered = threading.Event(), threading.Event()

    def examining(self: ManifestSet, name: str, *rest: Any, **options: Any) -> Desired:
        if name == "east":
            begun.set()
            assert answered.wait(10), "dev is loaded, and whoever asks for it waits"
        return real(self, name, *rest, **options)

    monkeypatch.setattr(ManifestSet, "desired", examining)
    with ThreadPoolExecutor(2) as pool:
        east = pool.submit(loading.desired, "east")
        assert begun.wait(10)
        dev = pool.submit(loading.desired, "dev")
        dev.add_done_callback(lambda _: answered.set())
        assert east.result().resources.keys() == dev.result().resources.keys()


def calls(fleet: FleetFolder, *words: str | Path) -> Counter[str]:
    """What a command asks the service, by operation."""
    fleet.emulator.clear_log()
    ended = fleet(*words)
    assert ended.code == 0, ended.text
    return Counter(str(request.action) for request in fleet.emulator.requests)


def test_many_targets_cost_what_each_costs_alone(fleet: FleetFolder, tmp_path: Path) -> None:
    """Plan and drift ask nothing twice: cold, a content for each template; once it is known, none."""
    fleet.emulator.clock.advance(days=-1)  # type: ignore[attr-defined]
    names, count = ("dev", "east", "west"), 8
    fleet.add(*names)
    for number in range(count - 1):
        fleet.project.template(f"train-{number}")
    assert fleet("apply", "--all-targets", "--yes", "--no-cache").code == 0
    fleet.emulator.clock.advance(days=1)  # type: ignore[attr-defined]
    listing = {"ListJobTemplates": 1, "ListTensorboards": 1}
    fetching = {**listing, "GetJobTemplate": count}
    for verb, cold in (("plan", listing), ("drift", fetching)):
        for expected in (cold, listing):
            alone = ("--cache-dir", tmp_path / "alone")
            one = sum((calls(fleet, verb, "--target", name, *alone) for name in names), Counter[str]())
            together = calls(fleet, verb, "--all-targets", "--cache-dir", tmp_path / "together")
            assert together == one == {name: count * len(names) for name, count in expected.items()}


@pytest.mark.parametrize("verb", ["plan", "drift"])
def test_a_target_that_many_wait_for_is_asked_once(verb: str, fleet: FleetFolder) -> None:
    """What it would say to each of them is the same."""
    names = ("east", "north", "south", "west")
    behind(fleet, *names)
    place = f"WorkspaceId={fleet.targets['staging']['workspaceId']}"
    for targets in (names[:1], names):
        fleet.emulator.clear_log()
        ended = fleet(
            verb, *(word for name in targets for word in ("--target", name)), "--no-cache", "--format", "json"
        )
        assert ended.out.count("the template is not there yet") == len(targets), ended.text
        assert sum(place in request.query for request in fleet.emulator.requests) == 1


@pytest.mark.parametrize("days", [0, 1])
@pytest.mark.parametrize("cache", [(), ("--no-cache",)])
@pytest.mark.parametrize("words", [("plan",), ("drift",), ("list",), ("audit", "--fail-on", "never")])
def test_no_version_is_fetched_twice_in_a_run_with_waves(
    words: tuple[str, ...], cache: tuple[str, ...], days: int, fleet: FleetFolder
) -> None:
    """A target is looked at by its own part of the run and by those that wait for it; what was written within the last
    two minutes is not taken from the cache."""
    fleet.emulator.clock.advance(days=-days)  # type: ignore[attr-defined]
    fleet.add("dev").add("staging", after={"targets": ["dev"]})
    fleet.add("east", "west", after={"targets": ["staging", "dev"]})
    names = ("train", "other", "third")
    for name in names:
        fleet.project.template(name)
    assert fleet("apply", "--all-targets", "--yes", "--without-soak", "a start").code == 0
    fleet.emulator.clock.advance(days=days)  # type: ignore[attr-defined]
    for name in names:
        fleet.project.template(name, command="python other.py")
    for applied in ("", "dev", "staging"):
        if applied:
            assert fleet("apply", "--target", applied, "--yes", "--without-soak", "a test").code == 0
        fleet.emulator.clear_log()
        ended = fleet(*words, "--all-targets", *cache)
        assert ended.code == 0, ended.text
        asked = Counter((each.path, each.query) for each in fleet.emulator.requests if each.action == "GetJobTemplate")
        assert asked, "something has to be fetched for the test to mean anything"
        assert [each for each, times in asked.items() if times > 1] == []


def test_what_belongs_to_no_workspace_is_asked_once_for_all_that_are_checked(fleet: FleetFolder) -> None:
    fleet.add("dev", "east", "west")
    assert calls(fleet, "validate", "--online", "--all-targets")["ListEcsSpecs"] == 1
    asked = Counter((each.action, each.path, each.query) for each in fleet.emulator.requests)
    assert [each for each, times in asked.items() if times > 1] == []


def test_a_target_that_cannot_be_read_is_told_to_all_that_wait_for_it(fleet: FleetFolder) -> None:
    behind(fleet, "east", "west")
    fleet.change("staging", endpoint=NOWHERE)
    ended = fleet("plan", "--target", "east", "--target", "west", "--format", "json")
    assert ended.out.count("it cannot be looked at") == 2, ended.text


def test_a_scope_is_made_for_a_kind_and_not_for_each_template(
    fleet: FleetFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scope names everything that is described: one for each template costs the square of their number."""
    fleet.add("dev")
    for number in range(TEMPLATES - 1):
        fleet.project.template(f"train-{number}")
    made, described = [0], Desired.described

    def counted(self: Desired) -> frozenset[ResourceId]:
        made[0] += 1
        got: frozenset[ResourceId] = described.__get__(self)
        return got

    monkeypatch.setattr(Desired, "described", property(counted))
    for words in (("apply", "--yes"), ("drift",), ("plan",), ("audit",), ("export", "train")):
        made[0] = 0
        assert fleet(*words).code == 0, words
        assert made[0] < TEMPLATES, words


@pytest.mark.parametrize("verb", ["plan", "drift", "list"])
def test_every_target_is_listed_while_the_manifests_are_read(
    verb: str, fleet: FleetFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No target is loaded before the service has heard of all: at the end nobody waits for the last one's listing."""
    names = ("dev", "east", "west")
    fleet.add(*names)
    unheard, all_heard, real = set(names), threading.Event(), ManifestSet.desired

    def hear(request: Any) -> None:
        unheard.difference_update(
            name for name in names if f"WorkspaceId={fleet.targets[name]['workspaceId']}" in request.query
        )
        if not unheard:
            all_heard.set()

    def examining(self: ManifestSet, name: str, *rest: Any, **options: Any) -> Desired:
        assert all_heard.wait(10), f"nobody asked about {sorted(unheard)}"
        return real(self, name, *rest, **options)

    fleet.emulator.on_request(hear)
    monkeypatch.setattr(ManifestSet, "desired", examining)
    ended = fleet(verb, "--all-targets")
    assert ended.code == 0, ended.text


def test_what_changed_since_a_revision_is_asked_for_when_the_manifests_are_read(
    fleet: FleetFolder,
) -> None:
    """Then the names are known, and no listing began for nothing."""
    fleet.add("dev", "east")
    repository(fleet.project.root)
    fleet.emulator.clear_log()
    assert fleet("plan", "--all-targets", "--changed-since", "HEAD").code == 0
    assert not fleet.emulator.requests
