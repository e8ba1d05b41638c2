"""Finds near-duplicates without comparing every pair: MinHash signatures and leaders.

A content becomes the set of its fields and words; 64 minima of its hashes estimate how much two sets overlap. Each
template is compared only with leaders that share a band of its signature, and becomes a leader itself when none is
near. So the work grows with the number of templates, and memory holds 256 bytes for each leader.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Mapping

from reconciler.model import JsonObject, JsonValue
from reconciler.model.expressions import expression
from reconciler.model.paths import is_list

_HASHES = 64
_BAND = 4
"""How many hashes form a band: contents that overlap by 80 % share one of the sixteen bands with a probability of
99.98 %."""
_PACKED = struct.Struct(f">{_HASHES}I")
_SALTS = tuple(bytes([number]) for number in range(4))
"""Four digests of sixteen 32-bit hashes each."""
_WORD = expression(r"[^\s,;=]+")


def shingles(content: JsonObject) -> frozenset[str]:
    """Return a content as a set: each field with each word of its value."""
    return frozenset(_shingles(content, ""))


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return how much two sets have in common, from 0 to 1 (Jaccard)."""
    return len(one & other) / len(one | other) if one or other else 1.0


def signature(content: JsonObject) -> bytes:
    """Return the signature of a content: the least value of each of 64 hashes over its shingles."""
    hashes = [_hashes(each) for each in shingles(content)] or [(0,) * _HASHES]
    return _PACKED.pack(*map(min, zip(*hashes, strict=True)))


class Leaders:
    """Signatures that were not near an earlier one, found by their bands."""

    def __init__(self) -> None:
        self._bands: dict[tuple[int, bytes], list[int]] = {}
        self._count = 0

    def near(self, signed: bytes) -> list[int]:
        """Return the numbers of the leaders that may be near, in the order in which they were added."""
        found = {number for band in _bands(signed) for number in self._bands.get(band, ())}
        return sorted(found)

    def add(self, signed: bytes) -> int:
        """Make the object with this signature the first of a new group, and return the number of the group, from 0."""
        for band in _bands(signed):
            self._bands.setdefault(band, []).append(self._count)
        self._count += 1
        return self._count - 1


def _bands(signed: bytes) -> Iterator[tuple[int, bytes]]:
    width = _BAND * 4
    return ((start, signed[start : start + width]) for start in range(0, len(signed), width))


def _hashes(text: str) -> tuple[int, ...]:
    data = text.encode("utf-8", "surrogatepass")
    return _PACKED.unpack(b"".join(hashlib.blake2b(data, salt=salt).digest() for salt in _SALTS))


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
