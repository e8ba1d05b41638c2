"""Rules that look at several objects at once. They run when the whole snapshot is there, never on a shard alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from reconciler.audit.rules.base import Hit, Parameter
from reconciler.audit.similar import Leaders, overlap, shingles
from reconciler.audit.snapshot import Board, Template
from reconciler.audit.store import Key, Store


class FleetCheck(Protocol):
    """A rule over a whole snapshot: the objects it found something in, with what it found."""

    def __call__(self, store: Store, numbers: Mapping[str, int]) -> Iterator[tuple[Template | Board, Hit]]:
        """Judge the snapshot."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRule:
    """One rule of the table that needs more than one object."""

    code: str
    name: str
    check: FleetCheck
    parameters: tuple[Parameter, ...] = ()


def same_name(store: Store, numbers: Mapping[str, int]) -> Iterator[tuple[Template | Board, Hit]]:
    """Templates of one workspace that share a name: one finding for the name."""
    del numbers
    for first, *others in store.namesakes():
        ids = ", ".join(sorted(key.id for key in (first, *others)))
        yield store.outline(first), Hit(summary=f"several templates have this name: {ids}", path=("name",))


def near_duplicate(store: Store, numbers: Mapping[str, int]) -> Iterator[tuple[Template | Board, Hit]]:
    """Templates of one workspace whose default versions hold nearly the same content."""
    percent, site = numbers["percent"], ""
    leaders, keys = Leaders(), list[Key]()
    for key, signed in store.signatures():
        if key.site != site:  # a template promoted from one workspace to the next is meant to be the same
            site, leaders, keys = key.site, Leaders(), []
        found = _nearest(store, key, [keys[number] for number in leaders.near(signed)], percent)
        if found is None:
            leaders.add(signed)
            keys.append(key)
            continue
        like, share = found
        same = "the same content as" if share == 100 else "nearly the same content as"
        summary = f"its default version has {same} that of {like.name} ({like.id})"
        yield store.outline(key), Hit(summary=summary, path=("content",))


def _nearest(store: Store, key: Key, candidates: list[Key], percent: int) -> tuple[Key, int] | None:
    own = shingles(store.default_content(key)) if candidates else frozenset()
    for candidate in candidates if own else ():
        share = overlap(own, shingles(store.default_content(candidate)))
        if share * 100 >= percent:
            return candidate, int(share * 100)
    return None


def private_on_shared(store: Store, numbers: Mapping[str, int]) -> Iterator[tuple[Template | Board, Hit]]:
    """Private boards of jobs from templates that several people use."""
    known = {(key.site, key.id): key for key in store.names()}
    for board in store.boards():
        key = known.get((board.site, board.template_id))
        if board.accessibility != "PRIVATE" or key is None:
            continue
        if store.outline(key).users >= numbers["users"]:
            summary = f"only {board.user or 'its maker'} sees it, but several people use template {key.name}"
            yield board, Hit(summary=summary, path=("content", "Accessibility"))


RULES: tuple[FleetRule, ...] = (
    FleetRule(code="DLC307", name="same-name", check=same_name),
    FleetRule(
        code="DLC308",
        name="near-duplicate",
        check=near_duplicate,
        parameters=(
            Parameter(name="percent", default=85, meaning="Least overlap, in percent.", minimum=50, maximum=100),
        ),
    ),
    FleetRule(
        code="DLC320",
        name="private-board-on-shared-template",
        check=private_on_shared,
        parameters=(Parameter(name="users", default=2, meaning="Users from which a template is shared.", minimum=2),),
    ),
)
