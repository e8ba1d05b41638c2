"""The two sides before they are compared: a manifest's document, and desired or live resources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Generic, TypeVar

from reconciler.model.quick import dataclass
from reconciler.model.values import FieldPath, JsonObject, RemoteRef, ResourceId, SourceRef

BodyT = TypeVar("BodyT")


class PositionSource:
    """Finds the positions of fields. `manifests` computes them only when asked, because most documents never need
    one."""

    __slots__ = ()

    def locate(self, path: FieldPath) -> SourceRef:
        """Return where the field at `path` (from the document's root) stands."""
        raise LookupError(path)


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
    written: JsonObject
    """The spec with `${env.NAME}` still in it; equal to the spec where nothing comes from the environment."""
    sensitive: frozenset[FieldPath] = frozenset()
    """Paths (from the document's root) whose values contain `${env.NAME}`."""

    @property
    def id(self) -> ResourceId:
        """The document's identity."""
        return ResourceId(self.kind, self.name)

    def locate(self, path: FieldPath) -> SourceRef:
        """Return the place of a field in the manifest, line and column from 1."""
        return self.source.locate(path)


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
