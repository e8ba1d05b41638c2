"""What chats are told about many targets: one notice, the sums first, then what is most dangerous on any of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.cli.ci.document import is_worth_a_comment, target_of
from reconciler.cli.ci.notices import Notice, drifted, error_named, planned, short
from reconciler.languages import say
from reconciler.model import Failure, Fleet, FleetReport, Severity
from reconciler.notify import News
from reconciler.render.counts import counted
from reconciler.render.fleet.outcomes import fleet_verdict
from reconciler.render.fleet.text import fleet_totals
from reconciler.render.fleet.words import by_risk, summary, verdict
from reconciler.render.outcomes import by_weight
from reconciler.render.place import warning_of
from reconciler.render.wording import headline

UNKNOWN = "(unknown)"
"""Counts as one more that differs on a target, because nobody knows."""


def of_fleet(fleet: Fleet) -> Notice | None:
    """Return the notice about plans of many targets; None when they do nothing, none is blocked and none is missing."""
    if not is_worth_a_comment(fleet):
        return None
    return _of(fleet, "plan", risk=verdict(fleet), counts=summary(fleet), named=list(_planned(fleet)))


def of_fleet_report(fleet: Fleet, report: FleetReport) -> Notice | None:
    """Return the notice about the end of an apply on many targets; None when there was nothing to do."""
    outcomes = [(each.target.name, outcome) for each in report.reports for outcome in each.outcomes]
    if not outcomes and not report.failed:
        return None
    named = [
        *_failed(report.failed),
        *(
            f"{target}: {say(outcome.status)} {headline(outcome.action)} {outcome.action.id}"
            for target, outcome in sorted(outcomes, key=lambda each: by_weight(each[1]))
        ),
    ]
    return _of(fleet, "apply", risk=fleet_verdict(report), counts=fleet_totals(report), named=named)


def fleet_drifted(fleet: Fleet) -> frozenset[str]:
    """Return what differs from Git, by target and name."""
    found = {f"{plan.target.name}: {each}" for plan in fleet.plans for each in drifted(plan)}
    return frozenset(found | {f"{each.target}: {UNKNOWN}" for each in fleet.failed})


def of_fleet_drift(fleet: Fleet, news: News) -> Notice | None:
    """Return the notice about new drift on any of the targets; None when nothing is new."""
    targets = counted(sum(bool(drifted(plan)) for plan in fleet.plans), "target")
    missing = f" {verdict(fleet)}" if fleet.failed or fleet.is_blocked else ""
    told = {
        News.OPENED: f"Drift: {targets} not as Git has them.{missing}",
        News.GREW: f"More drift: {targets} not as Git has them now.{missing}",
        News.CLOSED: "No drift any more: the live objects of all targets are as Git has them.",
    }.get(news)
    if told is None:
        return None
    return _of(fleet, "drift", risk=say(told), counts=summary(fleet), named=list(_planned(fleet)))


def _of(fleet: Fleet, event: str, *, risk: str, counts: str, named: Sequence[str]) -> Notice:
    warnings = dict.fromkeys(filter(None, (warning_of(plan.target, short) for plan in fleet.plans)))
    return Notice(
        event=event,
        risk=risk,
        what=event,
        counts=counts,
        named=named,
        project=fleet.project,
        target=target_of(fleet),
        where=say(counted(len(fleet.targets), "target")),
        warning=next(iter(warnings), ""),
    )


def _planned(fleet: Fleet) -> Iterator[str]:
    """Yield the targets without a plan, errors about all together, then what each plan does, the worst plan first."""
    yield from _failed(fleet.failed)
    yield from (error_named(each) for each in fleet.findings if each.severity is Severity.ERROR)
    for plan in by_risk(fleet.plans):
        yield from (f"{plan.target.name}: {each}" for each in planned(plan))


def _failed(failed: Sequence[Failure]) -> Iterator[str]:
    yield from (f"{each.target}: {say('failed')} ({each.code})" for each in failed)
