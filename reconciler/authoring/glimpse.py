"""The names in a project file that may be wrong everywhere else, so that its errors can be reported where people
look."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from reconciler.model.quick import dataclass

LARGEST = 1024 * 1024
"""Bytes of the largest project file that is examined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """The project's name and the names of its targets; empty where they cannot be read."""

    name: str = ""
    targets: tuple[str, ...] = ()


def glimpse(file: Path) -> Glimpse:
    """Return what can be read of the first document. It never fails."""
    try:
        with file.open("rb") as stream:
            text = stream.read(LARGEST).decode("utf-8")
        document = next(iter(yaml.safe_load_all(text)), None)
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return Glimpse()
    name, targets = _at(document, "metadata", "name"), _at(document, "spec", "targets")
    return Glimpse(
        name=name if isinstance(name, str) else "",
        targets=tuple(key for key in targets if isinstance(key, str)) if isinstance(targets, dict) else (),
    )


def _at(tree: Any, *path: str) -> Any:
    for step in path:
        tree = tree.get(step) if isinstance(tree, dict) else None
    return tree
