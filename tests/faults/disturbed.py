"""One action that is disturbed once its plan is made, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from reconciler.emulator import Fault
from reconciler.model import Outcome

from .house import House, house

ALWAYS: dict[str, Any] = {"times": None}
"""For a fault that never ends."""
Documents = tuple[Mapping[str, Any], ...]


def ended(
    folder: Path,
    before: Documents,
    desired: Documents,
    disturb: Callable[[House], object],
    then: Callable[[House, Outcome], object] = lambda _home, _outcome: None,
) -> Outcome:
    """How the one action ended that leads from one state to the other, disturbed once the plan is made."""
    with house(folder, deterministic_ids=True) as home:
        for at in range(len(before)):
            home.manifests(before[at])
            home.apply()
        home.manifests(*desired)
        plan = home.plan()
        disturb(home)
        (outcome,) = home.apply(plan).outcomes
        home.emulator.faults.clear()
        home.emulator.clear_hooks()
        then(home, outcome)
        return outcome


def fault(kind: str, action: str, **more: Any) -> Callable[[House], object]:
    """A disturbance: the service has this fault from now on."""
    return lambda home: home.emulator.faults.add(Fault(kind=kind, action=action, **more))
