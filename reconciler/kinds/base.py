"""What the stages need to know about a kind of resource: functions and data, no base class to inherit.

          Document --desired()--> Resource ----+
                                               +--diff()--> Proposal (Actions, Findings, Retained)
    service --read()--> Reading of Resources --+
                                                   Action --perform()--> Performed

A kind owns its canonical form: both sides go through it before anything compares them, so the diff is trivial and a
default filled in by the service never looks like a change. The stages never name a kind; `kinds.KINDS` lists them.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from reconciler.kinds.survey import Survey
from reconciler.live.port import Service
from reconciler.model import Action, Document, Finding, Impact, JsonObject, Resource, ResourceId, Retained, Verb

DesiredT = TypeVar("DesiredT")
LiveT = TypeVar("LiveT")

Rule = Callable[[Document], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Share:
    """One of several parts of all resources, the same on every machine and in every run. By default the whole."""

    number: int = 1
    """From 1."""
    of: int = 1

    def covers(self, id: ResourceId) -> bool:
        """Whether the resource belongs to this part: by a hash of its name, so that parts are of like size."""
        if self.of == 1:
            return True
        spread = int.from_bytes(hashlib.sha256(str(id).encode("utf-8", "surrogatepass")).digest()[:8], "big")
        return spread % self.of == self.number - 1

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left to others."""
        return self.of == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose resources these are and where: what reading, diffing and writing need to know about the run."""

    project: str
    workspace_id: str
    prune: bool = False
    """Whether live objects of this kind that left the manifests are deleted."""
    prune_prefix: str = ""
    """For kinds without marks: only names with this prefix are pruned; empty prunes none."""
    stamp: bool = False
    """Whether written content carries its digest as a job tag."""
    verify: bool = False
    """Fetch and compare every content instead of trusting the digest recorded on the live object."""
    share: Share = Share()
    """Which resources are read and compared here; the others are somebody else's part of the same plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[DesiredT, LiveT]):
    """The live objects of one kind that matter to this project, and what reading them brought to light."""

    resources: Mapping[ResourceId, Resource[LiveT]] = field(default_factory=dict)
    completed: Mapping[ResourceId, Resource[DesiredT]] = field(default_factory=dict)
    """Desired resources with something filled in that only the service knows (the newest job of a template)."""
    unmanaged: tuple[ResourceId, ...] = ()
    findings: tuple[Finding, ...] = ()
    refused: frozenset[ResourceId] = frozenset()
    """Resources nothing may be planned for, because a finding says that their identity is unclear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What one resource needs: its actions in order, or the reasons why not."""

    actions: tuple[Action, ...] = ()
    findings: tuple[Finding, ...] = ()
    retained: tuple[Retained, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Performed:
    """What a write did."""

    detail: str
    """For people: "version 4 is default"."""
    observed: JsonObject
    """What a fresh look shows now; the resource's next action starts from it."""
    retained: bool = False
    """The service had the last word and kept the object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to look for something asynchronous. Times in seconds."""

    deadline: float = 300.0
    interval: float = 2.0
    looks: int = 5
    """How often to look for our own write before the service's silence counts as an answer."""
    sleep: Callable[[float], None] = field(kw_only=True)
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a write happens: the service, the scope, the revision to record, how patient to be."""

    service: Service
    scope: Scope
    patience: Patience
    revision: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[DesiredT, LiveT]):
    """One kind of resource. `kinds.KINDS` holds them in the order in which they are read."""

    name: str
    schema: str
    """File name of the manifest's JSON Schema in `specs/`."""
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
    impact: Callable[[Survey, Action, Resource[DesiredT] | None, Resource[LiveT] | None], Impact | None]
    """Whom one action reaches, for people to judge; reads a little more, and never fails for what it cannot read."""
    look: Callable[[Service, Scope, ResourceId, JsonObject], JsonObject]
    """A fresh `Action.observed` for the resource, with the keys of the expected one; `{}`: it is not there."""
    perform: Callable[[Site, Action, Resource[DesiredT] | None, JsonObject], Performed]
    """Execute one action of this kind, starting from what was last observed."""
    phases: Mapping[Verb, int]
    """When each verb runs; see `plan.order`."""
    recorded: Callable[[Resource[LiveT]], str]
    """The path of the manifest that a live object names as its own; empty for kinds that record none."""
