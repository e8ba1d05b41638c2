"""How often things are read and called for many targets: each once, and one target after the other begins at once."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from reconciler.manifests import Desired, ManifestSet, sources
from reconciler.manifests.files import ManifestFile, parsed
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
        assert (ended.code, ended.out.count("1 in step")) == (0, 2), ended.text
    assert read == {"for dev": 1, "for east": 1}


def test_what_nobody_waits_for_is_not_looked_at(fleet: FleetFolder, read: Counter[str]) -> None:
    """Nothing is published on the waiting target, so nobody asks what staging asks for."""
    behind(fleet, "east")
    assert fleet("apply", "--all-targets", "--yes").code == 0
    read.clear()
    assert fleet("plan", "--no-cache", "--target", "east").code == 0
    assert read == {"manifests/train.yaml": 1, "for east": 1}


def test_the_first_target_is_asked_for_while_the_next_ones_are_loaded(
    fleet: FleetFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The manifests of the second target are not looked at before the service has heard of the first one."""
    fleet.add("dev", "east")
    heard, real = threading.Event(), ManifestSet.desired
    fleet.emulator.on_request(lambda _: heard.set())

    def examining(self: ManifestSet, name: str, *rest: Any, **options: Any) -> Desired:
        assert name == "dev" or heard.wait(10), "the first target waits until all are loaded"
        return real(self, name, *rest, **options)

    monkeypatch.setattr(ManifestSet, "desired", examining)
    assert fleet("plan", "--all-targets").code == 0


def calls(fleet: FleetFolder, *words: str | Path) -> Counter[str]:
    """What a command asks the service, by operation."""
    fleet.emulator.clear_log()
    ended = fleet(*words)
    assert ended.code == 0, ended.text
    return Counter(str(request.action) for request in fleet.emulator.requests)


def test_many_targets_cost_what_each_costs_alone(fleet: FleetFolder, tmp_path: Path) -> None:
    """Plan and drift ask nothing twice: cold, a content for each template; once it is known, none."""
    fleet.emulator.clock.advance(days=-1)  # type: ignore[attr-defined]
    names = ("dev", "east", "west")
    fleet.add(*names)
    for number in range(TEMPLATES - 1):
        fleet.project.template(f"train-{number}")
    assert fleet("apply", "--all-targets", "--yes", "--no-cache").code == 0
    fleet.emulator.clock.advance(days=1)  # type: ignore[attr-defined]
    listing = {"ListJobTemplates": 1, "ListTensorboards": 1}
    fetching = {**listing, "GetJobTemplate": TEMPLATES}
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
