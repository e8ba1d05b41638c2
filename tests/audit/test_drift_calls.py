"""What `drift` asks of the service: each version once in its life, and nothing twice in a run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from support.commands import Commands, command
from support.furnished import Furnished
from support.outside import template_id
from support.project import CONTENT, ProjectFolder

from reconciler.cache.store import Store
from reconciler.emulator import Emulator, ManualClock
from reconciler.model.canonical import canonical, version_digest

COUNT = 12
LISTINGS = {"ListJobTemplates": 1, "ListTensorboards": 1}


def apply_long_before(folder: Path, emulator: Emulator, _: pytest.MonkeyPatch) -> None:
    project = ProjectFolder(folder / "project")
    cli = Commands(project.root, emulator.url)
    for number in range(COUNT):
        project.template(f"t{number:02d}")
    assert cli.apply("--parallel", "16", "--no-cache").code == 0


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return Furnished(tmp_path_factory.mktemp("furnished"), apply_long_before)


@pytest.fixture
def applied(furnished: Furnished, tmp_path: Path, project: ProjectFolder, emulator: Emulator) -> None:
    """Templates that were applied long before anybody looks: the emulator's clock stands in the past."""
    furnished.again(tmp_path, emulator)


def asked(emulator: Emulator, look: Any, *arguments: str) -> tuple[Counter[str], str]:
    """What a drift asks for besides the listings, and what it says."""
    emulator.clear_log()
    ended = look("drift", "--format", "json", *arguments)
    assert ended.code == 0, ended.text
    calls = Counter(emulator.calls())
    assert {name: calls.pop(name, 0) for name in LISTINGS} == LISTINGS
    return calls, ended.out


def by_hand(emulator: Emulator, name: str, command: str, **how: Any) -> None:
    content = json.dumps({**CONTENT, "UserCommand": command})
    emulator.store.add_version(template_id(emulator, name), content, user="4711", **how)


def versions(emulator: Emulator, name: str) -> Any:
    return emulator.store.versions(template_id(emulator, name))


@pytest.mark.usefixtures("applied")
def test_each_version_is_fetched_once_in_its_life(emulator: Emulator, look: Any) -> None:
    cold, first = asked(emulator, look)
    warm, second = asked(emulator, look)
    assert (cold, warm) == ({"GetJobTemplate": COUNT}, {})
    assert first == second


@pytest.mark.usefixtures("applied")
def test_what_is_known_of_all_templates_is_read_at_once(
    emulator: Emulator, look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To find each of thousands of entries by itself would take longer than to compare the templates."""
    asked(emulator, look)
    sizes, get_each = [], Store.get_each

    def counted(store: Store, names: Sequence[bytes]) -> dict[bytes, bytes]:
        sizes.append(len(names))
        return get_each(store, names)

    monkeypatch.setattr(Store, "get_each", counted)
    assert asked(emulator, look)[0] == {}
    assert max(sizes) == COUNT
    assert len(sizes) < COUNT  # the others are those of the manifests


@pytest.mark.slow
def test_a_thousand_contents_are_fetched_once(
    project: ProjectFolder, cli: Commands, emulator: Emulator, look: Any
) -> None:
    for number in range(1000):
        project.template(f"t{number:04d}")
    assert cli.apply("--parallel", "16", "--no-cache", "--rate", "1000000").code == 0
    counts = []
    for _ in range(2):
        emulator.clear_log()
        ended = look("drift", "--rate", "1000000")
        assert "No drift; 1,000 in step." in ended.out, ended.text
        counts.append(Counter(emulator.calls()))
    pages = {"ListJobTemplates": 11, "ListTensorboards": 1}  # the last of ten pages is full, so there may be another
    assert counts == [{**pages, "GetJobTemplate": 1000}, pages]


@pytest.mark.usefixtures("applied")
def test_an_audit_fetches_nothing_twice(emulator: Emulator, clock: ManualClock, look: Any, tmp_path: Path) -> None:
    """All versions of a template come with one call. A run that was cut goes on with those it has not."""
    clock.advance(3600)
    by_hand(emulator, "t01", "made by hand")
    snapshot = ("--snapshot", str(tmp_path / "snapshot"))
    for expected, words in ((COUNT, ()), (0, ("--resume",))):
        emulator.clear_log()
        ended = look("audit", *snapshot, *words)
        assert ended.code == 0, ended.text
        fetched = [each.path for each in emulator.requests if each.action == "GetJobTemplate"]
        assert len(fetched) == len(set(fetched)) == expected


@pytest.mark.usefixtures("applied")
def test_only_what_moved_is_looked_at_again(emulator: Emulator, clock: ManualClock, look: Any) -> None:
    asked(emulator, look)
    clock.advance(3600)
    by_hand(emulator, "t01", "made by hand")
    by_hand(emulator, "t02", "hacked", default=True)
    after, said = asked(emulator, look)
    assert after == {"GetJobTemplate": 2}
    # A version that differs is shown field by field, and contents are never kept: once in each run.
    again, same = asked(emulator, look)
    assert again == {"GetJobTemplate": 1}
    without, told = asked(emulator, look, "--no-cache")
    assert without == {"GetJobTemplate": COUNT}
    assert said == same == told
    differences = {each["name"]: each["aspects"] for each in json.loads(said)["targets"][0]["differences"]}
    assert differences == {"t01": ["versions"], "t02": ["default"]}


@pytest.mark.usefixtures("applied")
def test_what_changed_a_moment_ago_is_looked_at_again(
    emulator: Emulator, clock: ManualClock, look: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seconds, expected in ((119, COUNT), (120, COUNT), (121, 0)):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(clock.now()) + seconds))
        assert asked(emulator, look)[0].get("GetJobTemplate", 0) == expected


@pytest.mark.usefixtures("applied")
def test_fetching_all_passes_the_cache_by(emulator: Emulator, look: Any) -> None:
    asked(emulator, look)
    assert asked(emulator, look, "--fetch-all")[0] == {"GetJobTemplate": COUNT}
    assert asked(emulator, look)[0] == {}


def test_no_digest_that_was_made_from_a_secret_is_kept(
    *, project: ProjectFolder, cli: Commands, look: Any, emulator: Emulator, clock: ManualClock,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Whoever has the file could try which of a few thousand values has the digest."""
    monkeypatch.setenv("PIN", "4711")
    project.template("open")
    project.template("taken", command="train --pin ${env.PIN}")
    project.template("typed")
    assert cli.apply("--no-cache").code == 0
    clock.advance(3600)
    by_hand(emulator, "open", "made by hand")
    by_hand(emulator, "taken", "made by hand")
    typed = json.dumps({**CONTENT, "Envs": {"DB_PASSWORD": "4711"}})
    emulator.store.add_version(template_id(emulator, "typed"), typed, user="4711")
    clock.advance(3600)
    place = tmp_path / "cache"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(clock.now())))
    first, said = asked(emulator, look, "--cache-dir", str(place))
    again, same = asked(emulator, look, "--cache-dir", str(place))
    assert (first, again, said) == ({"GetJobTemplate": 3}, {"GetJobTemplate": 2}, same)
    kept = b"".join(file.read_bytes() for file in place.iterdir())
    found: dict[bool, set[bool]] = {}
    for version in (each for name in ("open", "taken", "typed") for each in versions(emulator, name)):
        digest = version_digest(canonical(json.loads(version.content)), {})
        found.setdefault("4711" in version.content, set()).add(digest.encode() in kept)
    assert found == {False: {True}, True: {False}}


@pytest.mark.usefixtures("applied")
def test_a_state_that_was_reset_is_another_service(emulator: Emulator, cli: Commands, look: Any) -> None:
    """The ids of this emulator are the same each time, and so are its times: only the state tells."""
    asked(emulator, look)
    emulator.reset()
    assert cli.apply("--parallel", "16").code == 0
    assert asked(emulator, look)[0] == {"GetJobTemplate": COUNT}


@pytest.mark.usefixtures("applied")
def test_a_template_without_a_recorded_digest_is_fetched_once_by_plans(
    project: ProjectFolder, emulator: Emulator, cli: Commands
) -> None:
    template = template_id(emulator, "t03")
    (found,) = (each for each in emulator.store.templates() if each.id == template)
    digest = {"dlc-reconciler/digest", "dlc-reconciler/version"}
    emulator.store.update_template(template, metadata={k: v for k, v in found.metadata.items() if k not in digest})
    plans = []
    for expected in (1, 0):
        emulator.clear_log()
        plans.append(cli.document())
        assert emulator.calls().count("GetJobTemplate") == expected
    emulator.clear_log()
    plans.append(cli.document("--no-cache"))
    assert emulator.calls().count("GetJobTemplate") == 1
    assert plans[0] == plans[1] == plans[2]
    assert [each["reason"] for each in plans[0]["actions"]] == ["marks-missing"]


def test_cache_command(project: ProjectFolder, emulator: Emulator, look: Any, tmp_path: Path, cli: Commands) -> None:
    project.template("train")
    assert cli.apply().code == 0
    place = tmp_path / "elsewhere"
    asked(emulator, look, "--cache-dir", str(place))
    held = command("cache", "size", "--cache-dir", place)
    assert held.out.startswith(f"{place}: 2 entries, ")
    kept = "".join(file.read_bytes().decode("latin-1") for file in place.iterdir())
    assert not any(text in kept for text in ("python train.py", "registry.example.com/a:1"))
    assert command("cache", "clear", "--cache-dir", place).code == 0
    assert command("cache", "size", "--cache-dir", place).out.startswith(f"{place}: 0 entries")
