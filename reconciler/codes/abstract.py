"""Finding codes of `metadata.abstract`."""

from __future__ import annotations

from reconciler.codes.entry import Entry
from reconciler.model import Severity

ENTRIES = (
    Entry(
        code="DLC067",
        title="An abstract manifest with a field about a live object",
        severity=Severity.ERROR,
        why="With `metadata.abstract: true` a manifest is there for others to build on and is no object itself. There "
        "is nothing that could be adopted, renamed, picked by its id, protected or pinned, and such fields are not "
        "handed on.",
        fix="Write the field into the manifests that build on this one, or take `metadata.abstract` out.",
    ),
    Entry(
        code="DLC068",
        title="An abstract manifest without users",
        severity=Severity.NOTE,
        why="An abstract manifest takes effect through the manifests that name it in `spec.base`, and none does.",
        fix="Build a manifest on it with `spec.base`, or remove it. If it is to be an object, take `metadata.abstract` "
        "out.",
    ),
)
