"""The order of targets: each comes after all that its `after` names, also where the chain leads through one left
out."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import TopologicalSorter

from reconciler.manifests.project import Project

Wave = tuple[str, ...]


def waves(project: Project, names: Iterable[str]) -> tuple[Wave, ...]:
    """Return the named targets in groups. Targets of one group run at the same time, one group after the other.

    The project file is sound: `after` names targets, and there is no circle.
    """
    before = {name: spec.after.targets for name, spec in project.targets.items()}
    level: dict[str, int] = {}
    for name in TopologicalSorter(before).static_order():
        level[name] = 1 + max((level[each] for each in before[name]), default=-1)
    chosen = tuple(names)
    groups = (tuple(name for name in chosen if level[name] == each) for each in sorted(set(level.values())))
    return tuple(group for group in groups if group)
