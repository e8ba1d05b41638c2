"""The plans of many targets as one comment, for any number of targets and within any limit: what is the same is shown
once.

head                 project, verdict, sums                                        never left out
without a plan       which targets failed, and why                                 the first ones stay
errors               what blocks the whole, and single targets                     the first ones stay
table of targets     how each stands, the worst first                              quiet targets give way first
table of actions     an action a row with the targets it is done on                the dangerous ones stay
sections             those with their diffs, never folded                          diffs give way last
folded details       everything else                                               gives way first
foot                 the document's id, what was left out, where all of it is
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from reconciler.languages import say
from reconciler.model import Finding, Fleet, Severity
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
from reconciler.render.counts import counted
from reconciler.render.fleet.alike import (
    Alike,
    AlikeAction,
    alike,
    alike_actions,
    alike_failures,
    alike_findings,
    alike_waiting,
    how_many,
    named,
    of_each,
    spread,
)
from reconciler.render.fleet.target_table import targets_table
from reconciler.render.fleet.words import FAILED, TOGETHER, summary, verdict
from reconciler.render.markup import cell, code, details, fence, html_code
from reconciler.render.place import warning_of
from reconciler.render.reach import impact_lines, reach
from reconciler.render.wording import (
    ERRORS,
    GROUPS,
    OTHERS,
    RETAINED,
    RISKY,
    WAITING,
    kept,
    marked,
    moved,
    narrowing_lines,
    reason,
    waiting_line,
)

_MOST_REACHED = 4
_NAMES = 12


def fleet_markdown(
    fleet: Fleet, fleet_id: str, *, max_chars: int | None = GITHUB_COMMENT, whole: str = "", moment: str = ""
) -> str:
    """Return the plans as one comment of at most `max_chars` characters (UTF-16 units; None: of any length).

    `whole` and `moment` as in `render.markdown.plan_markdown`.

    Raises:
        ValueError: `max_chars` is less than SMALLEST.
    """
    head = _head(fleet, moment)

    def told(fitted: Fitted | None) -> str:
        return notice(left_out(fitted) if fitted else ["everything but names and counts"], max_chars, whole)

    return bounded(
        [Piece(variants=(head,), rank=NEVER), *_pieces(fleet)],
        max_chars,
        reserved=NOTICE,
        told=told,
        compact=lambda limit: _compact(fleet, head, limit),
        foot=f"{say('Plans')} {code(fleet_id, longest=80)}\n",
    )


def folded_fleet(fleet: Fleet) -> tuple[str, ...]:
    """Return the plans below something more important: all of them, the table of targets alone, or nothing."""
    everything = "".join(piece.variants[0] for piece in _pieces(fleet))
    if not everything:
        return ("",)
    table = "".join(piece.variants[0] for piece in targets_table(fleet))
    return (details(say("The plans"), everything), details(say("The plans"), table), "")


def _head(fleet: Fleet, moment: str) -> str:
    chosen = "" if fleet.chosen == "all" else f" ({code(fleet.chosen, longest=60)})"
    many = say(counted(len(fleet.targets), "target"))
    title = f"### {say('Plan')}: {code(fleet.project, longest=60)} → {many}{chosen}"
    alarms = alike(
        ((plan.target.name, told) for plan in fleet.plans if (told := warning_of(plan.target, _short))),
        lambda each: each,
    )
    shown = [
        f"**{say('Warning:')}** {each.item} ({named(each.targets, _short)})\n\n" for each in alarms[:_MOST_REACHED]
    ]
    if len(alarms) > _MOST_REACHED:
        more = counted(len(alarms) - _MOST_REACHED, "more address", "more addresses")
        shown.append(say(f"**Warning:** and {more}.\n\n"))
    told = f"{moment}\n\n" if moment else ""
    return f"{title}\n\n{''.join(shown)}**{verdict(fleet)}** {summary(fleet)}\n\n{told}"


def _short(data: str) -> str:
    return code(data, longest=60)


def _pieces(fleet: Fleet) -> Iterator[Piece]:
    everyone = tuple(plan.target.name for plan in fleet.plans)
    found = alike_findings(of_each(fleet.plans))
    errors = [each for each in found if each.item.severity is Severity.ERROR]
    yield from _list(say(FAILED), list(_failure_lines(fleet)), "failures")
    yield from _list(say(TOGETHER), [finding_line(each) for each in fleet.findings], "errors")
    yield from _list(say(ERRORS), [_at(finding_line(each.item), each, everyone) for each in errors], "errors")
    yield from targets_table(fleet)
    together = alike_actions(fleet.plans)
    if together:
        yield Piece(variants=(say(_TABLE_HEAD),), rank=NEVER, label=TABLE_LABEL)
        yield from (_row(each, everyone) for each in together)
        yield Piece(variants=("\n",), rank=NEVER)
    for verb, group in GROUPS.items():
        detailed = [each for each in together if each.action.verb is verb and (verb in RISKY or _has_details(each))]
        if detailed:
            yield Piece(variants=(f"#### {say(group.heading)}\n\n", ""), rank=HEADINGS, label="heading")
        yield from (_section(each, everyone) if verb in RISKY else _folded(each, everyone) for each in detailed)
    yield from _lists(fleet, found, everyone)


def _list(heading: str, lines: Sequence[str], label: str) -> Iterator[Piece]:
    if lines:
        variants = tuple(f"#### {heading}\n\n{text}" for text in shorter(lines))
        yield Piece(variants=variants, rank=ERRORS_RANK, label=label)


def _failure_lines(fleet: Fleet) -> Iterator[str]:
    for each in alike_failures(fleet.failed):
        failure = each.item
        hint = f" — {code(say(failure.hint))}" if failure.hint else ""
        message = code(say(failure.message), longest=300)
        yield f"{named(each.targets, _short, _NAMES)}: **{failure.code}**: {message}{hint}"
        yield from (finding_line(finding) for finding in failure.findings)


_TABLE_HEAD = "| Action | Resource | Targets | Why | Changed | Reach |\n|---|---|---|---|---|---|\n"


def _row(each: AlikeAction, everyone: Sequence[str]) -> Piece:
    action = each.action
    cells = (
        sign_and_words(action),
        code(str(action.id)),
        spread(each.targets, everyone, _short),
        reason(action),
        moved(action),
        _reach(each),
    )
    row = f"| {' | '.join(map(cell, cells))} |\n"
    if action.verb in RISKY:
        return Piece(variants=(row,), rank=NEVER)
    return Piece(variants=(row, ""), rank=ROWS + DANGER[action.verb], label="rows", about=each.on_each)


def _reach(each: AlikeAction) -> str:
    if len(each.impacts) == 1:
        return reach(each.impacts[0][1])
    jobs = sum(impact.launches.jobs for _, impact in each.impacts if impact.launches is not None)
    places = sum(bool(impact.launches and impact.launches.jobs) for _, impact in each.impacts)
    return say(f"{counted(jobs, 'job')} on {counted(places, 'target')}") if jobs else ""


def _section(each: AlikeAction, everyone: Sequence[str]) -> Piece:
    """Return a dangerous action, open: where it is done, its consequences, then what changes."""
    action = each.action
    where = say(f"on {_where(each.targets, everyone)}")
    head = f"**{sign_and_words(action)}** {code(str(action.id))} {where}\n\n{_told(each)}"
    variants, rank = (*_with_diff(each, head), head, ""), SECTIONS + DANGER[action.verb]
    return Piece(variants=variants, rank=rank, label="details", about=each.on_each)


def _folded(each: AlikeAction, everyone: Sequence[str]) -> Piece:
    action = each.action
    line = f"{html_code(f'{marked(action)} {action.id}')} {how_many(each.targets, everyone)}"
    head = f"{say(f'On {_where(each.targets, everyone)}')}\n\n{_told(each)}"
    variants = tuple(details(line, text) for text in (*_with_diff(each, head), head))
    return Piece(variants=(*variants, ""), rank=FOLDED + DANGER[action.verb], label="details", about=each.on_each)


def _with_diff(each: AlikeAction, head: str) -> Iterator[str]:
    diff = diff_lines(each.action)
    if diff:
        yield head + fence(diff) + "\n"
    if len(diff) > SHORT_DIFF:
        yield head + first_lines(diff) + "\n"


def _has_details(each: AlikeAction) -> bool:
    return bool(each.impacts) or has_details(each.action)


def _where(targets: Sequence[str], everyone: Sequence[str]) -> str:
    """Return `the same on all 60 targets`, or every name where only some targets are meant."""
    if len(targets) == len(everyone):
        return spread(targets, everyone, _short)
    return named(targets, _short, _NAMES)


def _told(each: AlikeAction) -> str:
    lines = [consequences(each.action).removesuffix("\n"), *(f"- {line}\n" for line in _reached(each))]
    text = "".join(lines)
    return f"{text}\n" if text else ""


def _reached(each: AlikeAction) -> Iterator[str]:
    """Return whom the action reaches, once where that is the same everywhere."""
    told = alike(each.impacts, lambda impact: tuple(impact_lines(impact, code)))
    for at in told[:_MOST_REACHED]:
        where = "" if len(told) == 1 else f"{spread(at.targets, each.targets, _short)}: "
        yield from (f"{where}{line}" for line in impact_lines(at.item, code))
    if len(told) > _MOST_REACHED:
        more = sum(len(at.targets) for at in told[_MOST_REACHED:])
        yield say(f"whom it reaches on {counted(more, 'more target')} is in the plan of each")


def _at(line: str, each: Alike[Any], everyone: Sequence[str]) -> str:
    """A line, and on which targets it is so."""
    return f"{line} — {say(f'on {spread(each.targets, everyone, _short)}')}"


def _lists(fleet: Fleet, found: Sequence[Alike[Finding]], everyone: Sequence[str]) -> Iterator[Piece]:
    waiting = [_at(waiting_line(each.item, code), each, everyone) for each in alike_waiting(fleet.plans)]
    yield from _folded_list(say(WAITING), waiting, NEVER - 1, "waiting")
    retained = [f"{_short(plan.target.name)}: {kept(each, code)}" for plan in fleet.plans for each in plan.retained]
    yield from _folded_list(say(RETAINED), retained, LISTS + 1, "retained objects")
    others = [each for each in found if each.item.severity is not Severity.ERROR]
    lines = [_at(finding_line(each.item), each, everyone) for each in others]
    yield from _folded_list(say(OTHERS), lines, LISTS, "warnings and notes")
    scope = {line: None for plan in fleet.plans for line in narrowing_lines(plan)}
    if scope:
        yield Piece(variants=("".join(f"{code(line)}\n\n" for line in scope),), rank=NEVER)


def _folded_list(heading: str, lines: Sequence[str], rank: int, label: str) -> Iterator[Piece]:
    if lines:
        folded = tuple(details(f"{heading} ({len(lines):,})", text) for text in shorter(lines))
        yield Piece(variants=(*folded, *(() if rank > HEADINGS else ("",))), rank=rank, label=label)


def _compact(fleet: Fleet, head: str, limit: int) -> str:
    """Return only the names of what must never be left out, the most dangerous first, as many as fit."""
    text = head
    together = alike_actions(fleet.plans)
    names = [(say(FAILED), [_short(each.target) for each in fleet.failed])]
    names.append((say("Blocked"), [_short(plan.target.name) for plan in fleet.plans if plan.is_blocked]))
    for verb in GROUPS:
        if verb in RISKY:
            chosen = [each for each in together if each.action.verb is verb]
            told = [f"{code(str(each.action.id), longest=80)} {say(f'on {len(each.targets)}')}" for each in chosen]
            names.append((say(verb), told))
    there = [(heading, each) for heading, each in names if each]
    room = limit - length(text) - _COUNT_LINE * len(there)
    for heading, each in there:
        fitting, room = first_names(each, room)
        text += f"**{heading} ({len(each):,}):** {fitting}\n\n"
    return text


_COUNT_LINE = 80
