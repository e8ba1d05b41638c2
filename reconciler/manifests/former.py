"""Former names in manifests: none may be the name of another manifest, and none may stand in two manifests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from reconciler.codes import finding
from reconciler.kinds import text_equality
from reconciler.kinds.former import FIELD, PATH
from reconciler.model import Document, FieldPath, Finding, ResourceId

Former = tuple[Sequence[str], Callable[[], Document]]
"""The former names in a manifest, and a function that returns the manifest itself; without a problem it is not
called."""


def former_findings(documents: Mapping[ResourceId, Former]) -> Iterator[Finding]:
    """Yield what is wrong with the former names in the manifests of one target, each at its place."""
    described = {(id.kind, text_equality.settled(id.name)): document for id, (_, document) in documents.items()}
    said: dict[tuple[str, str], tuple[Callable[[], Document], int]] = {}
    for id, (names, document) in documents.items():
        for index, name in enumerate(names):
            key = (id.kind, text_equality.settled(name))
            if key in described:
                yield _still_described(document(), index, described[key](), name)
            elif key in said:
                first, at = said[key]
                yield _said_twice(document(), index, first(), at, name)
            else:
                said[key] = (document, index)


def _path(document: Document, index: int) -> FieldPath:
    """Return where one of the former names stands."""
    return (*PATH, index) if isinstance(document.metadata.get(FIELD), list) else PATH


def _still_described(document: Document, index: int, other: Document, name: str) -> Finding:
    path = _path(document, index)
    if other.id == document.id:
        summary = f'"{name}" is the name of this manifest itself'
        hint = "Write the name that the live template had before, or take the field out."
        return finding("DLC062", summary, subject=document.id, where=document.locate(path), path=path, hint=hint)
    place = other.locate(("metadata", "name"))
    summary = f'"{name}" still has a manifest, at {place}'
    return finding("DLC062", summary, subject=document.id, where=document.locate(path), path=path, also=(place,))


def _said_twice(document: Document, index: int, first: Document, at: int, name: str) -> Finding:
    path, place = _path(document, index), first.locate(_path(first, at))
    summary = f'"{name}" was said to be the former name of "{first.name}" before, at {place}'
    return finding("DLC063", summary, subject=document.id, where=document.locate(path), path=path, also=(place,))
