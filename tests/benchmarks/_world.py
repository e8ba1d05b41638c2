"""A project of so many manifests, and the state of a service on which all of them were applied."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from reconciler.emulator.clock import ManualClock
from reconciler.emulator.profile import Profile
from reconciler.emulator.service import Service
from reconciler.emulator.state import State
from reconciler.emulator.store import Store
from reconciler.kinds import KINDS
from reconciler.kinds.jobtemplate.canonical import DesiredTemplate
from reconciler.kinds.jobtemplate.marks import Marks
from reconciler.manifests import ManifestSet, ProcessEnvironment, load_project
from reconciler.model import Resource, ResourceId
from reconciler.model.canonical import compact

from ._project import ONE, write_project

AGO = timedelta(days=1)
"""What was written within the last minutes is not believed to be the last word."""


@dataclass(frozen=True, slots=True)
class World:
    """A project in a folder, and a state file of the emulator that holds what its manifests ask for."""

    root: Path
    state: Path
    count: int


@contextmanager
def world(count: int, *, padding: int = 0, applied: bool = True, targets: Sequence[str] = ONE) -> Iterator[World]:
    """So many templates on each target; `padding` is how many characters are added to each content."""
    with TemporaryDirectory(prefix="benchmark-") as folder:
        here = World(Path(folder) / "project", Path(folder) / "state.sqlite3", count)
        here.root.mkdir()
        write_project(here.root, count, padding=padding, targets=targets)
        apply_all(here) if applied else Store(here.state).close()
        yield here


def apply_all(here: World) -> None:
    """Put into the state what an apply of the project to all its targets would leave there."""
    project = load_project(here.root)
    manifests = ManifestSet(project, KINDS)
    known = frozenset(spec.target.workspace_id for spec in project.targets.values())
    store = Store(here.state)
    state = State(Service(store, ManualClock(datetime.now(UTC) - AGO), Profile(workspaces=known)))
    with store.write():
        for name, spec in project.targets.items():
            resources = manifests.desired(name, ProcessEnvironment({})).resources
            for id, resource in resources.items():
                _applied(state, project.name, spec.target.workspace_id, id, resource)
    store.close()


def _applied(state: State, project: str, workspace: str, id: ResourceId, resource: Resource[DesiredTemplate]) -> None:
    body = resource.body
    made = state.create_template(
        id.name,
        compact(body.content),
        workspace=workspace,
        constraints=dict(body.constraints),
        description=body.description,
    )
    marks = Marks(
        project=project,
        manifest=body.manifest,
        protect=body.protect,
        digest=body.digest,
        version=1,
        template_id=made,
        labels=resource.labels,
    )
    state.update_template(made, metadata=marks.written_into({}))


@dataclass(slots=True)
class Pairs:
    """Two things measured in turns, so that a busy machine burdens both alike."""

    ours: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)

    def add(self, ours: float, floor: float) -> None:
        """What one turn took."""
        self.ours.append(ours)
        self.floor.append(floor)

    @property
    def ratio(self) -> float:
        """The median of the ratios of the turns."""
        return statistics.median(a / b for a, b in zip(self.ours, self.floor, strict=True))

    @property
    def detail(self) -> str:
        """Both medians."""
        return f"{statistics.median(self.ours):.2f} s against {statistics.median(self.floor):.2f} s"


def in_turns(ours: Callable[[], float], floor: Callable[[], float], rounds: int) -> Pairs:
    """Seconds of both, alternating; the floor goes first."""
    pairs = Pairs()
    for _ in range(rounds):
        least = floor()
        pairs.add(ours(), least)
    return pairs
