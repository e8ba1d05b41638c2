"""Which paths of a live object hold values that came from `${env.NAME}`. The paths are kept, never the values.

A manifest says so only while it has the reference. Once a plain value takes its place, only a record on the live object
tells that old versions hold a secret there. Versions never change, so a path that was recorded stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from reconciler.model import FieldPath, JsonObject
from reconciler.model.canonical import compact
from reconciler.model.paths import format_path, parse_path
from reconciler.secrets.trees import SENSITIVE, redact

LONGEST = 1000
"""How many characters a record may have. A longer record names whole objects and lists instead of single values, so
that more is hidden, never less."""
EVERYTHING = frozenset({("content",), ("constraints",), ("description",)})
"""The paths that are assumed when a record cannot be read: everything is hidden."""


def bounded(paths: Iterable[FieldPath]) -> frozenset[FieldPath]:
    """Return the paths without those below another one, shortened until their record is short enough."""
    kept = _outermost(frozenset(path for path in paths if path))
    while kept and len(_text(kept)) > LONGEST:
        deepest = max(map(len, kept))
        if deepest == 1:
            return EVERYTHING
        kept = _outermost(frozenset(path[:-1] if len(path) == deepest else path for path in kept))
    return kept


def record(paths: frozenset[FieldPath]) -> str:
    """Return the record of paths that went through `bounded`; empty for none."""
    return _text(paths) if paths else ""


def recorded(text: str) -> frozenset[FieldPath]:
    """Return the paths of a record; everything when somebody has made the record unreadable."""
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
    """Return a copy of the field `under` of an object that may be shown. It is an object even where all of it is
    hidden."""
    hidden = redact({under: tree}, sensitive=sensitive)[under]
    return hidden if isinstance(hidden, Mapping) else dict.fromkeys(tree, SENSITIVE)


def job_paths(sensitive: frozenset[FieldPath], job: JsonObject) -> frozenset[FieldPath]:
    """Return the paths of a job, or of a content by itself, that belong to those paths of a template that begin with
    `content`."""
    if ("content",) in sensitive:
        return frozenset((key,) for key in job)
    return frozenset(path[1:] for path in sensitive if path[0] == "content")


def _text(paths: frozenset[FieldPath]) -> str:
    return compact(sorted(map(format_path, paths)))


def _outermost(paths: frozenset[FieldPath]) -> frozenset[FieldPath]:
    return frozenset(path for path in paths if not any(path[:end] in paths for end in range(1, len(path))))
