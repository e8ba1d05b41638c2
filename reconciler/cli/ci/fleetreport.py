"""Reads what an apply of many targets did, as `reportfile` does for one target."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from reconciler.cli.ci.document import Document, Report
from reconciler.cli.ci.reportfile import load_report, made, read_back, whole_lines
from reconciler.fleet.codec import fleet_id
from reconciler.fleet.failures import MISSING
from reconciler.model import ApplyReport, Failure, Fleet, FleetReport, Plan


def load_any_report(file: Path, document: Document) -> Report:
    """Return the report of an apply of this plan, or of these plans.

    Raises:
        ReconcilerError: the file cannot be read, is no report, or tells of another plan.
    """
    if isinstance(document, Plan):
        return load_report(file, document)
    return read_back(file, lambda text: _report(text, document))


def _report(text: str, fleet: Fleet) -> FleetReport:
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not (isinstance(document, dict) and "reports" in document):
        return _from_log(text.splitlines(), fleet)
    _check(document.get("fleet_id"), fleet)
    rows = {str(each["target"]["name"]): each for each in document["reports"]}
    reports = tuple(
        _of_rows(plan, rows[plan.target.name]["outcomes"], interrupted=bool(rows[plan.target.name]["interrupted"]))
        for plan in fleet.plans
        if plan.target.name in rows
    )
    failed = tuple(map(_failure, document["failed"]))
    return FleetReport(
        fleet_id=fleet_id(fleet), reports=reports, failed=failed, interrupted=bool(document["interrupted"])
    )


def _from_log(lines: Iterable[str], fleet: Fleet) -> FleetReport:
    """Return the report from the last run in the log. A target that had something to do but has no line never began."""
    events = [json.loads(line) for line in whole_lines(lines)]
    begins = [at for at, event in enumerate(events) if event["event"] == "began" and "fleet_id" in event]
    if not begins:
        raise ValueError("no run of many targets begins in it")
    run = events[begins[-1] :]
    _check(run[0]["fleet_id"], fleet)
    failed = {each.target: each for each in fleet.failed}
    failed |= {str(event["target"]): _failure(event) for event in run if event["event"] == "failed"}
    reports = []
    for plan in fleet.plans:
        name = plan.target.name
        own = [event for event in run if event.get("target") == name]
        if any(event["event"] == "began" for event in own):
            reports.append(_of_events(plan, own))
        elif name not in failed and not plan.is_empty:
            failed[name] = Failure(target=name, code=MISSING, message="the run ended before it began with it")
    is_whole = any(event["event"] == "ended" and "target" not in event for event in run)
    return FleetReport(
        fleet_id=fleet_id(fleet), reports=tuple(reports), failed=tuple(failed.values()), interrupted=not is_whole
    )


def _of_events(plan: Plan, events: list[Mapping[str, Any]]) -> ApplyReport:
    ended = {str(event["action"]): event for event in events if event["event"] == "finished"}
    begun = frozenset(str(event["action"]) for event in events if event["event"] == "started")
    return made(plan, ended, begun, interrupted=not any(event["event"] == "ended" for event in events))


def _of_rows(plan: Plan, rows: Iterable[Mapping[str, Any]], *, interrupted: bool) -> ApplyReport:
    return made(plan, {str(row["action"]): row for row in rows}, frozenset(), interrupted=interrupted)


def _failure(row: Mapping[str, Any]) -> Failure:
    return Failure(target=str(row["target"]), code=str(row["code"]), message=str(row["message"]))


def _check(told: Any, fleet: Fleet) -> None:
    if told != fleet_id(fleet):
        raise ValueError(f"it is of plans {str(told)[:40]!r}")
