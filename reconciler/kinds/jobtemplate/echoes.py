"""Versions of which the service shows more than was sent: it fills in defaults of its own.

    Echo        version 3, sent as digest A, shown as digest B: what was added is the service's, as long as it shows B
    Intention   version 4 is about to be made with digest C: lets a later run tell our version when this one is killed

Both are texts in Metadata. An addition is excused only when everything that was sent is shown unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from reconciler.model import FieldPath, JsonValue
from reconciler.model.expressions import expression
from reconciler.model.paths import is_list
from reconciler.model.quick import dataclass

KEPT = 10
"""How many versions are remembered. A revert to an older one makes a new version, which is correct but not
economical."""
PATHS, LONGEST = 20, 1000
"""How many paths of additions are named, and in how many characters."""

_HEX = "[0-9a-f]{64}"
_ECHO = expression(rf"([1-9][0-9]{{0,8}}):({_HEX}):({_HEX})")
_INTENTION = expression(rf"([1-9][0-9]{{0,8}}):({_HEX})")
_SCHEME = "sha256:"


@dataclass(frozen=True, slots=True, order=True)
class Echo:
    """One version as it was sent and as it is shown; both are digests of `model.canonical.version_digest`."""

    version: int
    sent: str
    shown: str

    def __str__(self) -> str:
        return f"{self.version}:{self.sent.removeprefix(_SCHEME)}:{self.shown.removeprefix(_SCHEME)}"


@dataclass(frozen=True, slots=True)
class Intention:
    """A version that a write was about to make; only reading back shows whether it was made."""

    version: int
    sent: str

    def __str__(self) -> str:
        return f"{self.version}:{self.sent.removeprefix(_SCHEME)}"

    @classmethod
    def parse(cls, text: str) -> Intention | None:
        """Return the intention in the text of a mark; None for anything else."""
        found = _INTENTION.fullmatch(text)
        return cls(int(found[1]), _SCHEME + found[2]) if found else None


def echoes(text: str) -> tuple[Echo, ...]:
    """Return the echoes in the text of a mark, by version; other parts are left out."""
    found = (_ECHO.fullmatch(each) for each in text.split())
    return tuple(sorted(Echo(int(each[1]), _SCHEME + each[2], _SCHEME + each[3]) for each in found if each))


def echoes_text(kept: Iterable[Echo]) -> str:
    """Return echoes as the text of a mark."""
    return " ".join(map(str, sorted(kept)))


def with_echo(kept: Iterable[Echo], new: Echo) -> tuple[Echo, ...]:
    """Return the echoes with one more; the newest ten are kept."""
    return tuple(sorted([*(each for each in kept if each.version != new.version), new])[-KEPT:])


def paths(text: str) -> tuple[str, ...]:
    """Return the paths in the text of a mark."""
    return tuple(text.split())


def paths_text(added: Sequence[str]) -> str:
    """Return paths as the text of a mark; those that do not fit are left out."""
    text = ""
    for path in added:
        if len(text) + len(path) + 1 > LONGEST:
            break
        text = f"{text} {path}" if text else path
    return text


def additions(sent: JsonValue, shown: JsonValue) -> tuple[FieldPath, ...] | None:
    """Return the paths at which `shown` has more than `sent`; None when something that was sent is missing or
    different.

    Both are in canonical form. Lists must have the same length, because an additional item would move the others.
    """
    found: list[FieldPath] = []
    return tuple(found) if _is_within(sent, shown, (), found) else None


def _is_within(sent: JsonValue, shown: JsonValue, at: FieldPath, found: list[FieldPath]) -> bool:
    if isinstance(sent, Mapping) and isinstance(shown, Mapping):
        for key in sorted(shown.keys() - sent.keys()):
            found += _leaves(shown[key], (*at, key))
        return all(key in shown and _is_within(value, shown[key], (*at, key), found) for key, value in sent.items())
    if is_list(sent) and is_list(shown):
        return len(sent) == len(shown) and all(
            _is_within(one, other, (*at, index), found)
            for index, (one, other) in enumerate(zip(sent, shown, strict=True))
        )
    return type(sent) is type(shown) and bool(sent == shown)


def _leaves(value: JsonValue, at: FieldPath) -> Iterator[FieldPath]:
    if isinstance(value, Mapping) and value:
        for key in sorted(value):
            yield from _leaves(value[key], (*at, key))
    else:
        yield at


def general(added: Iterable[FieldPath]) -> tuple[str, ...]:
    """Return the paths as people know fields, without list positions: `JobSpecs[].Type`. Each appears once; the
    first twenty are kept."""
    return tuple(sorted({"".join(_parts(path)) for path in added}))[:PATHS]


def _parts(path: FieldPath) -> Iterator[str]:
    for index, part in enumerate(path):
        yield "[]" if isinstance(part, int) else f".{part}" if index else re.sub(r"\s", "?", str(part))
