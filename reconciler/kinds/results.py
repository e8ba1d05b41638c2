"""What the functions of a kind return: plain values, which the stages hand on without knowing the kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Generic

from reconciler.kinds.keeping import DesiredT, LiveT
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
from reconciler.model.quick import dataclass

NamedThere = tuple[str, FieldPath, JsonValue]
"""What sort of thing is named (see `kinds.names`), where in the content, and the name, which may be any JSON value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[DesiredT, LiveT]):
    """The live objects of one kind that matter to this project, with the findings about them."""

    resources: Mapping[ResourceId, Resource[LiveT]] = field(default_factory=dict)
    completed: Mapping[ResourceId, Resource[DesiredT]] = field(default_factory=dict)
    """Desired resources that were completed with facts that only the service knows (the newest job of a template)."""
    unmanaged: tuple[ResourceId, ...] = ()
    findings: tuple[Finding, ...] = ()
    refused: frozenset[ResourceId] = frozenset()
    """Resources for which nothing may be planned, because their identity is unclear; a finding says why."""
    unchanged: frozenset[ResourceId] = frozenset()
    """Resources whose live objects show exactly what is expected of them (`Scope.expected`): `Kind.diff` would propose
    nothing and find nothing, so that neither side of them has to be made. With `Trust.FETCHED`, nobody else made a
    version of them either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What one resource needs: its actions in order, or the reasons why there are none."""

    actions: tuple[Action, ...] = ()
    awaits: tuple[str, ...] = ()
    """What is missing on the service before the actions can be done, in words. The actions wait unless it is empty."""
    findings: tuple[Finding, ...] = ()
    retained: tuple[Retained, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Performed:
    """What a write did."""

    detail: str
    """The result for people: "version 4 is default"."""
    observed: JsonObject
    """What a fresh look shows now. The resource's next action starts from it."""
    retained: bool = False
    """Whether the service refused, so that the object stays."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A spec that runs besides the one that is written. What is wrong with it is reported at the manifest."""

    spec: JsonObject
    code: str
    """The code of findings about it."""
    place: Callable[[FieldPath], FieldPath]
    """Returns the place in the manifest's spec from which a place in this spec comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveObject:
    """One row of a kind's listing, which can be exported, whoever made the object."""

    id: ResourceId
    """Kind and name, which need not be unique. The service's id takes the place of a missing name."""
    remote_id: str
    row: JsonObject
    owner: str = ""
    """The project whose marks it carries; empty for none, and for kinds without marks."""
    version: int | None = None
    """The default version; None for kinds without versions, and where the row does not say it."""
    last_used: str = ""
    """When a job was launched from it last (RFC 3339); empty: never, or the service does not tell."""
    state: str = ""
    """Whether it runs, in the service's own word; empty for kinds that have no such thing."""
    manifest: str = ""
    """The path of the manifest that its marks name."""
    doubt: str = ""
    """Why the row cannot be believed, so that it is not known whose the object is; empty: it can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveManifest:
    """The contents of a manifest that asks for a live object as it is. The values are plain, secrets included."""

    metadata: JsonObject
    """The metadata without the name."""
    spec: JsonObject
    sensitive: frozenset[FieldPath] = frozenset()
    """Paths from the spec whose values once came from the environment, whatever they look like."""
    notes: tuple[str, ...] = ()
    owner: str = ""
    """The project whose mark the object carries; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """One live object with the marks of our last write, and what its versions show of other people's work."""

    id: ResourceId
    manifest: str
    """The file that described the object; may be empty."""
    revision: str
    """The Git revision of that write; may be empty."""
    modified_by: str
    modified: str
    """When the object was changed last."""
    unexplained: Mapping[int, str]
    """Digests, by version number, of versions that are newer than our last write, not the default, and without our
    stamp.

    Other people made them, unless a manifest asks for such a content now, or did so at some commit.
    """
    version: int = 0
    since: str = ""
    """Since when `version` is the default (RFC 3339); empty when that is not known."""
    proved: str = ""
    """The id of the job that proved the default; empty when none is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a live default compares with what a manifest asks."""

    why: str = ""
    """Why it is not what the manifest asks, for people; empty when it is."""
    version: int | None = None
    """The default version; None where there is no live object, or where it is unclear which object is meant."""
    since: str = ""
    """Since when it is the default (RFC 3339), never too early; empty when that is not known."""
