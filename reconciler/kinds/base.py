"""What the stages need to know about a kind of resource: functions and data, no base class to inherit.

          Document --desired()--> Resource ----+
                                               +--diff()--> Proposal (Actions, Findings, Retained)
    service --read()--> Reading of Resources --+
                                                   Action --perform()--> Performed

A kind owns its canonical form: both sides go through it before anything compares them, so the diff is trivial and a
default filled in by the service never looks like a change. The stages never name a kind; `kinds.KINDS` lists them.
"""

from __future__ import annotations

import enum
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic

from reconciler.kinds.memory import NO_MEMORY, NOTHING_CREATED, Created, Memory
from reconciler.kinds.offers import Offers
from reconciler.kinds.proof import Asked, Need, Prover
from reconciler.kinds.results import (
    DesiredT,
    Laid,
    LiveManifest,
    LiveObject,
    LiveT,
    NamedThere,
    Owned,
    Performed,
    Proposal,
    Reading,
    Standing,
)
from reconciler.live.port import Service
from reconciler.model import (
    WHOLE,
    Action,
    Document,
    Finding,
    Impact,
    JsonObject,
    Resource,
    ResourceId,
    Share,
    Verb,
)

if TYPE_CHECKING:
    from reconciler.kinds.audited import AnyAudit


Rule = Callable[[Document], Iterator[Finding]]


class Trust(enum.Enum):
    """What is believed of a live object without fetching it."""

    MARKS = enum.auto()
    """The digest that we recorded on it."""
    FETCHED = enum.auto()
    """Only what this program saw itself, in this run or an earlier one."""
    NOTHING = enum.auto()
    """Nothing: every content is fetched now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose resources these are and where: what reading, diffing and writing need to know about the run."""

    project: str
    workspace_id: str
    former_projects: tuple[str, ...] = ()
    """The names that the project had before: their marks are its own."""
    prune: bool = False
    """Whether live objects of this kind that left the manifests are deleted."""
    prune_prefix: str = ""
    """For kinds without marks: only names with this prefix are pruned; empty prunes none."""
    stamp: bool = False
    """Whether written content carries its digest as a job tag."""
    trust: Trust = Trust.MARKS
    memory: Memory = NO_MEMORY
    now: datetime = datetime(9999, 1, 1, tzinfo=UTC)
    """When the run began, with a time zone."""
    created: Created = field(default=NOTHING_CREATED, compare=False)
    """What was created lately and may not be listed yet."""
    share: Share = WHOLE
    """Which resources are read and compared here; the others are somebody else's part of the same plan."""
    described: frozenset[ResourceId] = frozenset()
    """The resources of all kinds that the manifests describe: what one of them names may still be created."""
    former: Mapping[ResourceId, tuple[str, ...]] = field(default_factory=dict)
    """The names that those of them had before which were renamed: one that is not renamed yet is live under these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to look for something asynchronous. Times in seconds."""

    deadline: float = 300.0
    interval: float = 2.0
    listing: float = 60.0
    """How long to wait until a listing shows what was just created."""
    looks: int = 5
    """How often to look for our own write before the service's silence counts as an answer."""
    sleep: Callable[[float], None] = field(kw_only=True)
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One workspace of the service: the way to it, whose resources are meant there, and how patient to be."""

    service: Service
    scope: Scope
    """Whose resources; ages and windows of plans are counted from its `now`, when the run began."""
    region: str
    patience: Patience
    now: Callable[[], datetime]
    """This moment, with a time zone, for what goes on during the run."""
    offers: Offers
    """The instance types of the region, listed when the first one is asked for."""
    revision: str = ""
    """The Git revision to record on what is written."""
    prover: Prover | None = None
    """Proves versions before they become the default; None where nothing is published."""

    @property
    def workspace_id(self) -> str:
        """The id of the workspace."""
        return self.scope.workspace_id


def _nothing(scope: Scope, action: Action, desired: Any, live: Any) -> Need | None:
    """Stand in as the `needs` of a kind whose objects are never proved: no action waits for a proof."""
    del scope, action, desired, live
    return None


def _nothing_laid(spec: JsonObject) -> Laid | None:
    """The `laid` of a kind that runs what is written, and nothing else."""
    del spec
    return None


def _nothing_asked(scope: Scope, desired: Any) -> Asked | None:
    """Stand in as the `asked` of a kind whose objects are never proved: no manifest asks for a proof."""
    del scope, desired
    return None


def _never_renamed(desired: Any) -> tuple[str, ...]:
    """The former names of objects whose kind cannot be renamed."""
    del desired
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions(Generic[DesiredT, LiveT]):
    """What only kinds with versions have."""

    owned: Callable[[Scope, Resource[LiveT]], Owned | None]
    """What a live object says that was read with `Trust.FETCHED`; None: it does not carry this project's mark."""
    digest: Callable[[Resource[DesiredT]], str]
    """Digest of the content that a manifest asks for, comparable with those of `Owned`."""
    standings: Callable[[Service, Scope, Mapping[ResourceId, Resource[DesiredT]]], Mapping[ResourceId, Standing]]
    """How the live defaults stand beside what these manifests ask; nothing else of the workspace is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[DesiredT, LiveT]):
    """One kind of resource. `kinds.KINDS` holds them in the order in which they are read."""

    name: str
    noun: str
    """What messages call one of them, with nothing before it: "template"."""
    schema: str
    """File name of the manifest's JSON Schema in `specs/`."""
    folder: str
    """Where `init` and `export` put manifests of this kind."""
    operation: str
    """The operation of the service whose fields `spec.content` holds, such as "CreateJob"."""
    prune: str
    """The switch in the project's `spec.prune` that lets objects of this kind be deleted once no manifest has them."""
    prune_prefix: str = ""
    """The field beside it with the prefix of names, for kinds without marks; empty for kinds that have marks."""
    is_open: bool = False
    """Whether a content is sent as the manifest has it. Only then can a project allow fields that this program does not
    know."""
    is_adopted: bool
    """Whether objects carry a mark of their project, so that `adopt` can put it on one that somebody else made."""
    rules: tuple[Rule, ...]
    """Cross-field rules on a resolved document."""
    desired: Callable[[Document], Resource[DesiredT]]
    """The canonical form of a valid document."""
    digest: Callable[[Resource[DesiredT]], str]
    """Digest of everything the manifest asks for; binds a saved plan to the manifests it was made from."""
    read: Callable[[Service, Scope, Mapping[ResourceId, Resource[DesiredT]]], Reading[DesiredT, LiveT]]
    """The live side, with as much detail as the desired side makes necessary."""
    diff: Callable[[Scope, Resource[DesiredT] | None, Resource[LiveT] | None], Proposal]
    """What it takes to make one live resource equal to the desired one. Pure."""
    impact: Callable[[Site, Action, Resource[DesiredT] | None, Resource[LiveT] | None], Impact | None]
    """Whom one action reaches, for people to judge; reads a little more, and never fails for what it cannot read."""
    look: Callable[[Service, Scope, ResourceId, JsonObject], JsonObject]
    """A fresh `Action.observed` for the resource, with the keys of the expected one; `{}`: it is not there."""
    perform: Callable[[Site, Action, Resource[DesiredT] | None, JsonObject], Performed]
    """Execute one action of this kind, starting from what was last observed."""
    needs: Callable[[Scope, Action, Resource[DesiredT] | None, Resource[LiveT] | None], Need | None] = _nothing
    """What has to be proved before an action may run; None: nothing."""
    asked: Callable[[Scope, Resource[DesiredT]], Asked | None] = _nothing_asked
    """What a manifest asks to be proved, whatever is live."""
    former: Callable[[Resource[DesiredT]], tuple[str, ...]] = _never_renamed
    """The names that the object had before, newest first."""
    phases: Mapping[Verb, int]
    """When each verb runs; see `kinds.order`."""
    recorded: Callable[[Resource[LiveT]], str]
    """The path of the manifest that a live object names as its own; empty for kinds that record none."""
    listing: Callable[[Service, Scope], Sequence[LiveObject]]
    """Every live object of the workspace, whoever made it."""
    manifest_of: Callable[[Service, LiveObject, Resource[DesiredT] | None], LiveManifest | str]
    """What a manifest for a live object says, given the one that describes it already; or why there cannot be one."""
    named: Callable[[Document], Iterator[NamedThere]]
    """What a manifest names that the service has to know: `validate --online` looks it up."""
    laid: Callable[[JsonObject], Laid | None] = _nothing_laid
    """What else than the spec itself has to fulfil the schema: what a verification runs."""
    versions: Versions[DesiredT, LiveT] | None = None
    """None for kinds without versions."""
    audit: Callable[[], AnyAudit] | None = None
    """What audits ask of the kind, loaded when an audit asks; None for kinds that are not audited."""


AnyKind = Kind[Any, Any]
Kinds = Sequence[AnyKind]
"""All kinds there are, in the order in which they are read; names are unique."""


def by_name(kinds: Kinds) -> Mapping[str, AnyKind]:
    """The kinds by their names."""
    return {kind.name: kind for kind in kinds}
