"""The report of an apply of many targets as JSON."""

from __future__ import annotations

import json

from reconciler.model import FleetReport, Status
from reconciler.model.plain import plain
from reconciler.render.reports import report_object

FORMAT_VERSION = "1.0"


def fleet_report_json(report: FleetReport) -> str:
    """Return the whole report as a JSON document; each target's report in it is the document of one target."""
    document = {
        "format_version": FORMAT_VERSION,
        **plain(report),
        "complete": report.is_complete,
        "summary": {status.value: sum(each.count(status) for each in report.reports) for status in Status},
        "reports": [report_object(each) for each in report.reports],
    }
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
