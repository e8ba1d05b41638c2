"""How the service changes a text or a content before it stores it: fill-ins, trims, case and key order.

Nobody publishes these habits; `Profile` says which of them an emulated service has. By default it has none.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Literal

from .profile import Profile
from .wire import JsonObject, dump_json, parse_json

Habit = Literal["trim", "nfc", "lower"]

_HABITS: Mapping[Habit, Callable[[str], str]] = {
    "trim": str.strip,
    "nfc": lambda text: unicodedata.normalize("NFC", text),
    "lower": str.lower,
}


def stored_name(name: str, profile: Profile) -> str:
    """Return a TemplateName or DisplayName as the service stores it."""
    return _with(profile.name_habits, name)


def stored_text(text: str | None, profile: Profile) -> str | None:
    """Return a description as the service stores it."""
    return None if text is None else _with(profile.text_habits, text)


def stored_metadata(metadata: JsonObject, profile: Profile) -> JsonObject:
    """Return Metadata as the service stores it: its values are texts too."""
    if not profile.text_habits:
        return metadata
    return {key: _with(profile.text_habits, value) if isinstance(value, str) else value
            for key, value in metadata.items()}  # fmt: skip


def _with(habits: frozenset[Habit], text: str) -> str:
    for name, habit in _HABITS.items():
        if name in habits:
            text = habit(text)
    return text


def stored_content(content: str | JsonObject, profile: Profile) -> str | JsonObject:
    """Return a content as the service stores it, in the form (text or object) in which it came."""
    if not profile.fill_ins and profile.key_order == "kept":
        return content
    tree = parse_json(content) if isinstance(content, str) else parse_json(dump_json(content))
    for path, value in profile.fill_ins.items():
        _fill(tree, path.split("."), value)
    if profile.key_order == "sorted":
        tree = _sorted(tree)
    return dump_json(tree) if isinstance(content, str) else tree


def _fill(tree: Any, steps: list[str], value: Any) -> None:
    """Set what is absent or null at a path; `JobSpecs[]` means each item, and missing objects on the way are made."""
    if not isinstance(tree, dict):
        return
    first, rest = steps[0].removesuffix("[]"), steps[1:]
    if steps[0].endswith("[]"):
        for item in tree.get(first) or ():
            _fill(item, rest, value)
    elif not rest:
        if tree.get(first) is None:
            tree[first] = value
    else:
        if tree.get(first) is None:
            tree[first] = {}
        _fill(tree[first], rest, value)


def _sorted(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _sorted(tree[key]) for key in sorted(tree)}
    return [_sorted(item) for item in tree] if isinstance(tree, list) else tree
