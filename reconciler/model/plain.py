"""Values of the model as plain JSON trees and back. The fields that the classes declare decide; nothing is listed
twice.

A class (a dataclass or a named tuple) is an object with one key for each field, any other tuple an array, a set a
sorted array, an enumeration its value. A mapping with numbers as keys is an array of pairs, because JSON has texts as
keys only. Two marks in the metadata of a field change that: `WHEN_SET` leaves its key out while it has its default,
`APART` always.

Reading is strict: every key is there but those of marked fields, no other is, and nothing is converted ("5" is no
number).
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

ValueT = TypeVar("ValueT")


class PlainError(ValueError):
    """A tree that is not the value it should be. The text begins with the place, for example `actions[0].verb`."""


def plain(value: Any) -> Any:
    """Return the value as a JSON tree. Parts that are of no class of ours, such as contents, are shared, not copied."""
    return _converter().unstructured(value)


def read(model: type[ValueT], tree: Any) -> ValueT:
    """Return the value from which `plain` made the tree.

    Raises:
        PlainError: a key is missing or unknown, or something is of another type.
    """
    value: ValueT = _converter().structured(model, tree)
    return value


@cache
def _converter() -> Any:
    from reconciler.model import converter  # noqa: PLC0415 - cattrs takes longer to load than the whole model

    return converter
