"""`--name`: which resources are meant by names, patterns and ids, whatever they are called on either side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from reconciler.errors import UsageError
from reconciler.kinds import text_equality
from reconciler.model import Plan, ResourceId
from reconciler.model.nearest import meant
from reconciler.model.quick import dataclass

ANY = "*"
"""The sign in a pattern that matches any letters; every other letter matches itself."""


@dataclass(frozen=True)
class Named:
    """The names of a run, and the resources that have them.

    A resource has its name, the names it had before, and its id on the service: while it is being renamed, the old name
    and the new one mean it.
    """

    patterns: tuple[str, ...]
    """As they were given, each once, sorted."""
    ids: frozenset[ResourceId] = frozenset()
    """The resources that they mean; known once both sides were read."""
    unmatched: tuple[str, ...] = ()
    """Those of them that match nothing here."""

    @classmethod
    def by(cls, patterns: Iterable[str]) -> Named | None:
        """Return the names as they were given; None for no names."""
        given = tuple(sorted(set(patterns)))
        return cls(given) if given else None

    @cached_property
    def _expressions(self) -> Mapping[str, re.Pattern[str]]:
        return {pattern: _expression(pattern) for pattern in self.patterns}

    def fit(self, names: Iterable[str]) -> bool:
        """Return whether one of these names fits what was asked for; names are compared as `text_equality` does it."""
        known = [text_equality.settled(name) for name in names]
        return any(each.fullmatch(name) for each in self._expressions.values() for name in known)

    def may_fit(self, written: str) -> bool:
        """Return whether a name with references that nobody can resolve may be meant."""
        head = written.partition("${")[0]
        heads = [pattern.partition(ANY)[0] for pattern in self.patterns]
        return any(each.startswith(head) or head.startswith(each) for each in heads)

    def may_stand_in(self, text: str) -> bool:
        """Return whether a text that is no YAML may hold a name that is meant."""
        return any(all(part in text for part in pattern.split(ANY)) for pattern in self.patterns)

    def among(self, called: Mapping[ResourceId, Iterable[str]]) -> Named:
        """Return the names with the resources that they mean, each of which may have several names."""
        known = {id: [text_equality.settled(name) for name in names] for id, names in called.items()}
        found = {
            pattern: {id for id, names in known.items() if any(map(expression.fullmatch, names))}
            for pattern, expression in self._expressions.items()
        }
        return replace(
            self,
            ids=frozenset().union(*found.values()),
            unmatched=tuple(pattern for pattern, ids in found.items() if not ids),
        )


def _expression(pattern: str) -> re.Pattern[str]:
    """Return an expression for what a pattern matches. Several stars in a row count as one, so that matching stays
    quick."""
    parts = re.sub(r"\*+", ANY, text_equality.settled(pattern)).split(ANY)
    return re.compile(".*".join(map(re.escape, parts)), re.DOTALL)


def check_named(plans: Sequence[Plan]) -> None:
    """Refuse names that match nothing on any target of a run, because they are misspelled.

    A shard sees only a part, so only all shards together can tell.

    Raises:
        UsageError: with the nearest name.
    """
    unmatched = in_common(plans)
    if not unmatched:
        return
    name = unmatched[0]
    known = {id for plan in plans for id in (*plan.left_out, *plan.unmanaged)}
    known |= {ResourceId(*id.split("/", 1)) for plan in plans for id in plan.manifests}
    where = ", ".join(plan.target.name for plan in plans)
    does = "fits" if ANY in name else "is called"
    foreign = any(text_equality.same(id.name, name) for plan in plans for id in plan.unmanaged)
    raise UsageError(
        f'--name: nothing of this project {does} "{name}" on {where}'
        f"{'' if foreign else meant(name, (id.name for id in known))}",
        hint="It is live, but neither a manifest nor a mark makes it this project's; `adopt` takes it over."
        if foreign
        else "",
    )


def in_common(plans: Sequence[Plan]) -> list[str]:
    """Return the names that match nothing in any of the plans."""
    return [name for name in plans[0].names if all(name in plan.unmatched for plan in plans)] if plans else []
