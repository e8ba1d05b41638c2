"""What an apply did on many targets, as one comment: the sums, each target that is not done, and the plans below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.languages import said, say
from reconciler.model import ApplyReport, Failure, Fleet, FleetReport, Outcome, Status
from reconciler.render.budget import GITHUB_COMMENT, Fitted, Piece, length
from reconciler.render.comment import and_more, bounded, first_names, report_notice
from reconciler.render.counts import counted
from reconciler.render.fleet.alike import Alike, alike_failures, named
from reconciler.render.fleet.markdown import folded_fleet
from reconciler.render.fleet.text import fleet_totals
from reconciler.render.markup import cell, code, details
from reconciler.render.outcomes import FINE, ORDER, outcome_cells, outcome_row

_PLANS, _FINE, _REASONS, _NEVER = 10, 30, 60, 100
_PARTS = ("failures", "reasons", "what is done", "the plans")
"""What can be left out, in the words of the notice."""
_NOTICE = 600
_FEW = 20
_HEAD_OF_TABLE = "| Target | Outcome | Action | Resource | What happened |\n|---|---|---|---|---|\n"


def fleet_report_markdown(
    report: FleetReport, fleet: Fleet, *, max_chars: int | None = GITHUB_COMMENT, whole: str = "", moment: str = ""
) -> str:
    """Return the report as one comment of at most `max_chars` characters (UTF-16 units; None: of any length).

    Raises:
        ValueError: `max_chars` is less than SMALLEST.
    """
    head = _head(report, fleet, moment)

    def told(fitted: Fitted | None) -> str:
        shortened = [each for each in _PARTS if fitted.shortened(each)] if fitted else ["everything but names"]
        return report_notice(shortened, max_chars, whole)

    return bounded(
        [Piece(variants=(head,), rank=_NEVER), *_pieces(report, fleet)],
        max_chars,
        reserved=_NOTICE,
        told=told,
        compact=lambda limit: _compact(report, head, limit),
    )


@said
def fleet_verdict(report: FleetReport) -> str:
    """Return one sentence on how it ended."""
    if report.is_complete:
        return "Everything is done." if any(each.outcomes for each in report.reports) else "There was nothing to do."
    end = "Interrupted" if report.interrupted else "Not everything is done"
    return f"{end}: part of it was written." if wrote(report) else f"{end}: nothing was written."


def wrote(report: FleetReport) -> bool:
    """Return whether anything was written on any target."""
    return any(outcome.writes or outcome.status is Status.DONE for each in report.reports for outcome in each.outcomes)


def _head(report: FleetReport, fleet: Fleet, moment: str) -> str:
    many = say(counted(len(fleet.targets), "target"))
    title = f"### {say('Applied')}: {code(fleet.project, longest=60)} → {many}"
    told = f"{moment}\n\n" if moment else ""
    return f"{title}\n\n**{fleet_verdict(report)}** {fleet_totals(report)}\n\n{told}"


def _pieces(report: FleetReport, fleet: Fleet) -> Iterator[Piece]:
    if report.failed:
        lines = [_failure_line(each) for each in alike_failures(report.failed)]
        few = lines[:_FEW] + ([f"- {and_more(len(lines) - _FEW)}\n"] if len(lines) > _FEW else [])
        text = "".join(lines)
        yield Piece(variants=(f"{text}\n", f"{''.join(few)}\n"), rank=_REASONS + 20, label="failures")
    wrong = [(each, outcome) for each in report.reports for outcome in _in_order(each) if outcome.status not in FINE]
    if wrong:
        yield Piece(variants=(say(_HEAD_OF_TABLE),), rank=_NEVER)
        for at, (each, outcome) in enumerate(wrong):
            variants = tuple(
                f"| {cell(_short(each.target.name))} {outcome_row(outcome, room)}" for room in (400, 80, 0)
            )
            yield Piece(variants=variants, rank=_REASONS + (10 if at < _FEW else 0), label="reasons")
        yield Piece(variants=("\n",), rank=_NEVER)
    fine = [each for each in report.reports if any(outcome.status in FINE for outcome in each.outcomes)]
    if fine:
        yield Piece(variants=tuple(_folded(fine)), rank=_FINE, label="what is done")
    yield Piece(variants=folded_fleet(fleet), rank=_PLANS, label="the plans")


def _failure_line(each: Alike[Failure]) -> str:
    message = code(say(each.item.message), longest=300)
    return f"- {named(each.targets, _short, _FEW)}: **{each.item.code}**: {message}\n"


def _in_order(report: ApplyReport) -> list[Outcome]:
    return sorted(report.outcomes, key=lambda outcome: ORDER.index(outcome.status.value))


def _folded(reports: Sequence[ApplyReport]) -> Iterator[str]:
    """Yield what is done, target by target: every action, then the numbers alone."""
    done = sum(outcome.status in FINE for each in reports for outcome in each.outcomes)
    title = say(f"{done:,} done or retained on {counted(len(reports), 'target')}")
    lines = []
    for each in reports:
        fine = [outcome for outcome in each.outcomes if outcome.status in FINE]
        rows = "".join(f"  - {' '.join(outcome_cells(outcome))}\n" for outcome in fine)
        lines.append((f"- {_short(each.target.name)}: {len(fine):,}\n", rows))
    yield details(title, "".join(head + rows for head, rows in lines))
    yield details(title, "".join(head for head, _ in lines))
    yield ""


def _short(data: str) -> str:
    return code(data, longest=60)


def _compact(report: FleetReport, head: str, limit: int) -> str:
    """Return the names of the targets that are not done, as many as fit."""
    room = limit - length(head) - 160
    failed, room = first_names([_short(each.target) for each in report.failed], room)
    partly = [each for each in report.reports if not each.is_complete]
    rest, _ = first_names([_short(each.target.name) for each in partly], room)
    text = head
    if report.failed:
        text += say(f"**{counted(len(report.failed), 'target')} failed:** {failed}\n\n")
    return text + (say(f"**Not everything is done on {counted(len(partly), 'target')}:** {rest}\n\n") if partly else "")
