"""What was learned about the objects behind one address, as JSON under the kind and the id of each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from reconciler import __version__
from reconciler.cache.entries import Entries
from reconciler.model import JsonValue
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True)
class Memory:
    """Implements `kinds.base.Memory` for objects of one kind. Safe for several threads."""

    entries: Entries
    place: Callable[[], str]
    """The text that identifies the service; empty when nobody knows it, and then nothing is remembered."""
    kind: str

    def recall(self, id: str) -> JsonValue:
        """Return the facts about an object; None when nothing is known."""
        place = self.place()
        value = self.entries.get(self._name(place, id)) if place else None
        return None if value is None else json.loads(value)

    def learn(self, id: str, facts: JsonValue) -> None:
        """Remember facts, replacing what was known."""
        if place := self.place():
            self.entries.put(self._name(place, id), _written(facts))

    def hold(self, id: str, facts: JsonValue) -> None:
        """Remember facts until the run ends, replacing what was known."""
        if place := self.place():
            self.entries.hold(self._name(place, id), _written(facts))

    def _name(self, place: str, id: str) -> bytes:
        """Return a name made from everything that the facts depend on; another version of this program may compute
        other facts."""
        parts = json.dumps([__version__, "object", place, self.kind, id])
        return hashlib.sha256(parts.encode()).digest()


def _written(facts: JsonValue) -> bytes:
    return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()
