"""The drift report of one target as text and Markdown, and of any number of targets as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from reconciler.languages import each as each_of
from reconciler.languages import said, say
from reconciler.model import Broken, Failure, Moved
from reconciler.model.plain import plain
from reconciler.render.comment import finding_line
from reconciler.render.counts import counted, quiet_counted
from reconciler.render.history import change_object
from reconciler.render.markup import code, fence
from reconciler.render.place import place_of, through
from reconciler.render.style import PLAIN, Palette, visible
from reconciler.render.text import change_lines, finding_lines

if TYPE_CHECKING:
    from reconciler.audit.drift import Difference, DriftReport

FORMAT_VERSION = "1.1"

SIDES = {
    Moved.MANIFEST: "changed in Git",
    Moved.SERVICE: "changed on the service",
    Moved.BOTH: "changed on both sides",
    Moved.UNKNOWN: "which side moved is unknown",
}

_WHERE = {
    Moved.MANIFEST: "in Git",
    Moved.SERVICE: "on the service",
    Moved.BOTH: "on both sides",
    Moved.UNKNOWN: "unknown",
}


def drift_text(report: DriftReport, palette: Palette = PLAIN) -> str:
    """Return a target with what drifted, what people should know besides, and a line with the sums."""
    return "\n".join(_lines(report, palette)) + "\n"


def drift_markdown(report: DriftReport) -> str:
    """Return a heading, the summary, and each difference with its changes."""
    where = through(report.target, code)
    heading = say(f"Drift of {code(report.project)} in {code(report.target.name)}")
    parts = [f"### {heading}{where}\n\n{summary(report)}\n"]
    for each in report.differences:
        parts.append(f"- **{_what(each)}** {code(str(each.id))}: {_side(each)}")
        parts += [f"  - {code(say(note))}" for note in each.notes]
        lines = [line for change in each.changes for line in change_lines(change)]
        if lines:
            parts.append("\n" + fence(lines))
    for broken in report.broken:
        parts.append(f"- {_not_compared(broken, code)}")
        parts += [f"  - {finding_line(finding)}" for finding in broken.findings]
    return "\n".join(parts).rstrip("\n") + "\n"


def drift_json(reports: Sequence[DriftReport], failed: Sequence[Failure] = ()) -> str:
    """Return a JSON document. `drifted` is the sum over all targets; `failed` says which of them could not be
    examined."""
    document = {
        "format_version": FORMAT_VERSION,
        "drifted": sum(len(report.drifted) for report in reports),
        "targets": [_report_object(report) for report in reports],
        "failed": [plain(each) for each in failed],
    }
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


@said
def summary(report: DriftReport) -> str:
    """Return `3 resources drifted (in Git: 1, on the service: 2); 14 in step, 3 not ours.`"""
    count = len(report.drifted)
    sides = [f"{words}: {report.count(side)}" for side, words in _WHERE.items() if report.count(side)]
    head = f"{count} resource{'' if count == 1 else 's'} drifted ({', '.join(sides)})" if count else "No drift"
    return f"{head}; {report.unchanged:,} in step{besides([report])}."


def besides(reports: Sequence[DriftReport]) -> str:
    """Return what is counted besides what is in step: `, 2 waiting, 3 not ours; findings not told: 1 waived`."""
    waiting = sum(len(report.waiting) for report in reports)
    later = f", {waiting:,} waiting" if waiting else ""
    foreign = sum(len(report.unmanaged) for report in reports)
    unmanaged = f", {foreign:,} not ours" if foreign else ""
    broken = sum(len(report.broken) for report in reports)
    out = f", {counted(broken, 'manifest')} with errors not compared" if broken else ""
    quiet = quiet_counted(sum(report.waived for report in reports), sum(report.switched_off for report in reports))
    untold = f"; findings not told: {quiet}" if quiet else ""
    return "".join((later, unmanaged, out, untold))


def _lines(report: DriftReport, palette: Palette) -> Iterator[str]:
    target = report.target
    place = f"{visible(report.project)} -> {visible(target.name)} ({place_of(target, visible)})"
    yield palette.paint(palette.bold, place)
    for each in report.differences:
        sign, colour = ("~", palette.change) if each.is_drift else ("i", palette.dim)
        yield ""
        head = palette.paint(colour, f"{sign} {visible(str(each.id))}: {_what(each)}")
        yield f"  {head}  {palette.paint(palette.dim, '# ' + _side(each))}"
        yield from (f"      {visible(say(note))}" for note in each.notes)
        yield from (f"      {line}" for change in each.changes for line in change_lines(change, palette))
    for broken in report.broken:
        yield ""
        yield f"  ! {_not_compared(broken, visible)}"
        yield from (f"      {line}" for finding in broken.findings for line in finding_lines(finding, palette))
    yield ""
    yield palette.paint(palette.bold, summary(report))


@said
def _not_compared(broken: Broken, quote: Callable[[str], str]) -> str:
    what = f"{quote(str(broken.id))} at " if broken.id is not None else ""
    return f"{what}{quote(str(broken.where))} has errors and was not compared"


def _what(difference: Difference) -> str:
    return each_of(", ".join(aspect.value for aspect in difference.aspects))


@said
def _side(difference: Difference) -> str:
    return SIDES[difference.moved] if difference.is_drift else "worth knowing, no drift"


def _report_object(report: DriftReport) -> dict[str, Any]:
    return {
        "project": report.project,
        "target": plain(report.target),
        "drifted": len(report.drifted),
        "sides": {side.value: report.count(side) for side in Moved},
        "unchanged": report.unchanged,
        "unmanaged": [str(id) for id in report.unmanaged],
        "broken": [plain(each) for each in report.broken],
        "waived": report.waived,
        "switched_off": report.switched_off,
        "differences": [
            {
                "kind": each.id.kind,
                "name": each.id.name,
                "aspects": [aspect.value for aspect in each.aspects],
                "moved": each.moved.value,
                "drift": each.is_drift,
                "changes": [change_object(change) for change in each.changes],
                "notes": list(each.notes),
            }
            for each in report.differences
        ],
    }
