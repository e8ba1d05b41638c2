"""What was learned about the objects behind one address, as JSON under the kind and the id of each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence

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
        return self.recall_each((id,)).get(id)

    def recall_each(self, ids: Sequence[str]) -> dict[str, JsonValue]:
        """Return the facts about each of many objects, by id, without those of which nothing is known."""
        place = self.place()
        names = self._names(place, ids) if place else {}
        values = self.entries.get_each(list(names))
        return {names[name]: json.loads(value.decode()) for name, value in values.items()}

    def learn(self, id: str, facts: JsonValue) -> None:
        """Remember facts, replacing what was known."""
        if place := self.place():
            self.entries.put(*self._named(place, id, facts))

    def hold(self, id: str, facts: JsonValue) -> None:
        """Remember facts until the run ends, replacing what was known."""
        if place := self.place():
            self.entries.hold(*self._named(place, id, facts))

    def _named(self, place: str, id: str, facts: JsonValue) -> tuple[bytes, bytes]:
        (name,) = self._names(place, (id,))
        return name, _written(facts)

    def _names(self, place: str, ids: Iterable[str]) -> dict[bytes, str]:
        """Return the ids by the names of their entries. A name is made from everything that the facts depend on;
        another version of this program may compute other facts."""
        before = json.dumps([__version__, "object", place, self.kind]).removesuffix("]")
        return {hashlib.sha256(f"{before}, {json.dumps(id)}]".encode()).digest(): id for id in ids}


def _written(facts: JsonValue) -> bytes:
    return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()
