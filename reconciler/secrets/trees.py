"""What is sensitive in a content, and the copy of it that may be shown.

A value is sensitive for one of three reasons: its path is known (`${env.NAME}`), its key says so (`HF_TOKEN`,
`ImageConfig.Password`), or it has a well-known shape. The third reason also applies inside longer texts: commands,
URLs, messages of the service. Hiding too much does less harm than showing a secret, but ordinary training settings
(`MAX_TOKENS`, `PAD_TOKEN`) stay readable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import NoneType

from reconciler.model import FieldPath, JsonValue
from reconciler.model.expressions import expression
from reconciler.model.paths import is_list, is_object
from reconciler.secrets.in_texts import (
    SENSITIVE,
    is_reference,
    looks_secret_value,
    may_look_secret,
    redact_text,
)
from reconciler.secrets.names import looks_secret

__all__ = [
    "SENSITIVE",
    "hides_nothing",
    "looks_secret",
    "looks_secret_value",
    "plain_secrets",
    "redact",
    "redact_text",
    "variables",
]

_CONSTRAINTS = ("locked", "overridable", "required")
_NUMBERS = (int, float, NoneType)
"""Leaves without a text."""
_VARIABLE = expression(r"\$[A-Z_][A-Z0-9_]*|\$\{[A-Z_][A-Z0-9_]*\}")
_SWITCHES = frozenset({"", "0", "1", "true", "false", "yes", "no", "on", "off", "none", "null"})


def redact(tree: JsonValue, *, sensitive: frozenset[FieldPath] = frozenset()) -> JsonValue:
    """Return a copy of the tree in which every secret reads "(sensitive)".

    `sensitive` holds paths from the tree's root whose values are hidden whole. The argument is not changed.
    """
    return _redact(tree, (), sensitive, named=False)


def plain_secrets(tree: JsonValue) -> Iterator[FieldPath]:
    """Yield the paths of the leaves that look like a secret by their key or by their value, in the tree's order.

    References that a shell resolves later (`$TOKEN`) are not secrets; neither are switches such as "1" and "false".
    """
    if _is_worth_a_look(tree):
        yield from _secrets(tree, (), named=False)


def hides_nothing(tree: JsonValue) -> bool:
    """Return whether a tree shows no secret, so that it may be kept as it stands: `redact` would hide nothing in it
    but the names of variables (`$TOKEN`)."""
    try:
        bare = _without_variables(tree)
        return bool(redact(bare) == bare)
    except RecursionError:  # nobody looked into all of it
        return False


def variables(environ: Mapping[str, str]) -> set[str]:
    """Return the values of the environment variables whose names look secret."""
    return {value for name, value in environ.items() if value and looks_secret(name)}


def _redact(tree: JsonValue, path: FieldPath, sensitive: frozenset[FieldPath], *, named: bool) -> JsonValue:
    if sensitive and path in sensitive:
        return SENSITIVE
    if isinstance(tree, Mapping):
        return {
            key: _redact(value, (*path, key), sensitive, named=named or _names_secret(tree, key, value))
            for key, value in tree.items()
        }
    if is_list(tree):
        return [_redact(value, (*path, index), sensitive, named=named) for index, value in enumerate(tree)]
    if named and not _is_switch(tree):
        return SENSITIVE
    return redact_text(tree) if isinstance(tree, str) else tree


def _without_variables(tree: JsonValue) -> JsonValue:
    """Return a copy in which texts that are only the name of a variable are empty."""
    if isinstance(tree, Mapping):
        return {key: _without_variables(value) for key, value in tree.items()}
    if is_list(tree):
        return [_without_variables(value) for value in tree]
    return "" if isinstance(tree, str) and _VARIABLE.fullmatch(tree) else tree


def _is_worth_a_look(tree: JsonValue) -> bool:
    """Return whether the tree may hold a secret. The walk is quick, because hardly one of thousands holds one, and
    may say yes for a harmless tree."""
    texts: list[str] = []
    parts = [tree]
    for part in parts:  # it grows: a call for each object took twice the time
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, _NUMBERS):
            continue
        elif is_object(part):
            if _may_name_secret(part) and any(_names_secret(part, key, value) for key, value in part.items()):
                return True
            parts += part.values()
        elif is_list(part):
            parts += part
    return may_look_secret("\n".join(texts))


def _may_name_secret(tree: Mapping[str, JsonValue]) -> bool:
    """Return whether a key of the object looks secret, or is the one whose name stands beside it."""
    return "Value" in tree or any(map(looks_secret, tree))


def _secrets(tree: JsonValue, path: FieldPath, *, named: bool) -> Iterator[FieldPath]:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from _secrets(value, (*path, key), named=named or _names_secret(tree, key, value))
    elif is_list(tree):
        for index, value in enumerate(tree):
            yield from _secrets(value, (*path, index), named=named)
    elif (named and _is_plain(tree)) or (isinstance(tree, str) and looks_secret_value(tree)):
        yield path


def _names_secret(parent: Mapping[str, JsonValue], key: str, value: JsonValue) -> bool:
    """Return whether the name of a value says that it is secret: its key, or the `Key`/`Name` beside it."""
    if key == "Value":
        name = parent.get("Key", parent.get("Name"))
        return isinstance(name, str) and looks_secret(name)
    if not looks_secret(key):
        return False
    # A constraint such as {"Envs.HF_TOKEN": "locked"} is no secret.
    return value not in _CONSTRAINTS or not ("." in key or "[" in key)


def _is_plain(value: JsonValue) -> bool:
    """Return whether a value under a secret's name is that secret: neither a switch nor something that a shell
    resolves later."""
    return not _is_switch(value) and not (isinstance(value, str) and is_reference(value))


def _is_switch(value: JsonValue) -> bool:
    """Return whether the value only turns something on or off, so that it is no secret under any name."""
    return value is None or isinstance(value, bool) or str(value).lower() in _SWITCHES
