"""Names that a person cannot tell apart though they differ: composed and decomposed letters, invisible characters.

Whether two letters of different alphabets look the same is not judged, nor are capitals: those are visible.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping


def skeleton(name: str) -> str:
    """What is left of a name when everything that cannot be seen is taken away; equal for names that look alike."""
    if name.isascii():
        return name
    return "".join(each for each in unicodedata.normalize("NFKC", name) if unicodedata.category(each) != "Cf")


def alike(name: str, by_skeleton: Mapping[str, Iterable[str]]) -> list[str]:
    """The other names that look like this one, sorted."""
    return sorted(other for other in by_skeleton.get(skeleton(name), ()) if other != name)


def by_skeleton(names: Iterable[str]) -> Mapping[str, set[str]]:
    """The names by what can be seen of them."""
    found: dict[str, set[str]] = {}
    for name in names:
        found.setdefault(skeleton(name), set()).add(name)
    return found


def spelled(name: str) -> str:
    """The name with every character that is not plain ASCII written out, so that the difference shows."""
    return ascii(name)[1:-1]
