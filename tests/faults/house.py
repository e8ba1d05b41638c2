"""A project in a folder, an emulated service, and runs of plan and apply on them that never really wait.

Sleeping moves the service's clock instead, so boards change state and retries follow each other at once.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from support.project import Dumper

from reconciler.cache import Cache, CacheFolder, usual_folder
from reconciler.emulator import Emulator, ManualClock, Profile
from reconciler.live import ConnectionOptions
from reconciler.live.port import Service
from reconciler.model import Action, ApplyReport, Outcome, Plan
from reconciler.pipeline import Run, Settings, Workspace, apply_plan, connected, make_plan, open_workspace
from reconciler.pipeline.proofs import prover_of
from reconciler.plan.selection import Selection
from reconciler.verification.jobs import VerificationJobs

API = "dlc-reconciler/v1"
VERIFIED = "dlc-reconciler/verified"
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMITS = {"maxDeletions": 50, "maxDeletionPercent": 100, "maxReplacements": 50}
PRUNE = {"jobTemplates": True, "tensorBoards": True, "tensorBoardPrefix": "gitops-"}


def content(command: str = "python train.py") -> dict[str, Any]:
    """A CreateJob body."""
    return {
        "JobType": "PyTorchJob",
        "JobSpecs": [{"Type": "Worker", "PodCount": 1, "Image": "registry.example.com/a:1", "EcsSpec": "ecs.g7.large"}],
        "UserCommand": command,
    }


def template(name: str = "train", command: str = "python train.py", **more: Any) -> dict[str, Any]:
    """A JobTemplate manifest; `adopt`, `labels`, ... go to its metadata, the rest to its spec."""
    metadata = {key: more.pop(key) for key in ("renamedFrom", "adopt", "labels", "templateId") if key in more}
    spec = {"content": content(command), **more}
    return {"apiVersion": API, "kind": "JobTemplate", "metadata": {"name": name, **metadata}, "spec": spec}


def board(name: str = "gitops-board", path: str = "/mnt/logs", minutes: int = 240, **spec: Any) -> dict[str, Any]:
    """A TensorBoard manifest."""
    body = {"DataSources": [{"DataSourceId": "d-logs", "MountPath": "/mnt/logs"}], "SummaryPath": path}
    body["MaxRunningTimeMinutes"] = minutes  # type: ignore[assignment]
    return {"apiVersion": API, "kind": "TensorBoard", "metadata": {"name": name}, "spec": {"content": body, **spec}}


class Silent:
    """A watcher that watches nothing."""

    def started(self, action: Action) -> None:
        """See `apply.execute.Watcher`."""

    def finished(self, outcome: Outcome) -> None:
        """See `apply.execute.Watcher`."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What a service knew at a moment of its clock, in seconds since the epoch."""

    state: bytes
    moment: float


@dataclass
class House:
    """One project folder and one emulated service."""

    root: Path
    emulator: Emulator
    connection: dict[str, Any] = field(default_factory=dict)
    slept: list[float] = field(default_factory=list)
    on_sleep: Callable[[float], None] | None = None
    environ: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    """What was told of verifications while they went on, as a person reads it."""

    def manifests(self, *documents: Mapping[str, Any], prune: Mapping[str, Any] = PRUNE, **safety: int) -> None:
        """Writes the project with exactly these manifests."""
        project = {
            "apiVersion": API,
            "kind": "Project",
            "metadata": {"name": "vision"},
            "spec": {
                "manifests": ["all.yaml"],
                "targets": {"test": {"region": "cn-hangzhou", "workspaceId": "1001"}},
                "prune": dict(prune),
                "safety": {**LIMITS, **safety},
            },
        }
        self.root.mkdir(parents=True, exist_ok=True)
        (self.root / "reconciler.yaml").write_text(yaml.dump(project, Dumper=Dumper), encoding="utf-8")
        (self.root / "all.yaml").write_text(yaml.dump_all(documents, Dumper=Dumper), encoding="utf-8")

    def sleep(self, seconds: float) -> None:
        """Nobody waits: the service's clock moves on, and what else must happen meanwhile happens."""
        self.slept.append(seconds)
        if isinstance(self.emulator.clock, ManualClock):
            self.emulator.clock.advance(seconds)
        if self.on_sleep is not None:
            self.on_sleep(seconds)

    def settings(self) -> Settings:
        """What a command would be told."""
        folder = usual_folder(self.environ)
        options = {"sleep": self.sleep, "rate": 1e6, "calls_in_flight": 1, **self.connection}
        return Settings(
            project_file=self.root / "reconciler.yaml",
            endpoint=self.emulator.url,
            connection=ConnectionOptions(**options),
            environ=self.environ,
            cache=Cache(folder=CacheFolder(folder, lambda _: False) if folder else None),
            sleep=self.sleep,
            clock=self.emulator.clock.now,
            now=self.now,
            wall=self.now,
        )

    def now(self) -> datetime:
        """The service's time."""
        return datetime.fromtimestamp(self.emulator.clock.now(), UTC)

    @contextmanager
    def open(self) -> Iterator[tuple[Settings, Workspace, Service]]:
        """The project with its service."""
        settings = self.settings()
        workspace = open_workspace(settings)
        with connected(settings, workspace) as service:
            yield settings, workspace, service

    def plan(self, *labels: tuple[str, str]) -> Plan:
        """The plan made now."""
        with self.open() as (settings, workspace, service):
            return make_plan(settings, workspace, service, Selection(labels))

    def apply(self, plan: Plan | None = None, *, width: int = 1, halt: threading.Event | None = None) -> ApplyReport:
        """Applies a plan, or the one made now."""
        with self.open() as (settings, workspace, service):
            made = make_plan(settings, workspace, service, Selection()) if plan is None else plan
            run = Run(watcher=Silent(), width=width, halt=halt or threading.Event(), told=self._tell)
            return apply_plan(settings, workspace, service, made, run)

    def _tell(self, template: str, job: str, state: str) -> None:
        self.told.append(f"{template} {job} {state}")

    def settled(self) -> int:
        """Applies until nothing is left to do, at most three times; how often it took."""
        for count in range(4):
            if self.plan().is_empty:
                return count
            self.apply()
        raise AssertionError(f"not settled: {[str(action.key) for action in self.plan().actions]}")

    def saved(self) -> Saved:
        """Everything that the service knows now."""
        return Saved(self.emulator._store._db.serialize(), self.emulator.clock.now())

    def restore(self, saved: Saved) -> None:
        """Let the service, which is in memory and stands still, know just that."""
        assert isinstance(self.emulator.clock, ManualClock)
        self.emulator._store._db.deserialize(saved.state)
        self.emulator.clock.advance(saved.moment - self.emulator.clock.now())

    def state(self) -> dict[str, Any]:
        """What the service holds once all is quiet, without ids, times and our nonces: equal states compare equal."""
        store = self.emulator.store
        if isinstance(self.emulator.clock, ManualClock):
            self.emulator.clock.advance(60)
        templates = []
        for each in store.templates():
            versions = [[_parsed(v.content), v.constraints] for v in store.versions(each.id)]
            hidden = ("nonce", "template-id", "revision", "since")
            marks = {k: v for k, v in each.metadata.items() if k.removeprefix("dlc-reconciler/") not in hidden}
            if VERIFIED in marks:  # which version by which attempt, without the job and the time
                marks[VERIFIED] = " ".join("/".join(proof.split("/")[:2]) for proof in marks[VERIFIED].split())
            templates.append([each.name, each.description, marks, each.default_version, versions])
        boards = [
            [each.name, each.phase, {k: v for k, v in each.body.items() if k != "Token"}] for each in store.boards()
        ]
        jobs = [[each["DisplayName"], each["Status"]] for each in self.verifications()]
        return {"templates": sorted(templates, key=str), "boards": sorted(boards, key=str), "jobs": sorted(jobs)}

    def verifications(self) -> list[Any]:
        """The jobs that verify something, as ListJobs shows them."""
        if not self.emulator.store.jobs():
            return []
        with self.open() as (settings, workspace, service):
            return VerificationJobs(prover_of(settings, workspace, service).site).all()


def _parsed(content: str | dict[str, Any]) -> Any:
    return json.loads(content) if isinstance(content, str) else content


@contextmanager
def house(root: Path, state: Path | None = None, **profile: Any) -> Iterator[House]:
    """A house with an empty service, or with the one in a state file."""
    clock = ManualClock(START)
    if state is not None and state.exists():
        clock.advance(3600)  # the state is an hour old
    with Emulator(state, clock=clock, profile=Profile(**profile)) as emulator:
        yield House(root, emulator)
