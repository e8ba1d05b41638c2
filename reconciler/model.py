"""The core types: plain, frozen values that the stages hand to each other. No I/O; imports nothing of ours.

    manifests --> Document --(kind)--> Resource (desired) --+
                                                            +--> Action* --> Plan --> ApplyReport
    service ------------------(kind)--> Resource (live) ----+

A Plan holds nothing secret: sensitive values are replaced before an Action is made, so every renderer and every
plan file is safe by construction. What apply writes comes from the desired Resources, bound to the plan by digest.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

JsonScalar = str | int | float | bool | None
# `Any` inside containers: JSON trees are checked by JSON Schema at the border, not by the type checker.
JsonValue = Any
JsonObject = Mapping[str, JsonValue]
FieldPath = tuple[str | int, ...]

BodyT = TypeVar("BodyT")


class Missing(enum.Enum):
    """The one value that means "there is no such field", which is not the same as `null`."""

    MISSING = "missing"

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing.MISSING


@dataclass(frozen=True, slots=True, order=True)
class ResourceId:
    """What a resource is called in manifests and in every output: kind and name, never the service's id."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True, slots=True, order=True)
class SourceRef:
    """A place in a manifest; `file` is relative to the project, line and column count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class RemoteRef:
    """Where a live object is: the id the service gave it."""

    id: str

    def __str__(self) -> str:
        return self.id


class Severity(enum.StrEnum):
    """How much a finding matters: an error blocks, a warning is worth a look, a note only tells."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One judgement of validation, planning, safety or audit. Codes are stable; `catalogue` explains each."""

    code: str
    severity: Severity
    summary: str
    """One line, without the place and the subject."""
    subject: ResourceId | None = None
    where: SourceRef | None = None
    path: FieldPath = ()
    """The field inside the document, for example ("spec", "content", "JobSpecs", 0, "Image")."""
    hint: str = ""
    """What to do about it."""
    also: tuple[SourceRef, ...] = ()
    """Other places that take part, for example the first of two equal names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource(Generic[BodyT]):
    """One desired or live object in its kind's canonical form (`kinds` defines the body types)."""

    id: ResourceId
    body: BodyT
    origin: SourceRef | RemoteRef
    labels: Mapping[str, str] = field(default_factory=dict)
    sensitive: frozenset[FieldPath] = frozenset()
    """Paths inside the body whose values never leave the process (they came from `${env.NAME}`)."""

    @property
    def where(self) -> SourceRef:
        """Where the manifest of a desired resource begins.

        Raises:
            LookupError: it is a live one.
        """
        if isinstance(self.origin, SourceRef):
            return self.origin
        raise LookupError(f"{self.id} is live, at {self.origin}")


class Verb(enum.StrEnum):
    """What an action does. There is no "no-op": unchanged resources are a count."""

    CREATE = "create"
    ADOPT = "adopt"
    NEW_VERSION = "new-version"
    PROMOTE = "promote"
    UPDATE = "update"
    REPLACE = "replace"
    START = "start"
    STOP = "stop"
    DELETE = "delete"


class Reason(enum.StrEnum):
    """Why an action is in the plan. For explaining only: apply never branches on it."""

    ABSENT = "absent"
    ADOPTION_ASKED = "adoption-asked"
    CONTENT_CHANGED = "content-changed"
    VERSION_EXISTS = "version-exists"
    DEFAULT_MOVED = "default-moved"
    VERSION_PINNED = "version-pinned"
    SETTINGS_CHANGED = "settings-changed"
    MARKS_MISSING = "marks-missing"
    IMMUTABLE_FIELD = "immutable-field"
    STATE_DIFFERS = "state-differs"
    TOMBSTONE = "tombstone"
    NOT_IN_MANIFESTS = "not-in-manifests"
    SUPERSEDED = "superseded"


class Moved(enum.StrEnum):
    """Which side moved since the last apply: intent (Git), drift (the service) or both."""

    MANIFEST = "manifest"
    SERVICE = "service"
    BOTH = "both"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field before and after; MISSING on the side that does not have it. Sensitive values are already hidden."""

    path: FieldPath
    before: JsonValue | Missing
    after: JsonValue | Missing
    moved: Moved = Moved.UNKNOWN
    """Which side moved in this field, where what our last write left can be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractChange:
    """One path of a template whose rule for launches changes: overridable (also: not listed), locked or required."""

    path: str
    """As constraints write it: "JobSpecs[0].Image"."""
    before: str
    after: str
    affected: int | None = None
    """Estimate: how many of the counted launches would now be ignored in this field (locked) or rejected (required).

    None: the rule got no stricter, or the jobs that were listed do not show the field.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Launches:
    """Jobs launched from a template since a moment (RFC 3339, UTC), and by how many users."""

    since: str
    days: int
    jobs: int
    users: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResources:
    """What one job takes, over all its pods; None where a part of it is not known. Memory in GiB."""

    gpu: float | None = None
    cpu: float | None = None
    memory_gib: float | None = None
    instances: Mapping[str, int] = field(default_factory=dict)
    """How many pods on which instance type, for jobs on public resources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Whom an action reaches. For people: counted when planning, never compared, no part of the plan's id."""

    contract: tuple[ContractChange, ...] = ()
    launches: Launches | None = None
    resources_before: JobResources | None = None
    resources_after: JobResources | None = None
    url: str = ""
    """A TensorBoard's address that stops working, without secrets."""
    created: str = ""
    age_days: int | None = None
    """Whole days from `created` to the planning."""
    notes: tuple[str, ...] = ()
    """What could not be found out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One write the plan asks for, together with what was seen when it was planned.

    `observed` and `intended` are small flat objects in the kind's own words (ids, digests, version numbers). Apply
    compares `observed` with a fresh look and refuses when they differ; `intended` says what holds afterwards.
    """

    verb: Verb
    id: ResourceId
    reason: Reason
    moved: Moved = Moved.UNKNOWN
    changes: tuple[FieldChange, ...] = ()
    observed: JsonObject = field(default_factory=dict)
    intended: JsonObject = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """Consequences worth a sentence: which object goes away, what refers to it."""
    impact: Impact | None = None

    @property
    def key(self) -> ActionKey:
        """The action's identity inside a plan: a resource has at most one action of a verb."""
        return ActionKey(self.id, self.verb)


@dataclass(frozen=True, slots=True, order=True)
class ActionKey:
    """Names one action of a plan."""

    id: ResourceId
    verb: Verb

    def __str__(self) -> str:
        return f"{self.verb} {self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retained:
    """A live template that is in no manifest and stays: jobs refer to it, or it is protected."""

    id: ResourceId
    remote_id: str
    why: str
    references: tuple[str, ...] = ()
    """Ids of jobs that refer to it, newest first, at most ten."""
    reference_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One workspace of one region, as the project names it. `endpoint` is empty for the official one."""

    name: str
    region: str
    workspace_id: str
    endpoint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one apply may take away. Percentages are of the managed live objects of the kind."""

    max_deletions: int = 5
    max_deletion_percent: int = 30
    max_replacements: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """What makes a plan one part of several: which part, and what merging needs to judge the whole."""

    number: int
    """From 1."""
    of: int
    limits: Limits
    managed: Mapping[str, int] = field(default_factory=dict)
    """How many managed live objects of each kind this part looked at."""
    revision: str = ""
    """The Git revision it was planned at; empty outside Git."""

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What apply will do to one target, and nothing else. Plain data without secrets; JSON round-trips exactly."""

    project: str
    target: Target
    actions: tuple[Action, ...] = ()
    """In the order of execution."""
    retained: tuple[Retained, ...] = ()
    unchanged: int = 0
    unmanaged: tuple[ResourceId, ...] = ()
    """Live objects of the workspace that this project does not own."""
    findings: tuple[Finding, ...] = ()
    """Refusals, broken limits, ambiguities, notes."""
    manifests: Mapping[str, str] = field(default_factory=dict)
    """Digest of each desired resource by its id as text: apply works from the same manifests or not at all."""
    selection: tuple[str, ...] = ()
    """The `--select` labels the plan was narrowed by."""
    changed_since: str = ""
    """The Git revision of `--changed-since`: only what the manifests changed since then was planned."""
    left_out: tuple[ResourceId, ...] = ()
    """Resources of ours that the selection or the revision left out."""
    shard: Shard | None = None
    """Not None: one part of a plan. Its deletions are candidates, no limit was judged, and apply refuses it."""

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to do: the one place that decides it."""
        return not self.actions

    @property
    def is_blocked(self) -> bool:
        """True when a refusal or a broken limit stands: the plan is shown whole, apply refuses it."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    def count(self, verb: Verb) -> int:
        """How many actions have this verb."""
        return sum(action.verb is verb for action in self.actions)


class Status(enum.StrEnum):
    """How an action ended; completes the sentence "the action was …" (or "is …" for the last two)."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    RETAINED = "retained"
    STALE = "stale"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The end of one action; every action of a plan gets one, also those never tried."""

    action: Action
    status: Status
    detail: str = ""
    """What was written ("version 4 is default") or why not."""
    error: str = ""
    """The service's error code, when it gave one."""
    request_id: str = ""
    seconds: float = 0.0
    writes: int = 0
    """How many writes the service accepted or may have accepted; 0: the action changed nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyReport:
    """What an apply did, action by action, in the plan's order."""

    plan_id: str
    target: Target
    outcomes: tuple[Outcome, ...]
    interrupted: bool = False

    @property
    def is_complete(self) -> bool:
        """True when every action is done, or was retained by the service's own refusal."""
        return not self.interrupted and all(
            outcome.status in (Status.DONE, Status.RETAINED) for outcome in self.outcomes
        )

    def count(self, status: Status) -> int:
        """How many actions ended this way."""
        return sum(outcome.status is status for outcome in self.outcomes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One manifest document, resolved for one target: values filled in, overrides merged, schema-checked.

    `locate` finds the line the person wrote for a field, the nearest enclosing one when the field is absent.
    """

    kind: str
    name: str
    metadata: JsonObject
    spec: JsonObject
    where: SourceRef
    source: PositionSource
    sensitive: frozenset[FieldPath] = frozenset()
    """Paths (from the document's root) whose values contain `${env.NAME}`."""

    @property
    def id(self) -> ResourceId:
        """The document's identity."""
        return ResourceId(self.kind, self.name)

    def locate(self, path: FieldPath) -> SourceRef:
        """Where the field stands in the manifest, line and column from 1."""
        return self.source.locate(path)


class PositionSource:
    """Finds positions of fields; `manifests` implements it lazily, because most documents never need one."""

    __slots__ = ()

    def locate(self, path: FieldPath) -> SourceRef:
        """Where the field at `path` (from the document's root) stands."""
        raise LookupError(path)
