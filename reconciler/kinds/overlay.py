"""Values that replace parts of a content at paths, as `spec.verify.set` writes them."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.model import FieldPath, JsonObject, JsonValue
from reconciler.model.canonical import canonical
from reconciler.model.paths import PathError, is_list, parse_path


def laid_over(content: JsonObject, values: Mapping[str, JsonValue]) -> JsonObject:
    """Return the content with values set at paths. Missing objects on the way are made; `null` removes a field.

    A path that is no path, or that leads through something other than an object or to an item that the list does not
    have, becomes a field with that very name. The service knows no such field and refuses the job, so that nothing else
    runs than was asked for.
    """
    tree: JsonValue = content
    for text, value in values.items():
        try:
            tree = _with(tree, steps_of(text), value, text)
        except KeyError:
            tree = _with(tree, (text,), value, text)
    found = canonical(tree)
    return found if isinstance(found, dict) else {}


def steps_of(text: str) -> FieldPath:
    """Return the path at which a value is set; a text that is no path is its own only step."""
    try:
        return parse_path(text)
    except PathError:
        return (text,)


def _with(tree: JsonValue, path: FieldPath, value: JsonValue, text: str) -> JsonValue:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        if not is_list(tree) or not 0 <= step < len(tree):
            raise KeyError(text)
        return [_with(item, rest, value, text) if at == step else item for at, item in enumerate(tree)]
    if tree is not None and not isinstance(tree, Mapping):
        raise KeyError(text)
    before = dict(tree or {})
    return {**before, step: _with(before.get(step), rest, value, text)}
