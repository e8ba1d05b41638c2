"""Where the references of a document are, so that it can be resolved for many targets and is walked once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from reconciler.model import JsonValue

Spots: TypeAlias = dict[str | int, Any]
"""The parts of an object or list that hold references, by key or index, each with its own spots; None for a part that
has to be resolved whole. Empty: there is no reference."""

NO_SPOTS: Spots = {}


def spots_of(data: JsonValue) -> Spots | None:
    """Return where the references of a tree are.

    None: all of it has to be resolved, as a text with a reference or an object with one in a key.
    """
    if isinstance(data, dict):
        # All keys as one text, because none of them goes over a line: asking each took a third of this walk.
        return None if "${" in "\n".join(data) else _spots_of_parts(data.items())
    if isinstance(data, str):
        return None if "${" in data else NO_SPOTS
    return _spots_of_parts(enumerate(data)) if isinstance(data, list) else NO_SPOTS


def _spots_of_parts(parts: Iterable[tuple[str | int, JsonValue]]) -> Spots:
    found: Spots | None = None
    for step, part in parts:
        # Most parts are texts without a reference: checking that first halves the time of this walk.
        if isinstance(part, str):
            if "${" not in part:
                continue
            spots = None
        elif (spots := spots_of(part)) is NO_SPOTS:
            continue
        if found is None:
            found = {}
        found[step] = spots
    return NO_SPOTS if found is None else found
