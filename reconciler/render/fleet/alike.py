"""Finds what is the same on many targets: actions, findings, failures and what waits."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence, Set
from dataclasses import replace
from typing import Generic, TypeVar

from reconciler.languages import say
from reconciler.model import Action, Broken, Failure, Finding, Impact, Plan, ResourceId, Verb, Waiting
from reconciler.model.expressions import expression
from reconciler.model.quick import dataclass
from reconciler.render.counts import counted
from reconciler.render.wording import GROUPS, moves_default

ItemT = TypeVar("ItemT")
Quote = Callable[[str], str]

_FEW = 4
"""Up to this many names are written out; of more, the first three."""
_ID = expression(r"\b(?:(?:tpl|tb|dlc)[a-z0-9]{8,}|(?:tensorboard|dlc)-\d{14}-[a-z0-9]+)\b")
"""Ids as the service makes them (API.md section 1.9)."""
_NUMBERS = {Verb.PROMOTE: "defaultVersion", Verb.NEW_VERSION: "version"}


@dataclass(frozen=True, slots=True)
class Alike(Generic[ItemT]):
    """Something that is the same on these targets, which are in their order."""

    item: ItemT
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlikeAction:
    """An action that does the same on these targets. `action` has no impact, and no number that they do not share."""

    action: Action
    targets: tuple[str, ...]
    impacts: tuple[tuple[str, Impact], ...]
    """Whom the action reaches on each target, where that is known."""

    @property
    def on_each(self) -> tuple[str, ...]:
        """A name of the action on each of its targets: the verdict counts it on each, and so does a notice."""
        return tuple(f"{target}: {self.action.key}" for target in self.targets)


def alike(pairs: Iterable[tuple[str, ItemT]], key: Callable[[ItemT], Hashable]) -> list[Alike[ItemT]]:
    """Return each item once, as the first target has it, with all targets that have it; in order of first
    appearance."""
    found: dict[Hashable, tuple[ItemT, list[str]]] = {}
    for target, item in pairs:
        found.setdefault(key(item), (item, []))[1].append(target)
    return [Alike(item, tuple(dict.fromkeys(targets))) for item, targets in found.values()]


def alike_actions(plans: Sequence[Plan]) -> list[AlikeAction]:
    """Return the actions of all plans, those that do the same as one: the most dangerous first, then on the most
    targets."""
    found: dict[Hashable, list[tuple[str, Action]]] = {}
    for plan in plans:
        for action in plan.actions:
            found.setdefault(_doing(action), []).append((plan.target.name, action))
    together = [_together(pairs) for pairs in found.values()]
    rank = {verb: at for at, verb in enumerate(GROUPS)}
    return sorted(together, key=lambda each: (rank[each.action.verb], -len(each.targets), each.action.id, each.targets))


def _doing(action: Action) -> Hashable:
    """Return what identifies an action: all but whom it reaches and which numbers the service gives on its target."""
    changes = tuple((each.path, repr(each.before), repr(each.after), each.moved) for each in action.changes)
    proof = action.verification and (action.verification.state, action.verification.cause, action.verification.pods)
    told = (action.verb, action.id, action.reason, action.moved, moves_default(action))
    return (told, changes, tuple(map(without_ids, action.notes)), proof)


def _together(pairs: Sequence[tuple[str, Action]]) -> AlikeAction:
    first = pairs[0][1]
    impacts = tuple((target, action.impact) for target, action in pairs if action.impact is not None)
    return AlikeAction(
        action=replace(
            first,
            impact=None,
            intended=_shared_numbers([action for _, action in pairs]),
            notes=_shared_notes([action.notes for _, action in pairs]),
        ),
        targets=tuple(target for target, _ in pairs),
        impacts=impacts,
    )


def without_ids(text: str) -> str:
    """Return a text with `each` where it names an object by the id that the service gave it: every target has another
    one."""
    return _ID.sub("each", text)


def _shared_notes(notes: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the notes of one of the actions, without the ids that they do not share."""
    return notes[0] if len(set(notes)) == 1 else tuple(map(without_ids, notes[0]))


def _shared_numbers(actions: Sequence[Action]) -> dict[str, object]:
    """Return what one of the actions intends, without the number of the version where it differs."""
    intended = dict(actions[0].intended)
    key = _NUMBERS.get(actions[0].verb, "")
    if key and len({str(action.intended.get(key)) for action in actions}) > 1:
        # Comparing the two numbers still has to show whether it becomes the default.
        moves = moves_default(actions[0])
        intended |= {"version": "", "defaultVersion": "" if moves else "another"}
    return intended


def alike_findings(pairs: Iterable[tuple[str, Finding]]) -> list[Alike[Finding]]:
    """Return findings of many targets, each once."""
    listed = list(pairs)
    together = alike(
        listed, lambda each: (each.code, each.severity, each.subject, without_ids(each.summary), each.where)
    )
    exact = {(target, item.code, item.subject, item.summary) for target, item in listed}
    return [_shared_finding(each, exact) for each in together]


def _shared_finding(found: Alike[Finding], exact: Set[tuple[str, str, ResourceId | None, str]]) -> Alike[Finding]:
    """Return a finding without the ids that its targets do not share."""
    item = found.item
    if all((target, item.code, item.subject, item.summary) in exact for target in found.targets):
        return found
    return replace(found, item=replace(item, summary=without_ids(item.summary)))


def alike_waiting(plans: Sequence[Plan]) -> list[Alike[Waiting]]:
    """Return what waits on many targets, each once."""
    pairs = ((plan.target.name, waiting) for plan in plans for waiting in plan.waiting)
    return alike(pairs, lambda each: (each.id, each.awaits, tuple(action.verb for action in each.actions)))


def alike_broken(plans: Sequence[Plan]) -> list[Alike[Broken]]:
    """Return the manifests with errors that plans leave out, each once."""
    return alike(((plan.target.name, broken) for plan in plans for broken in plan.broken), lambda each: each)


def alike_failures(failed: Iterable[Failure]) -> list[Alike[Failure]]:
    """Return the failures of many targets, each once."""
    return alike(
        ((each.target, each) for each in failed), lambda each: (each.code, each.message, each.hint, each.findings)
    )


def spread(targets: Sequence[str], everyone: Sequence[str], quote: Quote) -> str:
    """Return `all 60 targets`, `58 targets (all but a, b)`, `a, b`, `20 targets (a, b, c and 17 more)`."""
    lacking = [name for name in everyone if name not in set(targets)]
    if not lacking:
        return _everywhere(len(targets)) if len(targets) > 1 else quote(targets[0])
    if len(targets) <= _FEW:
        return ", ".join(map(quote, targets))
    if len(lacking) <= _FEW:
        return say(f"{len(targets)} targets (all but {', '.join(map(quote, lacking))})")
    return say(f"{len(targets)} targets ({named(targets, quote)})")


def _everywhere(count: int) -> str:
    return say("both targets" if count == 2 else f"all {count} targets")


def named(targets: Sequence[str], quote: Quote, most: int = _FEW) -> str:
    """Return `a, b, c and 17 more`."""
    first = named_first(targets, most)
    shown, rest = ", ".join(map(quote, first)), len(targets) - len(first)
    return f"{shown} {say(f'and {rest:,} more')}" if rest else shown


def named_first(targets: Sequence[str], most: int) -> Sequence[str]:
    """Return the targets that `named` writes out."""
    return targets if len(targets) <= most else targets[: most - 1]


def how_many(targets: Sequence[str], everyone: Sequence[str]) -> str:
    """`on all 60 targets`, `on 3 targets`: without names, for a line of HTML."""
    everywhere = len(targets) == len(everyone) > 1
    return say(f"on all {len(targets)} targets" if everywhere else f"on {counted(len(targets), 'target')}")


def of_each(plans: Sequence[Plan]) -> Iterator[tuple[str, Finding]]:
    """Yield the findings of all plans, each with the name of its target."""
    return ((plan.target.name, finding) for plan in plans for finding in plan.findings)
