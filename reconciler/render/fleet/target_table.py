"""The table of targets in a comment: how each stands, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.languages import say
from reconciler.model import Fleet, Plan, Verb
from reconciler.render.budget import Piece
from reconciler.render.comment import NEVER
from reconciler.render.fleet.alike import named
from reconciler.render.fleet.words import TARGETS, by_risk, risk, verbs_of
from reconciler.render.markup import cell, code, details
from reconciler.render.wording import GROUPS

_ROWS = 70
"""The rank of the row of a target on which something is done."""
_QUIET = "none"
_RISKY = frozenset({"blocked", "takes away", "held"})
_FEW = 10
_NAMES = 12


def targets_table(fleet: Fleet) -> Iterator[Piece]:
    """Yield the rows of all targets: those at risk open, a few of the others, and the rest folded.

    Targets on which nothing is done share the last row.
    """
    if not fleet.plans:
        return
    verbs = verbs_of(fleet)
    busy = [plan for plan in by_risk(fleet.plans) if risk(plan) != _QUIET]
    quiet = [plan for plan in fleet.plans if risk(plan) == _QUIET]
    risky = sum(risk(plan) in _RISKY for plan in busy)
    shown = len(busy) if len(busy) <= max(_FEW, risky) + 1 else max(_FEW, risky)
    yield Piece(variants=(f"#### {say(TARGETS)}\n\n{_head(verbs)}",), rank=NEVER)
    for at, plan in enumerate(busy[:shown]):
        yield Piece(variants=(_row(plan, verbs), ""), rank=NEVER - 1 if at < risky else _ROWS, label="targets")
    if quiet:
        unchanged = sum(plan.unchanged for plan in quiet)
        cells = [_quiet(quiet, len(busy)), say("nothing to do"), *[""] * (len(verbs) + 1), f"{unchanged:,}"]
        yield Piece(variants=(f"| {' | '.join(map(cell, cells))} |\n",), rank=NEVER)
    yield Piece(variants=("\n",), rank=NEVER)
    if rest := busy[shown:]:
        text = details(say(f"{len(rest):,} more targets"), _head(verbs) + "".join(_row(plan, verbs) for plan in rest))
        yield Piece(variants=(text, ""), rank=_ROWS, label="targets")


def _head(verbs: Sequence[Verb]) -> str:
    signs = (f"`{GROUPS[verb].sign}` {say(verb)}" for verb in verbs)
    columns = [say("Target"), say("Risk"), *signs, say("Waiting"), say("Unchanged")]
    return f"| {' | '.join(columns)} |\n|---|---|{'--:|' * (len(columns) - 2)}\n"


def _row(plan: Plan, verbs: Sequence[Verb]) -> str:
    counts = [*(plan.count(verb) for verb in verbs), len(plan.waiting)]
    cells = [_short(plan.target.name), f"**{say(risk(plan))}**", *map(_count, counts), f"{plan.unchanged:,}"]
    return f"| {' | '.join(map(cell, cells))} |\n"


def _quiet(quiet: Sequence[Plan], busy: int) -> str:
    if not busy and len(quiet) > 1:
        return say(f"all {len(quiet)}")
    return named([plan.target.name for plan in quiet], _short, _NAMES)


def _count(number: int) -> str:
    return f"{number:,}" if number else ""


def _short(data: str) -> str:
    return code(data, longest=60)
