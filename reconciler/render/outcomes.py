"""What an apply did, as Markdown for a comment or a summary, for any report and within any limit.

head       where, verdict, counts, of which commit and run     never left out
not done   failed, unknown, stale, held, skipped: a row each   reasons give way late, names last
done       folded
the plan   folded                                              gives way first
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.languages import each, said, say
from reconciler.model import ApplyReport, Outcome, Plan, Status, Verb
from reconciler.render.budget import GITHUB_COMMENT, Fitted, Piece, length
from reconciler.render.comment import and_more, bounded, first_names, report_notice, sign_and_words
from reconciler.render.counts import counted
from reconciler.render.markdown import folded_plan
from reconciler.render.markup import cell, code, details
from reconciler.render.place import place_of, warning_of
from reconciler.render.wording import headline, soak_sentence

ORDER = ("failed", "unknown", "stale", "held", "skipped", "waiting", "retained", "done")
"""How important each outcome is to a reader of the report, the most important first."""
FINE = frozenset({Status.DONE, Status.RETAINED})
"""Outcomes that nobody has to look at."""
_PLAN, _FINE_RANK, _REASONS, _NEVER = 10, 30, 60, 100
_PARTS = ("reasons", "what is done", "the plan")
"""What can be left out, in the words of the notice."""
_NOTICE = 600
_FEW = 20
_HEAD_OF_TABLE = "| Outcome | Action | Resource | What happened |\n|---|---|---|---|\n"


def report_markdown(
    report: ApplyReport, plan: Plan, *, max_chars: int | None = GITHUB_COMMENT, whole: str = "", moment: str = ""
) -> str:
    """Return the report as a comment of at most `max_chars` characters (UTF-16 units; None: of any length).

    `whole` says where all of it is, as an https address or in words; `moment` is Markdown of one line.

    Raises:
        ValueError: `max_chars` is less than SMALLEST.
    """
    head = _head(report, plan, moment)
    outcomes = sorted(report.outcomes, key=by_weight)

    def told(fitted: Fitted | None) -> str:
        shortened = [each for each in _PARTS if fitted.shortened(each)] if fitted else ["everything but names"]
        return report_notice(shortened, max_chars, whole)

    return bounded(
        [Piece(variants=(head,), rank=_NEVER), *_pieces(outcomes, plan)],
        max_chars,
        reserved=_NOTICE,
        told=told,
        compact=lambda limit: _compact(outcomes, head, limit),
    )


@said
def verdict_of(report: ApplyReport) -> str:
    """Return one sentence on how it ended."""
    wrote = any(
        outcome.writes or outcome.status is Status.DONE
        for outcome in report.outcomes
        if outcome.action.verb is not Verb.VERIFY  # a job changes no managed resource
    )
    if report.is_complete:
        return _complete(report)
    end = "Interrupted" if report.interrupted else "Not everything is done"
    return f"{end}: part of it was written." if wrote else f"{end}: nothing was written."


def _complete(report: ApplyReport) -> str:
    """Return the sentence on a run in which nothing went wrong."""
    if not report.outcomes:
        return "There was nothing to do."
    waiting = report.count(Status.WAITING)
    if not waiting:
        return "Everything is done."
    begin = "Nothing to do yet" if waiting == len(report.outcomes) else "Everything else is done"
    return f"{begin}: {counted(waiting, 'action')} waiting."


def outcome_counts(report: ApplyReport) -> str:
    """Return `1 failed, 2 skipped, 5 done`; empty when there is no outcome."""
    order = sorted(Status, key=lambda status: ORDER.index(status.value) if status.value in ORDER else -1)
    return each(", ".join(f"{report.count(status):,} {status}" for status in order if report.count(status)))


def by_weight(outcome: Outcome) -> int:
    """Return a key that sorts outcomes by how important they are to a reader of the report."""
    status = outcome.status.value
    return ORDER.index(status) if status in ORDER else -1


def _head(report: ApplyReport, plan: Plan, moment: str) -> str:
    target = plan.target
    place = place_of(target, _short)
    title = f"### {say('Applied')}: {code(plan.project, longest=60)} → {code(target.name, longest=60)} ({place})"
    counts = outcome_counts(report)
    told = f" {say('Apply')}: {counts}" if counts else ""
    warning = warning_of(target, _short)
    alarm = f"**{say('Warning:')}** {warning}\n\n" if warning else ""
    soak = f"{soak_sentence(report.without_soak, _long)}\n\n" if report.without_soak else ""
    return f"{title}\n\n{alarm}**{verdict_of(report)}**{told}\n\n{soak}" + (f"{moment}\n\n" if moment else "")


def _short(data: str) -> str:
    return code(data, longest=60)


def _long(data: str) -> str:
    return code(data, longest=200)


def _pieces(outcomes: Sequence[Outcome], plan: Plan) -> Iterator[Piece]:
    wrong = [outcome for outcome in outcomes if outcome.status not in FINE]
    if wrong:
        yield Piece(variants=(say(_HEAD_OF_TABLE),), rank=_NEVER)
        for at, outcome in enumerate(wrong):
            variants = tuple(outcome_row(outcome, room) for room in (400, 80, 0))
            yield Piece(variants=variants, rank=_REASONS + (10 if at < _FEW else 0), label="reasons")
        yield Piece(variants=("\n",), rank=_NEVER)
    fine = [outcome for outcome in outcomes if outcome.status in FINE]
    if fine:
        yield Piece(variants=tuple(_folded(fine)), rank=_FINE_RANK, label="what is done")
    yield Piece(variants=folded_plan(plan), rank=_PLAN, label="the plan")


def outcome_row(outcome: Outcome, room: int) -> str:
    """Return a row of the table; `room` characters for what happened."""
    cells = (*outcome_cells(outcome), _reason(outcome, room) if room else "")
    return f"| {' | '.join(map(cell, cells))} |\n"


def outcome_cells(outcome: Outcome) -> tuple[str, str, str]:
    """Return how it ended, what it was, and of which resource."""
    action = outcome.action
    return f"**{say(outcome.status)}**", sign_and_words(action), code(str(action.id), longest=160)


def _reason(outcome: Outcome, room: int) -> str:
    lines = [say(line) for line in _detail(outcome)]
    parts = [code(part, longest=room) for part in (outcome.error, lines[0]) if part]
    if len(lines) > 1 and room > _FEW:
        parts[-1] = "<br>".join([parts[-1], *(code(line, longest=room) for line in lines[1:])])
    request = [say(f"request {code(outcome.request_id, longest=60)}")] if outcome.request_id and room > _FEW else []
    return ", ".join([*parts, *request])


def _detail(outcome: Outcome) -> list[str]:
    """What happened; what is held tells its cause in lines."""
    return outcome.detail.split("\n") if outcome.status is Status.HELD else [outcome.detail]


def _folded(outcomes: Sequence[Outcome]) -> Iterator[str]:
    lines = [
        f"- {status} {action} {name}{_told(outcome)}\n"
        for outcome in outcomes
        for status, action, name in [outcome_cells(outcome)]
    ]
    title = say(f"{len(outcomes):,} done or retained")
    yield details(title, "".join(lines))
    if len(lines) > _FEW:
        yield details(title, "".join([*lines[:_FEW], f"- {and_more(len(lines) - _FEW)}\n"]))
    yield ""


def _told(outcome: Outcome) -> str:
    return f": {code(say(outcome.detail), longest=200)}" if outcome.detail else ""


def _compact(outcomes: Sequence[Outcome], head: str, limit: int) -> str:
    """Return the names of what is not done, the most important first, as many as fit, with the number of further
    ones."""
    text, room = head, limit - length(head) - len(ORDER) * 80
    wrong = [outcome for outcome in outcomes if outcome.status not in FINE]
    for status in dict.fromkeys(outcome.status for outcome in wrong):
        ended = [outcome for outcome in wrong if outcome.status is status]
        labels = [f"{headline(outcome.action)} {code(str(outcome.action.id), longest=160)}" for outcome in ended]
        names, room = first_names(labels, room)
        text += f"**{say(counted(len(ended), f'action {status}', f'actions {status}'))}:** {names}\n\n"
    return text
