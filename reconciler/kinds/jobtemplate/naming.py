"""Which live template a name or an id means, for every command."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.errors import ReconcilerError
from reconciler.model import JsonObject
from reconciler.model.nearest import meant


def row_called(rows: Sequence[JsonObject], wanted: str, where: str, preferred: str = "") -> JsonObject:
    """Return the ListJobTemplates row of a name or an id; `preferred` is the id that a manifest names for the name.

    Raises:
        ReconcilerError: there is none (the message has the nearest name and `where`), or there are several.
    """
    named = [row for row in rows if row.get("TemplateName") == wanted]
    if preferred:
        named = [row for row in named if row["TemplateId"] == preferred]
    named = named or [row for row in rows if row["TemplateId"] == wanted]
    if len(named) == 1:
        return named[0]
    if named:
        ids = ", ".join(sorted(row["TemplateId"] for row in named))
        raise ReconcilerError(f'several live templates are called "{wanted}": {ids}', hint="Name one by its id.")
    known = [str(row.get(field)) for row in rows for field in ("TemplateName", "TemplateId")]
    raise ReconcilerError(f'there is no live template "{wanted}" in {where}{meant(wanted, known)}')
