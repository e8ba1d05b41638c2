"""Names that stand in the manifests twice, or that nobody can tell apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from reconciler.codes import finding
from reconciler.kinds.lookalikes import alike, by_skeleton, spelled
from reconciler.manifests.composition import MATRIX
from reconciler.manifests.positions import FilePositions
from reconciler.model import Document, Finding, ResourceId, SourceRef


def lookalikes(documents: Mapping[ResourceId, Callable[[], Document]]) -> Iterator[Finding]:
    """Yield a finding for each name that people can confuse with another of its kind, at its place.

    A document is asked for only where its name is one of them.
    """
    for kind in sorted({id.kind for id in documents}):
        seen = by_skeleton(id.name for id in documents if id.kind == kind)
        shared = {name for names in seen.values() if len(names) > 1 for name in names}
        for id in documents if shared else ():
            others = alike(id.name, seen) if id.kind == kind and id.name in shared else []
            if others:
                path, document = ("metadata", "name"), documents[id]()
                summary = f'"{spelled(id.name)}" looks like {", ".join(map(_quoted, others))}'
                also = tuple(documents[ResourceId(kind, other)]().locate(path) for other in others)
                yield finding("DLC048", summary, subject=id, where=document.locate(path), path=path, also=also)


def _quoted(name: str) -> str:
    return f'"{spelled(name)}"'


def used_twice(second: Document, first: Document) -> Finding:
    """Return the finding that a document has the name of an earlier one, with both places."""
    path = ("metadata", "name")
    if second.where == first.where:
        earlier, row = (_row(each) for each in (first, second))
        summary = f"the row makes the same name as the one at {earlier}"
        return finding("DLC046", summary, subject=second.id, where=row, path=path, also=(earlier,))
    summary = f"the same name was used before, at {first.locate(path)}"
    return finding(
        "DLC017", summary, subject=second.id, where=second.locate(path), path=path, also=(first.locate(path),)
    )


def _row(document: Document) -> SourceRef:
    """Return where the row of the matrix that made a document stands."""
    source = document.source
    return source.locate((*MATRIX, source.row or 0)) if isinstance(source, FilePositions) else document.where
