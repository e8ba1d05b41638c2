"""The order of execution.

    phase 0   adopt, rename
    phase 1   create, new-version, update        (templates; each is read back before it counts as done)
    phase 2   promote
    phase 3   create, update, replace, start, stop (TensorBoards)
    phase 4   delete                              (only if nothing before it failed)

A phase begins when the one before it has ended. Inside a phase the actions of one resource run one after the other,
in the order in which its kind proposed them; different resources are independent and run side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from reconciler.kinds.base import Kind
from reconciler.model import Action

Chain = tuple[Action, ...]
"""The actions of one resource in one phase, which run one after the other."""


def ordered(actions: Sequence[Action], kinds: Sequence[Kind[Any, Any]]) -> tuple[Action, ...]:
    """Return the actions sorted by phase, then by resource. The order inside a resource stays that of its kind."""
    phase = _phase_of(kinds)
    return tuple(sorted(actions, key=lambda action: (phase[action.id.kind][action.verb], action.id)))


def phases(actions: Sequence[Action], kinds: Sequence[Kind[Any, Any]]) -> Iterator[tuple[Chain, ...]]:
    """Yield the phases of an ordered plan, each as the chains that may run at the same time."""
    phase = _phase_of(kinds)
    for _, group in groupby(actions, key=lambda action: phase[action.id.kind][action.verb]):
        yield tuple(tuple(chain) for _, chain in groupby(group, key=lambda action: action.id))


def _phase_of(kinds: Sequence[Kind[Any, Any]]) -> dict[str, Any]:
    return {kind.name: kind.phases for kind in kinds}
