"""Checks on a template's constraints: their paths, their values, and whether both fit the content."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.kinds.check import Check, Problem, content_of, is_empty, mapping, quote
from reconciler.model import MISSING, FieldPath, JsonObject
from reconciler.model.nearest import did_you_mean
from reconciler.model.paths import PathError, format_path, is_list, lookup, parse_path

CONSTRAINT_VALUES = ("locked", "overridable", "required")


def is_required(spec: JsonObject, key: str) -> bool:
    """Return whether the constraints make every launch supply the top-level field `key`."""
    return mapping(spec.get("constraints")).get(key) == "required"


def check_paths(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC110: every key of the constraints is a path."""
    for key in mapping(spec.get("constraints")):
        try:
            parse_path(str(key))
        except PathError as error:
            summary = f"{quote(key)} is not a constraint path: {error}"
            yield Problem(code="DLC110", path=("constraints", key), summary=summary, hint=error.hint)


def check_targets(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC111 and DLC113: a path names something in the content, unless every launch has to supply it."""
    content = content_of(spec)
    for key, path, value in _paths(spec):
        found = lookup(content, path)
        if found is MISSING and value != "required":
            summary, hint = missing(content, path)
            yield Problem(code="DLC111", path=("constraints", key), summary=summary, hint=hint)
        elif value == "required" and not is_empty(found):
            summary = f"{key} is required of every launch although the content supplies it"
            yield Problem(code="DLC113", path=("constraints", key), summary=summary)


def check_values(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC112: every value of the constraints is one of the three, in lower case."""
    for key, value in mapping(spec.get("constraints")).items():
        if value not in CONSTRAINT_VALUES:
            yield Problem(
                code="DLC112",
                path=("constraints", key),
                summary=f"{quote(value)} is not a constraint; it is one of {', '.join(CONSTRAINT_VALUES)}",
                hint=did_you_mean(value, CONSTRAINT_VALUES),
            )


def _paths(spec: JsonObject) -> Iterator[tuple[str, FieldPath, object]]:
    for key, value in mapping(spec.get("constraints")).items():
        try:
            path = parse_path(str(key))
        except PathError:
            continue
        yield key, path, value


def missing(content: JsonObject, path: FieldPath) -> tuple[str, str]:
    """Return where a path leaves the content, and what stands there instead: a summary and a hint."""
    known = next(end for end in range(len(path)) if lookup(content, path[: end + 1]) is MISSING)
    parent, step = lookup(content, path[:known]), path[known]
    place = format_path(path[:known]) or "the content"
    if is_list(parent):
        count = f"{len(parent)} item{'' if len(parent) == 1 else 's'}"
        if isinstance(step, int):
            return f"{format_path(path)} names nothing: {place} has {count}", ""
        hint = f"Give an index: `{place}[0]`." if parent else ""
        return f"{format_path(path)} names nothing: {place} is a list of {count}", hint
    hint = did_you_mean(step, [key for key in mapping(parent) if isinstance(key, str)])
    return f"{format_path(path)} names nothing: {place} has no {step}", hint


CONSTRAINT_CHECKS: tuple[Check, ...] = (check_paths, check_targets, check_values)
