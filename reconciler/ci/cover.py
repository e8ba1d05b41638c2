"""What a review covered: a digest for each action, so that the rest of a half-done plan is covered too.

A digest binds project, target, what the action does (verb, field changes), what was seen when it was planned, what
holds afterwards, and the manifest that it comes from. Its reason and whom it reaches are left out: the number of jobs
of the last 30 days changes every day. Actions that still wait are covered too. An action that follows the use of a
template needs no review: nobody changed anything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence

from reconciler.model import Action, Plan
from reconciler.model.plain import plain
from reconciler.model.quick import dataclass

_ALL = "all:"
_LENGTH = 24
_SHORT = 12


@dataclass(frozen=True, slots=True)
class Coverage:
    """The digests of the actions that were reviewed, sorted; or one digest of all of them, beginning with `all:`."""

    digests: tuple[str, ...] = ()

    @classmethod
    def of(cls, *plans: Plan) -> Coverage:
        """Return what a review of these plans covers."""
        return cls(tuple(sorted(_digest(plan, action) for plan in plans for action in _reviewed(plan))))

    @classmethod
    def resources(cls, *plans: Plan) -> Coverage:
        """Return the resources that these plans are about, whatever they do to them."""
        return cls(tuple(sorted({_hash(ascii(str(action.id)))[:_SHORT] for plan in plans for action in plan.asked})))

    @classmethod
    def fitting(cls, plans: Sequence[Plan], characters: int) -> Coverage:
        """Return what a review of these plans covers in at most so many characters: every action, else each plan as
        a whole, else all plans as a whole."""
        every = cls.of(*plans)
        if len(str(every)) <= characters or len(plans) < 2:
            return every.within(characters)
        whole = cls(tuple(sorted({_all(cls.of(plan).digests) for plan in plans})))
        return whole if len(str(whole)) <= characters else every.within(characters)

    @classmethod
    def read(cls, text: str) -> Coverage:
        """Return the coverage in the text of a marker."""
        return cls(tuple(part for part in text.split(",") if part))

    def __str__(self) -> str:
        return ",".join(self.digests)

    def within(self, characters: int) -> Coverage:
        """Return the same coverage in at most so many characters: one digest of all actions where a list would be
        longer.

        It is then known only whether a plan is covered as a whole, not which part of it.
        """
        return self if len(str(self)) <= characters else Coverage((_all(self.digests),))

    def uncovered(self, plan: Plan) -> tuple[Action, ...]:
        """Return the actions of a plan that the review did not cover."""
        now = Coverage.of(plan)
        if _all(now.digests) in self.digests:
            return ()
        return tuple(action for action in plan.changes if _digest(plan, action) not in self.digests)

    def is_of_all(self, plans: Sequence[Plan]) -> bool:
        """Return whether exactly these plans were reviewed as a whole."""
        return _all(Coverage.of(*plans).digests) in self.digests

    def meets(self, plan: Plan) -> tuple[Action, ...]:
        """Return those actions of a plan whose resources are in this coverage of resources; all actions where it is
        one digest."""
        if any(digest.startswith(_ALL) for digest in self.digests):
            return plan.changes
        return tuple(action for action in plan.changes if _hash(ascii(str(action.id)))[:_SHORT] in self.digests)

    def __add__(self, other: Coverage) -> Coverage:
        return Coverage(tuple(sorted({*self.digests, *other.digests})))


def _reviewed(plan: Plan) -> Iterator[Action]:
    """Yield what a review is about: changes, and what will become a change when it need not wait any more."""
    yield from plan.changes
    yield from (action for each in plan.waiting for action in each.actions)


def _all(digests: tuple[str, ...]) -> str:
    return _ALL + _hash("\n".join(digests))


def _digest(plan: Plan, action: Action) -> str:
    meaning = {
        "project": plan.project,
        "target": plain(plan.target),
        "verb": action.verb.value,
        "id": plain(action.id),
        "changes": [[list(change.path), change.before, change.after] for change in action.changes],
        "observed": dict(action.observed),
        "intended": dict(action.intended),
        "manifest": plan.manifests.get(str(action.id)),
    }
    return _hash(json.dumps(meaning, sort_keys=True, ensure_ascii=True, default=repr))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:_LENGTH]
