"""Reads what an apply did: from what `apply --format json` printed, or from the log that it wrote with --log-json.

A log may end in the middle, because the run was killed: actions that had begun are then unknown, the others skipped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from reconciler.errors import ReconcilerError
from reconciler.model import ApplyReport, Outcome, Plan, Status
from reconciler.plan.codec import plan_id

ReportT = TypeVar("ReportT")


def load_report(file: Path, plan: Plan) -> ApplyReport:
    """Return the report of an apply of this plan.

    Raises:
        ReconcilerError: the file cannot be read, is neither of the two, or tells of another plan.
    """
    return read_back(file, lambda text: _report(text, plan))


def read_back(file: Path, reading: Callable[[str], ReportT]) -> ReportT:
    """Return what a reader makes of a file. Whatever the reader raises becomes one error.

    Raises:
        ReconcilerError: the file cannot be read, or the reader stumbled.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise ReconcilerError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ReconcilerError(f"{file} is not text") from error
    try:
        return reading(text)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReconcilerError(
            f"{file} is no report of this plan: {error}",
            hint="Give what `apply --format json` printed, or its --log-json file.",
        ) from error


def _report(text: str, plan: Plan) -> ApplyReport:
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if isinstance(document, dict) and "outcomes" in document:
        _check(document.get("plan_id"), plan)
        ended = {str(row["action"]): row for row in document["outcomes"]}
        report = made(plan, ended, frozenset(), interrupted=bool(document.get("interrupted")))
        return replace(report, without_soak=str(document.get("without_soak") or ""))
    return _from_log(text.splitlines(), plan)


def _from_log(lines: Iterable[str], plan: Plan) -> ApplyReport:
    """Return the report from the last run in the log; each run begins with an event of its own."""
    events = [json.loads(line) for line in whole_lines(lines)]
    begins = [at for at, event in enumerate(events) if event["event"] == "began"]
    if not begins:
        raise ValueError("no run begins in it")
    run = events[begins[-1] :]
    _check(run[0].get("plan_id"), plan)
    ended = {str(event["action"]): event for event in run if event["event"] == "finished"}
    begun = frozenset(str(event["action"]) for event in run if event["event"] == "started")
    report = made(plan, ended, begun, interrupted=run[-1]["event"] != "ended")
    return replace(report, without_soak=str(run[0].get("without_soak") or ""))


def whole_lines(lines: Iterable[str]) -> list[str]:
    """Return the lines. The last one may have been cut off in the middle of writing."""
    kept = [line for line in lines if line.strip()]
    return kept[:-1] if kept and not kept[-1].rstrip().endswith("}") else kept


def _check(told: Any, plan: Plan) -> None:
    if told != plan_id(plan):
        raise ValueError(f"it is of plan {str(told)[:40]!r}")


def made(
    plan: Plan, ended: Mapping[str, Mapping[str, Any]], begun: frozenset[str], *, interrupted: bool
) -> ApplyReport:
    """Return the report on a plan from the actions that ended and those that only began, by their names."""
    outcomes = []
    for action in (*plan.actions, *(action for each in plan.waiting for action in each.actions)):
        key = str(action.key)
        if (not action.is_change or action not in plan.actions) and key not in ended.keys() | begun:
            continue  # such an action comes and goes with the jobs that are launched
        outcome = Outcome(action=action, status=Status.SKIPPED, detail="the run ended before it was tried")
        if key in ended:
            outcome = _outcome(replace(outcome, detail=""), ended[key])
        elif key in begun:
            outcome = replace(outcome, status=Status.UNKNOWN, detail="the run ended while it was tried")
        outcomes.append(outcome)
    return ApplyReport(plan_id=plan_id(plan), target=plan.target, outcomes=tuple(outcomes), interrupted=interrupted)


def _outcome(blank: Outcome, row: Mapping[str, Any]) -> Outcome:
    return replace(
        blank,
        status=Status(row["status"]),
        detail=str(row.get("detail") or ""),
        error=str(row.get("error") or ""),
        request_id=str(row.get("request_id") or ""),
        writes=int(row.get("writes") or 0),
    )
