"""What an audit asks of a kind: how its objects are read, what a snapshot keeps of them, and the rules about them.

          Workspace --listed()--> Listed, one for each object --reading--> Subject --rules--> Hits

A kind defines its own class of `Subject` with the facts that its rules need. The room `audit` keeps subjects in a
snapshot file and runs the rules; it knows this module and no kind. Everything in a subject may be shown: contents,
constraints and metadata are redacted before they become part of it. Facts that only the plain values can tell (digests,
problems of the content) are stored beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from reconciler.errors import Forbidden, NotFound
from reconciler.kinds.memory import NO_MEMORY, Memory
from reconciler.kinds.site import Site
from reconciler.live.port import Operation, Service
from reconciler.model import APART, FieldPath, JsonObject, Resource, ResourceId, SourceRef
from reconciler.model.moments import moment_of
from reconciler.model.quick import dataclass

SubjectT = TypeVar("SubjectT", bound="Subject")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What a workspace offers to jobs. None in a field means that it could not be read, so that rules about it say
    nothing."""

    images: frozenset[str] | None = None
    datasets: frozenset[str] | None = None
    code_sources: frozenset[str] | None = None
    workspaces: frozenset[str] | None = None
    gpus: Mapping[str, float] | None = None
    """The number of GPUs of each instance type that is offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """One audited workspace. `key` names it in every output: the target's name, else REGION/WORKSPACE."""

    key: str
    region: str
    workspace_id: str
    gone: bool = False
    """Whether the service does not know the workspace."""
    endpoint: str = ""
    """The endpoint that the target names instead of the region's official address; empty for the official one."""
    described: bool = True
    """Whether a target of the project is this workspace. In other workspaces nothing can be expected to be in Git."""
    offered: Offered = field(default_factory=Offered)
    unread: tuple[str, ...] = ()
    """Why parts could not be read, one sentence for each."""
    waits: Mapping[str, str] = field(default_factory=dict)
    """What is missing on other targets before a version becomes the default here, by the resource that waits, as
    `Kind/name`."""


def _as_they_are(facts: SiteFacts) -> SiteFacts:
    return facts


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedSite:
    """A workspace to audit: its facts, the way to it, and what Git says about it."""

    facts: SiteFacts
    """What the snapshot keeps of the workspace."""
    site: Site
    """The way to the workspace; its instance types are used to count GPU-hours."""
    desired: Mapping[ResourceId, Resource[Any]] = field(default_factory=dict)
    """What the manifests of this workspace describe, of all kinds."""
    with_waits: Callable[[SiteFacts], SiteFacts] = _as_they_are
    """Adds to the facts what waits here for other targets. It is called once, right before the workspace is listed."""
    memory: Memory = NO_MEMORY
    """Digests of what earlier audits were answered about objects behind this service, by kind and id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of an object."""

    number: int
    created: str
    created_by: str
    digest: str
    in_git: bool
    """Whether a manifest holds exactly this content with these constraints."""
    by_console: bool
    """Whether the web console made the version: its content is an object then, not a text."""
    content: JsonObject = field(default_factory=dict, metadata=APART)
    constraints: JsonObject = field(default_factory=dict, metadata=APART)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One live object as a snapshot keeps it. A kind adds the fields that its rules need."""

    kind: str
    site: str
    """The key of the workspace that holds it."""
    id: str
    """The id that the service gave it."""
    name: str
    manifest: SourceRef | None
    """The place where this project describes it; None when the project does not."""
    default: int = 0
    """The number of its default version; 0 for kinds without versions."""
    versions: tuple[Version, ...] = field(default=(), metadata=APART)
    """All versions, newest first; empty for kinds without versions."""

    @property
    def default_version(self) -> Version | None:
        """The default version; None when there is none, or the service named one that it did not list."""
        return next((version for version in self.versions if version.number == self.default), None)

    @property
    def resource_id(self) -> ResourceId:
        """Kind and name, as findings name it."""
        return ResourceId(self.kind, self.name)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An object that the service shows in a form that cannot be believed; the audit continues without it."""

    why: str
    """One sentence that names the object and, where one version is the reason, that version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Generic[SubjectT]):
    """One object of a listing."""

    id: str
    name: str
    subject: SubjectT | None = None
    """The object itself, where the listing shows all of it; None when it is read later, by its id."""
    row: str = ""
    """What the listing shows of it, as JSON, for `Reading.renewed`; empty when a snapshot must not keep that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[SubjectT]):
    """How objects are read that their listing does not show whole: one answer of the service about each.

    An answer that may be kept stays in the snapshot, so that a later audit need not ask again.
    """

    ask: Callable[[AuditedSite, str], JsonObject | Unreadable | None]
    """Returns the service's answer about an object; None when it was deleted after it had been listed."""
    subject: Callable[[AuditedSite, SiteFacts, str, JsonObject], SubjectT | Unreadable]
    """Returns the object with this id, made from the answer."""
    renewed: Callable[[JsonObject, JsonObject], JsonObject | None]
    """Takes an answer of an earlier audit and the row of the listing now. Returns what the service would answer now;
    None when only the service can tell."""
    may_be_kept: Callable[[AuditedSite, JsonObject], bool]
    """Returns whether an answer shows no secret, and nothing else can have happened at the time that it names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A number that the project may set."""

    name: str
    default: int
    meaning: str
    """A sentence that includes the unit."""
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What a rule found in one object. Texts name dates, not durations, so that they stay the same from day to day."""

    summary: str
    path: FieldPath = ()
    """The field inside the object, for example ("content", "JobSpecs", 0, "Image")."""
    hint: str = ""
    code: str = ""
    """The code, for a rule that has many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a rule is given besides its object."""

    site: SiteFacts
    project: str
    now: datetime
    numbers: Mapping[str, int] = field(default_factory=dict)

    def is_older(self, moment: str, days: int) -> bool:
        """Return whether a moment in the service's notation is at least that many days ago."""
        found = moment_of(moment)
        return found is not None and self.now - found >= timedelta(days=days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[SubjectT]):
    """One rule about single objects of a kind. Title, severity and explanation stand in the table of codes."""

    code: str = ""
    """Empty for a rule with many codes, whose hits bring their own."""
    name: str = ""
    check: Callable[[SubjectT, Setting], Iterator[Hit]]
    parameters: tuple[Parameter, ...] = ()
    brings: tuple[str, ...] = ()
    """For a rule without a code: those of its codes that a project may switch off and grade."""


class Fleet(Protocol):
    """All objects of a snapshot, for rules that look at several of them."""

    def outlines(self, audit: Audit[SubjectT]) -> Iterator[SubjectT]:
        """Yield every object of a kind, sorted by workspace and name; its versions have no contents."""
        ...

    def outline(self, audit: Audit[SubjectT], site: str, id: str) -> SubjectT | None:
        """Return one object of a kind, whose versions have no contents; None when the snapshot does not hold it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRule:
    """One rule that needs more than one object. It runs on the whole snapshot, never on a shard alone."""

    code: str
    name: str
    check: Callable[[Fleet, Mapping[str, int]], Iterator[tuple[Subject, Hit]]]
    """Takes the snapshot and the rule's numbers; returns the objects in which it found something, each with what it
    found."""
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit(Generic[SubjectT]):
    """What an audit asks of one kind."""

    kind: str
    """The name of the kind."""
    many: str
    """The name of the list of its objects in a report: "templates"."""
    subject: type[SubjectT]
    """The class of its objects in a snapshot."""
    listed: Callable[[AuditedSite], Sequence[Listed[SubjectT]]]
    """Returns every object of a workspace."""
    reading: Reading[SubjectT] | None = None
    """How one object is read by its id. Not needed where the listing shows everything."""
    rules: tuple[Rule[SubjectT], ...] = ()
    fleet_rules: tuple[FleetRule, ...] = ()
    is_compared: bool = False
    """Whether objects with the same name, and objects with nearly the same content in their default versions, are
    reported."""
    document: Callable[[SubjectT], JsonObject]
    """Returns what custom rules see of an object besides its kind, name and target."""
    row: Callable[[SubjectT], JsonObject]
    """Returns what a report says of an object besides its target, id and name; plain values."""


AnyAudit = Audit[Any]


def is_gone(service: Service, operation: Operation, id: str) -> bool:
    """Return whether the service has no object with this id, asked by an operation that gets one.

    Objects that are shared from another workspace, or private to somebody else, are not listed but can be found by id.
    """
    try:
        service.call(operation, id)
    except NotFound:
        return True
    except Forbidden:
        return False
    return False


def day(moment: str) -> str:
    """Return the date of a moment, for sentences."""
    found = moment_of(moment)
    return found.date().isoformat() if found else "an unknown day"
