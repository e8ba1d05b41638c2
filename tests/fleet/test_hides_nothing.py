"""What one target cannot do hides nothing of the others, in every command that takes several targets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.commands import Ended

from reconciler.emulator import Fault

from .conftest import NOWHERE, FleetFolder

SOUND = ("dev", "west")
"""Targets with nothing wrong, the first and the last of the project."""


def unreachable(fleet: FleetFolder) -> None:
    fleet.change("east", endpoint=NOWHERE)


def wrong_credentials(fleet: FleetFolder) -> None:
    """A profile that nobody has; see `words`."""
    fleet.targets["east"].pop("endpoint")
    fleet.write()


def breaks_off(fleet: FleetFolder) -> None:
    """The listing says that there is a template, and whoever asks for it gets an error."""
    workspace = fleet.targets["east"]["workspaceId"]
    found = [each.id for each in fleet.emulator.store.templates() if each.workspace == workspace]
    marks = {"dlc-reconciler/project": "vision"}
    (made,) = found or [fleet.emulator.store.create_template("train", workspace=workspace, metadata=marks)]
    path = f"*/{made}*"
    fault = Fault(kind="error_before", method="GET", path=path, status=400, code="Odd", message="odd", times=None)
    fleet.emulator.faults.add(fault)


def wrong_manifests(fleet: FleetFolder) -> None:
    fleet.project.template(overrides={"east": {"content": {"UserComand": "x"}}})


Trouble = Callable[[FleetFolder], None]
TROUBLES: dict[Trouble, str] = {
    unreachable: "unreachable",
    wrong_credentials: "credentials",
    breaks_off: "service",
    wrong_manifests: "manifests",
}
"""Each with the code of the failure."""
PLANNING = frozenset({"plan", "apply"})
"""Commands for which wrong manifests are a failure; the others go on with what is sound."""
COMMANDS: dict[str, tuple[str | Path, ...]] = {
    "plan": ("--format", "json"),
    "apply": ("--yes", "--format", "json"),
    "drift": ("--format", "json"),
    "audit": ("--format", "json"),
    "export": ("train", "--out", "live"),
    "validate": ("--online",),
}


@pytest.fixture
def here(fleet: FleetFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FleetFolder:
    """Three targets; the one between the others gets into trouble."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "live").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    return fleet.add("dev", "east", "west")


def run(fleet: FleetFolder, verb: str, trouble: Trouble) -> Ended:
    profile = ("--profile", "east=nobody") if trouble is wrong_credentials else ()
    return fleet(verb, "--all-targets", *profile, *COMMANDS[verb])


def told_of(verb: str, ended: Ended) -> Iterator[str]:
    """The targets of which the command tells what it is asked for."""
    if verb in ("plan", "apply"):
        rows = ended.json["plans" if verb == "plan" else "reports"]
        yield from (each["target"]["name"] for each in rows)
    elif verb in ("drift", "audit"):
        yield from (
            each["target"] if isinstance(each["target"], str) else each["target"]["name"]
            for each in ended.json["targets"]
        )
    elif verb == "export":
        yield from (Path(line).parts[1] for line in ended.out.splitlines())


ASKS_FOR_NO_TEMPLATE = frozenset({"validate", "export"})
PAIRS = [
    pytest.param(verb, trouble, id=f"{verb}-{trouble.__name__}", marks=pytest.mark.slow if (row + column) % 2 else ())
    for row, verb in enumerate(COMMANDS)
    for column, trouble in enumerate(TROUBLES)
    if not (trouble is breaks_off and verb in ASKS_FOR_NO_TEMPLATE)
]
"""Each run tries half of the troubles with each command, and each trouble with half of the commands; CI all."""


@pytest.mark.parametrize(("verb", "trouble"), PAIRS)
def test_the_others_are_told_and_the_exit_code_tells_of_the_one(verb: str, trouble: Trouble, here: FleetFolder) -> None:
    if verb in ("audit", "export", "drift", "validate"):
        assert here("apply", "--all-targets", "--yes", "--no-cache").code == 0
        here.emulator.clear_log()
    trouble(here)
    ended = run(here, verb, trouble)
    if trouble is wrong_manifests and verb not in PLANNING:
        assert not re.search("^error: east", ended.err, re.MULTILINE), "what is sound is looked at"
        return
    assert ended.code == (4 if verb == "apply" else 1), ended.text
    assert re.search("^error: east: ", ended.err, re.MULTILINE), ended.err
    assert "internal error" not in ended.text
    assert "Traceback" not in ended.text
    for name in SOUND:
        assert f"error: {name}" not in ended.err
    if verb in ("plan", "apply", "drift", "audit"):
        assert {each["target"]: each["code"] for each in ended.json["failed"]} == {"east": TROUBLES[trouble]}
    if verb != "validate":
        assert set(told_of(verb, ended)) == set(SOUND)
    else:
        assert "; 1 target not asked." in ended.out
        asked = {match[1] for each in here.emulator.requests if (match := re.search(r"WorkspaceId=(\d+)", each.query))}
        assert asked >= {here.targets[name]["workspaceId"] for name in SOUND}


def test_an_audit_shows_in_every_format_what_it_could_not_read(here: FleetFolder, tmp_path: Path) -> None:
    unreachable(here)
    pages = {ending: tmp_path / f"audit{ending}" for ending in (".txt", ".md", ".html", ".json")}
    ended = here("audit", "--all-targets", *(word for file in pages.values() for word in ("--out", file)))
    assert ended.code == 1
    assert "1 target not audited" in ended.out
    assert "error: east: List" in ended.err
    for ending, file in pages.items():
        text = file.read_text(encoding="utf-8")
        assert "east" in text, ending
        assert "127.0.0.1:1" in text, ending
    assert "  east: not audited: unreachable: List" in pages[".txt"].read_text(encoding="utf-8")
    assert [each["target"] for each in json.loads(pages[".json"].read_text())["targets"]] == ["dev", "west"]


def test_an_audit_goes_on_with_the_target_that_failed(here: FleetFolder, tmp_path: Path) -> None:
    """What was read is not read again, and what failed is tried again; another run forgets the failure."""
    assert here("apply", "--all-targets", "--yes", "--no-cache").code == 0
    breaks_off(here)
    snapshot = ("--all-targets", "--snapshot", tmp_path / "audit.sqlite3", "--format", "json")
    assert [each["target"] for each in here("audit", *snapshot).json["failed"]] == ["east"]
    here.emulator.clear_log()
    again = here("audit", *snapshot, "--resume")
    assert [each["target"] for each in again.json["failed"]] == ["east"]
    here.emulator.faults.clear()
    here.emulator.clear_log()
    ended = here("audit", *snapshot, "--resume")
    assert ended.json["failed"] == []
    assert {each["target"] for each in ended.json["targets"]} == {"dev", "east", "west"}
    workspaces = {match[1] for each in here.emulator.requests if (match := re.search(r"WorkspaceId=(\d+)", each.query))}
    assert here.targets["dev"]["workspaceId"] not in workspaces, "dev was read before"
    fresh = here("audit", "--all-targets", "--format", "json")
    assert fresh.json | {"at": ""} == ended.json | {"at": ""}


def test_shards_of_an_audit_with_a_failure_are_joined(here: FleetFolder, tmp_path: Path) -> None:
    """A target that failed for one of the parts failed for the whole."""
    assert here("apply", "--all-targets", "--yes", "--no-cache").code == 0
    parts = [tmp_path / f"part{number}.sqlite3" for number in (1, 2)]
    assert here("audit", "--all-targets", "--shard", "1/2", "--snapshot", parts[0], "--fail-on", "never").code == 0
    unreachable(here)
    assert here("audit", "--all-targets", "--shard", "2/2", "--snapshot", parts[1], "--fail-on", "never").code == 1
    ended = here("audit", "merge", *parts, "--format", "json", "--fail-on", "never")
    assert ended.code == 1
    assert [each["target"] for each in ended.json["failed"]] == ["east"]
    assert [each["target"] for each in ended.json["targets"]] == ["dev", "west"]


def test_one_target_alone_fails_as_ever(here: FleetFolder) -> None:
    unreachable(here)
    for verb in ("audit", "drift", "plan"):
        ended = here(verb, "--target", "east")
        assert (ended.code, ended.out) == (1, ""), verb
        assert re.search("^error: List", ended.err, re.MULTILINE), ended.err
