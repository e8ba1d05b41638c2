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

from reconciler.languages import say
from reconciler.model import Fleet
from reconciler.render.budget import GITHUB_COMMENT, Fitted, Piece, length
from reconciler.render.comment import (
    DANGER,
    FOLDED,
    HEADINGS,
    NEVER,
    NOTICE,
    ROWS,
    SECTIONS,
    SHORT_DIFF,
    TABLE_LABEL,
    bounded,
    consequences,
    diff_lines,
    first_lines,
    first_names,
    has_details,
    left_out,
    notice,
    sign_and_words,
)
from reconciler.render.counts import counted
from reconciler.render.fleet.alike import (
    AlikeAction,
    alike,
    alike_actions,
    alike_findings,
    how_many,
    named,
    of_each,
    spread,
)
from reconciler.render.fleet.lists import NAMES, first_lists, last_lists, short
from reconciler.render.fleet.target_table import targets_table
from reconciler.render.fleet.words import FAILED, summary, verdict
from reconciler.render.markup import cell, code, details, fence, html_code
from reconciler.render.place import warning_of
from reconciler.render.reach import impact_lines, reach
from reconciler.render.wording import (
    GROUPS,
    RISKY,
    marked,
    moved,
    reason,
)

_MOST_REACHED = 4


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
        ((plan.target.name, told) for plan in fleet.plans if (told := warning_of(plan.target, short))),
        lambda each: each,
    )
    shown = [f"**{say('Warning:')}** {each.item} ({named(each.targets, short)})\n\n" for each in alarms[:_MOST_REACHED]]
    if len(alarms) > _MOST_REACHED:
        more = counted(len(alarms) - _MOST_REACHED, "more address", "more addresses")
        shown.append(say(f"**Warning:** and {more}.\n\n"))
    told = f"{moment}\n\n" if moment else ""
    return f"{title}\n\n{''.join(shown)}**{verdict(fleet)}** {summary(fleet)}\n\n{told}"


def _pieces(fleet: Fleet) -> Iterator[Piece]:
    everyone = fleet.targets
    found = alike_findings(of_each(fleet.plans))
    yield from first_lists(fleet, found, everyone)
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
    yield from last_lists(fleet, found, everyone)


_TABLE_HEAD = "| Action | Resource | Targets | Why | Changed | Reach |\n|---|---|---|---|---|---|\n"


def _row(each: AlikeAction, everyone: Sequence[str]) -> Piece:
    action = each.action
    cells = (
        sign_and_words(action),
        code(str(action.id)),
        spread(each.targets, everyone, short),
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
        return spread(targets, everyone, short)
    return named(targets, short, NAMES)


def _told(each: AlikeAction) -> str:
    lines = [consequences(each.action).removesuffix("\n"), *(f"- {line}\n" for line in _reached(each))]
    text = "".join(lines)
    return f"{text}\n" if text else ""


def _reached(each: AlikeAction) -> Iterator[str]:
    """Return whom the action reaches, once where that is the same everywhere."""
    told = alike(each.impacts, lambda impact: tuple(impact_lines(impact, code)))
    for at in told[:_MOST_REACHED]:
        where = "" if len(told) == 1 else f"{spread(at.targets, each.targets, short)}: "
        yield from (f"{where}{line}" for line in impact_lines(at.item, code))
    if len(told) > _MOST_REACHED:
        more = sum(len(at.targets) for at in told[_MOST_REACHED:])
        yield say(f"whom it reaches on {counted(more, 'more target')} is in the plan of each")


def _compact(fleet: Fleet, head: str, limit: int) -> str:
    """Return only the names of what must never be left out, the most dangerous first, as many as fit."""
    text = head
    together = alike_actions(fleet.plans)
    names = [(say(FAILED), [short(each.target) for each in fleet.failed])]
    names.append((say("Blocked"), [short(plan.target.name) for plan in fleet.plans if plan.is_blocked]))
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
