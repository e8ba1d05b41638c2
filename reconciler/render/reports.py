"""Apply reports as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict

from reconciler.model import ApplyReport, Outcome, Status

FORMAT_VERSION = "1.0"


def outcome_object(outcome: Outcome) -> dict[str, object]:
    """One outcome as a JSON object; also the shape of a line in the event log."""
    return {
        "action": str(outcome.action.key),
        "verb": outcome.action.verb.value,
        "id": asdict(outcome.action.id),
        "status": outcome.status.value,
        "detail": outcome.detail,
        "error": outcome.error,
        "request_id": outcome.request_id,
        "seconds": round(outcome.seconds, 3),
        "writes": outcome.writes,
    }


def report_json(report: ApplyReport) -> str:
    """The whole report as a JSON document."""
    document = {
        "format_version": FORMAT_VERSION,
        "plan_id": report.plan_id,
        "target": asdict(report.target),
        "complete": report.is_complete,
        "interrupted": report.interrupted,
        "summary": {status.value: report.count(status) for status in Status},
        "outcomes": [outcome_object(outcome) for outcome in report.outcomes],
    }
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
