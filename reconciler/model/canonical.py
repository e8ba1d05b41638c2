"""The one canonical form of JSON trees, and digests over it. Everything that is compared goes through here first."""

from __future__ import annotations

import hashlib
import json
from operator import is_

from reconciler.model import JsonObject, JsonValue

_COMPACT = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

_CANONICAL = frozenset({str, int, bool})
"""Types whose values are canonical as they are."""


def canonical(tree: JsonValue) -> JsonValue:
    """Return the tree with absent, `null`, `[]` and `{}` all absent and integral floats as integers.

    The order of lists is kept, because constraints address items by index; so are empty items of a list. A part that
    is canonical already is returned itself: copies of thousands of contents took a fifth of a plan's memory.
    """
    if isinstance(tree, dict):
        return _canonical_object(tree)
    if isinstance(tree, list):
        items = [canonical(item) for item in tree]
        return tree if all(map(is_, items, tree)) else items
    if isinstance(tree, float) and tree.is_integer():
        return int(tree)
    return tree


def _canonical_object(tree: dict[str, JsonValue]) -> dict[str, JsonValue]:
    others = {}
    for key, value in tree.items():
        if type(value) not in _CANONICAL:  # most values are of these types; the question halves the time of the walk
            inner = canonical(value)
            if inner is not value or _is_empty(inner):
                others[key] = inner
    if not others:
        return tree
    return {key: value for key, value in {**tree, **others}.items() if not _is_empty(value)}


def _is_empty(value: JsonValue) -> bool:
    return value is None or (not value and isinstance(value, dict | list))


def compact(tree: JsonValue) -> str:
    """Return the tree as compact JSON with sorted keys: the same tree always gives the same text."""
    return _COMPACT.encode(tree)


def digest(tree: JsonValue) -> str:
    """Return `sha256:` and the hexadecimal SHA-256 of the tree's compact JSON."""
    return "sha256:" + hashlib.sha256(compact(tree).encode("utf-8", "surrogatepass")).hexdigest()


def version_digest(content: JsonObject, constraints: JsonObject) -> str:
    """Return the digest that identifies a template version, over its canonical content and constraints."""
    return digest({"content": content, "constraints": constraints})
