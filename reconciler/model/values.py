"""JSON trees and paths into them, and the names of things: a resource, a place in a manifest, a live object."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from itertools import repeat
from typing import Any, NamedTuple

JsonScalar = str | int | float | bool | None
# `Any` inside containers: JSON trees are checked by JSON Schema at the border, not by the type checker.
JsonValue = Any
JsonObject = Mapping[str, JsonValue]
FieldPath = tuple[str | int, ...]


class Missing(enum.Enum):
    """The one value that means "there is no such field", which is not the same as `null`."""

    MISSING = "missing"

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing.MISSING

WHEN_SET: Mapping[str, bool] = {"when set": True}
"""Metadata of a field whose key is left out of documents while it has its default.

Fields that were added after the first version of a format have it: older documents can still be read, and equal plans
keep their ids.
"""

APART: Mapping[str, bool] = {"apart": True}
"""Metadata of a field that is not written into the document of its value, because it is kept or shown elsewhere."""


class ResourceId(NamedTuple):
    """What a resource is called in manifests and in every output: kind and name, never the service's id.

    It is a key of nearly every mapping and sorts nearly everything, so it hashes and compares as a tuple does.
    """

    kind: str
    name: str

    @classmethod
    def each(cls, kinds: Iterable[str], names: Iterable[str]) -> Iterator[ResourceId]:
        """Return an id for each kind and its name. Thousands are made in a third of the time that calls take."""
        return map(tuple.__new__, repeat(cls), zip(kinds, names, strict=True))

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


PROJECT_FILE = "reconciler.yaml"
"""The name of the project file in its folder."""


class SourceRef(NamedTuple):
    """A place in a manifest; `file` is relative to the project, line and column count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class RemoteRef(NamedTuple):
    """Which live object is meant: the id that the service gave it."""

    id: str

    def __str__(self) -> str:
        return self.id
