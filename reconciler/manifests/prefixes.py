"""Which prefixes of board names other projects of the same repository use, in workspaces that this project uses too.

Boards have no mark of their owner: a project owns them by the prefix of their names. When one prefix begins with
another, the shorter one covers the boards of both. Projects in other repositories cannot be known.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from reconciler.codes import finding
from reconciler.errors import GitError
from reconciler.git.checkout import files_with, top
from reconciler.manifests.files import RawDocument, read_file
from reconciler.manifests.positions import FilePositions
from reconciler.manifests.project import KIND, Project, subject_of
from reconciler.manifests.workspaces import Place, place_of
from reconciler.model import Finding, JsonObject, JsonValue, ResourceId, SourceRef
from reconciler.model.quick import dataclass

_FIELD = "tensorBoardPrefix"
PATH = ("spec", "prune", _FIELD)


@dataclass(frozen=True, slots=True)
class Prefix:
    """The prefix of one project: where it is written, and in which workspaces it counts."""

    text: str
    project: str
    where: SourceRef
    places: frozenset[Place]


def own_prefix(project: Project) -> Prefix | None:
    """Return the project's own prefix; None when it has none."""
    return _prefix(project.document, project.path.name)


def other_prefixes(project: Project) -> tuple[Prefix, ...]:
    """Return the prefixes of the other projects of the repository, by file; none outside Git."""
    try:
        above = top(project.root).resolve()
        names = sorted(files_with(above, _FIELD))
    except GitError:
        return ()
    own = project.path.resolve()
    found = (
        _prefix(raw, _seen_from(project.root, above / name))
        for name in names
        if (above / name).resolve() != own and not (above / name).is_symlink()
        for raw in read_file(above, name).documents
    )
    return tuple(prefix for prefix in found if prefix is not None)


def overlapping(project: Project) -> Iterator[Finding]:
    """Yield a warning for each other prefix that begins with the project's own or that its own begins with."""
    own = own_prefix(project)
    if own is None:
        return
    for other in other_prefixes(project):
        if not own.places & other.places:
            continue
        if other.text.startswith(own.text):
            summary = f'"{own.text}" covers the boards of project {other.project} too, whose prefix is "{other.text}"'
        elif own.text.startswith(other.text):
            summary = f'"{own.text}" is covered by "{other.text}", the prefix of project {other.project}'
        else:
            continue
        subject = subject_of(project.document.data)
        yield finding("DLC056", summary, subject=subject, where=own.where, path=PATH, also=(other.where,))


def endangered(id: ResourceId, place: Place, others: tuple[Prefix, ...]) -> Finding | None:
    """Return a warning about one board that a plan deletes and that another project may have made."""
    longest = max(
        (each for each in others if place in each.places and id.name.startswith(each.text)),
        key=lambda each: len(each.text),
        default=None,
    )
    if longest is None:
        return None
    summary = f'its name goes on with "{longest.text}", the prefix of project {longest.project}'
    return finding("DLC226", summary, subject=id, where=longest.where)


def _prefix(raw: RawDocument, file: str) -> Prefix | None:
    """Return the prefix in a document that is a Project; nothing else in it needs to be right."""
    data = _object(raw.data)
    spec = _object(data.get("spec"))
    text, name = _object(spec.get("prune")).get(_FIELD), _object(data.get("metadata")).get("name")
    if data.get("kind") != KIND or not isinstance(text, str) or not text:
        return None
    at = FilePositions(raw).locate(PATH)
    places = frozenset(place_of(_object(target)) for target in _object(spec.get("targets")).values())
    return Prefix(text, str(name), SourceRef(file, at.line, at.column), places)


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _seen_from(root: Path, file: Path) -> str:
    return os.path.relpath(file, root.resolve()).replace(os.sep, "/")
