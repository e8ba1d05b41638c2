"""Former names in manifests: none may be the name of another manifest, and none may stand in two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.codes import finding
from reconciler.kinds import text_equality
from reconciler.kinds.former import FIELD, PATH, former_names
from reconciler.model import Document, FieldPath, Finding, ResourceId


def former_findings(documents: Mapping[ResourceId, Document]) -> Iterator[Finding]:
    """What is wrong with the former names that manifests of one target say, each at its place."""
    described = {(id.kind, text_equality.settled(id.name)): document for id, document in documents.items()}
    said: dict[tuple[str, str], tuple[Document, FieldPath]] = {}
    for id, document in documents.items():
        for name, path in _places(document):
            key = (id.kind, text_equality.settled(name))
            if key in described:
                yield _still_described(document, path, described[key], name)
            elif key in said:
                yield _said_twice(document, path, said[key], name)
            else:
                said[key] = (document, path)


def _places(document: Document) -> Iterator[tuple[str, FieldPath]]:
    """The former names of a document, each with its path."""
    is_list = isinstance(document.metadata.get(FIELD), list)
    for index, name in enumerate(former_names(document.metadata)):
        yield name, (*PATH, index) if is_list else PATH


def _still_described(document: Document, path: FieldPath, other: Document, name: str) -> Finding:
    if other is document:
        summary = f'"{name}" is the name of this manifest itself'
        hint = "Write the name that the live template had before, or take the field out."
        return finding("DLC062", summary, subject=document.id, where=document.locate(path), path=path, hint=hint)
    place = other.locate(("metadata", "name"))
    summary = f'"{name}" still has a manifest, at {place}'
    return finding("DLC062", summary, subject=document.id, where=document.locate(path), path=path, also=(place,))


def _said_twice(document: Document, path: FieldPath, first: tuple[Document, FieldPath], name: str) -> Finding:
    place = first[0].locate(first[1])
    summary = f'"{name}" was said to be the former name of "{first[0].name}" before, at {place}'
    return finding("DLC063", summary, subject=document.id, where=document.locate(path), path=path, also=(place,))
