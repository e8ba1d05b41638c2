"""Which manifest describes a live object already: under its name or a former one, as a base, or with errors."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from reconciler.kinds import text_equality
from reconciler.kinds.base import Kinds, by_name
from reconciler.kinds.results import LiveObject
from reconciler.manifests.files import parse
from reconciler.manifests.globs import matches
from reconciler.pipeline.workspace import Workspace

_PUT_TOGETHER = frozenset({"base", "matrix", "overrides"})
"""Fields of a spec that say more than what one live object shows."""


class Described:
    """The manifests of one target, to be asked about its live objects."""

    def __init__(self, workspace: Workspace, kinds: Kinds, live: Iterable[LiveObject]) -> None:
        self._workspace = workspace
        self._kinds = [kind.name for kind in kinds]
        there = {(each.id.kind, text_equality.settled(each.id.name)) for each in live}
        desired, named = workspace.desired, by_name(kinds)
        self._files: dict[tuple[str, str], str] = {}
        self._picked: dict[tuple[str, str], str] = {}
        resources = {**desired.against_rules, **desired.resources}
        for id, resource in resources.items():
            key = (id.kind, text_equality.settled(id.name))
            self._files[key] = resource.where.file
            self._picked[key] = named[id.kind].picked(resource)
            for name in named[id.kind].former(resource) if key not in there else ():
                self._files.setdefault((id.kind, text_equality.settled(name)), resource.where.file)
        for id, where in desired.abstract.items():
            self._files[id.kind, text_equality.settled(id.name)] = where.file

    def file_of(self, live: LiveObject) -> str:
        """Return the file that describes an object, or may do so and has errors; empty when none does.

        Of several live objects of one name, a manifest that picks one by its id describes no other.
        """
        key = (live.id.kind, text_equality.settled(live.id.name))
        file = self._files.get(key, "")
        if file and self._picked.get(key, "") in ("", live.remote_id):
            return file
        if file:
            return ""
        recorded = live.manifest if live.owner in self._workspace.project.names else ""
        broken = self._workspace.desired.broken
        found = (each for each in broken if each.may_describe(live.id, recorded, self._kinds))
        return next((each.shown.where.file for each in found), "")


def is_second(workspace: Workspace, described: str, file: Path) -> bool:
    """Whether writing a manifest to `file` would make a second one beside the file that describes the object.

    Outside the project nothing is a manifest of it. A file that holds this manifest and nothing else may be written
    anew: then there is one still.
    """
    root = Path(os.path.realpath(workspace.project.root))
    place = Path(os.path.realpath(file))
    if not described or not place.is_relative_to(root):
        return False
    return place != Path(os.path.realpath(root / described)) or not _holds_one_object(place)


def is_read(workspace: Workspace, file: Path) -> bool:
    """Whether a pattern of `spec.manifests` reads a file."""
    root, place = Path(os.path.realpath(workspace.project.root)), Path(os.path.realpath(file))
    if not place.is_relative_to(root):
        return False
    return any(matches(pattern, place.relative_to(root).as_posix()) for pattern in workspace.project.manifests)


def _holds_one_object(file: Path) -> bool:
    try:
        documents = parse(file.name, file.read_text(encoding="utf-8")).documents
    except (OSError, UnicodeDecodeError):
        return False
    specs = [raw.data.get("spec") if isinstance(raw.data, dict) else None for raw in documents]
    return len(specs) == 1 and isinstance(specs[0], dict) and not specs[0].keys() & _PUT_TOGETHER
