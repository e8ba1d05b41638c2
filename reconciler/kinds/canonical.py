"""The one canonical form of JSON trees, and digests over it. Everything that is compared goes through here first."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from reconciler.model import JsonObject, JsonValue


def canonical(tree: JsonValue) -> JsonValue:
    """A copy in which absent, `null`, `[]` and `{}` are all absent and integral floats are integers.

    The order of lists is kept, because constraints address items by index; so are empty items of a list.
    """
    if isinstance(tree, str):
        return tree
    if isinstance(tree, Mapping):
        pairs = ((str(key), canonical(value)) for key, value in sorted(tree.items()))
        return {key: value for key, value in pairs if not _is_empty(value)}
    if isinstance(tree, list | tuple):
        return [canonical(item) for item in tree]
    if isinstance(tree, float) and tree.is_integer():
        return int(tree)
    return tree


def _is_empty(value: JsonValue) -> bool:
    return value is None or (isinstance(value, dict | list) and not value)


def compact(tree: JsonValue) -> str:
    """Compact JSON with sorted keys: the same tree gives the same text."""
    return json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(tree: JsonValue) -> str:
    """`sha256:` and the hexadecimal SHA-256 of the tree's compact JSON."""
    return "sha256:" + hashlib.sha256(compact(tree).encode("utf-8", "surrogatepass")).hexdigest()


def version_digest(content: JsonObject, constraints: JsonObject) -> str:
    """The digest that identifies a template version: over canonical content and constraints."""
    return digest({"content": content, "constraints": constraints})
