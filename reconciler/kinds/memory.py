"""What a run remembers of live objects: facts that earlier runs learned, and the ids of objects that were just
created."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from reconciler.model import JsonValue, ResourceId


class Memory(Protocol):
    """Facts that earlier runs learned about the objects of one kind. Implementations are safe for several threads."""

    def recall(self, id: str) -> JsonValue:
        """Return the facts about the object with this id; None when nothing is known."""
        ...

    def recall_each(self, ids: Sequence[str]) -> Mapping[str, JsonValue]:
        """Return what `recall` returns for each of many ids, without those of which nothing is known: it takes a
        fraction of the time."""
        ...

    def learn(self, id: str, facts: JsonValue) -> None:
        """Remember facts about an object, replacing what was known."""
        ...

    def hold(self, id: str, facts: JsonValue) -> None:
        """Remember facts until the run ends, replacing what was known. Nothing of them is kept for later runs."""
        ...


class _NoMemory:
    def recall(self, id: str) -> JsonValue:
        del id
        return None

    def recall_each(self, ids: Sequence[str]) -> Mapping[str, JsonValue]:
        del ids
        return {}

    def learn(self, id: str, facts: JsonValue) -> None:
        del id, facts

    def hold(self, id: str, facts: JsonValue) -> None:
        del id, facts


NO_MEMORY: Memory = _NoMemory()
"""A memory that knows nothing and learns nothing."""


class Created(Protocol):
    """Remembers the ids of what was created, on this machine, until a listing of the service shows it."""

    def keep(self, id: ResourceId, remote_id: str) -> None:
        """Remember what was created under a name."""
        ...

    def known(self, id: ResourceId) -> str:
        """Return the service's id of the object that was created under this name; empty when none is remembered."""
        ...

    def forget(self, id: ResourceId) -> None:
        """Forget the id, because a listing shows the object or because it is gone."""
        ...


class _NothingCreated:
    def keep(self, id: ResourceId, remote_id: str) -> None:
        del id, remote_id

    def known(self, id: ResourceId) -> str:
        del id
        return ""

    def forget(self, id: ResourceId) -> None:
        del id


NOTHING_CREATED: Created = _NothingCreated()
"""A memory of created objects that remembers nothing."""
