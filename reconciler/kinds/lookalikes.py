"""Names that are easily taken for each other although they differ: in capitals, Unicode form, invisible characters.

Whether letters of two alphabets look the same is not judged.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping


def skeleton(name: str) -> str:
    """Return a name without its case and without what cannot be seen. Names that look alike have equal skeletons."""
    if name.isascii():
        return name.strip().lower()
    seen = "".join(each for each in unicodedata.normalize("NFKC", name) if unicodedata.category(each) != "Cf")
    return unicodedata.normalize("NFKC", seen.strip().casefold())


def alike(name: str, by_skeleton: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the other names that look like this one, sorted."""
    return sorted(other for other in by_skeleton.get(skeleton(name), ()) if other != name)


def by_skeleton(names: Iterable[str]) -> Mapping[str, set[str]]:
    """Return the names by their skeletons."""
    found: dict[str, set[str]] = {}
    for name in names:
        found.setdefault(skeleton(name), set()).add(name)
    return found


def spelled(name: str) -> str:
    """Return the name with every character that is not plain ASCII written out, so that the difference shows."""
    return ascii(name)[1:-1]
