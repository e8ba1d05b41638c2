"""Apply reports as JSON."""

from __future__ import annotations

import json

from reconciler.model import ApplyReport, Outcome, Status
from reconciler.model.plain import plain

FORMAT_VERSION = "1.0"


def outcome_object(outcome: Outcome) -> dict[str, object]:
    """Return one outcome as a JSON object; also the shape of a line in the event log."""
    return {
        "action": str(outcome.action.key),
        "verb": outcome.action.verb.value,
        "id": plain(outcome.action.id),
        **plain(outcome),
        "seconds": round(outcome.seconds, 3),
    }


def report_object(report: ApplyReport) -> dict[str, object]:
    """Return the whole report as a JSON object."""
    return {
        "format_version": FORMAT_VERSION,
        **plain(report),
        "complete": report.is_complete,
        "summary": {status.value: report.count(status) for status in Status},
        "outcomes": [outcome_object(outcome) for outcome in report.outcomes],
    }


def report_json(report: ApplyReport) -> str:
    """Return the whole report as a JSON document."""
    return json.dumps(report_object(report), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
