"""The lists in a comment on many targets: what is wrong above the tables, everything else below the actions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from reconciler.languages import say
from reconciler.model import Finding, Fleet, Severity
from reconciler.render.budget import Piece
from reconciler.render.comment import ERRORS_RANK, HEADINGS, LISTS, NEVER, below, finding_line, shorter
from reconciler.render.fleet.alike import Alike, alike_broken, alike_failures, alike_waiting, named, spread
from reconciler.render.fleet.words import FAILED, TOGETHER
from reconciler.render.markup import code, details
from reconciler.render.wording import (
    BROKEN,
    ERRORS,
    OTHERS,
    RETAINED,
    WAITING,
    broken_line,
    kept,
    narrowing_lines,
    waiting_line,
)

NAMES = 12
"""Up to this many targets are named."""


def first_lists(fleet: Fleet, found: Sequence[Alike[Finding]], everyone: Sequence[str]) -> Iterator[Piece]:
    """Yield what stands above the tables: targets without a plan, errors, and manifests that were left out."""
    errors = [each for each in found if each.item.severity is Severity.ERROR]
    yield from _list(say(FAILED), list(_failure_lines(fleet)), "failures")
    yield from _list(say(TOGETHER), [finding_line(each) for each in fleet.findings], "errors")
    yield from _list(say(ERRORS), [_at(finding_line(each.item), each, everyone) for each in errors], "errors")
    yield from _list(say(BROKEN), list(_broken_lines(fleet, everyone)), "errors")


def short(data: str) -> str:
    """Return a name in a code span, cut where it is long."""
    return code(data, longest=60)


def _list(heading: str, lines: Sequence[str], label: str) -> Iterator[Piece]:
    if lines:
        variants = tuple(f"#### {heading}\n\n{text}" for text in shorter(lines))
        yield Piece(variants=variants, rank=ERRORS_RANK, label=label)


def _failure_lines(fleet: Fleet) -> Iterator[str]:
    for each in alike_failures(fleet.failed):
        failure = each.item
        hint = f" — {code(say(failure.hint))}" if failure.hint else ""
        message = code(say(failure.message), longest=300)
        yield f"{named(each.targets, short, NAMES)}: **{failure.code}**: {message}{hint}"
        yield from (below(finding_line(finding)) for finding in failure.findings)


def _broken_lines(fleet: Fleet, everyone: Sequence[str]) -> Iterator[str]:
    for each in alike_broken(fleet.plans):
        yield _at(broken_line(each.item, code), each, everyone)
        yield from (below(finding_line(finding)) for finding in each.item.findings)


def _at(line: str, each: Alike[Any], everyone: Sequence[str]) -> str:
    """A line, and on which targets it is so."""
    return f"{line} — {say(f'on {spread(each.targets, everyone, short)}')}"


def last_lists(fleet: Fleet, found: Sequence[Alike[Finding]], everyone: Sequence[str]) -> Iterator[Piece]:
    """Yield what stands below the actions: what waits and what is retained, warnings and notes, what was narrowed."""
    waiting = alike_waiting(fleet.plans)
    lines = [_at(waiting_line(each.item, code), each, everyone) for each in waiting]
    yield from _folded_list(_on_each(say(WAITING), waiting), lines, NEVER - 1, "waiting")
    retained = [f"{short(plan.target.name)}: {kept(each, code)}" for plan in fleet.plans for each in plan.retained]
    yield from _folded_list(f"{say(RETAINED)} ({len(retained):,})", retained, LISTS + 1, "retained objects")
    others = [each for each in found if each.item.severity is not Severity.ERROR]
    lines = [_at(finding_line(each.item), each, everyone) for each in others]
    yield from _folded_list(_on_each(say(OTHERS), others), lines, LISTS, "warnings and notes")
    scope = {line: None for plan in fleet.plans for line in narrowing_lines(plan)}
    if scope:
        yield Piece(variants=("".join(f"{code(line)}\n\n" for line in scope),), rank=NEVER)


def _on_each(heading: str, found: Sequence[Alike[Any]]) -> str:
    """Return a heading with how many there are, counted on each target, as the sums in the head count them."""
    return f"{heading} ({sum(len(each.targets) for each in found):,})"


def _folded_list(heading: str, lines: Sequence[str], rank: int, label: str) -> Iterator[Piece]:
    if lines:
        folded = tuple(details(heading, text) for text in shorter(lines))
        yield Piece(variants=(*folded, *(() if rank > HEADINGS else ("",))), rank=rank, label=label)
