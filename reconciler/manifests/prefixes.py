"""Which prefixes of names other projects of the same repository use, in workspaces that this project uses too.

Objects of some kinds have no mark of their owner: a project owns them by the prefix of their names. When one prefix
begins with another, the shorter one covers the objects of both. Projects in other repositories cannot be known.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from reconciler.codes import finding
from reconciler.errors import GitError
from reconciler.git.checkout import files_with, top
from reconciler.kinds.base import AnyKind, Kinds
from reconciler.manifests.files import RawDocument, read_file
from reconciler.manifests.positions import FilePositions
from reconciler.manifests.project import KIND, Project, subject_of
from reconciler.manifests.workspaces import Place, place_of
from reconciler.model import Finding, JsonObject, JsonValue, ResourceId, SourceRef
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True)
class Prefix:
    """The prefix of one project for one kind: where it is written, and in which workspaces it counts."""

    kind: AnyKind
    text: str
    project: str
    where: SourceRef
    places: frozenset[Place]


def other_prefixes(project: Project, kinds: Kinds) -> tuple[Prefix, ...]:
    """Return the prefixes of the other projects of the repository, kind by kind, by file; none outside Git."""
    return tuple(prefix for kind in kinds if kind.prune_prefix for prefix in _others(project, kind))


def _others(project: Project, kind: AnyKind) -> Iterator[Prefix]:
    try:
        above = top(project.root).resolve()
        names = sorted(files_with(above, kind.prune_prefix))
    except GitError:
        return
    own = project.path.resolve()
    for name in names:
        if (above / name).resolve() == own or (above / name).is_symlink():
            continue
        for raw in read_file(above, name).documents:
            yield from _prefix(kind, raw, _seen_from(project.root, above / name))


def overlapping(project: Project, kinds: Kinds) -> Iterator[Finding]:
    """Yield a warning for each other prefix that begins with the project's own or that its own begins with."""
    for kind in kinds:
        for own in _prefix(kind, project.document, project.path.name) if kind.prune_prefix else ():
            for other in other_prefixes(project, (kind,)):
                if told := _overlap(own, other):
                    where, subject = own.where, subject_of(project.document.data)
                    path = ("spec", "prune", kind.prune_prefix)
                    yield finding("DLC056", told, subject=subject, where=where, path=path, also=(other.where,))


def _overlap(own: Prefix, other: Prefix) -> str:
    """Return which of two prefixes covers what is the other project's; empty where neither does."""
    if not own.places & other.places:
        return ""
    if other.text.startswith(own.text):
        noun = own.kind.noun
        return f'"{own.text}" covers each {noun} of project {other.project} too, whose prefix is "{other.text}"'
    if own.text.startswith(other.text):
        return f'"{own.text}" is covered by "{other.text}", the prefix of project {other.project}'
    return ""


def endangered(id: ResourceId, place: Place, others: tuple[Prefix, ...]) -> Finding | None:
    """Return a warning about one object that a plan deletes and that another project may have made."""
    longest = max(
        (each for each in others if _covers(each, id, place)),
        key=lambda each: len(each.text),
        default=None,
    )
    if longest is None:
        return None
    summary = f'its name goes on with "{longest.text}", the prefix of project {longest.project}'
    return finding("DLC226", summary, subject=id, where=longest.where)


def _covers(prefix: Prefix, id: ResourceId, place: Place) -> bool:
    return prefix.kind.name == id.kind and place in prefix.places and id.name.startswith(prefix.text)


def _prefix(kind: AnyKind, raw: RawDocument, file: str) -> Iterator[Prefix]:
    """Yield the prefix in a document that is a Project; nothing else in it needs to be right."""
    data = _object(raw.data)
    spec = _object(data.get("spec"))
    text, name = _object(spec.get("prune")).get(kind.prune_prefix), _object(data.get("metadata")).get("name")
    if data.get("kind") != KIND or not isinstance(text, str) or not text:
        return
    at = FilePositions(raw).locate(("spec", "prune", kind.prune_prefix))
    places = frozenset(place_of(_object(target)) for target in _object(spec.get("targets")).values())
    yield Prefix(kind, text, str(name), SourceRef(file, at.line, at.column), places)


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _seen_from(root: Path, file: Path) -> str:
    return os.path.relpath(file, root.resolve()).replace(os.sep, "/")
