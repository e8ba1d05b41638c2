"""Finding codes."""

from __future__ import annotations

from reconciler.catalogue.entry import Entry

ENTRIES: tuple[Entry, ...] = ()
