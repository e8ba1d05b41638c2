"""Finds near-duplicates without comparing every pair: only contents that share something rare are compared.

A content becomes the set of its fields and words. The elements of every set are put in one order, the rarest first. Two
sets that overlap as much as is asked differ in so few elements that the first element that both have stands near the
beginning of each. So a set is compared only with leaders that have one of the elements at its beginning, and becomes a
leader itself when none of them is near. In a fleet of contents that are all alike, what tells them apart is rare and
stands at the beginnings, so that the work grows with the number of contents. Memory holds eight bytes for each element
of a leader.
"""

from __future__ import annotations

import hashlib
import struct
from array import array
from collections.abc import Iterable, Iterator, Mapping

from reconciler.model import JsonObject, JsonValue
from reconciler.model.expressions import expression
from reconciler.model.paths import is_list
from reconciler.model.quick import dataclass

MOST_COMPARED = 1_000
"""With how many leaders a set is compared at most: one that equals it, then those with its rarest elements. A set that
has even its rarest elements in common with more leaders may stay unnoticed."""
_BYTES = 8
_COUNTERS = 1 << 20
_WORD = expression(r"[^\s,;=]+")

Elements = tuple[int, ...]
"""A set of fields and words, each as a hash of 64 bits, in the order of the numbers."""


def packed_elements(content: JsonObject) -> bytes:
    """Return a content as a set: each field with each word of its value, as hashes of eight bytes one after the other.
    Equal contents give the same bytes."""
    texts = set(_shingles(content, ""))
    digests = (hashlib.blake2b(each.encode("utf-8", "surrogatepass"), digest_size=_BYTES).digest() for each in texts)
    return b"".join(sorted(digests))


def elements_of(packed: bytes) -> Elements:
    """Return the elements of a packed set."""
    return struct.unpack(f">{len(packed) // _BYTES}Q", packed)


class Rarity:
    """How many sets have an element, in memory of a fixed size. Elements that share a counter count together, so that a
    rare one can pass for a frequent one, which costs time and changes nothing else."""

    def __init__(self, sets: Iterable[Elements]) -> None:
        self._counts = counts = array("L", bytes(array("L").itemsize * _COUNTERS))
        for each in sets:
            for element in each:
                counts[element % _COUNTERS] += 1

    def rarest_first(self, elements: Elements) -> list[int]:
        """Return the elements in an order that is the same for all sets."""
        return sorted(elements, key=lambda each: (self._counts[each % _COUNTERS], each))

    def is_shared(self, element: int) -> bool:
        """Return whether more than one set may have the element."""
        return self._counts[element % _COUNTERS] > 1


@dataclass(frozen=True, slots=True)
class Near:
    """A leader that a set is near to."""

    number: int
    """The number of the leader, from 0, in the order in which they were added."""
    is_same: bool
    """Whether both sets have the same elements."""


class Leaders:
    """Sets that are not near an earlier one, found by their rarest elements.

    Args:
        rarity: of the elements of all sets that will come.
        percent: how much two sets that are near have in common at least, of what both have together (Jaccard).
    """

    def __init__(self, rarity: Rarity, percent: int) -> None:
        self._rarity = rarity
        self._percent = percent
        self._sets: list[array[int]] = []
        self._equal: dict[int, int] = {}  # by hash
        self._by_element: dict[int, dict[tuple[int, int], list[int]]] = {}  # by size of the set and place in it

    def near(self, elements: Elements) -> Near | None:
        """Return the first leader that a set is near to. An empty set is near to none."""
        own = frozenset(elements)
        for number in self.may_be_near(elements):
            leader = self._sets[number]
            common = len(own.intersection(leader))
            if common >= self._needed(len(own) + len(leader)):
                return Near(number, is_same=common == len(own) == len(leader))
        return None

    def add(self, elements: Elements) -> None:
        """Make a set a leader."""
        number, size = len(self._sets), len(elements)
        self._equal[hash(elements)] = number
        self._sets.append(array("Q", elements))
        for place, element in self._beginning(elements):
            self._by_element.setdefault(element, {}).setdefault((size, place), []).append(number)

    def may_be_near(self, elements: Elements) -> list[int]:
        """Return the numbers of the leaders that a set is compared with, in the order in which they were added."""
        equal = self._equal.get(hash(elements)) if elements else None
        found = set[int]() if equal is None else {equal}
        size = len(elements)
        for place, element in self._beginning(elements):
            for (other_size, other_place), numbers in self._by_element.get(element, {}).items():
                if min(size - place, other_size - other_place) >= self._needed(size + other_size):
                    found.update(numbers[: MOST_COMPARED - len(found)])
                if len(found) >= MOST_COMPARED:
                    return sorted(found)
        return sorted(found)

    def _beginning(self, elements: Elements) -> Iterator[tuple[int, int]]:
        """Yield the places and elements among which the first is that a set has in common with any that it is near to:
        after them there are too few left."""
        size = len(elements)
        enough = -(-self._percent * size // 100)
        for place, element in enumerate(self._rarity.rarest_first(elements)[: size - enough + 1]):
            if self._rarity.is_shared(element):
                yield place, element

    def _needed(self, sizes: int) -> int:
        """Return how many elements two sets have in common at least that are near; `sizes` is the sum of theirs."""
        return -(-self._percent * sizes // (100 + self._percent))


def _shingles(tree: JsonValue, path: str) -> Iterator[str]:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from _shingles(value, f"{path}.{key}")
    elif is_list(tree):
        for index, value in enumerate(tree):
            yield from _shingles(value, f"{path}[{index}]")
    elif isinstance(tree, str):
        yield from (f"{path}={word}" for word in _WORD.findall(tree) or [""])
    else:
        yield f"{path}={tree}"
