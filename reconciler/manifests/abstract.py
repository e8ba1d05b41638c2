"""Abstract manifests (`metadata.abstract: true`): others are built on them, and they are no object themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reconciler.codes import finding
from reconciler.manifests.positions import FilePositions
from reconciler.manifests.project import subject_of
from reconciler.model import Document, FieldPath, Finding, JsonObject

_FIELD: FieldPath = ("metadata", "abstract")


def is_abstract(data: JsonObject) -> bool:
    """Return whether a resolved document says that it is no object itself."""
    metadata = data.get("metadata")
    return isinstance(metadata, Mapping) and metadata.get("abstract") is True


def of_a_live_object(data: JsonObject, positions: FilePositions, fields: Iterable[FieldPath]) -> Iterator[Finding]:
    """Yield an error for each of these fields (`Kind.of_one_object`) that an abstract document has: it has no live
    object of which they could speak."""
    for path in fields:
        part = data.get(str(path[0]))
        if isinstance(part, Mapping) and part.get(path[1]) not in (None, False):
            yield finding(
                "DLC067",
                f"`{path[0]}.{path[1]}` speaks of a live object, and an abstract manifest has none",
                subject=subject_of(data),
                where=positions.locate(path),
                path=path,
            )


def unused(document: Document) -> Finding:
    """Return the note about an abstract document that nothing is built on."""
    return finding(
        "DLC068",
        "nothing builds on this abstract manifest, so it describes nothing",
        subject=document.id,
        where=document.locate(_FIELD),
        path=_FIELD,
    )
