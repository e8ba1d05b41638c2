"""Who moved, field by field: what our last write left is compared with what is there now and with the manifest.

                     our last write
                      /          \\
    service moved?   /            \\   manifest moved?
                  live           manifest

The version that our last write recorded still exists, because versions never change; so this needs no record of its
own. Labels, protection and pins live in our marks alone, which nobody else writes. Nothing tells who changed a
description.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reconciler.kinds.jobtemplate.canonical import DesiredTemplate, LiveTemplate, comparable_part, digest_as
from reconciler.model import FieldChange, JsonObject, Moved
from reconciler.model.paths import lookup

_OWN_MARKS = frozenset({"labels", "protect", "pinned", "project", "manifest"})


def who(*, manifest: bool, service: bool) -> Moved:
    """The word for which sides moved."""
    if manifest:
        return Moved.BOTH if service else Moved.MANIFEST
    return Moved.SERVICE if service else Moved.UNKNOWN


def last_written(live: LiveTemplate, body: DesiredTemplate) -> JsonObject | None:
    """Content and constraints as our last write left them; None when no version proves to be that one."""
    version = live.versions.get(live.marks.version)
    if version is None or not live.recorded_digest or digest_as(version, body) != live.recorded_digest:
        return None
    return {"content": comparable_part(version.content, body.content), "constraints": version.constraints}


def in_versions(
    changes: Iterable[FieldChange], written: JsonObject | None, before: JsonObject, after: JsonObject
) -> tuple[FieldChange, ...]:
    """The changes between two versions' trees, each with the side that moved in it."""
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
    """The changes of a template's settings, each with the side that moved in it."""
    if not live.recorded_digest:
        return tuple(changes)
    return tuple(replace(each, moved=Moved.MANIFEST) if each.path[0] in _OWN_MARKS else each for each in changes)


def of_default(live: LiveTemplate, wanted: int) -> FieldChange:
    """The change of the default version."""
    written = live.marks.pin or live.marks.version
    moved = who(manifest=wanted != written, service=live.default_version != written)
    return FieldChange(
        path=("defaultVersion",),
        before=live.default_version,
        after=wanted,
        moved=moved if live.recorded_digest else Moved.UNKNOWN,
    )


def overall(known: Moved, changes: Iterable[FieldChange]) -> Moved:
    """The word for a whole action: what the record says, or else what its fields say together."""
    if known is not Moved.UNKNOWN:
        return known
    words = {change.moved for change in changes}
    return who(manifest=bool(words & {Moved.MANIFEST, Moved.BOTH}), service=bool(words & {Moved.SERVICE, Moved.BOTH}))
