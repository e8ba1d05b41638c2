"""An audit as one JSON document, written piece by piece so that it never has to fit into memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from reconciler.model import JsonObject
from reconciler.render.audit.document import AuditDocument


def audit_json(document: AuditDocument) -> Iterator[str]:
    """Yield the document that `specs/audit.schema.json` describes: the head's fields, then the lists, one value a
    line."""
    head = json.dumps(document.head, indent=2)
    yield head.removesuffix("\n}")
    objects = ((name, listed()) for name, listed in document.lists.items())
    for name, values in (("findings", document.findings), *objects):
        yield f',\n  "{name}": ['
        yield from _values(values)
        yield "]"
    yield "\n}\n"


def _values(values: Iterable[JsonObject]) -> Iterator[str]:
    between = "\n    "
    for value in values:
        yield between + json.dumps(value)
        between = ",\n    "
    if between.startswith(","):
        yield "\n  "
