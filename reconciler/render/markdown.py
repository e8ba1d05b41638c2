"""A plan as Markdown for a pull-request comment, for any plan and within any limit.

head                 where, verdict, counts                      never left out
errors               why the plan is blocked                     the first ones stay
table                an action a row, the most dangerous first   deletions, replacements, promotions stay
sections             those three with their diffs, never folded  diffs give way last
folded details       everything else                             gives way first, from the least dangerous upwards
foot                 the plan's id, what was left out, where the whole plan is
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.languages import say
from reconciler.model import Action, Plan, Severity
from reconciler.render.budget import GITHUB_COMMENT, Fitted, Piece, length
from reconciler.render.comment import (
    DANGER,
    ERRORS_RANK,
    FOLDED,
    HEADINGS,
    LISTS,
    NEVER,
    NOTICE,
    ROWS,
    SECTIONS,
    SHORT_DIFF,
    TABLE_LABEL,
    below,
    bounded,
    consequences,
    diff_lines,
    finding_line,
    first_lines,
    first_names,
    has_details,
    left_out,
    notice,
    shorter,
    sign_and_words,
)
from reconciler.render.markup import cell, code, details, fence, html_code
from reconciler.render.place import place_of, warning_of
from reconciler.render.reach import reach
from reconciler.render.sums import summary
from reconciler.render.wording import (
    BROKEN,
    ERRORS,
    GROUPS,
    OTHERS,
    RETAINED,
    RISKY,
    WAITING,
    broken_line,
    grouped,
    kept,
    marked,
    moved,
    reason,
    scope_lines,
    verdict,
    waiting_line,
)


def plan_markdown(
    plan: Plan, plan_id: str, *, max_chars: int | None = GITHUB_COMMENT, whole: str = "", moment: str = ""
) -> str:
    """Return the plan as a comment of at most `max_chars` characters (UTF-16 units; None: of any length).

    `whole` says where the whole plan is, as an https address or in words; `moment` is Markdown of one line that says
    of which commit and run the plan is.

    Raises:
        ValueError: `max_chars` is less than SMALLEST.
    """
    head = _head(plan, moment)

    def told(fitted: Fitted | None) -> str:
        return notice(left_out(fitted) if fitted else ["everything but names and counts"], max_chars, whole)

    return bounded(
        [Piece(variants=(head,), rank=NEVER), *_pieces(plan)],
        max_chars,
        reserved=NOTICE,
        told=told,
        compact=lambda limit: _compact(plan, head, limit),
        foot=f"{say('Plan')} {code(plan_id, longest=80)}\n",
    )


def _pieces(plan: Plan) -> Iterator[Piece]:
    errors = [finding for finding in plan.findings if finding.severity is Severity.ERROR]
    if errors:
        lines = [finding_line(finding) for finding in errors]
        variants = tuple(f"#### {say(ERRORS)}\n\n{text}" for text in shorter(lines))
        yield Piece(variants=variants, rank=ERRORS_RANK, label="errors")
    if plan.broken:
        lines = []
        for each in plan.broken:
            lines += [broken_line(each, code), *(below(finding_line(finding)) for finding in each.findings)]
        variants = tuple(f"#### {say(BROKEN)}\n\n{text}" for text in shorter(lines))
        yield Piece(variants=variants, rank=ERRORS_RANK, label="errors")
    if plan.actions:
        yield Piece(variants=(say(_TABLE_HEAD),), rank=NEVER, label=TABLE_LABEL)
        yield from (_row(action) for _, actions in grouped(plan) for action in actions)
        yield Piece(variants=("\n",), rank=NEVER)
    for heading, actions in grouped(plan):
        detailed = [action for action in actions if action.verb in RISKY or has_details(action)]
        if detailed:
            yield Piece(variants=(f"#### {heading}\n\n", ""), rank=HEADINGS, label="heading")
        yield from (_section(action) if action.verb in RISKY else _folded(action) for action in detailed)
    yield from _lists(plan)


_TABLE_HEAD = "| Action | Resource | Why | Changed | Reach |\n|---|---|---|---|---|\n"


def _head(plan: Plan, moment: str) -> str:
    target = plan.target
    place = place_of(target, _short)
    title = f"### {say('Plan')}: {code(plan.project, longest=60)} → {code(target.name, longest=60)} ({place})"
    warning = warning_of(target, _short)
    alarm = f"**{say('Warning:')}** {warning}\n\n" if warning else ""
    told = f"{moment}\n\n" if moment else ""
    return f"{title}\n\n{alarm}**{verdict(plan)}** {summary(plan)}\n\n{told}"


def _short(data: str) -> str:
    return code(data, longest=60)


def _row(action: Action) -> Piece:
    changed, far = moved(action), reach(action.impact)
    cells = (sign_and_words(action), code(str(action.id)), reason(action), changed, far)
    row = f"| {' | '.join(map(cell, cells))} |\n"
    if action.verb in RISKY:
        return Piece(variants=(row,), rank=NEVER)
    return Piece(variants=(row, ""), rank=ROWS + DANGER[action.verb], label="rows")


def _section(action: Action) -> Piece:
    """Return a dangerous action, open: its consequences, then what changes."""
    head = f"**{sign_and_words(action)}** {code(str(action.id))}\n\n{consequences(action)}"
    diff = diff_lines(action)
    variants = [head + fence(diff) + "\n"] if diff else []
    if len(diff) > SHORT_DIFF:
        variants.append(head + first_lines(diff) + "\n")
    return Piece(variants=(*variants, head, ""), rank=SECTIONS + DANGER[action.verb], label="details")


def _folded(action: Action) -> Piece:
    line = f"{html_code(f'{marked(action)} {action.id}')}"
    told, diff = consequences(action), diff_lines(action)
    variants = [details(line, told + (fence(diff) if diff else ""))]
    if len(diff) > SHORT_DIFF:
        variants.append(details(line, told + first_lines(diff)))
    return Piece(variants=(*variants, ""), rank=FOLDED + DANGER[action.verb], label="details")


def _lists(plan: Plan) -> Iterator[Piece]:
    """Yield what is no action: what waits, kept objects, warnings and notes, objects that are not ours."""
    if plan.waiting:
        variants = shorter([waiting_line(each, code) for each in plan.waiting])
        folded = tuple(details(f"{say(WAITING)} ({len(plan.waiting):,})", text) for text in variants)
        yield Piece(variants=folded, rank=NEVER - 1)
        later = (action for each in plan.waiting for action in each.actions)
        yield from (_folded(action) for action in later if has_details(action))
    if plan.retained:
        variants = shorter([kept(retained, code) for retained in plan.retained])
        folded = tuple(details(f"{say(RETAINED)} ({len(plan.retained):,})", text) for text in variants)
        yield Piece(variants=(*folded, ""), rank=LISTS + 1, label="retained objects")
    others = [finding for finding in plan.findings if finding.severity is not Severity.ERROR]
    if others:
        variants = shorter([finding_line(finding) for finding in others])
        folded = tuple(details(f"{say(OTHERS)} ({len(others):,})", text) for text in variants)
        yield Piece(variants=(*folded, ""), rank=LISTS, label="warnings and notes")
    scope = "".join(f"{code(line)}\n\n" for line in scope_lines(plan))
    if scope:
        yield Piece(variants=(scope,), rank=NEVER)


def folded_plan(plan: Plan) -> tuple[str, ...]:
    """Return a plan below something more important: all of it, its table alone, or nothing."""
    pieces = list(_pieces(plan))
    table = [piece.variants[0] for piece in pieces if piece.label == "rows" or piece.variants[0].startswith("| ")]
    if not table:
        return ("",)
    everything = "".join(piece.variants[0] for piece in pieces)
    return (details(say("The plan"), everything), details(say("The plan"), "".join([*table, "\n"])), "")


def _compact(plan: Plan, head: str, limit: int) -> str:
    """Return only the names of what must never be left out, the most dangerous first, as many as fit."""
    text = head
    verbs = [verb for verb in GROUPS if verb in RISKY and plan.count(verb)]
    room = limit - length(text) - sum(_COUNT_LINE for _ in verbs)
    for verb in verbs:
        names, room = first_names(
            [code(str(action.id), longest=80) for action in plan.actions if action.verb is verb], room
        )
        text += f"**{say(verb)} ({plan.count(verb):,}):** {names}\n\n"
    return text


_COUNT_LINE = 80
