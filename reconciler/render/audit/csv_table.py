"""The findings of an audit as CSV, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from reconciler.model import JsonObject, JsonValue
from reconciler.render.audit.document import AuditDocument, place
from reconciler.render.style import visible

COLUMNS = (
    "severity", "code", "rule", "target", "kind", "name", "id", "field", "summary", "hint", "where", "waived_until",
    "waived_because", "known", "fingerprint",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def audit_csv(document: AuditDocument) -> Iterator[str]:
    """Yield a line of headings and one for each finding, waived and known ones included (RFC 4180)."""
    titles = {rule["code"]: rule["title"] for rule in document.head["rules"]}
    yield _line(COLUMNS)
    for finding in document.findings:
        yield _line([_cell(value) for value in _row(finding, titles[finding["code"]])])


def _row(finding: JsonObject, title: str) -> list[JsonValue]:
    waived = finding["waived"] or {}
    return [
        *(finding["severity"], finding["code"], title, finding["target"], finding["kind"], finding["name"]),
        *(finding["id"], finding["field"], finding["summary"], finding["hint"], place(finding)),
        *(waived.get("expires"), waived.get("reason"), "yes" if finding["known"] else "no", finding["fingerprint"]),
    ]


def _cell(value: JsonValue) -> str:
    """Return a cell that no spreadsheet takes for a formula, whatever name the service gave."""
    text = visible("" if value is None else str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(cells: object) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)  # type: ignore[arg-type]
    return buffer.getvalue()
