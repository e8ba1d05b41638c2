"""One write that a plan asks for: what, why, which fields, and whom it reaches."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.model.values import MISSING, WHEN_SET, FieldPath, JsonObject, JsonValue, Missing, ResourceId


class Verb(enum.StrEnum):
    """What an action does. There is no "no-op": unchanged resources are a count."""

    VERIFY = "verify"
    CREATE = "create"
    ADOPT = "adopt"
    RENAME = "rename"
    """Give a live template its new name: id, versions and jobs stay."""
    NEW_VERSION = "new-version"
    PROMOTE = "promote"
    UPDATE = "update"
    REPLACE = "replace"
    FOLLOW = "follow"
    """Replace a TensorBoard because its template has a newer job: use, and no change."""
    START = "start"
    STOP = "stop"
    RELEASE = "release"
    """Take the project's marks off a live object, which stays."""
    DELETE = "delete"


class Reason(enum.StrEnum):
    """Why an action is in the plan. For explaining only: apply never branches on it."""

    ABSENT = "absent"
    ADOPTION_ASKED = "adoption-asked"
    HANDED_OVER = "handed-over"
    PROJECT_RENAMED = "project-renamed"
    RENAMED = "renamed"
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
    UNPROVED = "unproved"
    JOB_STARTED = "job-started"
    RELEASE_ASKED = "release-asked"


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
    before: JsonValue | Missing = field(default=MISSING, metadata=WHEN_SET)
    after: JsonValue | Missing = field(default=MISSING, metadata=WHEN_SET)
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
    """What else is worth a sentence, such as what could not be found out."""


VERIFY_TAG = "dlc-reconciler-verify"
"""The tag of a job that proves a version: the first twelve digits of its attempt's digest."""


class Proving(enum.StrEnum):
    """Where the proof of a version stands when it is planned."""

    LAUNCH = "launch"
    """Its job is still to be launched."""
    RUNNING = "running"
    """Its job is under way."""
    HELD = "held"
    """Its job did not pass, and the same is not tried again by itself."""
    PROVED = "proved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The proof of a version before it becomes the default: what runs, or by what it was proved.

    For people: never compared, no part of the plan's id. What it costs at most stands in `Action.intended`.
    """

    state: Proving
    pods: tuple[str, ...] = ()
    """What runs: "1 x Worker on ecs.g7.xlarge"."""
    job: str = ""
    """The id of the job, where there is one."""
    time: str = ""
    """When it ended (RFC 3339), where it has."""
    cause: str = ""
    """Why it is held, or what it is doing."""


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
    verification: Verification | None = field(default=None, metadata=WHEN_SET)
    """How the version that becomes default is proved; None: its manifest asks for no proof."""
    job_of: str = field(default="", metadata=WHEN_SET)
    """The template whose newest job it takes, decided when it is done; empty for none. It waits until there is one."""

    @property
    def key(self) -> ActionKey:
        """The action's identity inside a plan: a resource has at most one action of a verb."""
        return ActionKey(self.id, self.verb)

    @property
    def is_change(self) -> bool:
        """Whether it makes a change that was asked for, which is reviewed, counted and compared.

        A follow does not: it comes and goes with the jobs that are launched.
        """
        return self.verb is not Verb.FOLLOW

    @property
    def comes_with_a_job(self) -> bool:
        """Whether it is there only because a job was launched, so that it is no drift from the manifests."""
        return self.verb is Verb.FOLLOW or (self.verb is not Verb.REPLACE and self.job_of != "")


@dataclass(frozen=True, slots=True)
class Spending:
    """What the verifications of some actions take at most."""

    jobs: int
    """How many run."""
    hours: float
    """GPU-hours of those whose size is known."""
    unknown: int
    """How many are of unknown size."""


def spending_of(actions: Iterable[Action]) -> Spending:
    """What may be spent on verifications: what is held launches nothing."""
    hours = [
        action.intended.get("gpuHours")
        for action in actions
        if action.verb is Verb.VERIFY
        and action.verification is not None
        and action.verification.state in (Proving.LAUNCH, Proving.RUNNING)
    ]
    known = [hour for hour in hours if isinstance(hour, int | float)]
    return Spending(jobs=len(hours), hours=round(sum(known), 2), unknown=len(hours) - len(known))


@dataclass(frozen=True, slots=True, order=True)
class ActionKey:
    """Names one action of a plan."""

    id: ResourceId
    verb: Verb

    def __str__(self) -> str:
        return f"{self.verb} {self.id}"
