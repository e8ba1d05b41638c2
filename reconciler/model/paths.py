"""Constraint paths: `JobSpecs[0].Image` as text and as a FieldPath, both ways.

The grammar is the one CreateJobTemplate uses in Constraints: dotted keys with `[n]` indexes and no `$.` in front. A key
that cannot stand bare (it holds a dot, a bracket, white space …) is written as `["a.b"]`. Judging whether a path
makes sense for a content belongs to the rules.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TypeGuard

from reconciler.model import MISSING, FieldPath, JsonValue, Missing
from reconciler.model.expressions import expression

_BARE_KEY = expression(r"[^\s.\[\]\"'*$]+")
_INDEX = expression(r"\[(0|[1-9][0-9]{0,8})\]")
_QUOTED_KEY = expression(r'\[("(?:[^"\\]|\\.)*")\]')


class PathError(ValueError):
    """A text that is not a constraint path; `hint` says how to write the path, where that is clear."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


@lru_cache(maxsize=4096)  # kept, because thousands of manifests constrain the same few dozen paths
def parse_path(text: str) -> FieldPath:
    """Return the keys and indexes that a constraint path names.

    Raises:
        PathError: the text is empty, begins with `$`, has a wildcard, or is not made of keys and indexes.
    """
    _refuse_other_notations(text)
    steps: list[str | int] = []
    at = 0
    while at < len(text):
        step, at = _bracket(text, at) if text[at] == "[" else _key(text, at, first=not steps)
        steps.append(step)
    return tuple(steps)


def format_path(path: FieldPath) -> str:
    """Return the text of a path. `parse_path` gives the same path back, except for the empty one."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        elif _BARE_KEY.fullmatch(step):
            parts.append(f".{step}" if parts else step)
        else:
            parts.append(f"[{json.dumps(step)}]")
    return "".join(parts)


def lookup(content: JsonValue, path: FieldPath) -> JsonValue | Missing:
    """Return the value at `path`, or MISSING when there is none. The tree may be any JSON value."""
    value = content
    for step in path:
        if isinstance(step, str):
            if not is_object(value) or step not in value:
                return MISSING
        elif not is_list(value) or not 0 <= step < len(value):
            return MISSING
        value = value[step]
    return value


def replaced(tree: JsonValue, values: Mapping[FieldPath, JsonValue]) -> JsonValue:
    """Return the tree with other values at those paths that exist in it. Parts without such a path are shared, not
    copied."""
    if () in values:
        return values[()]
    below: dict[str | int, dict[FieldPath, JsonValue]] = {}
    for path, value in values.items():
        below.setdefault(path[0], {})[path[1:]] = value
    if isinstance(tree, Mapping):
        return {key: replaced(value, below[key]) if key in below else value for key, value in tree.items()}
    if is_list(tree):
        return [replaced(value, below[index]) if index in below else value for index, value in enumerate(tree)]
    return tree


def is_object(value: JsonValue) -> TypeGuard[Mapping[str, JsonValue]]:
    """Return whether the value is a JSON object."""
    # The built-in type is asked first, as for lists.
    return isinstance(value, dict) or isinstance(value, Mapping)  # noqa: SIM101


def is_list(value: JsonValue) -> TypeGuard[Sequence[JsonValue]]:
    """Return whether the value is a JSON array; a text is none."""
    # The built-in type is asked first: asking the abstract one of every leaf took a tenth of the time of all rules.
    return isinstance(value, list) or (isinstance(value, Sequence) and not isinstance(value, str | bytes))


def _refuse_other_notations(text: str) -> None:
    if not text:
        raise PathError("the path is empty")
    if text.startswith("$"):
        bare = text.removeprefix("$").removeprefix(".")
        hint = f"Drop the `$.` prefix: `{bare}`." if bare else "Name a field, for example `JobSpecs[0].Image`."
        raise PathError("a path does not begin with `$`", hint=hint)
    unquoted = _QUOTED_KEY.sub("", text)
    if "*" in unquoted:
        raise PathError("a path has no wildcards", hint="Write one constraint for each item, for example `[0]`, `[1]`.")
    if ".." in unquoted:
        raise PathError("a path has no `..`", hint="Write the whole path from the top of the content.")


def _key(text: str, at: int, *, first: bool) -> tuple[str, int]:
    if not first:
        if text[at] != ".":
            raise PathError(f"expected `.` or `[` at character {at + 1}, found {text[at]!r}")
        at += 1
    match = _BARE_KEY.match(text, at)
    if match is None:
        found = repr(text[at]) if at < len(text) else "the end"
        raise PathError(f"expected a field name at character {at + 1}, found {found}")
    return match.group(), match.end()


def _bracket(text: str, at: int) -> tuple[str | int, int]:
    if match := _INDEX.match(text, at):
        return int(match.group(1)), match.end()
    if match := _QUOTED_KEY.match(text, at):
        try:
            return str(json.loads(match.group(1))), match.end()
        except ValueError as error:
            raise PathError(f"the quoted key at character {at + 1} is not a JSON string") from error
    end = text.find("]", at)
    written = text[at : end + 1] if end >= 0 else text[at:]
    raise PathError(f"`{written}` is not an index", hint="Indexes count from 0: `JobSpecs[0]`.")
