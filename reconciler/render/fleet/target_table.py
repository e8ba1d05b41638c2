"""The table of targets in a comment: how each stands, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.languages import say
from reconciler.model import Fleet, Plan, Verb
from reconciler.render.budget import Piece
from reconciler.render.comment import NEVER
from reconciler.render.fleet.alike import named, named_first
from reconciler.render.fleet.lists import NAMES, short
from reconciler.render.fleet.words import TARGETS, by_risk, risk, verbs_of
from reconciler.render.markup import cell, details
from reconciler.render.wording import GROUPS

_ROWS = 70
"""The rank of the row of a target on which something is done."""
_QUIET, _BLOCKED = "none", "blocked"
_RISKY = frozenset({_BLOCKED, "takes away", "held"})
_FEW = 10
_EQUAL = 4
"""From so many targets on, those that stand equally share a row."""


def targets_table(fleet: Fleet) -> Iterator[Piece]:
    """Yield the rows of all targets: those that stand equally share one, and folded what that leaves out.

    A row of targets at risk names all of them, and a blocked target has a row of its own. Targets on which nothing is
    done share the last row.
    """
    if not fleet.plans:
        return
    verbs = verbs_of(fleet)
    busy = [plan for plan in by_risk(fleet.plans) if risk(plan) != _QUIET]
    quiet = [plan for plan in fleet.plans if risk(plan) == _QUIET]
    rows = list(_rows(busy, verbs))
    risky = sum(_is_risky(plans) for plans in rows)
    shown = len(rows) if len(rows) <= max(_FEW, risky) + 1 else max(_FEW, risky)
    yield Piece(variants=(f"#### {say(TARGETS)}\n\n{_head(verbs)}",), rank=NEVER)
    for at, plans in enumerate(rows[:shown]):
        rank = NEVER - 1 if at < risky else _ROWS
        yield Piece(variants=(_row(plans, verbs), ""), rank=rank, label="targets", about=_names(plans))
    if quiet:
        unchanged = sum(plan.unchanged for plan in quiet)
        cells = [_quiet(quiet, len(busy)), say("nothing to do"), *[""] * (len(verbs) + 1), f"{unchanged:,}"]
        yield Piece(variants=(f"| {' | '.join(map(cell, cells))} |\n",), rank=NEVER)
    yield Piece(variants=("\n",), rank=NEVER)
    if rest := [plan for at, plans in enumerate(rows) for plan in plans if at >= shown or len(plans) > _named(plans)]:
        listed = _head(verbs) + "".join(_row([plan], verbs) for plan in rest)
        text = details(say(f"{len(rest):,} targets one by one"), listed)
        told = {name for plans in rows[:shown] for name in named_first(_names(plans), _named(plans))}
        nowhere_else = tuple(name for name in _names(rest) if name not in told)
        yield Piece(variants=(text, ""), rank=_ROWS, label="targets", about=nowhere_else)


def _is_risky(plans: Sequence[Plan]) -> bool:
    """Return whether a row is about targets at risk."""
    return risk(plans[0]) in _RISKY


def _named(plans: Sequence[Plan]) -> int:
    """Return how many targets of a row are named."""
    return len(plans) if _is_risky(plans) else NAMES


def _names(plans: Sequence[Plan]) -> tuple[str, ...]:
    return tuple(plan.target.name for plan in plans)


def _rows(busy: Sequence[Plan], verbs: Sequence[Verb]) -> Iterator[Sequence[Plan]]:
    """Yield the plans of each row, in the order of the plans."""
    equal: dict[object, list[Plan]] = {}
    for plan in busy:
        stands = plan.target.name if risk(plan) == _BLOCKED else (risk(plan), *_counts(plan, verbs))
        equal.setdefault(stands, []).append(plan)
    for plans in equal.values():
        yield from [plans] if len(plans) >= _EQUAL else [[plan] for plan in plans]


def _counts(plan: Plan, verbs: Sequence[Verb]) -> list[int]:
    return [*(plan.count(verb) for verb in verbs), len(plan.waiting)]


def _head(verbs: Sequence[Verb]) -> str:
    signs = (f"`{GROUPS[verb].sign}` {say(verb)}" for verb in verbs)
    columns = [say("Target"), say("Risk"), *signs, say("Waiting"), say("Unchanged")]
    return f"| {' | '.join(columns)} |\n|---|---|{'--:|' * (len(columns) - 2)}\n"


def _row(plans: Sequence[Plan], verbs: Sequence[Verb]) -> str:
    """Return the row of plans that stand equally; each number is that of one of them."""
    each, unchanged = len(plans) > 1, sorted({plan.unchanged for plan in plans})
    kept = f"{unchanged[0]:,}-{unchanged[-1]:,}" if len(unchanged) > 1 else _count(unchanged[0], each=each) or "0"
    cells = [
        named(_names(plans), short, _named(plans)),
        f"**{say(risk(plans[0]))}**",
        *(_count(number, each=each) for number in _counts(plans[0], verbs)),
        kept,
    ]
    return f"| {' | '.join(map(cell, cells))} |\n"


def _quiet(quiet: Sequence[Plan], busy: int) -> str:
    if not busy and len(quiet) > 1:
        return say(f"all {len(quiet)}")
    return named(_names(quiet), short, NAMES)


def _count(number: int, *, each: bool) -> str:
    if not number:
        return ""
    return say(f"{number:,} each") if each else f"{number:,}"
