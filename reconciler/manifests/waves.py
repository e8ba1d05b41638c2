"""Which targets go before which: `after` of the project file, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from reconciler.codes import finding
from reconciler.manifests.positions import FilePositions
from reconciler.model import FieldPath, Finding, JsonObject, ResourceId
from reconciler.model.nearest import meant
from reconciler.model.quick import dataclass

UNKNOWN, CIRCLE = "DLC060", "DLC061"


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """The targets that must have a default first, and for how long, before another target gets it."""

    targets: tuple[str, ...] = ()
    """Their names in the order of the project file, each once; empty: this target waits for none."""
    soak_hours: float = 0.0
    """Hours, 0 or more."""


def after_of(target: JsonObject) -> After:
    """Return what a target of a sound project file waits for."""
    after = target.get("after", {})
    return After(targets=tuple(dict.fromkeys(after.get("targets", ()))), soak_hours=float(after.get("soakHours", 0)))


def after_findings(data: JsonObject, positions: FilePositions, subject: ResourceId | None) -> Iterator[Finding]:
    """Yield errors about names in `after` that are no targets, and about circles; the schema reports the rest."""
    targets = _targets(data)
    for name, target in targets.items():
        for index, other in enumerate(_names(target)):
            if other not in targets and "${" not in other:  # references are reported as not allowed here
                path = _place(name, index)
                summary = f'target "{name}" waits for "{other}", which is no target{meant(other, targets)}'
                yield finding(UNKNOWN, summary, subject=subject, where=positions.locate(path), path=path)
    known = {name: [each for each in _names(target) if each in targets] for name, target in targets.items()}
    for circle in _circles(known):
        first, *others = circle
        path = _place(first, _names(targets[first]).index(others[0]))
        each_other = f"targets wait for each other: {' waits for '.join(circle)}"
        summary = each_other if others[1:] else f'target "{first}" waits for itself'
        also = tuple(positions.locate(("spec", "targets", name, "after")) for name in others[:-1])
        yield finding(CIRCLE, summary, subject=subject, where=positions.locate(path), path=path, also=also)


def _place(target: str, index: int) -> FieldPath:
    return ("spec", "targets", target, "after", "targets", index)


def _circles(before: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """Return targets that wait for each other in a circle, with the first name repeated at the end. Each name is in
    at most one circle."""
    left = dict(before)
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            # Each name of the error's list is awaited by the next one.
            circle: list[str] = error.args[1][::-1]
            start = circle.index(min(circle, key=list(before).index))
            yield [*circle[start:-1], *circle[:start], circle[start]]
            left = {
                name: [each for each in names if each not in circle]
                for name, names in left.items()
                if name not in circle
            }
        else:
            return


def _targets(data: JsonObject) -> dict[str, dict[str, Any]]:
    spec = data.get("spec")
    targets = spec.get("targets") if isinstance(spec, dict) else None
    found = targets.items() if isinstance(targets, dict) else ()
    return {name: target for name, target in found if isinstance(target, dict)}


def _names(target: Mapping[str, Any]) -> list[str]:
    after = target.get("after")
    names = after.get("targets") if isinstance(after, dict) else None
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
