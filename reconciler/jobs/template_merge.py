"""What a launch from a template becomes, decided here before the service silently does the same.

The service's own rule: the keys of the call replace the template's keys whole, JobType stays the template's, then every
locked path is put back. A required path that neither side gives is refused. Pure functions on plain trees.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence

from reconciler.kinds.check import is_empty
from reconciler.model import MISSING, FieldPath, JsonObject, JsonValue, Missing
from reconciler.model.canonical import canonical
from reconciler.model.paths import PathError, format_path, lookup, parse_path
from reconciler.model.quick import dataclass

Tree = dict[str, JsonValue]


class SettingError(ValueError):
    """A setting that cannot be made in this template's content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """Something that a launch asks for and the template does not allow."""

    path: str
    asked: JsonValue | Missing
    kept: JsonValue | Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The job that a template and the fields of a launch make together."""

    job: JsonObject
    ignored: tuple[Ignored, ...] = ()
    missing: tuple[str, ...] = ()
    """Required paths that neither the template nor the launch gives."""


def merge(content: JsonObject, constraints: Mapping[str, JsonValue], fields: JsonObject) -> Merged:
    """Return the job of a launch with these CreateJob fields, and everything in them that the template overrules."""
    job: Tree = copy.deepcopy({**_known(content), **fields})
    locked = [("JobType",), *_paths(constraints, "locked")]
    ignored = []
    for path in locked:
        asked, kept = lookup(job, path), lookup(content, path)
        if _differ(asked, kept):
            _restore(job, content, path)
            if path[0] in fields:
                ignored.append(Ignored(path=format_path(path), asked=asked, kept=kept))
    missing = [format_path(path) for path in _paths(constraints, "required") if is_empty(lookup(job, path))]
    return Merged(job=job, ignored=tuple(ignored), missing=tuple(missing))


def overrides(content: JsonObject, settings: Sequence[tuple[FieldPath, JsonValue]]) -> Tree:
    """Return the CreateJob fields that change single values of a template. Each touched key is sent whole.

    Raises:
        SettingError: a setting leads into a text or number, or past the end of a list.
    """
    fields: Tree = {}
    for path, value in settings:
        key = str(path[0])
        if key not in fields and len(path) > 1 and key in content:
            fields[key] = _without_console_keys(copy.deepcopy(content[key]))
        _put(fields, path, value)
    return fields


def _known(content: JsonObject) -> Tree:
    """Return the content without keys that only the console writes."""
    return {key: value for key, value in content.items() if not key.startswith("_")}


def _without_console_keys(tree: JsonValue) -> JsonValue:
    if isinstance(tree, Mapping):
        return {key: _without_console_keys(value) for key, value in tree.items() if not key.startswith("_")}
    return [_without_console_keys(item) for item in tree] if isinstance(tree, list) else tree


def _paths(constraints: Mapping[str, JsonValue], rule: str) -> Iterator[FieldPath]:
    for text, value in constraints.items():
        if value == rule:
            try:
                yield parse_path(text)
            except PathError:
                continue  # the service accepted it, so it has no meaning for the service


def _differ(one: JsonValue | Missing, other: JsonValue | Missing) -> bool:
    if is_empty(one) or is_empty(other):
        return is_empty(one) is not is_empty(other)
    return bool(canonical({"value": one}) != canonical({"value": other}))


def _restore(job: Tree, content: JsonObject, path: FieldPath) -> None:
    """Put the template's value back at one path; where the launch left no place for it, put back its whole top-level
    key."""
    kept = copy.deepcopy(lookup(content, path))
    parent: JsonValue | Missing = lookup(job, path[:-1])
    step = path[-1]
    if isinstance(parent, dict) and kept is MISSING:
        parent.pop(step, None)
    elif isinstance(parent, dict) or (isinstance(parent, list) and isinstance(step, int) and step < len(parent)):
        if kept is not MISSING:
            parent[step] = kept  # type: ignore[index]
    elif kept is not MISSING:
        job[str(path[0])] = copy.deepcopy(content[str(path[0])])


def _put(tree: Tree, path: FieldPath, value: JsonValue) -> None:
    place: JsonValue = tree
    for index, step in enumerate(path[:-1]):
        place = _step_into(place, step, path[: index + 1], is_list=isinstance(path[index + 1], int))
    _check_place(place, path[-1], path)
    if isinstance(place, list) and path[-1] == len(place):
        place.append(value)
    else:
        place[path[-1]] = value


def _step_into(place: JsonValue, step: str | int, path: FieldPath, *, is_list: bool) -> JsonValue:
    """Return what stands at a step; an empty object or list is made where nothing stands."""
    _check_place(place, step, path)
    if isinstance(place, list):
        if step == len(place):
            place.append([] if is_list else {})
        return place[int(step)]
    if is_empty(place.get(step)):
        place[step] = [] if is_list else {}
    return place[step]


def _check_place(place: JsonValue, step: str | int, path: FieldPath) -> None:
    shown = format_path(path)
    if isinstance(place, list) and isinstance(step, int):
        if step > len(place):
            raise SettingError(f"{shown}: the list has {len(place)} items, so the next is [{len(place)}]")
    elif not isinstance(place, dict) or isinstance(step, int):
        kind = "a list" if isinstance(place, list) else "an object" if isinstance(place, dict) else "no object or list"
        raise SettingError(f"{shown}: what it leads into is {kind}")
