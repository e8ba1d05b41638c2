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
from dataclasses import field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Generic

from reconciler.kinds.abilities import Ownership, Versions
from reconciler.kinds.keeping import Keeping
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
    Performed,
    Proposal,
    Reading,
)
from reconciler.live.port import Operation, Service
from reconciler.model import (
    WHOLE,
    Action,
    Document,
    FieldPath,
    Finding,
    Impact,
    JsonObject,
    Resource,
    ResourceId,
    Share,
    Verb,
)
from reconciler.model.quick import dataclass

if TYPE_CHECKING:
    from reconciler.kinds.audited import AnyAudit


Rule = Callable[[Document], Iterator[Finding]]

ANY = "*"
"""In a path of `Kind.plain`: every entry of a list."""


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
    revision: str = ""
    """The Git revision that is recorded on what is written."""
    prover: Prover | None = None
    """Proves versions before they become the default; None where nothing is published."""

    @property
    def workspace_id(self) -> str:
        """The id of the workspace."""
        return self.scope.workspace_id


def _nothing(scope: Scope, action: Action, desired: Any, live: Any) -> Need | None:
    """Return no need. It is the `needs` of a kind whose objects are never proved."""
    del scope, action, desired, live
    return None


def _nothing_laid(spec: JsonObject) -> Laid | None:
    """Return nothing. It is the `laid` of a kind that runs exactly what is written."""
    del spec
    return None


def _nothing_asked(scope: Scope, desired: Any) -> Asked | None:
    """Return nothing. It is the `asked` of a kind whose objects are never proved."""
    del scope, desired
    return None


def _never_renamed(desired: Any) -> tuple[str, ...]:
    """Return no name. It is the `former` of a kind whose objects cannot be renamed."""
    del desired
    return ()


def _picks_none(desired: Any) -> str:
    """Return no id. It is the `picked` of a kind whose manifests cannot name one."""
    del desired
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[DesiredT, LiveT]):
    """One kind of resource. `kinds.KINDS` holds them in the order in which they are read."""

    name: str
    noun: str
    """What messages call one object, without an article: "template"."""
    schema: str
    """File name of the manifest's JSON Schema in `specs/`."""
    folder: str
    """Where `init` and `export` put manifests of this kind."""
    operation: str
    """The operation of the service whose fields `spec.content` holds, such as "CreateJob"."""
    prune: str
    """The switch in the project's `spec.prune` that allows objects of this kind to be deleted when no manifest has
    them."""
    prune_prefix: str = ""
    """The field of `spec.prune` with the prefix of names, for kinds without marks; empty for kinds that have marks."""
    is_open: bool = False
    """Whether a content is sent exactly as the manifest has it. Only then can a project allow fields that this
    program does not know."""
    ownership: Ownership[DesiredT, LiveT] | None = None
    """None for kinds whose objects carry no mark of their project: they belong to it by their name alone."""
    plain: tuple[FieldPath, ...] = ()
    """Fields of `spec.content` that become a query, a path, a name or a reference. They take no `${env.NAME}`, because
    their values are shown."""
    of_one_object: tuple[FieldPath, ...] = ()
    """Fields of a manifest that speak of one live object, so that an abstract manifest cannot have them."""
    rules: tuple[Rule, ...]
    """Rules on a resolved document that look at several fields together."""
    desired: Callable[[Document], Resource[DesiredT]]
    """Returns the canonical form of a valid document."""
    digest: Callable[[Resource[DesiredT]], str]
    """Returns the digest of everything that the manifest asks for; it binds a saved plan to its manifests."""
    keeping: Keeping[DesiredT] | None = None
    """How a cache keeps what a manifest asks for; None: manifests of this kind are read anew in every run."""
    read: Callable[[Service, Scope, Mapping[ResourceId, Resource[DesiredT]]], Reading[DesiredT, LiveT]]
    """Returns the live side, with as much detail as the desired side requires."""
    read_some: Callable[[Service, Scope, Mapping[ResourceId, Resource[DesiredT]]], Reading[DesiredT, LiveT]] | None = (
        None
    )
    """Returns what `read` returns of a few manifests, and nothing of others, at a cost that is theirs alone; None: all
    is read for them too."""
    first_listing: Callable[[Scope], tuple[Operation, JsonObject]] | None = None
    """Returns the listing that `read` begins with, so that it can begin before the desired side is known."""
    diff: Callable[[Scope, Resource[DesiredT] | None, Resource[LiveT] | None], Proposal]
    """Returns what has to be done to make one live resource equal to the desired one. It is a pure function."""
    impact: Callable[[Site, Action, Resource[DesiredT] | None, Resource[LiveT] | None], Impact | None]
    """Returns whom one action reaches, for people to judge. It reads a little more, and never fails because of what
    it cannot read."""
    look: Callable[[Service, Scope, ResourceId, JsonObject], JsonObject]
    """Returns a fresh `Action.observed` for the resource, with the keys of the expected one; `{}` when the object
    does not exist."""
    perform: Callable[[Site, Action, Resource[DesiredT] | None, JsonObject], Performed]
    """Executes one action of this kind, beginning with what was last observed."""
    needs: Callable[[Scope, Action, Resource[DesiredT] | None, Resource[LiveT] | None], Need | None] = _nothing
    """Returns what has to be proved before an action may run; None for nothing."""
    asked: Callable[[Scope, Resource[DesiredT]], Asked | None] = _nothing_asked
    """Returns what a manifest asks to be proved, whatever is live."""
    former: Callable[[Resource[DesiredT]], tuple[str, ...]] = _never_renamed
    """Returns the names that the object had before, newest first."""
    picked: Callable[[Resource[DesiredT]], str] = _picks_none
    """Returns the service's id that a manifest picks of several live objects with its name; empty for none."""
    phases: Mapping[Verb, int]
    """The phase in which each verb runs; see `kinds.order`."""
    listing: Callable[[Service, Scope], Sequence[LiveObject]]
    """Returns every live object of the workspace, whoever made it."""
    manifest_of: Callable[[Service, LiveObject, Resource[DesiredT] | None], LiveManifest | str]
    """Returns the contents of a manifest for a live object, given the manifest that describes it already; or why
    there cannot be one."""
    named: Callable[[Document], Iterator[NamedThere]]
    """Yields what a manifest names that the service has to know; `validate --online` looks it up."""
    laid: Callable[[JsonObject], Laid | None] = _nothing_laid
    """Returns what else has to fulfil the schema besides the spec itself: what a verification runs."""
    versions: Versions[DesiredT, LiveT] | None = None
    """None for kinds without versions."""
    audit: Callable[[], AnyAudit] | None = None
    """Returns what audits ask of the kind; it is loaded when an audit asks. None for kinds that are not audited."""


AnyKind = Kind[Any, Any]
Kinds = Sequence[AnyKind]
"""All kinds there are, in the order in which they are read; names are unique."""


def by_name(kinds: Kinds) -> Mapping[str, AnyKind]:
    """Return the kinds by their names."""
    return {kind.name: kind for kind in kinds}
