"""Which paths of a live object hold values that came from `${env.NAME}`: kept as paths, never as values.

A manifest says so only while it has the reference; once a plain value takes its place, nothing but a record on the
live object tells that the old versions hold a secret there. Versions never change, so a path once recorded stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from reconciler.model import FieldPath, JsonObject
from reconciler.model.canonical import compact
from reconciler.model.paths import format_path, parse_path
from reconciler.secrets.trees import SENSITIVE, redact

LONGEST = 1000
"""Characters of a record. A longer one names the objects and lists around the values: that hides more, never less."""
EVERYTHING = frozenset({("content",), ("constraints",), ("description",)})
"""What a record that cannot be read is taken for."""


def bounded(paths: Iterable[FieldPath]) -> frozenset[FieldPath]:
    """Return the paths, those below another one left out, and shortened until their record is short enough."""
    kept = _outermost(frozenset(path for path in paths if path))
    while len(_text(kept)) > LONGEST:
        deepest = max(map(len, kept))
        if deepest == 1:
            return EVERYTHING
        kept = _outermost(frozenset(path[:-1] if len(path) == deepest else path for path in kept))
    return kept


def record(paths: frozenset[FieldPath]) -> str:
    """Return the text that stands for paths that are `bounded`; empty for none."""
    return _text(paths) if paths else ""


def recorded(text: str) -> frozenset[FieldPath]:
    """Return the paths of a record; everything when somebody has made it unreadable."""
    if not text:
        return frozenset()
    try:
        paths = json.loads(text)
        if not isinstance(paths, list) or not all(isinstance(each, str) for each in paths):
            return EVERYTHING
        return frozenset(map(parse_path, paths))
    except (ValueError, RecursionError):
        return EVERYTHING


def shown(tree: JsonObject, sensitive: frozenset[FieldPath], under: str) -> JsonObject:
    """A copy of what stands under the field `under`, fit to be shown; an object even where all of it is hidden."""
    hidden = redact({under: tree}, sensitive=sensitive)[under]
    return hidden if isinstance(hidden, Mapping) else dict.fromkeys(tree, SENSITIVE)


def job_paths(sensitive: frozenset[FieldPath], job: JsonObject) -> frozenset[FieldPath]:
    """Return the paths of a job, or of a content by itself, for those of a template that begin with `content`."""
    if ("content",) in sensitive:
        return frozenset((key,) for key in job)
    return frozenset(path[1:] for path in sensitive if path[0] == "content")


def _text(paths: frozenset[FieldPath]) -> str:
    return compact(sorted(map(format_path, paths)))


def _outermost(paths: frozenset[FieldPath]) -> frozenset[FieldPath]:
    return frozenset(path for path in paths if not any(path[:end] in paths for end in range(1, len(path))))
