"""Sound documents, spoilt: one or a few places of a JSON tree, or the bytes it is written in.

Everything is drawn from a `random.Random`, so a seed says which document it was.
"""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

Place = tuple[Any, Any]
"""A container and the key or index of one thing in it."""

_DEEP = json.loads("[" * 60 + "]" * 60)
GARBAGE: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**30,
    -(10**400),
    1e308,
    "",
    " ",
    "1",
    "\ud800",
    "a\x00b\x1b[31m\u202e\n::stop-commands::x",
    "9999-99-99T99:99:99Z",
    "0001-01-01T00:00:00+14:00",
    "${env.HOME}",
    "x" * 20_000,
    [],
    {},
    [None],
    [[]],
    [{}],
    {"": None},
    {"a": {"b": [{"c": [1, "x", None]}]}},
    _DEEP,
)
"""What may stand where something else was expected."""


def spoilt_tree(tree: Any, draw: Random) -> Any:
    """The tree, which is changed in place, with one to three places swapped, dropped, doubled or renamed."""
    holder = [tree]
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        container, key = draw.choice(list(_places(holder)))
        draw.choice(CHANGES)(container, key, draw)
        if not holder:
            return None
        tree = holder[0]
    return tree


def _places(container: Any) -> Iterator[Place]:
    for key, value in container.items() if isinstance(container, dict) else enumerate(container):
        yield container, key
        if isinstance(value, dict | list):
            yield from _places(value)


def _garbage(container: Any, key: Any, draw: Random) -> None:
    container[key] = copy.deepcopy(draw.choice(GARBAGE))


def _other_type(container: Any, key: Any, _draw: Random) -> None:
    """The same thing as it would be of another type: a number as text, a text as number or list, a list as mapping."""
    match container[key]:
        case bool() | None as value:
            container[key] = str(value).lower()
        case int() | float() as value:
            container[key] = str(value)
        case str() as value:
            container[key] = len(value) if value and not value.isdigit() else [value]
        case list() as value:
            container[key] = {str(number): each for number, each in enumerate(value)}
        case value:
            container[key] = [[name, each] for name, each in value.items()]


def _drop(container: Any, key: Any, _draw: Random) -> None:
    del container[key]


def _twice(container: Any, key: Any, _draw: Random) -> None:
    if isinstance(container, list):
        container.insert(key, container[key])
    else:
        container[f"{key}2"] = container[key]


def _rename(container: Any, key: Any, draw: Random) -> None:
    if isinstance(container, dict):
        container[draw.choice((str(key).swapcase(), f" {key}", "", "__class__"))] = container.pop(key)
    else:
        container.reverse()


CHANGES: tuple[Callable[[Any, Any, Random], None], ...] = (_garbage, _garbage, _other_type, _drop, _twice, _rename)


def _within(body: bytes, draw: Random, piece: bytes) -> bytes:
    at = draw.randrange(len(body) + 1)
    return body[:at] + piece + body[at:]


_NUMBERS = (b"NaN", b"-Infinity", b"1e999", b"9" * 5000, b"0x10", b"01")


def _number(body: bytes, draw: Random) -> bytes:
    """A number that JSON does not have, or that no machine holds, in place of the first one."""
    head, colon, tail = body.partition(b": ")
    return head + colon + draw.choice(_NUMBERS) + b', "x": ' + tail


ENCODINGS: Mapping[str, Callable[[bytes, Random], bytes]] = {
    "utf-16": lambda body, _: body.decode(errors="replace").encode("utf-16"),
    "utf-32": lambda body, _: body.decode(errors="replace").encode("utf-32-be"),
    "latin-1": lambda body, draw: _within(body, draw, "é".encode("latin-1")),
    "bom": lambda body, _: b"\xef\xbb\xbf" + body,
    "compressed": lambda body, _: gzip.compress(body),
    "cut": lambda body, draw: body[: draw.randrange(len(body) + 1)],
    "twice": lambda body, _: body + body,
    "zero": lambda body, draw: _within(body, draw, b"\0"),
    "control": lambda body, draw: _within(body, draw, b"\x1b[2J"),
    "number": _number,
    "deep": lambda body, draw: _within(body, draw, b"[" * 50_000),
    "bytes": lambda body, draw: _within(body, draw, draw.randbytes(3)),
}
"""What can happen to the bytes of a text."""


def spoilt_bytes(body: bytes, draw: Random) -> bytes:
    """The bytes in another encoding, cut, or with something between them."""
    return draw.choice(list(ENCODINGS.values()))(body, draw)


def spoilt_json(body: bytes, draw: Random) -> bytes:
    """A JSON document, spoilt as a tree (mostly) or as bytes; bytes that are no JSON are spoilt as bytes."""
    try:
        tree = json.loads(body)
    except (ValueError, RecursionError):
        return spoilt_bytes(body, draw)
    if draw.random() < 0.25:
        return spoilt_bytes(body, draw)
    return json.dumps(spoilt_tree(tree, draw)).encode()
