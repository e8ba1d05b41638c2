"""What the functions of a kind give back: plain values, which the stages hand on without knowing the kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from reconciler.model import (
    Action,
    FieldPath,
    Finding,
    JsonObject,
    JsonValue,
    Resource,
    ResourceId,
    Retained,
)

DesiredT = TypeVar("DesiredT")
LiveT = TypeVar("LiveT")


NamedThere = tuple[str, FieldPath, JsonValue]
"""What sort of thing is named (see `kinds.names`), where in the content, and the name; any value may stand there."""


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
    awaits: tuple[str, ...] = ()
    """What is missing on the service before they can be done, in words; not empty: they wait."""
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


@dataclass(frozen=True, slots=True)
class Laid:
    """A spec that somebody runs besides the one that is written: what is wrong with it is wrong with the manifest."""

    spec: JsonObject
    code: str
    """The code of what is found in it."""
    place: Callable[[FieldPath], FieldPath]
    """The place in the manifest's spec that brings a place of it about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveObject:
    """One row of a kind's listing: what can be exported, whoever made it."""

    id: ResourceId
    """Kind and name; the name need not be unique. The service's id stands in for a name that is missing."""
    remote_id: str
    row: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveManifest:
    """What a manifest says that asks for a live object as it is; plain values, secrets included."""

    metadata: JsonObject
    """Without the name."""
    spec: JsonObject
    sensitive: frozenset[FieldPath] = frozenset()
    """Paths from the spec that came from the environment once, whatever they look like."""
    notes: tuple[str, ...] = ()
    owner: str = ""
    """The project whose mark the object carries; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """One live object with the marks of our own last write, and what its versions show of other people."""

    id: ResourceId
    manifest: str
    """The file that described it; may be empty."""
    revision: str
    """The Git revision of that write; may be empty."""
    modified_by: str
    modified: str
    """Who changed the object last, and when."""
    unexplained: Mapping[int, str]
    """Digests of the versions by their numbers that are newer than our last write, not default, and without our stamp.
    They are other people's, unless a manifest asks for such a content, or did so at some commit."""
    version: int = 0
    since: str = ""
    """Since when `version` is the default (RFC 3339); empty: that cannot be told."""
    proved: str = ""
    """The id of the job that proved it; empty: none is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a live default stands beside what a manifest asks."""

    why: str = ""
    """Why it is not what the manifest asks, for people; empty: it is."""
    version: int | None = None
    """The default version; None where there is no live object, or it is unclear which one."""
    since: str = ""
    """Since when it is the default (RFC 3339), never too early; empty: that cannot be told."""
