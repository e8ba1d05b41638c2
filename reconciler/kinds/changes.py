"""Field changes between two canonical trees that are already known to differ, with sensitive values hidden."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import MISSING, FieldChange, FieldPath, JsonObject, JsonValue, Missing
from reconciler.model.canonical import compact
from reconciler.secrets.trees import SENSITIVE, redact

SENSITIVE_CHANGED = "(sensitive, changed)"


def field_changes(
    before: JsonObject, after: JsonObject, *, sensitive: frozenset[FieldPath] = frozenset()
) -> tuple[FieldChange, ...]:
    """Return what differs, sorted by path.

    Values at `sensitive` paths, and those that look secret, are replaced by a word.
    """
    shown_before = redact(before, sensitive=sensitive)
    shown_after = redact(after, sensitive=sensitive)
    changes = (
        _change(path, _at(shown_before, path), _at(shown_after, path)) for path in _differing_paths(before, after)
    )
    return tuple(sorted(changes, key=lambda change: _position(change.path)))


def whole(after: JsonObject, *, sensitive: frozenset[FieldPath] = frozenset()) -> tuple[FieldChange, ...]:
    """Return everything in a new object as changes, one for each field of the first two levels."""
    shown = redact(after, sensitive=sensitive)
    return tuple(
        FieldChange(path=path, before=MISSING, after=value)
        for path, value in sorted(_two_levels(shown), key=lambda item: _position(item[0]))
    )


def _position(path: FieldPath) -> list[tuple[int, str]]:
    """Return a key that sorts indexes as numbers and keys as texts."""
    return [(part, "") if isinstance(part, int) else (-1, part) for part in path]


def _two_levels(tree: JsonObject) -> Iterator[tuple[FieldPath, JsonValue]]:
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            for inner, leaf in value.items():
                yield (key, inner), leaf
        else:
            yield (key,), value


def _differing_paths(before: JsonObject, after: JsonObject) -> Iterator[FieldPath]:
    # Imported here: deepdiff costs some 90 ms and most plans change nothing.
    from deepdiff import DeepDiff  # noqa: PLC0415

    # Lists are compared by position, because constraints address items by index; keys such as `__X` are ordinary data.
    # Equal parts are removed first: deepdiff would examine each of them, which took nine tenths of a plan.
    found = DeepDiff(
        *_without_equal_parts(before, after),
        view="tree",
        zip_ordered_iterables=True,
        ignore_private_variables=False,
        threshold_to_diff_deeper=0,
    )
    for report, entries in found.items():
        if report == "unprocessed":
            raise ValueError(f"cannot compare: {list(entries)[:3]}")
        for entry in entries:
            yield tuple(entry.path(output_format="list"))


def _without_equal_parts(before: JsonObject, after: JsonObject) -> tuple[JsonObject, JsonObject]:
    """Return both objects without the members, at any depth of objects, that are the same on both sides. Lists stay
    whole."""
    one, other = dict(before), dict(after)
    for key in before.keys() & after.keys():
        a, b = before[key], after[key]
        if a == b and compact(a) == compact(b):  # Python takes 1 and True for equal
            del one[key], other[key]
        elif isinstance(a, dict) and isinstance(b, dict):
            one[key], other[key] = _without_equal_parts(a, b)
    return one, other


def _at(tree: JsonValue, path: FieldPath) -> JsonValue | Missing:
    for part in path:
        if tree == SENSITIVE:
            return SENSITIVE
        try:
            tree = tree[part]
        except (KeyError, IndexError, TypeError):
            return MISSING
    return tree


def _change(path: FieldPath, before: JsonValue | Missing, after: JsonValue | Missing) -> FieldChange:
    """Return one change. Where hiding makes both sides look equal, it still says that something changed."""
    if before == after and type(before) is type(after):  # True == 1, but they differ
        after = SENSITIVE_CHANGED
    return FieldChange(path=path, before=before, after=after)
