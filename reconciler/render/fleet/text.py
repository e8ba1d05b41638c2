"""The plans of many targets, and how an apply of them ended, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.languages import said, say
from reconciler.model import Failure, Finding, Fleet, FleetReport, Plan, Severity, Status
from reconciler.render.counts import counted
from reconciler.render.fleet.alike import (
    Alike,
    AlikeAction,
    alike,
    alike_actions,
    alike_broken,
    alike_failures,
    alike_findings,
    alike_waiting,
    of_each,
    spread,
)
from reconciler.render.fleet.words import FAILED, TARGETS, TOGETHER, by_risk, risk, summary, verdict
from reconciler.render.place import place_of
from reconciler.render.reach import impact_lines
from reconciler.render.style import PLAIN, Palette, visible
from reconciler.render.sums import sums
from reconciler.render.text import action_lines, broken_lines, finding_lines, outcome_line
from reconciler.render.width import padded, width
from reconciler.render.wording import (
    BROKEN,
    ERRORS,
    GROUPS,
    OTHERS,
    RETAINED,
    WAITING,
    kept,
    narrowing_lines,
    waiting_line,
)

_MOST_REACHED = 5
"""Whom an action reaches is said for at most this many targets."""


def fleet_text(fleet: Fleet, palette: Palette = PLAIN) -> str:
    """Return all targets with their sums, then everything that is done: what is the same once, with its targets."""
    everyone = fleet.targets
    many = say(counted(len(fleet.targets), "target"))
    place = f"{visible(fleet.project)} -> {many} ({visible(fleet.chosen)})"
    lines = [palette.paint(palette.bold, place)]
    for heading, part in _parts(fleet, everyone, palette):
        lines += ["", palette.paint(palette.bold, f"{heading}{say(':')}"), *part] if part else []
    lines += ["", *(palette.paint(palette.dim, visible(line)) for line in _scope(fleet.plans))]
    bad = fleet.is_blocked or bool(fleet.failed)
    lines.append(palette.paint(palette.bad if bad else palette.bold, verdict(fleet)))
    lines.append(palette.paint(palette.bold, summary(fleet)))
    return "\n".join(lines) + "\n"


def _parts(fleet: Fleet, everyone: Sequence[str], palette: Palette) -> Iterator[tuple[str, list[str]]]:
    yield say(FAILED), list(failure_lines(fleet.failed, palette))
    yield say(TOGETHER), [line for each in fleet.findings for line in finding_lines(each, palette)]
    yield say(TARGETS), list(_targets(by_risk(fleet.plans), palette))
    found = alike_findings(of_each(fleet.plans))
    yield say(ERRORS), _findings(found, everyone, palette, errors=True)
    yield say(BROKEN), _left_out(fleet.plans, everyone, palette)
    together = alike_actions(fleet.plans)
    for verb, group in GROUPS.items():
        chosen = [each for each in together if each.action.verb is verb]
        yield say(group.heading), [line for each in chosen for line in _alike_lines(each, everyone, palette)]
    yield (
        say(WAITING),
        [
            line
            for each in alike_waiting(fleet.plans)
            for line in (f"  : {waiting_line(each.item, visible)}", f"      {_on(each.targets, everyone)}")
        ],
    )
    yield (
        say(RETAINED),
        [f"  = {visible(plan.target.name)}: {kept(each, visible)}" for plan in fleet.plans for each in plan.retained],
    )
    yield say(OTHERS), _findings(found, everyone, palette, errors=False)


def failure_lines(failed: Sequence[Failure], palette: Palette = PLAIN) -> Iterator[str]:
    """Return ` ! east: unreachable: ...`, once for all targets with the same failure, and what is wrong with the
    manifests."""
    names = [each.target for each in failed]
    for each in alike_failures(failed):
        where = ", ".join(map(visible, each.targets)) if len(each.targets) < len(names) or len(names) < 8 else ""
        head = (
            f"  ! {where or spread(each.targets, names, visible)}: {each.item.code}: {visible(say(each.item.message))}"
        )
        yield palette.paint(palette.bad, head)
        if each.item.hint:
            yield palette.paint(palette.dim, f"      {visible(say(each.item.hint))}")
        for finding in each.item.findings:
            yield from (f"      {line}" for line in finding_lines(finding, palette))


def _targets(plans: Sequence[Plan], palette: Palette) -> Iterator[str]:
    longest = max((width(visible(plan.target.name)) for plan in plans), default=0)
    for plan in plans:
        counts = sums(plan)
        stands = risk(plan)
        colour = {"blocked": palette.bad, "takes away": palette.bad, "none": palette.dim}.get(stands, palette.change)
        name = visible(plan.target.name)
        place = palette.paint(palette.dim, f"({place_of(plan.target, visible)})")
        yield f"  {padded(name, longest)}  {palette.paint(colour, padded(say(stands), 11))}  {counts}  {place}"


def _findings(found: Sequence[Alike[Finding]], everyone: Sequence[str], palette: Palette, *, errors: bool) -> list[str]:
    lines: list[str] = []
    for each in found:
        if (each.item.severity is Severity.ERROR) is errors:
            lines += finding_lines(each.item, palette)
            lines.append(palette.paint(palette.dim, f"    {_on(each.targets, everyone)}"))
    return lines


def _left_out(plans: Sequence[Plan], everyone: Sequence[str], palette: Palette) -> list[str]:
    lines: list[str] = []
    for each in alike_broken(plans):
        head, *errors = broken_lines(each.item, palette)
        lines += [head, f"      {_on(each.targets, everyone)}", *errors]
    return lines


def _alike_lines(each: AlikeAction, everyone: Sequence[str], palette: Palette) -> Iterator[str]:
    head, *rest = action_lines(each.action, palette)
    yield head
    yield f"      {_on(each.targets, everyone)}"
    yield from rest
    told = alike(each.impacts, lambda impact: tuple(impact_lines(impact, visible)))
    for reached in told[:_MOST_REACHED]:
        where = "" if len(told) == 1 else f"{spread(reached.targets, each.targets, visible)}: "
        yield from (f"      {where}{line}" for line in impact_lines(reached.item, visible))
    if len(told) > _MOST_REACHED:
        more = sum(len(reached.targets) for reached in told[_MOST_REACHED:])
        yield "      " + say(f"whom it reaches on {counted(more, 'more target')}: see the plan of each")


def _on(targets: Sequence[str], everyone: Sequence[str]) -> str:
    where = spread(targets, everyone, visible)
    return say(f"the same on {where}" if len(targets) > 1 else f"on {where}")


def _scope(plans: Sequence[Plan]) -> list[str]:
    lines = {line: None for plan in plans for line in narrowing_lines(plan)}
    foreign = sum(len(plan.unmanaged) for plan in plans)
    return [
        *lines,
        *([say(f"{counted(foreign, 'live object')} of the workspaces not ours and left alone.")] if foreign else []),
    ]


def fleet_report_text(report: FleetReport, palette: Palette = PLAIN, left_out: int = 0) -> str:
    """Return every target with how its actions ended, those that failed, and the totals.

    `left_out` is how many manifests with errors the plans left out.
    """
    lines: list[str] = []
    for each in report.reports:
        if each.outcomes:
            lines += [palette.paint(palette.bold, f"{visible(each.target.name)}:")]
            lines += [outcome_line(outcome, palette) for outcome in each.outcomes] + [""]
    if report.failed:
        lines += [palette.paint(palette.bold, say("Failed:")), *failure_lines(report.failed, palette), ""]
    return "\n".join([*lines, palette.paint(palette.bold, fleet_totals(report, left_out))]) + "\n"


@said
def fleet_totals(report: FleetReport, left_out: int = 0) -> str:
    """Return `Applied on 8 targets: 12 done, 1 failed; 1 target failed`."""
    counts = [(sum(each.count(status) for each in report.reports), status) for status in Status]
    parts = [f"{count:,} {status}" for count, status in counts if count]
    if left_out:
        parts.append(f"{left_out:,} left out because of {'its' if left_out == 1 else 'their'} errors")
    told = ", ".join(parts) or "nothing to do"
    if report.failed and not report.reports:
        return f"Nothing applied: {counted(len(report.failed), 'target')} failed"
    failed = f"; {counted(len(report.failed), 'target')} failed" if report.failed else ""
    head = "Interrupted" if report.interrupted else "Applied"
    return f"{head} on {counted(len(report.reports), 'target')}: {told}{failed}"
