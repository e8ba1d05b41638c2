"""What an audit asks of a kind: how its objects are read, what a snapshot keeps of them, and the rules about them.

          Workspace --listed()--> Listed, one for each object --read()--> Subject --rules--> Hits

A kind defines its own class of `Subject` with the facts that its rules need. The room `audit` keeps subjects in a
snapshot file and runs the rules; it knows this module and no kind. Everything in a subject may be shown: contents,
constraints and metadata are redacted before they become part of one, and what only the plain values can tell (digests,
problems of the content) is noted beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from reconciler.errors import Forbidden, NotFound
from reconciler.kinds.base import Site
from reconciler.live.port import Operation, Service
from reconciler.model import APART, FieldPath, JsonObject, Resource, ResourceId, SourceRef
from reconciler.model.moments import moment_of

SubjectT = TypeVar("SubjectT", bound="Subject")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What a workspace offers to jobs. None: it could not be read, so nothing is said about it."""

    images: frozenset[str] | None = None
    datasets: frozenset[str] | None = None
    code_sources: frozenset[str] | None = None
    workspaces: frozenset[str] | None = None
    gpus: Mapping[str, float] | None = None
    """GPUs of each instance type that is offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """One audited workspace. `key` names it in every output: the target's name, else REGION/WORKSPACE."""

    key: str
    region: str
    workspace_id: str
    gone: bool = False
    """The service does not know the workspace."""
    endpoint: str = ""
    """What the target named instead of the region's official address; empty for that."""
    described: bool = True
    """Whether a target of the project means this workspace; in others nothing can be expected to be in Git."""
    offered: Offered = field(default_factory=Offered)
    unread: tuple[str, ...] = ()
    """Why something could not be read, one sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedSite:
    """A workspace to audit, what is told of it, and what Git says about it."""

    facts: SiteFacts
    """What the snapshot keeps of the workspace."""
    site: Site
    """The way to it; its instance types are for GPU hours."""
    desired: Mapping[ResourceId, Resource[Any]] = field(default_factory=dict)
    """What the manifests of this workspace describe, of all kinds."""
    waits: Mapping[ResourceId, str] = field(default_factory=dict)
    """What is missing on other targets before a version becomes the default here, by the resource that waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of an object."""

    number: int
    created: str
    created_by: str
    digest: str
    in_git: bool
    """Whether a manifest holds exactly this content and these constraints."""
    by_console: bool
    """Whether the web console made it: its content is an object instead of a text."""
    content: JsonObject = field(default_factory=dict, metadata=APART)
    constraints: JsonObject = field(default_factory=dict, metadata=APART)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One live object as a snapshot keeps it. A kind adds the fields that its rules need."""

    kind: str
    site: str
    """The key of the workspace that holds it."""
    id: str
    """The service's id."""
    name: str
    manifest: SourceRef | None
    """Where this project describes it; None when it does not."""
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
    """An object that the service showed in a way that cannot be believed; the audit goes on without it."""

    why: str
    """One sentence that names the object and, where it is one version, that version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Generic[SubjectT]):
    """One object of a listing."""

    id: str
    name: str
    subject: SubjectT | None = None
    """The object itself where the listing shows all of it; None: it is read later, by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A number that the project may set."""

    name: str
    default: int
    meaning: str
    """A sentence, with the unit."""
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
    """For a rule that stands for many codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a rule knows besides its object."""

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
    """Empty when the rule stands for many codes: then each hit brings its own."""
    name: str = ""
    check: Callable[[SubjectT, Setting], Iterator[Hit]]
    parameters: tuple[Parameter, ...] = ()
    brings: tuple[str, ...] = ()
    """For a rule without a code: those of the codes that a project may switch off and grade."""


class Fleet(Protocol):
    """All objects of a snapshot, for rules that look at several of them."""

    def outlines(self, audit: Audit[SubjectT]) -> Iterator[SubjectT]:
        """Yield every object of a kind in the order of workspaces and names; its versions are without contents."""
        ...

    def outline(self, audit: Audit[SubjectT], site: str, id: str) -> SubjectT | None:
        """Return one object of a kind, its versions without contents; None when the snapshot does not hold it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRule:
    """One rule that needs more than one object. It runs when the whole snapshot is there, never on a shard alone."""

    code: str
    name: str
    check: Callable[[Fleet, Mapping[str, int]], Iterator[tuple[Subject, Hit]]]
    """Takes the snapshot and the rule's numbers; gives the objects it found something in, with what it found."""
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit(Generic[SubjectT]):
    """What an audit asks of one kind."""

    kind: str
    """The name of the kind."""
    many: str
    """What a report calls the list of its objects: "templates"."""
    subject: type[SubjectT]
    """The class of its objects in a snapshot."""
    listed: Callable[[AuditedSite], Sequence[Listed[SubjectT]]]
    """Every object of a workspace."""
    read: Callable[[AuditedSite, SiteFacts, str], SubjectT | Unreadable | None] | None = None
    """One object by its id; None when it vanished since it was listed. Not needed where the listing shows all."""
    rules: tuple[Rule[SubjectT], ...] = ()
    fleet_rules: tuple[FleetRule, ...] = ()
    is_compared: bool = False
    """Whether objects with one name, or with nearly the same content in their default versions, are found."""
    document: Callable[[SubjectT], JsonObject]
    """What custom rules see of an object besides its kind, name and target."""
    row: Callable[[SubjectT], JsonObject]
    """What a report says of an object besides its target, id and name; plain values."""


AnyAudit = Audit[Any]


def is_gone(service: Service, operation: Operation, id: str) -> bool:
    """Return whether the service has no object of this id, asked by an operation that gets one.

    What is shared from another workspace or private to somebody else is not listed, but found by its id.
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
