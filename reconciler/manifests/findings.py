"""Schema errors of a document as findings at their places, sorted and without repetitions."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Any

from reconciler.codes import finding
from reconciler.manifests.schemas import validator
from reconciler.manifests.wording import word
from reconciler.model import FieldPath, Finding, JsonValue, PositionSource, ResourceId, SourceRef


def schema_findings(
    schema: str,
    data: JsonValue,
    positions: PositionSource,
    *,
    subject: ResourceId | None,
    unresolved: frozenset[FieldPath] = frozenset(),
    sensitive: frozenset[FieldPath] = frozenset(),
) -> list[Finding]:
    """Return what the schema says about the data, except about values that are placeholders.

    `unresolved` are the paths of values that could not be found. `sensitive` are those of texts from the environment,
    about which only one thing is known: that they are texts.
    """
    errors = list(validator(schema).errors(data))
    mistyped = {error.path for error in errors if error.keyword == "type"}
    return [
        finding(
            worded.code,
            worded.summary,
            subject=subject,
            where=positions.locate(worded.path),
            path=worded.path,
            hint=worded.hint,
        )
        for error in errors
        if error.keyword == "type" or error.path not in mistyped
        for worded in word(error)
        if not is_below(worded.path, unresolved)
        if error.keyword == "type" or not is_below(worded.path, sensitive)
    ]


def is_below(path: FieldPath, places: AbstractSet[FieldPath]) -> bool:
    """Return whether the path is one of the places or inside one."""
    return any(path[: len(place)] == place for place in places)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings sorted by place, each once."""
    return tuple(sorted(dict.fromkeys(findings), key=_order))


def _order(item: Finding) -> tuple[Any, ...]:
    where = item.where or SourceRef("")
    return (where, item.code, tuple(map(str, item.path)), item.summary)
