"""What `history` and `diff` ask of a kind with versions: one live object with all its versions, and what they hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from reconciler.kinds.history import History, Provenance, Usage
from reconciler.kinds.keeping import DesiredT
from reconciler.kinds.results import LiveObject
from reconciler.kinds.site import Scope
from reconciler.live.port import Service
from reconciler.model import FieldPath, JsonObject, Resource
from reconciler.model.quick import dataclass


class Stored(Protocol):
    """One live object that was fetched with all its versions."""

    @property
    def default_version(self) -> int:
        """The number of the default version."""
        ...

    @property
    def versions(self) -> Mapping[int, Any]:
        """All versions by their numbers."""
        ...


StoredT = TypeVar("StoredT", bound=Stored)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a version holds, or what a manifest asks for, in the form in which both are compared."""

    tree: JsonObject
    digest: str
    """The digest of what was sent. Two contents with the same digest are equal, whatever the service adds."""
    sensitive: frozenset[FieldPath] = frozenset()
    """Paths in the tree whose values must not be shown."""
    beside: Callable[[JsonObject], JsonObject] | None = None
    """Of a live version: returns its tree without what the service added itself and the given tree does not have. None
    for what a manifest asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection(Generic[DesiredT, StoredT]):
    """What only kinds with versions have for people who look back."""

    fetch: Callable[[Service, LiveObject], StoredT]
    """Returns a live object with all its versions."""
    usage: Callable[[Service, Scope, StoredT], Usage]
    """Returns who uses which version. It raises `Forbidden` where jobs may not be listed."""
    history: Callable[[StoredT, Provenance, Usage | None, Sequence[str]], History]
    """Returns the history of an object, newest version first, with the notes."""
    asked: Callable[[Resource[DesiredT]], Content]
    """Returns what a manifest asks for."""
    shown: Callable[[StoredT, int], Content]
    """Returns what a version of an object holds."""


AnyInspection = Inspection[Any, Any]
