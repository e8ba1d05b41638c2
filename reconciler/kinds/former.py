"""Objects that are live under a former name: which of them a manifest with `metadata.renamedFrom` means.

under the new name    under a former name, ours
nothing               one                          it is renamed
one                   nothing                      it was renamed; the field says nothing any more
nothing               nothing                      one is created
one                   one                          nobody can tell which of the two is meant: refused
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from reconciler.codes import finding
from reconciler.kinds.lookalikes import alike, spelled
from reconciler.model import Finding, JsonObject, Resource, ResourceId, SourceRef

FIELD = "renamedFrom"
PATH = ("metadata", FIELD)

Rows = Sequence[JsonObject]


def former_names(metadata: JsonObject) -> tuple[str, ...]:
    """Return the names that a manifest says its object had before, newest first. Values that are no texts are left
    out."""
    told = metadata.get(FIELD)
    names = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    return tuple(name for name in names if isinstance(name, str))


def under_former_names(
    id: ResourceId,
    names: Iterable[str],
    by_name: Mapping[str, Rows],
    by_skeleton: Callable[[], Mapping[str, Iterable[str]]],
    *,
    is_ours: Callable[[JsonObject], bool],
    described: Callable[[str], bool],
) -> list[JsonObject]:
    """Return the live rows that a manifest without a row of its own name may mean: those of ours, where there is one.

    Where no row has a former name exactly, one of ours counts whose name differs in case or form alone: the run that
    renamed it may have been killed before it could record how the service shows the name.
    """
    found = [row for name in dict.fromkeys(names) if not described(name) for row in by_name.get(name, ())]
    if found:
        return [row for row in found if is_ours(row)] or found
    nearly = alike(id.name, by_skeleton())
    return [row for name in nearly if not described(name) for row in by_name[name] if is_ours(row)]


def both_live(
    resource: Resource[Any], new: Rows, old: Rows, id_field: str, *, is_taken: bool, names: Iterable[str]
) -> Finding:
    """Return the refusal when both the former and the new name are live. `is_taken` says that the new one is not
    this project's."""
    former = ", ".join(f'"{name}"' for name in names)
    summary = f"{_ids(old, id_field)} is still called {former}, and {_ids(new, id_field)} has the new name already"
    hint = (
        "Choose another name: the new one is somebody else's."
        if is_taken
        else "Delete the one that nobody needs, or take `metadata.renamedFrom` out: then the former name counts as a "
        "template without a manifest, and is deleted like every other one."
    )
    return finding("DLC219", summary, subject=resource.id, where=_where(resource), path=PATH, hint=hint)


def nothing_to_rename(resource: Resource[Any], names: Iterable[str]) -> Finding:
    """Return the note about a manifest whose object is created although the manifest names a former name."""
    former = " or ".join(f'"{spelled(name)}"' for name in names)
    summary = f"nothing is called {former} here, so it is created"
    return finding("DLC220", summary, subject=resource.id, where=_where(resource), path=PATH)


def _ids(rows: Rows, id_field: str) -> str:
    return ", ".join(sorted(row[id_field] for row in rows))


def _where(resource: Resource[Any]) -> SourceRef | None:
    return resource.origin if isinstance(resource.origin, SourceRef) else None
