"""Everything in a document that names something the service has to know: images, datasets, machine types and so on.

Values from `${env.NAME}` are left out: they may be placeholders, and must not be shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.kinds.base import Kind
from reconciler.model import Document, FieldPath
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True)
class Named:
    """One name in a document: of what, and where it stands."""

    what: str
    """See `kinds.names`."""
    name: str
    path: FieldPath
    """From the document's root."""
    document: Document


def named_in(document: Document, kinds: Mapping[str, Kind[Any, Any]]) -> Iterator[Named]:
    """Yield the names in a document, in the document's order."""
    for what, path, value in kinds[document.kind].named(document):
        whole: FieldPath = ("spec", "content", *path)
        if isinstance(value, str) and value and whole not in document.sensitive:
            yield Named(what, value, whole, document)
