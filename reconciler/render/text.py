"""Plans, reports and findings as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reconciler.languages import say
from reconciler.model import (
    Action,
    ApplyReport,
    Broken,
    FieldChange,
    Finding,
    Outcome,
    Plan,
    Severity,
    Status,
    Verb,
    Waiting,
)
from reconciler.render.changes import shown
from reconciler.render.place import place_of
from reconciler.render.reach import impact_lines
from reconciler.render.style import PLAIN, Palette, visible
from reconciler.render.sums import summary
from reconciler.render.width import padded
from reconciler.render.wording import (
    BROKEN,
    ERRORS,
    OTHERS,
    RETAINED,
    WAITING,
    broken_line,
    changes_moved,
    grouped,
    kept,
    marked,
    scope_lines,
    soak_sentence,
    verdict,
    verification_lines,
    waiting_line,
    why,
)


def plan_text(plan: Plan, palette: Palette = PLAIN) -> str:
    """Return the whole plan in the order that all formats keep, and the summary as the last line."""
    target = plan.target
    place = f"{visible(plan.project)} -> {visible(target.name)} ({place_of(target, visible)})"
    lines = [palette.paint(palette.bold, place)]
    errors = [finding for finding in plan.findings if finding.severity is Severity.ERROR]
    others = [finding for finding in plan.findings if finding.severity is not Severity.ERROR]
    parts = [
        (say(ERRORS), [line for finding in errors for line in finding_lines(finding, palette)]),
        (say(BROKEN), [line for each in plan.broken for line in broken_lines(each, palette)]),
        *(
            (heading, [line for each in group for line in action_lines(each, palette)])
            for heading, group in grouped(plan)
        ),
        (say(WAITING), [line for each in plan.waiting for line in _waiting_lines(each, palette)]),
        (say(RETAINED), [f"  = {kept(retained, visible)}" for retained in plan.retained]),
        (say(OTHERS), [line for finding in others for line in finding_lines(finding, palette)]),
    ]
    for heading, part in parts:
        lines += ["", palette.paint(palette.bold, f"{heading}{say(':')}"), *part] if part else []
    lines += ["", *(palette.paint(palette.dim, visible(line)) for line in scope_lines(plan))]
    if plan.is_blocked:
        lines.append(palette.paint(palette.bad, verdict(plan)))
    lines.append(palette.paint(palette.bold, summary(plan)))
    return "\n".join(lines) + "\n"


def _waiting_lines(waiting: Waiting, palette: Palette) -> Iterator[str]:
    """Yield what is missing, and below it what will be done then."""
    yield f"  : {waiting_line(waiting, visible)}"
    yield from (f"    {line}" for action in waiting.actions for line in action_lines(action, palette))


def broken_lines(broken: Broken, palette: Palette) -> Iterator[str]:
    """Yield what was left out, and its errors."""
    yield f"  ! {broken_line(broken, visible)}"
    yield from (f"      {line}" for finding in broken.findings for line in finding_lines(finding, palette))


def action_lines(action: Action, palette: Palette) -> Iterator[str]:
    """Yield an action with its reason, then whom it reaches and what changes, indented."""
    colours = {Verb.CREATE: palette.good, Verb.DELETE: palette.bad, Verb.REPLACE: palette.bad}
    head = f"{marked(action)} {visible(str(action.id))}"
    colour = colours.get(action.verb, palette.change)
    yield f"  {palette.paint(colour, head)}  {palette.paint(palette.dim, '# ' + why(action))}"
    yield from (f"      {line}" for line in verification_lines(action, visible))
    for note in action.notes:
        yield f"      {visible(say(note))}"
    if action.impact is not None:
        yield from (f"      {line}" for line in impact_lines(action.impact, visible))
    for change, origin in changes_moved(action):
        yield from (f"      {line}" for line in change_lines(change, palette, origin))


def change_lines(change: FieldChange, palette: Palette = PLAIN, origin: str = "") -> Iterator[str]:
    """Yield one line for short values, a unified diff for texts of several lines and for trees; `origin` is a
    remark."""
    view = shown(change)
    note = f"  {palette.paint(palette.dim, '# ' + origin)}" if origin else ""
    if view.lines:
        yield f"{view.path}:{note}"
        colours = {"+": palette.good, "-": palette.bad, "@": palette.dim}
        for line in view.lines:
            text = line.text if line.sign == "@" else f"{line.sign} {line.text}" if line.text else line.sign.strip()
            yield f"  {palette.paint(colours.get(line.sign, ''), text)}"
    elif view.before is None:
        yield f"{palette.paint(palette.good, f'+ {view.path}')}: {view.after}{note}"
    elif view.after is None:
        yield f"{palette.paint(palette.bad, f'- {view.path}')}: {view.before}{note}"
    else:
        yield f"{palette.paint(palette.change, f'~ {view.path}')}: {view.before} -> {view.after}{note}"


def findings_text(findings: Iterable[Finding], palette: Palette = PLAIN) -> str:
    """Return findings one after the other, each with its place first. Errors come last, so that a terminal shows
    them at the end."""
    ordered = sorted(findings, key=lambda finding: list(Severity).index(finding.severity))
    return "".join(line + "\n" for finding in ordered for line in finding_lines(finding, palette))


def finding_lines(finding: Finding, palette: Palette = PLAIN) -> Iterator[str]:
    """Return `file:line:column: error DLC101: JobTemplate "x": what`, and what to do about it."""
    colours = {Severity.ERROR: palette.bad, Severity.WARNING: palette.change, Severity.NOTE: palette.dim}
    place = f"{visible(str(finding.where))}: " if finding.where else ""
    subject = visible(f'{finding.subject.kind} "{finding.subject.name}": ') if finding.subject else ""
    severity = palette.paint(colours[finding.severity], f"{say(finding.severity)} {visible(finding.code)}")
    yield f"{place}{severity}: {subject}{visible(say(finding.summary))}"
    for other in finding.also:
        yield f"    {say(f'also at {visible(str(other))}')}"
    if finding.hint:
        yield palette.paint(palette.dim, f"    {visible(say(finding.hint))}")


def report_text(report: ApplyReport, palette: Palette = PLAIN, broken: Sequence[Broken] = ()) -> str:
    """Return every action with how it ended, and the totals.

    `broken` are the manifests that the plan left out because of their errors.
    """
    lines = [outcome_line(outcome, palette) for outcome in report.outcomes]
    counts = [f"{report.count(status)} {status}" for status in Status if report.count(status)]
    if broken:
        counts.append(f"{len(broken)} left out because of {'its' if len(broken) == 1 else 'their'} errors")
    end = "Interrupted" if report.interrupted else "Applied"
    if report.without_soak:
        lines += ["", palette.paint(palette.dim, soak_sentence(report.without_soak, visible))]
    return (
        "\n".join([*lines, "", palette.paint(palette.bold, say(f"{end}: {', '.join(counts) or 'nothing to do'}"))])
        + "\n"
    )


def outcome_line(outcome: Outcome, palette: Palette = PLAIN) -> str:
    """Return `done create JobTemplate/x: tpl1 created; version 1 is default`. A held outcome has its cause in
    further lines."""
    good = outcome.status in (Status.DONE, Status.RETAINED, Status.WAITING)
    status = palette.paint(palette.good if good else palette.bad, padded(say(outcome.status), 8))
    code = f" [{visible(outcome.error)}]" if outcome.error else ""
    first, *more = outcome.detail.split("\n") if outcome.status is Status.HELD else (outcome.detail,)
    detail = f": {visible(say(first))}" if first else ""
    lines = [f"  {status} {action_of(outcome)}{detail}{code}"]
    return "\n".join([*lines, *(f"{_UNDER}{visible(say(line))}" for line in more)])


def action_of(outcome: Outcome) -> str:
    """`create JobTemplate/x`."""
    return f"{say(outcome.action.verb)} {visible(str(outcome.action.id))}"


_UNDER = " " * 11
"""How far the further lines of an outcome are indented: as far as its action."""
