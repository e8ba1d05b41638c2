"""How the default versions of an audit came to be: since when, proved by which job, and what waits for others."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import JsonObject
from reconciler.render.audit.document import AuditDocument

MOST = 200
"""The most templates in a report that people read from its beginning to its end."""


def with_defaults(document: AuditDocument) -> Iterator[JsonObject]:
    """Yield every object that has a default version, in the order of the lists."""
    for listed in document.lists.values():
        yield from (each for each in listed() if "asks_proof" in each)


def since(row: JsonObject) -> str:
    """Return since when the default version is the default, or "unknown"."""
    return str(row["since"] or "unknown")


def proof(row: JsonObject) -> str:
    """Return by which job the default version was proved, and when; else whether a proof is asked for."""
    if row["proved"]:
        return f"{row['proved']['job']} on {row['proved']['time']}"
    return "not proved" if row["asks_proof"] else "no proof asked"
