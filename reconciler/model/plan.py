"""What apply will do to one target."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.action import Action, Moved, Verb
from reconciler.model.finding import Finding, Severity
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
    """How much one apply may take away. Percentages are of the managed live objects of the kind."""

    max_deletions: int = 5
    max_deletion_percent: int = 30
    max_replacements: int = 5
    max_verify_gpu_hours: float | None = field(default=None, metadata=WHEN_SET)
    """The most GPU-hours that the verifications of one apply may take together; None: no limit."""


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
class Awaited:
    """What is missing before an action can be done: a template on another target, or a job on this one."""

    target: str
    """The name of the target on which it is missing."""
    why: str
    """For people: "its default is not what this commit asks there"."""
    hours_left: float | None = None
    """How long still, where nothing but time is missing; None where something else is."""

    @property
    def in_words(self) -> str:
        """What is missing, and how long still: whole minutes, rounded up."""
        return self.why if self.hours_left is None else f"{self.why}; {_hours(self.hours_left)} left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What is to be done to one resource once nothing is missing: planned, and not done by an apply of this plan."""

    id: ResourceId
    actions: tuple[Action, ...]
    """In the order of execution, as they would stand among the plan's own."""
    awaits: tuple[Awaited, ...]
    """What is missing where; not empty."""

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
    """A manifest with errors, left out of a plan: what it describes is neither changed nor deleted."""

    where: SourceRef
    id: ResourceId | None = None
    """None: its errors leave open what it describes."""
    findings: tuple[Finding, ...] = ()
    """Its errors."""


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
    """Resources of ours that the selection, the names or the revision left out."""
    names: tuple[str, ...] = field(default=(), metadata=WHEN_SET)
    """The names, patterns and ids of `--name` that the plan was narrowed to."""
    unmatched: tuple[str, ...] = field(default=(), metadata=WHEN_SET)
    """Those of them that mean nothing here: on another target, or in another shard, they may."""
    waiting: tuple[Waiting, ...] = field(default=(), metadata=WHEN_SET)
    """What waits for other targets or for a job; sorted by resource."""
    without_soak: str = field(default="", metadata=WHEN_SET)
    """Why the time that other targets have to have had a default was not waited for; empty: it is."""
    broken: tuple[Broken, ...] = field(default=(), metadata=WHEN_SET)
    """Manifests with errors that were left out (`--keep-going`), by their places."""
    waived: int = field(default=0, metadata=WHEN_SET)
    """How many findings about the manifests `spec.waivers` of the project accepts for a while."""
    switched_off: int = field(default=0, metadata=WHEN_SET)
    """How many more findings there would be, were no rule switched off in `spec.rules`."""
    shard: Shard | None = field(default=None, metadata=WHEN_SET)
    """Not None: one part of a plan. Its deletions are candidates, no limit was judged, and apply refuses it."""

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to do: the one place that decides it."""
        return not self.actions

    @property
    def is_part(self) -> bool:
        """Whether something of the target was left out: by a selection, names, a revision or a shard."""
        return bool(self.selection or self.names or self.changed_since or self.shard)

    @property
    def changes(self) -> tuple[Action, ...]:
        """The actions without those that only follow how templates are used: what is reviewed."""
        return tuple(action for action in self.actions if action.is_change)

    @property
    def asked(self) -> tuple[Action, ...]:
        """The changes and what waits: the same before and after it has what it waits for. What limits count."""
        return (*self.changes, *(action for each in self.waiting for action in each.actions))

    @property
    def has_drift(self) -> bool:
        """Whether a live object is not as it should be now.

        What only comes with a job is no drift, and neither is what waits for other targets, unless somebody else moved
        the live object.
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
        """True when a refusal or a broken limit stands: the plan is shown whole, apply refuses it."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    def count(self, verb: Verb) -> int:
        """How many actions have this verb."""
        return sum(action.verb is verb for action in self.actions)
