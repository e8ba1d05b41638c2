"""Findings as SARIF 2.1.0, which GitHub code scanning and editors read.

GitHub accepts at most 25,000 results of a run and wants a place for each. Of more, the least important are left out,
and the run says how many.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from reconciler import __version__
from reconciler.codes import CODE_TABLE, Entry
from reconciler.model import PROJECT_FILE, Finding, Severity, SourceRef
from reconciler.render.findings.places import in_repository, subject_text, worst_first
from reconciler.render.style import visible

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LARGEST_RUN = 25_000
ROOT = "%SRCROOT%"

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def sarif(
    findings: Iterable[Finding],
    *,
    prefix: str = "",
    project_file: str = PROJECT_FILE,
    limit: int = LARGEST_RUN,
    explanations: Mapping[str, Entry] = CODE_TABLE,
) -> str:
    """Return one run as a JSON text. A finding without a place is put at the start of `project_file`.

    `explanations` has an entry for every code, also for those of a project's own rules.
    """
    found = worst_first(findings)
    shown = found[:limit]
    codes = sorted({finding.code for finding in shown})
    index = {code: position for position, code in enumerate(codes)}
    home = SourceRef(project_file)
    run = {
        "tool": {
            "driver": {
                "name": "dlc-reconciler",
                "version": __version__,
                "rules": [_rule(explanations[code]) for code in codes],
            }
        },
        "invocations": [_invocation(len(found) - len(shown))],
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, index, home, prefix) for finding in shown],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _rule(entry: Entry) -> dict[str, Any]:
    parts = [entry.why, entry.fix, f"Source: {entry.source}." if entry.source else ""]
    return {
        "id": entry.code,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": entry.why},
        "help": {"text": "\n\n".join(part for part in parts if part)},
        "defaultConfiguration": {"level": _LEVELS[entry.severity]},
    }


def _invocation(left_out: int) -> dict[str, Any]:
    invocation: dict[str, Any] = {"executionSuccessful": True}
    if left_out:
        text = f"{left_out} less important findings are left out; `--format text` shows all."
        invocation["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": text}}]
    return invocation


def _result(finding: Finding, index: Mapping[str, int], home: SourceRef, prefix: str) -> dict[str, Any]:
    message = visible(f"{subject_text(finding)}{finding.summary}")
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{message}\n{visible(finding.hint)}" if finding.hint else message},
        "locations": [_location(finding.where or home, prefix, subject=finding)],
        "partialFingerprints": {"dlcReconciler/v1": _fingerprint(finding)},
    }
    if finding.also:
        result["relatedLocations"] = _related(finding.also, prefix)
    return result


def _related(places: Sequence[SourceRef], prefix: str) -> list[dict[str, Any]]:
    return [
        {"id": number, "message": {"text": "also here"}, **_location(place, prefix)}
        for number, place in enumerate(places[:1000], start=1)
    ]


def _location(place: SourceRef, prefix: str, subject: Finding | None = None) -> dict[str, Any]:
    uri = quote(visible(in_repository(place.file, prefix)), safe="/")
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": uri, "uriBaseId": ROOT},
            "region": {"startLine": place.line, "startColumn": place.column},
        }
    }
    if subject and subject.subject:
        location["logicalLocations"] = [{"fullyQualifiedName": visible(str(subject.subject)), "kind": "resource"}]
    return location


def _fingerprint(finding: Finding) -> str:
    """Return a hash of what is wrong with which field of which resource in which file. It stays the same when lines
    move."""
    file = finding.where.file if finding.where else ""
    parts = (finding.code, file, str(finding.subject or ""), *map(str, finding.path), finding.summary)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()
