"""Rules that compare the objects of one kind with each other: equal names, and contents that are nearly the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from reconciler.audit.similar import Leaders, Rarity, elements_of
from reconciler.audit.store import Key, Store
from reconciler.kinds.audited import AnyAudit, Hit, Parameter, Subject
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparingRule:
    """One rule for every kind whose objects are compared. It runs on a whole snapshot, never on a shard alone."""

    code: str
    name: str
    check: Callable[[Store, AnyAudit, Mapping[str, int]], Iterator[tuple[Subject, Hit]]]
    """Takes the snapshot, the kind and the rule's numbers; gives the objects it found something in."""
    parameters: tuple[Parameter, ...] = ()


def same_name(store: Store, audit: AnyAudit, numbers: Mapping[str, int]) -> Iterator[tuple[Subject, Hit]]:
    """Yield objects of one workspace that share a name: one finding for each name."""
    del numbers
    for first, *others in store.namesakes(audit):
        ids = ", ".join(sorted(key.id for key in (first, *others)))
        summary = f"several {audit.many} have this name: {ids}"
        yield from _outlined(store, audit, first, Hit(summary=summary, path=("name",)))


def near_duplicate(store: Store, audit: AnyAudit, numbers: Mapping[str, int]) -> Iterator[tuple[Subject, Hit]]:
    """Yield objects of one workspace whose default versions hold nearly the same content."""
    for site in store.sites():  # contents that were promoted from one workspace to the next have to be equal
        rarity = Rarity(elements_of(packed) for _, packed in store.compared(audit, site))
        leaders, keys = Leaders(rarity, numbers["percent"]), list[Key]()
        for key, packed in store.compared(audit, site):
            elements = elements_of(packed)
            found = leaders.near(elements)
            if found is None:
                leaders.add(elements)
                keys.append(key)
                continue
            like, same = keys[found.number], "the same content as" if found.is_same else "nearly the same content as"
            summary = f"its default version has {same} that of {like.name} ({like.id})"
            yield from _outlined(store, audit, key, Hit(summary=summary, path=("content",)))


def _outlined(store: Store, audit: AnyAudit, key: Key, hit: Hit) -> Iterator[tuple[Subject, Hit]]:
    subject = store.outline(audit, key.site, key.id)
    if subject is not None:
        yield subject, hit


RULES: tuple[ComparingRule, ...] = (
    ComparingRule(code="DLC307", name="same-name", check=same_name),
    ComparingRule(
        code="DLC308",
        name="near-duplicate",
        check=near_duplicate,
        parameters=(
            Parameter(name="percent", default=85, meaning="Least overlap, in percent.", minimum=50, maximum=100),
        ),
    ),
)
