"""A plan as Markdown for a pull-request comment, of any plan and within any limit.

head                 where, verdict, counts                      never left out
errors               why the plan is blocked                     the first ones stay
table                an action a row, the most dangerous first   deletions, replacements, promotions stay
sections             those three with their diffs, never folded  diffs give way last
folded details       everything else                             gives way first, from the least dangerous upwards
foot                 the plan's id, what was left out, where the whole plan is
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from reconciler.model import Action, FieldChange, Finding, Plan, Severity
from reconciler.render.budget import GITHUB_COMMENT, Fitted, Piece, fit, length
from reconciler.render.changes import shown
from reconciler.render.markup import cell, code, details, fence, html_code
from reconciler.render.place import place_of, warning_of
from reconciler.render.wording import (
    ERRORS,
    GROUPS,
    OTHERS,
    REASONS,
    RETAINED,
    RISKY,
    WAITING,
    changes_moved,
    counted,
    grouped,
    impact_lines,
    kept,
    marked,
    moved,
    reach,
    scope_lines,
    summary,
    verdict,
    verification_lines,
    waiting_line,
)

SMALLEST = 2_000
"""The verdict, the counts and the notice always fit into this many characters."""

_DANGER = {verb: rank for rank, verb in enumerate(reversed(GROUPS))}
_FOLDED, _LISTS, _ROWS, _SECTIONS, _HEADINGS, _ERRORS, _NEVER = 10, 30, 40, 60, 79, 80, 100
"""Ranks: what gives way first has the lowest; an action's danger is added."""
_NOTICE = 900
_FEW = 10
_SHORT_DIFF = 12
_LINK = re.compile(r"https://[\w.~:/?#@!$&'()*+,;=%-]{1,290}", re.ASCII)


def plan_markdown(
    plan: Plan, plan_id: str, *, max_chars: int | None = GITHUB_COMMENT, whole: str = "", moment: str = ""
) -> str:
    """The plan as a comment of at most `max_chars` characters (UTF-16 units; None: of any length).

    `whole` says where the whole plan is, as an https address or in words; `moment` is Markdown of one line that says
    of which commit and run the plan is.

    Raises:
        ValueError: `max_chars` is less than SMALLEST.
    """
    if max_chars is not None and max_chars < SMALLEST:
        raise ValueError(f"a comment needs at least {SMALLEST} characters")
    head = _head(plan, moment)
    pieces = [Piece(variants=(head,), rank=_NEVER), *_pieces(plan)]
    foot = f"Plan {code(plan_id, longest=80)}\n"
    everything = "".join(piece.variants[0] for piece in pieces) + foot
    if max_chars is None or length(everything) <= max_chars:
        return everything
    fitted = fit(pieces, max_chars - _NOTICE)
    if fitted is None:
        return (
            _compact(plan, head, max_chars - _NOTICE)
            + _notice(["everything but names and counts"], max_chars, whole)
            + foot
        )
    return "".join(_without_empty_heads(fitted)) + _notice(_left_out(fitted), max_chars, whole) + foot


def _pieces(plan: Plan) -> Iterator[Piece]:
    errors = [finding for finding in plan.findings if finding.severity is Severity.ERROR]
    if errors:
        lines = [finding_line(finding) for finding in errors]
        variants = tuple(f"#### {ERRORS}\n\n{text}" for text in _shorter(lines))
        yield Piece(variants=variants, rank=_ERRORS, label="errors")
    if plan.actions:
        yield Piece(variants=(_TABLE_HEAD,), rank=_NEVER)
        yield from (_row(action) for _, actions in grouped(plan) for action in actions)
        yield Piece(variants=("\n",), rank=_NEVER)
    for heading, actions in grouped(plan):
        detailed = [action for action in actions if action.verb in RISKY or _has_details(action)]
        if detailed:
            yield Piece(variants=(f"#### {heading}\n\n", ""), rank=_HEADINGS, label="heading")
        yield from (_section(action) if action.verb in RISKY else _folded(action) for action in detailed)
    yield from _lists(plan)


_TABLE_HEAD = "| Action | Resource | Why | Changed | Reach |\n|---|---|---|---|---|\n"


def _head(plan: Plan, moment: str) -> str:
    target = plan.target
    place = place_of(target, _short)
    title = f"### Plan: {code(plan.project, longest=60)} → {code(target.name, longest=60)} ({place})"
    warning = warning_of(target, _short)
    alarm = f"**Warning:** {warning}\n\n" if warning else ""
    told = f"{moment}\n\n" if moment else ""
    return f"{title}\n\n{alarm}**{verdict(plan)}** {summary(plan)}\n\n{told}"


def _short(data: str) -> str:
    return code(data, longest=60)


def _row(action: Action) -> Piece:
    changed, far = moved(action), reach(action.impact)
    cells = (sign_and_words(action), code(str(action.id)), REASONS[action.reason], changed, far)
    row = f"| {' | '.join(map(cell, cells))} |\n"
    if action.verb in RISKY:
        return Piece(variants=(row,), rank=_NEVER)
    return Piece(variants=(row, ""), rank=_ROWS + _DANGER[action.verb], label="rows")


def sign_and_words(action: Action) -> str:
    """The sign and the headline of an action, for a table cell or a line."""
    sign, words = marked(action).split(" ", 1)
    return f"`{sign}` {words}"


def _section(action: Action) -> Piece:
    """A dangerous action, open: its consequences, then what changes."""
    head = f"**{sign_and_words(action)}** {code(str(action.id))}\n\n{_consequences(action)}"
    diff = _diff_lines(action)
    variants = [head + fence(diff) + "\n"] if diff else []
    if len(diff) > _SHORT_DIFF:
        variants.append(head + _first_lines(diff) + "\n")
    return Piece(variants=(*variants, head, ""), rank=_SECTIONS + _DANGER[action.verb], label="details")


def _folded(action: Action) -> Piece:
    line = f"{html_code(f'{marked(action)} {action.id}')}"
    consequences, diff = _consequences(action), _diff_lines(action)
    variants = [details(line, consequences + (fence(diff) if diff else ""))]
    if len(diff) > _SHORT_DIFF:
        variants.append(details(line, consequences + _first_lines(diff)))
    return Piece(variants=(*variants, ""), rank=_FOLDED + _DANGER[action.verb], label="details")


def _has_details(action: Action) -> bool:
    return bool(action.changes or action.notes or action.impact or action.verification)


def _consequences(action: Action) -> str:
    lines = [*verification_lines(action, code), *(code(note) for note in action.notes)]
    if action.impact is not None:
        lines += impact_lines(action.impact, code)
    return "".join(f"- {line}\n" for line in lines) + ("\n" if lines else "")


def _diff_lines(action: Action) -> list[str]:
    return [line for change, origin in changes_moved(action) for line in _change_lines(change, origin)]


def _change_lines(change: FieldChange, origin: str) -> Iterator[str]:
    view = shown(change)
    note = f"  # {origin}" if origin else ""
    if view.lines:
        yield f"@@ {view.path} @@{note}"
        first = 1 if view.lines[0].sign == "@" else 0
        yield from (line.text if line.sign == "@" else f"{line.sign}{line.text}" for line in view.lines[first:])
        return
    if view.before is not None:
        yield f"- {view.path}: {view.before}{'' if view.after is not None else note}"
    if view.after is not None:
        yield f"+ {view.path}: {view.after}{note}"


def _first_lines(diff: Sequence[str]) -> str:
    return f"{fence(diff[:_SHORT_DIFF])}\n{counted(len(diff) - _SHORT_DIFF, 'more line')} left out here.\n"


def _lists(plan: Plan) -> Iterator[Piece]:
    """What does not act: what waits, kept objects, warnings and notes, what is not ours."""
    if plan.waiting:
        variants = _shorter([waiting_line(each, code) for each in plan.waiting])
        folded = tuple(details(f"{WAITING} ({len(plan.waiting):,})", text) for text in variants)
        yield Piece(variants=folded, rank=_NEVER - 1)
        later = (action for each in plan.waiting for action in each.actions)
        yield from (_folded(action) for action in later if _has_details(action))
    if plan.retained:
        variants = _shorter([kept(retained, code) for retained in plan.retained])
        folded = tuple(details(f"{RETAINED} ({len(plan.retained):,})", text) for text in variants)
        yield Piece(variants=(*folded, ""), rank=_LISTS + 1, label="retained objects")
    others = [finding for finding in plan.findings if finding.severity is not Severity.ERROR]
    if others:
        variants = _shorter([finding_line(finding) for finding in others])
        folded = tuple(details(f"{OTHERS} ({len(others):,})", text) for text in variants)
        yield Piece(variants=(*folded, ""), rank=_LISTS, label="warnings and notes")
    scope = "".join(f"{code(line)}\n\n" for line in scope_lines(plan))
    if scope:
        yield Piece(variants=(scope,), rank=_NEVER)


def _shorter(lines: Sequence[str]) -> tuple[str, ...]:
    """All lines as a list, and the first few with the number of the rest."""
    whole = "".join(f"- {line}\n" for line in lines) + "\n"
    if len(lines) <= _FEW:
        return (whole,)
    few = "".join(f"- {line}\n" for line in lines[:_FEW])
    return (whole, f"{few}- and {len(lines) - _FEW:,} more\n\n")


def finding_line(finding: Finding) -> str:
    """A finding as Markdown of one line, all data in it in code spans."""
    place = f" at {code(str(finding.where))}" if finding.where else ""
    subject = f" {code(str(finding.subject))}" if finding.subject else ""
    hint = f" — {code(finding.hint)}" if finding.hint else ""
    return f"**{finding.severity}** {code(finding.code, longest=20)}{subject}: {code(finding.summary)}{place}{hint}"


def _without_empty_heads(fitted: Fitted) -> Iterator[str]:
    """The texts without the head of a table that has no row, and without headings above nothing."""
    chosen = [(piece.label, text) for piece, text in zip(fitted.pieces, fitted.texts, strict=True) if text]
    for (label, text), (next_label, next_text) in pairwise([*chosen, ("", "")]):
        is_empty = next_label != "details" if label == "heading" else text == _TABLE_HEAD and next_text == "\n"
        if not is_empty:
            yield text


def _left_out(fitted: Fitted) -> list[str]:
    said = {
        "details": ("the details of {} action", "the details of {} actions"),
        "rows": ("the row of {} action", "the rows of {} actions"),
        "errors": ("some errors", ""),
        "retained objects": ("some retained objects", ""),
        "warnings and notes": ("some warnings and notes", ""),
    }
    parts = []
    for label, (one, many) in said.items():
        count = fitted.shortened(label)
        if count:
            parts.append((one if count == 1 else many or one).format(f"{count:,}"))
    return parts


def _notice(left_out: Sequence[str], limit: int, whole: str) -> str:
    where = where_it_is(whole, "dlc-reconciler plan show FILE")
    return f"> Left out to fit {limit:,} characters: {', '.join(left_out)}. The whole plan: {where}\n\n"


def where_it_is(whole: str, command: str) -> str:
    """An https address as a link, other words as they are; without any, the command that shows it."""
    return f"<{whole}>" if _LINK.fullmatch(whole) else code(whole or command, longest=120)


def folded_plan(plan: Plan) -> tuple[str, ...]:
    """A plan below something more important: all of it, its table alone, or nothing."""
    pieces = list(_pieces(plan))
    table = [piece.variants[0] for piece in pieces if piece.label == "rows" or piece.variants[0].startswith("| ")]
    if not table:
        return ("",)
    everything = "".join(piece.variants[0] for piece in pieces)
    return (details("The plan", everything), details("The plan", "".join([*table, "\n"])), "")


def _compact(plan: Plan, head: str, limit: int) -> str:
    """Names only, of what must never be left out, the most dangerous first; then as many names as fit."""
    text = head
    verbs = [verb for verb in GROUPS if verb in RISKY and plan.count(verb)]
    room = limit - length(text) - sum(_COUNT_LINE for _ in verbs)
    for verb in verbs:
        names, room = first_names(
            [code(str(action.id), longest=80) for action in plan.actions if action.verb is verb], room
        )
        text += f"**{verb} ({plan.count(verb):,}):** {names}\n\n"
    return text


_COUNT_LINE = 80


def first_names(names: Sequence[str], room: int) -> tuple[str, int]:
    """As many names as there is room for, and how many more there are; the room that is left."""
    fitting: list[str] = []
    for name in names:
        room -= length(name) + 2
        if room < 0:
            break
        fitting.append(name)
    rest = len(names) - len(fitting)
    more = [f"and {rest:,} more" if fitting else "names left out"] if rest else []
    return ", ".join([*fitting, *more]), max(room, 0)
