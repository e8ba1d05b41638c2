"""A listing that shows a new object only after our patience: its id is used, told, kept, and no second one made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cache import CacheFolder, CreatedInCache
from reconciler.emulator import Fault
from reconciler.model import ResourceId, Status, Verb

from .everything import Killed
from .house import House, board, house, template


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "project", listing_delay=300.0) as home:
        home.environ = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
        yield home


def kept(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache" / "dlc-reconciler" / "created").glob("*.json"))


def test_it_is_done_with_a_warning_that_names_the_id_and_nothing_is_left_to_do(home: House, tmp_path: Path) -> None:
    home.manifests(template())
    (outcome,) = home.apply().outcomes
    (made,) = home.emulator.store.templates()
    assert outcome.status is Status.DONE
    assert f"after 60 s the listing does not show {made.id} yet" in outcome.detail
    assert 60 <= sum(home.slept) < 70
    (file,) = kept(tmp_path)
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert home.plan().is_empty
    home.manifests(template(command="python two.py"))
    assert [action.verb for action in home.plan().actions] == [Verb.NEW_VERSION]
    assert home.apply().is_complete
    home.sleep(300)
    home.manifests(template("other"), template(command="python two.py"))
    home.apply()
    assert home.plan().is_empty
    assert [each.name for each in home.emulator.store.templates()].count("train") == 1


@pytest.mark.parametrize("delay", [20.0, 40.0])
def test_a_create_that_was_sent_twice_leaves_one(delay: float, tmp_path: Path) -> None:
    """The service made it and answered with an error, and its listing shows neither of both before we send again."""
    with house(tmp_path, listing_delay=delay) as home:
        home.manifests(template())
        home.emulator.faults.add(Fault(kind="error_after", action="CreateJobTemplate", code="InternalError"))
        (outcome,) = home.apply().outcomes
        assert outcome.status is Status.DONE, outcome.detail
        assert home.emulator.calls().count("CreateJobTemplate") == 2
        home.sleep(delay)
        (made,) = home.emulator.store.templates()
        assert made.id in outcome.detail
        assert home.plan().is_empty


@pytest.mark.parametrize("kind", ["template", "board"])
@pytest.mark.parametrize("delay", [0.0, 10.0])
def test_an_id_is_kept_no_longer_than_until_the_listing_shows_it(kind: str, delay: float, tmp_path: Path) -> None:
    with house(tmp_path / "project", listing_delay=delay) as home:
        home.environ = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
        home.manifests(template() if kind == "template" else board())
        there: list[int] = []
        home.on_sleep = lambda _seconds: there.append(len(kept(tmp_path)))
        (outcome,) = home.apply().outcomes
        (id,) = [row.id for row in home.emulator.store.templates()] or [row.id for row in home.emulator.store.boards()]
        told = {"template": f"{id} created; version 1 is default", "board": f"{id} created"}
        assert outcome.detail == told[kind], "no warning: the listing shows it"
        assert kept(tmp_path) == []
        assert (1 in there) is (delay > 0), "it was kept while the listing did not show it"


def test_killed_while_it_waits_for_the_listing(home: House) -> None:
    def die(seconds: float) -> None:
        raise Killed

    home.manifests(template())
    home.on_sleep = die
    with pytest.raises(Killed):
        home.apply()
    home.on_sleep = None
    for _ in range(3):
        assert home.apply().is_complete
    assert home.plan().is_empty
    assert len(home.emulator.store.templates()) == 1


def test_a_kept_id_is_believed_only_while_its_object_has_the_name_and_our_mark(home: House, tmp_path: Path) -> None:
    home.manifests(template())
    theirs = home.emulator.store.create_template("train")
    other = home.emulator.store.create_template("else", metadata={"dlc-reconciler/project": "vision"})
    id = home.plan().actions[0].id
    folder = CacheFolder(tmp_path / "cache" / "dlc-reconciler", lambda _: False)
    memory = CreatedInCache(folder, home.emulator.url, "1001")
    for wrong in (theirs, other, "tplgone"):
        memory.keep(id, wrong)
        assert Verb.CREATE in [action.verb for action in home.plan().actions]
    assert memory.known(id) == ""  # nothing of that id is there


def test_without_a_cache_folder_nothing_is_kept(home: House, tmp_path: Path) -> None:
    home.environ = {}
    home.manifests(template())
    (outcome,) = home.apply().outcomes
    assert outcome.status is Status.DONE
    assert kept(tmp_path) == []


def test_the_same_for_a_board(home: House, tmp_path: Path) -> None:
    home.manifests(board("gitops-b", state="running"))
    (outcome,) = home.apply().outcomes
    (made,) = home.emulator.store.boards()
    assert outcome.status is Status.DONE
    assert f"the listing does not show {made.id} yet" in outcome.detail
    assert len(kept(tmp_path)) == 1
    assert home.plan().is_empty
    home.apply()
    assert len(home.emulator.store.boards()) == 1


@pytest.mark.parametrize("how", ["tracked by Git", "writable by others"])
def test_a_folder_that_is_not_trusted_neither_tells_nor_takes_an_id(how: str, tmp_path: Path) -> None:
    place, id = tmp_path / "cache", ResourceId("JobTemplate", "train")
    mine = CreatedInCache(CacheFolder(place, lambda _: False), "address", "1001")
    mine.keep(id, "tpl1")
    assert mine.known(id) == "tpl1"
    if how == "writable by others":
        place.chmod(0o777)
    seen = CreatedInCache(CacheFolder(place, lambda _: how == "tracked by Git"), "address", "1001")
    seen.keep(id, "tpl2")
    assert seen.known(id) == ""
    place.chmod(0o700)
    assert mine.known(id) == "tpl1"
