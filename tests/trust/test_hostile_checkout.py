"""One file is one attack by somebody who may change the checkout: what it tries, and what must happen.

Every command that reads a checkout runs on each of them, with canaries in the environment, a service that must not be
written to, and a listener that must stay silent.
"""

from __future__ import annotations

import json
import os
import select
import socket
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.commands import Ended, command, python
from support.project import PROJECT, ProjectFolder

from reconciler.emulator import Emulator

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
CANARY = "canary-0815-of-the-run"


@dataclass(frozen=True, slots=True)
class Tried:
    """Which commands are tried on a checkout besides validate, apply and the making of a plan."""

    offline: Sequence[list[str]]
    online: Sequence[list[str]]
    on_plan: Sequence[str]


FEW = Tried(
    offline=(["validate", "--format", "sarif"], ["ci", "annotate"]),
    online=(["audit", "--format", "json"],),
    on_plan=("comment",),
)
"""In every run: commands that judge the checkout, and one that goes on without it."""
MANY = Tried(
    offline=(
        ["validate", "--format", "sarif"],
        ["validate", "--format", "github"],
        ["render"],
        ["fmt", "--check"],
        ["ci", "annotate"],
    ),
    online=(
        ["plan"],
        ["plan", "--format", "json"],
        ["plan", "--format", "markdown"],
        ["plan", "--format", "html"],
        ["drift"],
        ["audit", "--format", "json"],
        ["export"],
        ["validate", "--online"],
    ),
    on_plan=("annotate", "summary", "counts", "verify", "comment", "issue"),
)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """An address that nobody has a reason to connect to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server
        assert select.select([server], [], [], 0)[0] == [], "somebody connected"


def written(case: Path, root: Path, port: int) -> dict[str, Any]:
    """The checkout of a case; its description."""
    described: dict[str, Any] = yaml.safe_load(case.read_text(encoding="utf-8").replace("@PORT@", str(port)))
    target = {**PROJECT["targets"]["test"], "valuesFiles": described.get("valuesFiles", [])}
    spec: dict[str, Any] = {key: described[key] for key in ("policies", "manifests") if key in described}
    project = ProjectFolder(root, targets={"test": target}, **spec)
    for name, text in described["files"].items():
        (project.root / name).write_text(text, encoding="utf-8")
    for name, size in described.get("huge", {}).items():
        (project.root / name).write_text("#" * size, encoding="utf-8")
    for name, there in described.get("links", {}).items():
        (project.root / name).symlink_to(there)
    return described


@pytest.fixture
def canaries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials and a variable that must not be seen; no job of a code host, which this test may itself run in."""
    for name in list(os.environ):
        if name.startswith(("GITHUB_", "GH_", "GITLAB_", "CI")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CANARY", CANARY)
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAIcanary0815")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", CANARY)


TYPICAL = ("policy-fetches", "policy-opens", "manifests-outside", "link-out")
TRIED = [
    *(pytest.param(case, FEW, id=f"{case.stem}-few") for case in CASES),
    *(
        pytest.param(case, MANY, id=f"{case.stem}-many", marks=() if case.stem in TYPICAL else pytest.mark.slow)
        for case in CASES
    ),
]
"""Each run tries some commands on every checkout, and all of them on typical ones; CI all on all."""


@pytest.mark.usefixtures("canaries")
@pytest.mark.parametrize(("case", "tried"), TRIED)
def test_a_hostile_checkout_gets_an_error_and_nothing_else(
    case: Path,
    tried: Tried,
    tmp_path: Path,
    emulator: Emulator,
    listener: socket.socket,
) -> None:
    root = tmp_path / "checkout"
    described = written(case, root, listener.getsockname()[1])
    here, there = ("--project", str(root)), ("--endpoint", emulator.url)
    first = command("validate", *here)
    assert described["must"] in first.text, first.text
    ended = [
        first,
        *(command(*words, *here) for words in tried.offline),
        *(command(*words, *here, *there) for words in tried.online),
    ]
    if first.code:
        ended.append(command("apply", "--yes", *here, *there))
        assert ended[-1].code in (1, 3)
    ended += on_a_plan(here, tmp_path / "plan.json", there, tried.on_plan)
    assert not [each for each in ended if wrong(each)]
    assert emulator.writes() == []
    assert CANARY not in json.dumps([str(request) for request in emulator.writes()])


def on_a_plan(here: Sequence[str], file: Path, there: Sequence[str], names: Sequence[str]) -> list[Ended]:
    """Commands of CI that take a plan, on the plan of this checkout if it has one."""
    made = command("plan", "--out", str(file), *here, *there)
    if not file.exists():
        return [made]
    to = {"summary": ("--to", str(file.with_suffix(".md")))}
    return [made, *(command("ci", name, *to.get(name, ()), "--file", str(file)) for name in names)]


def wrong(ended: Ended) -> bool:
    """Whether a command showed a canary, crashed, or let a control character through."""
    raw = any(ord(letter) < 32 and letter not in "\n\t" for letter in ended.text)
    return raw or any(text in ended.text for text in (CANARY, "LTAIcanary0815", "internal error", "Traceback"))


WATCHED = """
import json, os, sys
opened, reached = set(), []
def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        opened.add(os.path.realpath(os.fsdecode(arguments[0])))
    elif event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
        reached.append(event)
    elif event == "subprocess.Popen":
        reached.append(os.path.basename(str(arguments[0])))
sys.addaudithook(watch)
from reconciler.cli.boundary import run
code = run(sys.argv[1:])
sys.stderr.write("\\n" + json.dumps([sorted(opened), sorted(set(reached))]))
sys.exit(code)
"""


READERS = [
    pytest.param(case, id=case.stem, marks=() if case.stem in TYPICAL else pytest.mark.slow)
    for case in CASES
    if case.stem.startswith(("policy", "link", "values")) or "outside" in case.stem
]


@pytest.mark.parametrize("case", READERS)
def test_validate_opens_nothing_outside_and_reaches_nobody(case: Path, tmp_path: Path, listener: socket.socket) -> None:
    """Every file that the process opens and every socket that it touches, counted by the interpreter itself."""
    root = tmp_path / "checkout"
    written(case, root, listener.getsockname()[1])
    ended = python("-c", WATCHED, "validate", "--project", str(root), cwd=tmp_path, PYTHONDONTWRITEBYTECODE="1")
    opened, reached = json.loads(ended.err.splitlines()[-1])
    assert set(reached) <= {"git"}  # which commit is checked out
    own = [root, Path(sys.prefix), Path(sys.base_prefix), Path(__file__).parents[2] / "reconciler"]
    own += [
        Path(__file__).parents[2] / "specs",
        tmp_path / ".cache" / "dlc-reconciler",  # the user's own, which is not of the checkout
        Path("/dev/null"),
        Path("/usr/lib"),
        Path("/proc"),
        Path("/etc/localtime"),
    ]
    inside = [str(place.resolve()) for place in own]
    assert [file for file in opened if not file.startswith(tuple(inside))] == []
    assert str(root.resolve() / "reconciler.yaml") in opened
