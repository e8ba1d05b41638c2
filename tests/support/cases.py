"""A case: one folder of tests/cases with a starting point, manifests, and everything the commands then say and send.

case.yaml        arguments, environ, project settings, seed, outside steps, and the habits of the service (`profile`, as
                 `emulator.Profile` has them), all optional; `says` is the lesson
                 (TEMPLATE_n in a manifest stands for the id of the nth template there is)
before/          manifests applied first
manifests/       manifests planned and applied then (missing: those applied last)
plan.txt         the plan as text        plan.json   as a document, reduced to what it means
calls.txt        every write of the apply, in order, and how it ended
after.txt        the plan made afterwards
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from reconciler.emulator import Emulator, Profile
from reconciler.emulator.application import Request
from reconciler.pipeline import Settings
from support.commands import Commands, Ended
from support.outside import act
from support.project import ProjectFolder

_KEPT = ("actions", "retained", "findings", "unchanged", "unmanaged", "selection", "blocked")
_KEPT_OF_ACTION = ("verb", "id", "reason", "moved", "changes", "observed", "intended", "notes")


def profile_of(folder: Path) -> Profile:
    """How the service behaves in a case: boards change state at once, ids are the same each time, and what it says."""
    habits = _told(folder).get("profile", {})
    given: dict[str, Any] = {
        name: frozenset(value) if isinstance(value, list) else value for name, value in habits.items()
    }
    return replace(Profile(board_delay=0.0, deterministic_ids=True), **given)


def _told(folder: Path) -> dict[str, Any]:
    file = folder / "case.yaml"
    return (yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else None) or {}


class Case:
    """One case being played on one emulator."""

    def __init__(self, folder: Path, root: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.emulator = emulator
        self.told = _told(folder)
        self.project = ProjectFolder(root, **self.told.get("project", {}))
        self.cli = Commands(root, emulator.url)
        self._monkeypatch = monkeypatch
        counter = itertools.count(1)
        monkeypatch.setattr(uuid, "uuid4", lambda: uuid.UUID(int=next(counter)))
        # A mark of our own writes has the machine's time, and the plan a digest of it.
        defaults: Any = Settings.__init__.__kwdefaults__
        monkeypatch.setitem(defaults, "wall", self._now)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.emulator.clock.now(), UTC)

    def play(self) -> dict[str, str]:
        """Play the case; the texts by file name."""
        self._set_up()
        arguments = self.told.get("arguments", [])
        file = self.project.root.parent / "plan.json"
        text = self.cli.plan("--out", file, *arguments)
        document = json.loads(file.read_text(encoding="utf-8"))
        self.emulator.clear_log()
        applied = self.cli.apply("--parallel", "1", "--wait", "1", *arguments, *self.told.get("applyArguments", []))
        writes = [_line(request) for request in self.emulator.writes()]
        ended = [*writes, f"exit code {applied.code}"]
        return {
            "plan.txt": self._plain(text),
            "plan.json": json.dumps(_reduced(document), indent=1, sort_keys=True, ensure_ascii=False) + "\n",
            "calls.txt": "\n".join(ended) + "\n",
            "after.txt": self._plain(self.cli.plan(*arguments)),
        }

    def _set_up(self) -> None:
        self._environ(self.told.get("environBefore", self.told.get("environ", {})))
        self.emulator.seed(self.told.get("seed", {}))
        for name in ("before", "then"):
            if (self.folder / name).exists():
                self._manifests(name)
                done = self.cli.apply("--parallel", "1")
                assert done.code == 0, done.text
        for step in self.told.get("outside", []):
            act(self.emulator, step)
        self._environ(self.told.get("environ", {}))
        if (self.folder / "manifests").exists():
            self._manifests("manifests")

    def _environ(self, variables: dict[str, str]) -> None:
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)

    def _manifests(self, name: str) -> None:
        shutil.rmtree(self.project.root / "manifests")
        shutil.copytree(self.folder / name, self.project.root / "manifests")
        for number, template in enumerate(self.emulator.store.templates(), 1):
            for file in (self.project.root / "manifests").iterdir():
                text = file.read_text(encoding="utf-8")
                file.write_text(text.replace(f"TEMPLATE_{number}", template.id), encoding="utf-8")

    def _plain(self, ended: Ended) -> str:
        text = ended.out + (f"--- standard error\n{ended.err}" if ended.err else "") + f"--- exit code {ended.code}\n"
        text = re.sub(r", \d+ days ago", ", N days ago", text)  # counted from the day the test runs
        return self._without_address(text)

    def _without_address(self, text: str) -> str:
        """The text without the port that this run's emulator was given."""
        return text.replace(self.emulator.url, "http://emulator").replace(
            urlsplit(self.emulator.url).netloc, "emulator"
        )


def _reduced(document: Any) -> Any:
    kept = {key: document[key] for key in _KEPT}
    kept["actions"] = [{key: action[key] for key in _KEPT_OF_ACTION} for action in document["actions"]]
    return kept


def _line(request: Request) -> str:
    """`UpdateTensorboard tb123 Accessibility=PRIVATE`, or the body as JSON on lines of its own."""
    words = [str(request.action), *request.path.split("/")[4:5]]
    words += sorted(unquote(part) for part in request.query.split("&") if part and "Workspace" not in part)
    shown = {key: value for key, value in (request.body or {}).items() if value not in (None, "", [], {})}
    if isinstance(shown.get("Content"), str):
        shown["Content"] = json.loads(shown["Content"])
    body = json.dumps(shown, indent=1, sort_keys=True, ensure_ascii=False) if shown else ""
    # When we wrote last is told by the machine's clock, as soon as the service's own time is not known.
    body = re.sub(r'(dlc-reconciler/since": "\d+/[^/"]+/)[^"]+', r"\1NOW", body)
    return " ".join([*words, body]).rstrip()
