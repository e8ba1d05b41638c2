"""The listing begins before the manifests are read; when they are wrong, that is told at once and it is dropped."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest
from support.commands import Commands, command
from support.processes import processes_begun
from support.project import ProjectFolder

from reconciler.emulator import Emulator, Request
from reconciler.kinds.jobtemplate import unchanged
from reconciler.manifests import ManifestSet, reader
from reconciler.pipeline import Settings, listing_ahead, open_target
from reconciler.pipeline.ahead import Ahead

LISTINGS = {"ListJobTemplates", "ListTensorboards"}
PATIENCE = 20
"""Seconds until a test gives up what never comes."""


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Functions to call before manifests are read."""
    before: list[Any] = []
    real = ManifestSet.desired

    def desired(self: ManifestSet, *arguments: Any, **options: Any) -> Any:
        for each in before:
            each()
        return real(self, *arguments, **options)

    monkeypatch.setattr(ManifestSet, "desired", desired)
    return before


def test_both_listings_arrive_before_any_manifest_is_read(
    project: ProjectFolder, cli: Commands, emulator: Emulator, reading: list[Any]
) -> None:
    project.template()
    project.board()
    heard, both = set(), threading.Event()

    def hear(request: Request) -> None:
        heard.add(request.action)
        if heard >= LISTINGS:
            both.set()

    emulator.on_request(hear)
    reading.append(lambda: both.wait(PATIENCE) or pytest.fail("the listings wait until the manifests are read"))
    assert cli.verbs() == ["create JobTemplate/train", "create TensorBoard/board"]


def test_nothing_is_listed_twice(project: ProjectFolder, cli: Commands, emulator: Emulator) -> None:
    project.template()
    project.board()
    assert cli.apply().code == 0
    emulator.clear_log()
    assert cli.plan().code == 0
    assert Counter(emulator.calls()) == dict.fromkeys(LISTINGS, 1)


def test_rows_are_looked_over_once_and_not_where_somebody_waits_for_them(
    project: ProjectFolder, cli: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.template()
    assert cli.apply().code == 0
    seen: list[str] = []
    shown = unchanged._shown

    def noted(*arguments: Any) -> Any:
        seen.append(threading.current_thread().name)
        return shown(*arguments)

    monkeypatch.setattr(unchanged, "_shown", noted)
    assert "1 unchanged" in cli.plan().out
    assert seen == ["ahead"]


def test_wrong_manifests_are_told_while_the_listing_is_held_and_nothing_more_is_sent(
    project: ProjectFolder, cli: Commands, emulator: Emulator, reading: list[Any]
) -> None:
    project.template(content={"Nonsense": 1})
    for number in range(150):  # more than one page
        emulator.store.create_template(f"other-{number}")
    held, go_on = threading.Event(), threading.Event()

    def hold(_: Request) -> None:
        held.set()
        go_on.wait(PATIENCE)

    emulator.on_request(hold)
    reading.append(lambda: held.wait(PATIENCE))
    try:
        ended = cli.plan()
        assert not go_on.is_set()
        assert (ended.code, ended.out) == (1, "")
        assert 'unknown field "Nonsense"' in ended.err
    finally:
        go_on.set()
    for thread in threading.enumerate():
        if thread.name == "ahead":
            thread.join(PATIENCE)
    assert len(emulator.requests) <= len(LISTINGS)


@pytest.mark.parametrize("wrong", [True, False])
def test_a_service_that_refuses_is_told_after_what_is_wrong_with_the_manifests(
    wrong: bool, project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    project.template(content={"Nonsense": 1} if wrong else {})
    emulator.stop()
    ended = cli.plan()
    assert ended.code == 1
    assert ("unknown field" in ended.err) is wrong
    assert ("ListJobTemplates" in ended.err) is not wrong


def test_credentials_that_are_missing_are_told_as_ever(project: ProjectFolder) -> None:
    project.template()
    remote = Commands(project.root, "https://pai-dlc.cn-hangzhou.aliyuncs.com")
    ended = remote.plan("--profile", "nobody")
    assert ended.code == 1
    assert "nobody" in ended.err
    project.template(content={"Nonsense": 1})
    assert "unknown field" in remote.plan("--profile", "nobody").err


@pytest.fixture
def waiting(emulator: Emulator, reading: list[Any]) -> None:
    """Manifests are not read before the service was asked for something."""
    heard = threading.Event()
    emulator.on_request(lambda _: heard.set())
    reading.append(lambda: heard.wait(PATIENCE) or pytest.fail("the listing waits until the manifests are read"))


@pytest.mark.parametrize(
    "words",
    [("drift",), ("apply", "--yes"), ("apply", "plan.json"), ("adopt", "--all", "--yes"), ("list",), ("export",)],
)
def test_what_reads_everything_lists_before_it_reads_and_nothing_twice(
    words: tuple[str, ...], project: ProjectFolder, cli: Commands, emulator: Emulator, request: pytest.FixtureRequest
) -> None:
    project.template()
    project.board()
    file = project.root / "plan.json"
    assert (cli.apply().code, cli.plan("--out", file).code) == (0, 0)
    emulator.clear_log()
    request.getfixturevalue("waiting")
    named = [str(file) if word == file.name else word for word in words]
    ended = command(*named, "--project", project.root, "--endpoint", cli.endpoint)
    assert ended.code == 0, ended.text
    assert {name: count for name, count in Counter(emulator.calls()).items() if name in LISTINGS} == dict.fromkeys(
        LISTINGS, 1
    )


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What begins, in its order. A second process reads manifests, however few there are."""
    begun: list[str] = []
    start, begin = reader._started, Ahead.begin

    def started() -> Any:
        process = start()
        begun.append(f"reading {process is not None}")
        return process

    def listing(self: Ahead) -> None:
        begun.append("listing")
        begin(self)

    monkeypatch.setattr(reader, "FEWEST", 1)
    monkeypatch.setattr(reader, "_processors", lambda: 2)
    monkeypatch.setattr(reader, "_started", started)
    monkeypatch.setattr(Ahead, "begin", listing)
    return begun


LISTING_FIRST, READING_FIRST = ["listing", "reading True"], ["reading True", "listing"]
CACHED = ("plan", "plan --fetch-all", "drift", "list", "apply --yes")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        *((f"{words} --cache-dir CACHE", LISTING_FIRST) for words in CACHED),
        *((f"{words} --no-cache", READING_FIRST) for words in CACHED),
        ("adopt --all --yes", READING_FIRST),
        ("export --out LIVE", READING_FIRST),
    ],
)
def test_what_takes_longer_begins_first(
    words: str, expected: list[str], project: ProjectFolder, cli: Commands, order: list[str]
) -> None:
    """Without a cache all manifests have to be parsed; with one, hardly any."""
    project.template()
    named = [str(project.root.parent / word) if word.isupper() else word for word in words.split()]
    ended = command(*named, "--project", project.root, "--endpoint", cli.endpoint)
    assert ended.code in (0, 3), ended.text
    assert order == expected


def test_what_nobody_asked_for_has_ended_with_the_block(
    project: ProjectFolder, cli: Commands, order: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project.template()
    begun = processes_begun(monkeypatch)
    settings = Settings(project_file=project.root / "reconciler.yaml", endpoint=cli.endpoint)

    def interrupted() -> None:
        with listing_ahead(settings, open_target(settings)):
            assert order == READING_FIRST
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [process.returncode is not None for process in begun] == [True]


def names_of_threads() -> set[str]:
    return {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize("words", ["apply --yes", "adopt --all --yes"])
def test_what_is_written_under_a_lock_is_read_under_it(
    words: str, project: ProjectFolder, cli: Commands, emulator: Emulator, reading: list[Any]
) -> None:
    """What was listed before the lock is held could be what another run has changed since."""
    project.template()
    emulator.store.create_template("train")
    lock, held = project.root.parent / "lock", []
    emulator.on_request(lambda _: held.append(lock.exists()))
    reading.append(lambda: held.append(not emulator.requests and "ahead" not in names_of_threads()))
    place = ("--project", project.root, "--endpoint", cli.endpoint)
    ended = command(*words.split(), *place, "--lock", f"file:{lock}")
    assert ended.code in (0, 3), ended.text
    assert len(held) > 2
    assert all(held)
