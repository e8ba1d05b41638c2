"""What apply will do to one target."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field

from reconciler.model.action import Action, Moved, Verb
from reconciler.model.finding import Finding, Severity
from reconciler.model.quick import dataclass
from reconciler.model.values import WHEN_SET, ResourceId, SourceRef


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
    """How much one apply may take away. Percentages are relative to the managed live objects of the kind."""

    max_deletions: int = 5
    max_deletion_percent: int = 30
    max_replacements: int = 5
    max_verify_gpu_hours: float | None = field(default=None, metadata=WHEN_SET)
    """The most GPU-hours that the verifications of one apply may take together; None: no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """Which part of a whole plan this is, and what merging needs to judge the whole."""

    number: int
    """Counted from 1."""
    of: int
    limits: Limits
    managed: Mapping[str, int] = field(default_factory=dict)
    """How many managed live objects of each kind this part read."""
    revision: str = ""
    """The Git revision at which the plan was made; empty outside Git."""

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """What is missing before an action can be done: a template on another target, or a job on this one."""

    target: str
    """The name of the target on which it is missing."""
    why: str
    """The reason for people: "its default is not what this commit asks there"."""
    hours_left: float | None = None
    """How many hours are left, where only time is missing; None where something else is missing too."""

    @property
    def in_words(self) -> str:
        """What is missing and how long it still takes, in whole minutes, rounded up."""
        return self.why if self.hours_left is None else f"{self.why}; {_hours(self.hours_left)} left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The actions of one resource that are planned but wait for something. An apply of this plan does not run them."""

    id: ResourceId
    actions: tuple[Action, ...]
    """In the order of execution."""
    awaits: tuple[Awaited, ...]
    """What is missing, and on which target; not empty."""

    @property
    def in_words(self) -> str:
        """What is missing on which target."""
        return "; ".join(f"{each.target}: {each.in_words}" for each in self.awaits)

    @property
    def without_time(self) -> str:
        """What is missing on which target, in words that stay the same while time passes."""
        return "; ".join(f"{each.target}: {each.why}" for each in self.awaits)


def _hours(hours: float) -> str:
    whole, minutes = divmod(math.ceil(round(hours * 60, 6)), 60)
    return " ".join(filter(None, (f"{whole} h" if whole else "", f"{minutes} min" if minutes or not whole else "")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A manifest with errors that was left out of a plan: what it describes is neither changed nor deleted."""

    where: SourceRef
    id: ResourceId | None = None
    """The resource; None where the errors do not let us know which one the manifest describes."""
    findings: tuple[Finding, ...] = ()
    """The errors of the manifest."""


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
    """The digest of each desired resource, by its id as text. Apply works only from manifests with the same digests."""
    selection: tuple[str, ...] = ()
    """The `--select` labels that narrow the plan."""
    changed_since: str = ""
    """The Git revision of `--changed-since`: only manifests that changed since then were planned."""
    left_out: tuple[ResourceId, ...] = ()
    """Our own resources that the selection, the names or the revision leave out."""
    names: tuple[str, ...] = field(default=(), metadata=WHEN_SET)
    """The names, patterns and ids of `--name` that narrow the plan."""
    unmatched: tuple[str, ...] = field(default=(), metadata=WHEN_SET)
    """Those of the names that match nothing here; on another target, or in another shard, they may."""
    waiting: tuple[Waiting, ...] = field(default=(), metadata=WHEN_SET)
    """Resources that wait for other targets or for a job, sorted."""
    without_soak: str = field(default="", metadata=WHEN_SET)
    """Why this plan does not wait until other targets have had a default for long enough; empty: it waits."""
    broken: tuple[Broken, ...] = field(default=(), metadata=WHEN_SET)
    """Manifests with errors that were left out (`--keep-going`), sorted by their places."""
    waived: int = field(default=0, metadata=WHEN_SET)
    """How many findings about the manifests `spec.waivers` of the project accepts until a date."""
    switched_off: int = field(default=0, metadata=WHEN_SET)
    """How many more findings there would be if no rule were switched off in `spec.rules`."""
    shard: Shard | None = field(default=None, metadata=WHEN_SET)
    """Which part of a whole plan this is; None for a whole plan. In a part, deletions are candidates and no limit is
    judged; apply refuses it."""

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to do. Nothing else decides it."""
        return not self.actions

    @property
    def is_part(self) -> bool:
        """Whether something of the target was left out: by a selection, names, a revision or a shard."""
        return bool(self.selection or self.names or self.changed_since or self.shard)

    @property
    def changes(self) -> tuple[Action, ...]:
        """The actions that are reviewed: all but those that only follow how templates are used."""
        return tuple(action for action in self.actions if action.is_change)

    @property
    def asked(self) -> tuple[Action, ...]:
        """The changes, and those that wait. They are the same before and after the wait ends; limits count them."""
        return (*self.changes, *(action for each in self.waiting for action in each.actions))

    @property
    def has_drift(self) -> bool:
        """Whether a live object differs now from what it should be.

        Actions that only come with a job are no drift. What waits for other targets is none either, unless somebody
        else changed the live object.
        """
        for_others = {
            action.key
            for each in self.waiting
            for action in each.actions
            if not action.job_of and action.moved not in (Moved.SERVICE, Moved.BOTH)
        }
        return any(not action.comes_with_a_job and action.key not in for_others for action in self.asked)

    @property
    def is_blocked(self) -> bool:
        """True when a refusal or a broken limit remains: the plan is shown whole, and apply refuses it."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    def count(self, verb: Verb) -> int:
        """Return how many actions have this verb."""
        return sum(action.verb is verb for action in self.actions)
