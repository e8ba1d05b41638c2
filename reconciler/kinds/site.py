"""Where and when a run works: whose resources are meant, in which workspace, and how long is waited."""

from __future__ import annotations

import enum
import time
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import UTC, datetime

from reconciler.kinds.keeping import Expected
from reconciler.kinds.memory import NO_MEMORY, NOTHING_CREATED, Created, Memory
from reconciler.kinds.offers import Offers
from reconciler.kinds.proof import Prover
from reconciler.live.port import Service
from reconciler.model import WHOLE, ResourceId, Share
from reconciler.model.quick import dataclass


class Trust(enum.Enum):
    """What may be believed of a live object without fetching it."""

    MARKS = enum.auto()
    """The digest that we recorded on the object."""
    FETCHED = enum.auto()
    """Only what this program saw itself, in this run or an earlier one."""
    NOTHING = enum.auto()
    """Nothing: every content is fetched in this run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose resources these are and where: what reading, diffing and writing need to know about the run."""

    project: str
    workspace_id: str
    former_projects: tuple[str, ...] = ()
    """The names that the project had before: objects with their marks belong to it."""
    prune: bool = False
    """Whether live objects of this kind are deleted when they are in no manifest any more."""
    prune_prefix: str = ""
    """For kinds without marks: only names with this prefix are deleted; empty: none are."""
    stamp: bool = False
    """Whether written content carries its digest as a job tag."""
    trust: Trust = Trust.MARKS
    memory: Memory = NO_MEMORY
    now: datetime = datetime(9999, 1, 1, tzinfo=UTC)
    """When the run began, with a time zone."""
    created: Created = field(default=NOTHING_CREATED, compare=False)
    """Objects that were created lately and may not be listed yet."""
    share: Share = WHOLE
    """Which resources are read and compared in this run; other runs plan the rest."""
    described: frozenset[ResourceId] = frozenset()
    """The resources of all kinds that the manifests describe. One that another names may still have to be created."""
    former: Mapping[ResourceId, tuple[str, ...]] = field(default_factory=dict)
    """The former names of those resources that were renamed. One that is not renamed yet is live under one of these
    names."""
    expected: Mapping[ResourceId, Expected] = field(default_factory=dict, compare=False, repr=False)
    """What the live object of each resource shows if it is exactly as the manifest asks (`Kind.expected`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait for something asynchronous. Times in seconds."""

    deadline: float = 300.0
    interval: float = 2.0
    listing: float = 60.0
    """How long to wait until a listing shows an object that was just created."""
    looks: int = 5
    """How many looks for our own write it takes until the service's silence counts as an answer."""
    sleep: Callable[[float], None] = field(kw_only=True)
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One workspace of the service: the way to it, whose resources are meant there, and how long to wait."""

    service: Service
    scope: Scope
    """Whose resources are meant. Ages and windows of plans are counted from its `now`, the beginning of the run."""
    region: str
    patience: Patience
    now: Callable[[], datetime]
    """Returns the present moment, with a time zone, for what happens during the run."""
    offers: Offers
    """The instance types of the region, listed when the first one is asked for."""
    revision: Callable[[], str] = str
    """Returns the Git revision that is recorded on what is written."""
    prover: Prover | None = None
    """Proves versions before they become the default; None where nothing is published."""

    @property
    def workspace_id(self) -> str:
        """The id of the workspace."""
        return self.scope.workspace_id
