"""Findings as a JSON document of our own, for scripts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from reconciler.codes.grading import Waived
from reconciler.model import Failure, Finding, Severity, SourceRef
from reconciler.model.plain import plain
from reconciler.render.findings.places import in_repository

FORMAT_VERSION = "1.2"


def findings_json(
    findings: Iterable[Finding],
    *,
    prefix: str = "",
    waived: Sequence[Waived] = (),
    off: int = 0,
    failed: Sequence[Failure] = (),
) -> str:
    """Return the document that `specs/validate.schema.json` describes. `failed` says which targets could not be
    asked."""
    found = tuple(findings)
    document = {
        "format_version": FORMAT_VERSION,
        "valid": all(finding.severity is not Severity.ERROR for finding in found),
        "summary": {
            **{each.value: sum(finding.severity is each for finding in found) for each in Severity},
            "waived": len(waived),
            "off": off,
        },
        "findings": [_object(finding, prefix) for finding in found],
        "waived": [
            {
                **_object(each.finding, prefix),
                "waiver": {"reason": each.waiver.reason, "expires": each.waiver.expires.isoformat()},
            }
            for each in waived
        ],
        "failed": [plain(each) for each in failed],
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _object(finding: Finding, prefix: str) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "summary": finding.summary,
        "kind": finding.subject.kind if finding.subject else None,
        "name": finding.subject.name if finding.subject else None,
        "where": _place(finding.where, prefix) if finding.where else None,
        "path": list(finding.path),
        "hint": finding.hint,
        "also": [_place(place, prefix) for place in finding.also],
    }


def _place(place: SourceRef, prefix: str) -> dict[str, Any]:
    return {"file": in_repository(place.file, prefix), "line": place.line, "column": place.column}
