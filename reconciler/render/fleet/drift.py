"""The drift of many targets as text and Markdown: all targets where there is nothing to tell share one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from reconciler.languages import said, say
from reconciler.model import Failure
from reconciler.render.counts import counted
from reconciler.render.drift import besides, drift_markdown, drift_text
from reconciler.render.fleet.alike import alike, alike_failures, named, spread
from reconciler.render.markup import code
from reconciler.render.place import through
from reconciler.render.style import PLAIN, Palette, visible

if TYPE_CHECKING:
    from reconciler.audit.drift import DriftReport

_NAMES = 12


def fleet_drift_text(reports: Sequence[DriftReport], failed: Sequence[Failure] = (), palette: Palette = PLAIN) -> str:
    """Return each target with something to tell, one line for all others, and what it comes to. Why targets failed is
    told elsewhere."""
    everyone = _everyone(reports, failed)
    head = f"{visible(_project(reports))} -> {say(counted(len(everyone), 'target'))}"
    parts = [f"{palette.paint(palette.bold, head)}\n"] if reports else []
    parts += [drift_text(report, palette) for report in reports if not report.is_quiet]
    if quiet := [report for report in reports if report.is_quiet]:
        line = palette.paint(palette.bold, _no_drift(quiet, everyone, visible))
        parts.append("\n".join([line, *(f"  {each}" for each in _elsewhere(quiet, visible))]) + "\n")
    bad = palette.bad if failed else palette.bold
    parts.append(f"{palette.paint(bad, fleet_drift_sums(reports, failed))}\n")
    return "\n".join(parts)


@said
def fleet_drift_sums(reports: Sequence[DriftReport], failed: Sequence[Failure]) -> str:
    """Return `Drift: 60 targets: 3 drifted on 2, 290 in step, 12 waiting; 1 not looked at`."""
    drifted, places = sum(len(report.drifted) for report in reports), sum(bool(report.drifted) for report in reports)
    head = f"{drifted:,} drifted on {counted(places, 'target')}" if drifted else "nothing drifted"
    step = f"{sum(report.unchanged for report in reports):,} in step{besides(reports)}"
    unseen = f"; {counted(len(failed), 'target')} not looked at" if failed else ""
    many = counted(len(reports) + len(failed), "target")
    return f"Drift: {many}: {head}, {step}{unseen}" if reports else f"Drift: {many}, none of them looked at"


def fleet_drift_markdown(reports: Sequence[DriftReport], failed: Sequence[Failure] = ()) -> str:
    """Return how many drifted and where, one line for the targets without anything to tell, then each of the others."""
    everyone = _everyone(reports, failed)
    many = say(counted(len(everyone), "target"))
    parts = [f"### {say('Drift')}: {code(_project(reports), longest=60)} → {many}\n"] if reports else []
    parts.append(f"**{drift_verdict(reports, failed)}**\n")
    if quiet := [report for report in reports if report.is_quiet]:
        parts.append(f"{_no_drift(quiet, everyone, _short)}\n")
        parts += [f"- {each}\n" for each in _elsewhere(quiet, _short)]
    if failed:
        parts += [f"### {say('Not looked at')}\n", *_failures(failed)]
    parts += [drift_markdown(report) for report in reports if not report.is_quiet]
    return "\n".join(parts)


@said
def drift_verdict(reports: Sequence[DriftReport], failed: Sequence[Failure]) -> str:
    """Return one or two sentences on what matters most over all targets."""
    unknown = [f"Nothing is known of {counted(len(failed), 'target')}."] if failed else []
    if broken := sum(len(report.broken) for report in reports):
        unknown.append(f"{counted(broken, 'manifest')} with errors not compared.")
    drifted = sum(len(report.drifted) for report in reports)
    if drifted:
        places = sum(bool(report.drifted) for report in reports)
        head = f"{counted(drifted, 'resource')} drifted on {counted(places, 'target')}."
    elif unknown:  # whoever reads on after "No drift" may be misled
        head = f"Nothing drifted on {counted(len(reports), 'target')}." if reports else ""
    else:
        head = "No drift."
    return " ".join(filter(None, (*unknown, head)))


@said
def _no_drift(quiet: Sequence[DriftReport], everyone: Sequence[str], quote: Callable[[str], str]) -> str:
    where = spread([report.target.name for report in quiet], everyone, quote)
    return f"No drift on {where}; {sum(report.unchanged for report in quiet):,} in step{besides(quiet)}."


def _elsewhere(quiet: Sequence[DriftReport], quote: Callable[[str], str]) -> Iterator[str]:
    """Yield the addresses that are not the region's own, each with its targets."""
    names = [report.target.name for report in quiet]
    places = alike(((report.target.name, through(report.target, quote)) for report in quiet), lambda each: each)
    for place in places:
        if place.item:
            yield f"{spread(place.targets, names, quote)}{place.item}"


def _failures(failed: Sequence[Failure]) -> Iterator[str]:
    for each in alike_failures(failed):
        told = code(say(each.item.message), longest=300)
        yield f"- {named(each.targets, _short, _NAMES)}: {each.item.code}: {told}\n"


def _everyone(reports: Sequence[DriftReport], failed: Sequence[Failure]) -> tuple[str, ...]:
    return (*(report.target.name for report in reports), *(each.target for each in failed))


def _project(reports: Sequence[DriftReport]) -> str:
    return reports[0].project if reports else ""


def _short(data: str) -> str:
    return code(data, longest=60)
