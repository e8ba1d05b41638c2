"""One write that a plan asks for: what it does, why, which fields it changes, and whom it reaches."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import field

from reconciler.model.quick import dataclass
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
    """Replace a TensorBoard because its template has a newer job. Nobody changed a manifest."""
    START = "start"
    STOP = "stop"
    RELEASE = "release"
    """Take the project's marks off a live object, which stays."""
    DELETE = "delete"


class Reason(enum.StrEnum):
    """Why an action is in the plan. It is shown to people only; apply never decides by it."""

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
    """Which side moved in this field; None where that cannot be told from what our last write left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractChange:
    """One path of a template whose rule for launches changes: overridable (also: not listed), locked or required."""

    path: str
    """The path as constraints write it: "JobSpecs[0].Image"."""
    before: str
    after: str
    affected: int | None = None
    """An estimate: for how many of the counted launches the service would now ignore this field (locked) or refuse the
    launch (required).

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
    """How many pods the job has of each instance type, for jobs on public resources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Whom an action reaches. It is counted when planning, for people; it is never compared and no part of the
    plan's id."""

    contract: tuple[ContractChange, ...] = ()
    launches: Launches | None = None
    resources_before: JobResources | None = None
    resources_after: JobResources | None = None
    url: str = ""
    """The address of a TensorBoard that stops working, without secrets."""
    created: str = ""
    age_days: int | None = None
    """Whole days from `created` to the moment of planning."""
    notes: tuple[str, ...] = ()
    """What else people should know, such as what could not be found out."""


VERIFY_TAG = "dlc-reconciler-verify"
"""The tag of a job that proves a version: the first twelve digits of its attempt's digest."""


class Proving(enum.StrEnum):
    """How far the proof of a version is when it is planned."""

    LAUNCH = "launch"
    """Its job is still to be launched."""
    RUNNING = "running"
    """Its job is under way."""
    HELD = "held"
    """Its job did not pass. The same attempt is not made again unless somebody asks for it."""
    PROVED = "proved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The proof of a version before it becomes the default: what runs, or by what it was proved.

    For people: never compared, no part of the plan's id. What it costs at most stands in `Action.intended`.
    """

    state: Proving
    pods: tuple[str, ...] = ()
    """What runs, a text for each role: "1 x Worker on ecs.g7.xlarge"."""
    job: str = ""
    """The id of the job; empty where there is none."""
    time: str = ""
    """When the job ended (RFC 3339); empty where it has not."""
    cause: str = ""
    """Why the version is held, or what its job is doing."""


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
    """Consequences that people should know: which object goes away, what refers to it."""
    impact: Impact | None = None
    verification: Verification | None = field(default=None, metadata=WHEN_SET)
    """How the version that becomes the default is proved; None where its manifest asks for no proof."""
    job_of: str = field(default="", metadata=WHEN_SET)
    """The template whose newest job the TensorBoard takes, chosen when the action runs; empty for none. Without such
    a job the action waits."""

    @property
    def key(self) -> ActionKey:
        """The identity of the action inside a plan: a resource has at most one action of each verb."""
        return ActionKey(self.id, self.verb)

    @property
    def is_change(self) -> bool:
        """Whether somebody asked for this change, so that it is reviewed, counted and compared.

        A follow is no such change: it comes and goes with the jobs that are launched.
        """
        return self.verb is not Verb.FOLLOW

    @property
    def comes_with_a_job(self) -> bool:
        """Whether the action is there only because a job was launched, so that it is no drift from the manifests."""
        return self.verb is Verb.FOLLOW or (self.verb is not Verb.REPLACE and self.job_of != "")


@dataclass(frozen=True, slots=True)
class Spending:
    """What the verifications of some actions use at most."""

    jobs: int
    """How many verifications run."""
    hours: float
    """The GPU-hours of those whose size is known."""
    unknown: int
    """How many verifications are of unknown size."""


def spending_of(actions: Iterable[Action]) -> Spending:
    """Return what these actions may spend on verifications. A version that is held launches nothing."""
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
