"""A project with several targets, all of them workspaces of one emulator."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.commands import Ended, command
from support.project import ProjectFolder

from reconciler.emulator import Emulator, ManualClock, Profile
from reconciler.http.retry import RetryPolicy

NOWHERE = "http://127.0.0.1:1"
"""An address on which nothing listens."""
REGIONS = ("cn-hangzhou", "cn-shanghai", "cn-beijing")


class FleetFolder:
    """The project, its targets by name, and commands on them. Each target is a workspace of its own."""

    def __init__(self, root: Path, emulator: Emulator) -> None:
        self.emulator = emulator
        self.project = ProjectFolder(root)
        self.targets: dict[str, dict[str, Any]] = {}
        self.spec: dict[str, Any] = {}
        self.workspaces = (str(number) for number in itertools.count(1001))

    def add(self, *names: str, **fields: Any) -> FleetFolder:
        """Add targets; `fields` go into each of them."""
        for name in names:
            self.targets[name] = {
                "region": "cn-hangzhou",
                "workspaceId": next(self.workspaces),
                "endpoint": self.emulator.url,
                **fields,
            }
        self.write()
        return self

    def change(self, name: str, **fields: Any) -> None:
        """Replace fields of one target."""
        self.targets[name] |= fields
        self.write()

    def write(self, **spec: Any) -> None:
        """Write the project file; `spec` stays for the next time."""
        self.spec |= spec
        self.project.settings(targets=self.targets, **self.spec)

    def __call__(self, *words: str | Path) -> Ended:
        """A command on the project."""
        return command(*words, "--project", self.project.root)

    def document(self, *words: str | Path) -> Any:
        """The document of a plan, whatever its exit code."""
        ended = self("plan", "--format", "json", *words)
        assert ended.out, ended.err
        return json.loads(ended.out)

    def saved(self, *words: str | Path) -> Path:
        """A plan file, whatever the exit code."""
        file = self.project.root / "fleet.json"
        ended = self("plan", "--out", file, *words)
        assert file.is_file(), ended.text
        return file

    def names(self, target: str) -> list[str]:
        """The live templates of a target."""
        workspace = self.targets[target]["workspaceId"]
        return sorted(each.name for each in self.emulator.store.templates() if each.workspace == workspace)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """The service, with a hundred workspaces."""
    known = frozenset(str(number) for number in range(1001, 1101))
    profile = Profile(workspaces=known, board_delay=0.0, deterministic_ids=True)
    now = datetime.now(UTC).replace(microsecond=0)  # how long a default has stood is counted from now
    with Emulator(clock=ManualClock(now), profile=profile) as running:
        yield running


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address on which nothing listens is tried again at once."""
    monkeypatch.setattr(RetryPolicy, "wait", lambda *_: 0.0)


@pytest.fixture
def fleet(tmp_path: Path, emulator: Emulator) -> FleetFolder:
    """A project with one template and no target yet."""
    folder = FleetFolder(tmp_path / "project", emulator)
    folder.project.template()
    return folder
