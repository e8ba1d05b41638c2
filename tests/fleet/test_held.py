"""What a run of many targets holds at once: what is in work, and of the others their results alone."""

from __future__ import annotations

import gc
import random
import threading
import weakref
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from reconciler.audit.drift import Stand
from reconciler.authoring import from_live
from reconciler.kinds import KINDS
from reconciler.live.service import LiveService
from reconciler.manifests import Desired, Loading, ProcessEnvironment, load_project, loading, manifest_set
from reconciler.pipeline import drift, export, members
from reconciler.pipeline.held_at_once import HeldAtOnce, Holder

from .conftest import FleetFolder

TARGETS = 8
WIDTH = 2
TEMPLATES = 30


class Living:
    """Counts the objects of a run that nobody has let go."""

    def __init__(self) -> None:
        self._objects: list[weakref.ref[Any]] = []
        self.most = 0

    def add(self, each: Any) -> None:
        self._objects.append(weakref.ref(each))
        gc.collect()
        self.most = max(self.most, sum(one() is not None for one in self._objects))

    @property
    def all(self) -> int:
        return len(self._objects)


class Text(str):
    """A text that can be followed."""


@pytest.fixture
def living(monkeypatch: pytest.MonkeyPatch) -> dict[str, Living]:
    """What is asked of targets, and the connections to them."""
    gc.collect()
    gc.freeze()  # looks for garbage find that of this test alone: what thousands of tests left behind takes long
    counted = {"asked": Living(), "connections": Living()}
    load_each, init = manifest_set.load_each, LiveService.__init__

    def loaded(*words: Any, **options: Any) -> Iterator[Desired]:
        for each in load_each(*words, **options):
            counted["asked"].add(each)
            yield each
            del each

    def connected(self: LiveService, *words: Any) -> None:
        counted["connections"].add(self)
        init(self, *words)

    monkeypatch.setattr(loading, "load_each", loaded)
    monkeypatch.setattr(LiveService, "__init__", connected)
    monkeypatch.setattr(members, "WIDTH", WIDTH)
    return counted


@pytest.mark.parametrize("words", [("drift",), ("plan",), ("list",), ("plan", "--no-cache")])
def test_only_what_is_in_work_is_held(words: tuple[str, ...], fleet: FleetFolder, living: dict[str, Living]) -> None:
    """More targets hold no more: each was let go before the next but one was begun."""
    fleet.add(*(f"target-{number}" for number in range(TARGETS)))
    assert fleet("apply", "--all-targets", "--yes").code == 0
    for each in living.values():
        each.__init__()  # type: ignore[misc]
    ended = fleet(*words, "--all-targets")
    assert ended.code == 0, ended.text
    assert {name: each.all for name, each in living.items()} == dict.fromkeys(living, TARGETS)
    assert {name: each.most <= WIDTH + 1 for name, each in living.items()} == dict.fromkeys(living, True)


@pytest.mark.parametrize("is_saved", [False, True])
def test_an_apply_holds_of_each_target_what_its_plan_writes(
    is_saved: bool, fleet: FleetFolder, living: dict[str, Living]
) -> None:
    """Until they are executed, plans have the manifests that they write, and no target as a whole."""
    fleet.add(*(f"target-{number}" for number in range(TARGETS)))
    fleet.project.template("other")
    assert fleet("apply", "--all-targets", "--yes").code == 0
    fleet.project.template(command="python other.py")
    words = (fleet.saved("--all-targets"),) if is_saved else ("--all-targets", "--yes")
    asked = living["asked"]
    asked.__init__()  # type: ignore[misc]
    ended = fleet("apply", *words)
    assert ended.code == 0, ended.text
    assert asked.all == TARGETS
    assert asked.most <= WIDTH + 1
    assert fleet("plan", "--all-targets", "--detailed-exitcode").code == 0


def test_an_export_lets_go_of_texts_that_are_written(
    fleet: FleetFolder, living: dict[str, Living], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fleet.add(*(f"target-{number}" for number in range(TARGETS)))
    assert fleet("apply", "--all-targets", "--yes").code == 0
    texts, make = Living(), export._exported
    for each in living.values():
        each.__init__()  # type: ignore[misc]

    def exported(*words: Any) -> Any:
        made = make(*words)
        text = Text(made.written.text)
        texts.add(text)
        return replace(made, written=replace(made.written, text=text))

    monkeypatch.setattr(export, "_exported", exported)
    ended = fleet("export", "train", "--all-targets", "--out", tmp_path / "live")
    assert ended.code == 0, ended.text
    assert len(ended.out.splitlines()) == TARGETS
    for counted in (texts, *living.values()):
        assert (counted.all, counted.most <= WIDTH + 1) == (TARGETS, True)


def test_every_target_is_exported_before_a_manifest_of_the_project_is_written_anew(
    fleet: FleetFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first one writes is read from for the second one, too."""
    monkeypatch.setattr(members, "WIDTH", 1)
    fleet.add("dev", "east").write(manifests=["*/templates/*.yaml"])
    manifest = fleet.project.root / "dev" / "templates" / "train.yaml"
    manifest.parent.mkdir(parents=True)
    (fleet.project.root / "manifests" / "train.yaml").rename(manifest)
    assert fleet("apply", "--all-targets", "--yes").code == 0
    told: list[str] = []

    def written(*words: Any, **options: Any) -> Any:
        told.append(manifest.read_text(encoding="utf-8"))
        return from_live.written(*words, **options)

    monkeypatch.setattr(export, "written", written)
    ended = fleet("export", "train", "--all-targets", "--force", "--out", fleet.project.root)
    assert (ended.code, ended.out) == (3, f"{manifest}\n"), ended.text
    assert "error: east: manifests describe what should be exported" in ended.err
    assert len(set(told)) == 1
    assert told[0] != manifest.read_text(encoding="utf-8")


def test_what_a_later_wave_compares_again_is_held_until_it_is_done(
    fleet: FleetFolder, living: dict[str, Living]
) -> None:
    """That is what has something to do; where there is nothing to do, nothing is compared again and nothing held."""
    fleet.add("dev").add(*(f"target-{number}" for number in range(TARGETS)), after={"targets": ["dev"]})
    assert fleet("apply", "--all-targets", "--yes").code == 0
    asked, listed = living["asked"], Counter[str]()
    fleet.emulator.on_request(lambda request: listed.update([str(request.action)]))
    for number, changed in enumerate(((), ("target-3",), ("dev", "target-3"))):
        overrides = {name: {"content": {"UserCommand": f"python {number}.py"}} for name in changed}
        fleet.project.template(overrides=overrides)
        asked.__init__()  # type: ignore[misc]
        listed.clear()
        ended = fleet("apply", "--all-targets", "--yes")
        assert ended.code == 0, ended.text
        later = sum(name != "dev" for name in changed)
        assert listed["ListTensorboards"] == TARGETS + 1 + later
        assert asked.most <= WIDTH + 2 + later, "what is asked of dev is held for those after it"


def test_what_is_asked_of_a_target_is_kept_for_those_that_come_after_it(fleet: FleetFolder) -> None:
    fleet.add("dev").add("east", "west", after={"targets": ["dev"]})
    project = load_project(fleet.project.root)
    coming = Loading(project, ["dev", "east", "west"], kinds=KINDS, environ=ProcessEnvironment({}))
    dev, east = (weakref.ref(coming.desired(name)) for name in ("dev", "east"))
    held = []
    for name in ("dev", "east", "west"):
        coming.let_go(name)
        gc.collect()
        held.append([each() is not None for each in (dev, east)])
    assert held == [[True, True], [True, False], [False, False]]
    with pytest.raises(KeyError):
        coming.desired("dev")


def test_of_what_is_as_git_has_it_only_a_page_tells(fleet: FleetFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet.add("dev", "east")
    assert fleet("apply", "--all-targets", "--yes").code == 0
    told: list[str] = []
    stand = Stand

    def noted(**fields: Any) -> Any:
        told.append(str(fields["id"]))
        return stand(**fields)

    monkeypatch.setattr(drift, "Stand", noted)
    for form, expected in (("text", 0), ("json", 0), ("markdown", 0), ("html", 2)):
        assert fleet("drift", "--all-targets", "--format", form).code == 0
        assert len(told) == expected


class Recorded(HeldAtOnce):
    """Says how much was held at most, and taken in all."""

    def __init__(self, most: int, seen: list[tuple[int, int]]) -> None:
        super().__init__(most)
        self._seen = seen

    def take(self, holder: Holder, count: int) -> None:
        super().take(holder, count)
        self._seen.append((sum(self._holders.values()), count))


@pytest.mark.slow
def test_listings_wait_until_there_is_room_for_their_rows(fleet: FleetFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """No target has more rows than may be held, so the first one adds nothing to the bound."""
    fleet.add(*(f"target-{number}" for number in range(6)))
    for number in range(TEMPLATES - 1):
        fleet.project.template(f"train-{number}")
    assert fleet("apply", "--all-targets", "--yes").code == 0
    for words in (("drift",), ("plan",)):
        seen: list[tuple[int, int]] = []
        monkeypatch.setattr(members, "HeldAtOnce", partial(Recorded, 2 * TEMPLATES, seen))
        ended = fleet(*words, "--all-targets")
        assert ended.code == 0, ended.text
        assert sorted(count for _, count in seen) == [0] * 6 + [TEMPLATES] * 6  # no TensorBoard
        assert max(held for held, _ in seen) <= 2 * TEMPLATES + TEMPLATES


def test_holders_take_turns_and_all_come_to_an_end() -> None:
    most, largest = 10, 25  # some have more than may be held: they go on when they are the first
    at_once, chosen = HeldAtOnce(most), random.Random(7)  # noqa: S311 - no secret
    counts = [[chosen.randint(0, largest) for _ in range(2)] for _ in range(40)]
    lock, held, peaks = threading.Lock(), 0, []

    def work(own: list[int]) -> None:
        nonlocal held
        with at_once.holder() as holder:
            for count in own:
                holder.take(count)
                with lock:
                    held += count
                    peaks.append(held)
            with lock:
                held -= sum(own)

    threads = [threading.Thread(target=work, args=(own,), daemon=True) for own in counts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert max(peaks) <= most + 2 * largest


def test_a_listing_that_was_dropped_waits_for_nobody_and_holds_nothing() -> None:
    at_once = HeldAtOnce(1)
    with at_once.holder() as first:
        first.take(1)
        with at_once.holder() as dropped:
            pass
        dropped.take(5)
        assert sum(at_once._holders.values()) == 1
