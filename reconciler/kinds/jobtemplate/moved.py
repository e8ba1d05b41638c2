r"""Who changed what, field by field: what our last write left is compared with what is there now and with the manifest.

                     our last write
                      /          \
    service moved?   /            \   manifest moved?
                  live           manifest

The version that our last write left as default still exists, because versions never change; so this needs no record of
its own. Labels, protection and pins live in our marks alone, which nobody else writes. Nothing tells who changed a
description.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reconciler.kinds.jobtemplate.canonical import DesiredTemplate, LiveTemplate
from reconciler.kinds.jobtemplate.equality import sent_as, tree_as
from reconciler.kinds.jobtemplate.marks import Marks
from reconciler.model import FieldChange, JsonObject, Moved
from reconciler.model.paths import lookup

_OWN_MARKS = frozenset({"labels", "protect", "pinned", "project", "manifest"})


def who(*, manifest: bool, service: bool) -> Moved:
    """Return the word for which sides moved."""
    if manifest:
        return Moved.BOTH if service else Moved.MANIFEST
    return Moved.SERVICE if service else Moved.UNKNOWN


def left_default(marks: Marks, default: int) -> int:
    """Return the version that our last write left as the default, also when it was killed before it could record it."""
    if marks.intention is not None and not marks.pin and marks.intention.version == default:
        return default
    return marks.pin or marks.version


def left_as_default(live: LiveTemplate, body: DesiredTemplate) -> JsonObject | None:
    """Return content and constraints of the version that our last write left as the default; None when no version
    proves to be it.

    With a pin it is the pinned version, whatever the manifest's content was: the version's number proves it.
    """
    marks = live.marks
    version = live.versions.get(left_default(marks, live.default_version))
    if version is None or not live.recorded_digest:
        return None
    if version.number == marks.version and sent_as(live, marks.version, body) != live.recorded_digest:
        return None
    return tree_as(version, body)


def in_versions(
    changes: Iterable[FieldChange], written: JsonObject | None, before: JsonObject, after: JsonObject
) -> tuple[FieldChange, ...]:
    """Return the changes between the trees of two versions, each with the side that changed it."""
    if written is None:
        return tuple(changes)
    return tuple(
        replace(
            change,
            moved=who(
                manifest=lookup(after, change.path) != lookup(written, change.path),
                service=lookup(before, change.path) != lookup(written, change.path),
            ),
        )
        for change in changes
    )


def in_settings(changes: Iterable[FieldChange], live: LiveTemplate) -> tuple[FieldChange, ...]:
    """Return the changes of a template's settings, each with the side that changed it."""
    if not live.recorded_digest:
        return tuple(changes)
    return tuple(replace(each, moved=Moved.MANIFEST) if each.path[0] in _OWN_MARKS else each for each in changes)


def of_default(live: LiveTemplate, wanted: int) -> FieldChange:
    """Return the change of the default version."""
    written = left_default(live.marks, live.default_version)
    moved = who(manifest=wanted != written, service=live.default_version != written)
    return FieldChange(
        path=("defaultVersion",),
        before=live.default_version,
        after=wanted,
        moved=moved if live.recorded_digest else Moved.UNKNOWN,
    )


def overall(known: Moved, changes: Iterable[FieldChange]) -> Moved:
    """Return the word for a whole action: what the record says, combined with what its fields say."""
    words = {known, *(change.moved for change in changes)}
    return who(manifest=bool(words & {Moved.MANIFEST, Moved.BOTH}), service=bool(words & {Moved.SERVICE, Moved.BOTH}))
