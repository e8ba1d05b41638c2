"""`--name`: which resources are meant by names, patterns and ids, whatever they are called on either side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from reconciler.errors import UsageError
from reconciler.kinds import text_equality
from reconciler.model import Plan, ResourceId
from reconciler.model.nearest import meant

ANY = "*"
"""Stands for any letters in a pattern; every other letter stands for itself."""


@dataclass(frozen=True)
class Named:
    """The names of a run, and the resources that have them.

    A resource has its name, the names it had before, and its id on the service: while it is being renamed, the old name
    and the new one mean it.
    """

    patterns: tuple[str, ...]
    """As they were given, each once, sorted."""
    ids: frozenset[ResourceId] = frozenset()
    """What they mean; known once both sides were read."""
    unmatched: tuple[str, ...] = ()
    """Those that mean nothing here."""

    @classmethod
    def by(cls, patterns: Iterable[str]) -> Named | None:
        """The names as they were given; None for none."""
        given = tuple(sorted(set(patterns)))
        return cls(given) if given else None

    @cached_property
    def _expressions(self) -> Mapping[str, re.Pattern[str]]:
        return {pattern: _expression(pattern) for pattern in self.patterns}

    def fit(self, names: Iterable[str]) -> bool:
        """Whether one of the names, as it is compared, is meant."""
        known = [text_equality.settled(name) for name in names]
        return any(each.fullmatch(name) for each in self._expressions.values() for name in known)

    def may_fit(self, written: str) -> bool:
        """Whether a name with references in it, which nobody can resolve, may be meant."""
        head = written.partition("${")[0]
        heads = [pattern.partition(ANY)[0] for pattern in self.patterns]
        return any(each.startswith(head) or head.startswith(each) for each in heads)

    def may_stand_in(self, text: str) -> bool:
        """Whether a text that is no YAML may hold a name that is meant."""
        return any(all(part in text for part in pattern.split(ANY)) for pattern in self.patterns)

    def among(self, called: Mapping[ResourceId, Iterable[str]]) -> Named:
        """The names with what they mean among resources, each under all that it is called."""
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
    """Return what a pattern matches; runs of stars count as one, so that matching stays quick."""
    parts = re.sub(r"\*+", ANY, text_equality.settled(pattern)).split(ANY)
    return re.compile(".*".join(map(re.escape, parts)), re.DOTALL)


def check_named(plans: Sequence[Plan]) -> None:
    """Refuse names that mean nothing on any target of a run: they are misspelt.

    A shard sees a part of what there is, so that only all shards together can tell.

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
    """The names that mean nothing in any of the plans."""
    return [name for name in plans[0].names if all(name in plan.unmatched for plan in plans)] if plans else []
