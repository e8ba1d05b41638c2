"""What is live at targets, as text and JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from reconciler.languages import each as each_of
from reconciler.languages import said, say
from reconciler.model import Failure
from reconciler.model.plain import plain
from reconciler.render.counts import counted
from reconciler.render.jobs.tables import table
from reconciler.render.place import place_of
from reconciler.render.style import PLAIN, Palette, visible

if TYPE_CHECKING:
    from reconciler.pipeline.inventory import Entry, Inventory, Step

FORMAT_VERSION = "1.0"
_NOTHING = "-"
_MANY = {"manifest with errors": "manifests with errors"}
"""How objects stand, where many are counted in other words than one."""


def inventory_text(inventories: Sequence[Inventory], failed: Sequence[Failure] = (), palette: Palette = PLAIN) -> str:
    """Return each target with a table for each kind and a line with the sums; of many targets, the sums of all too."""
    parts = ["\n".join(_target_lines(each, palette)) + "\n" for each in inventories]
    if len(inventories) + len(failed) > 1:
        parts.append(f"{palette.paint(palette.bad if failed else palette.bold, _sum_of_all(inventories, failed))}\n")
    return "\n".join(parts)


def inventory_json(inventories: Sequence[Inventory], failed: Sequence[Failure] = ()) -> str:
    """Return a JSON document; `failed` says which targets could not be looked at (specs/list.schema.json)."""
    document = {
        "format_version": FORMAT_VERSION,
        "targets": [_target_object(each) for each in inventories],
        "failed": [plain(each) for each in failed],
    }
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _target_lines(inventory: Inventory, palette: Palette) -> Iterator[str]:
    target = inventory.target
    yield palette.paint(
        palette.bold, f"{visible(inventory.project)} -> {visible(target.name)} ({place_of(target, visible)})"
    )
    for kind in dict.fromkeys(each.id.kind for each in inventory.entries):
        yield ""
        yield _table(kind, [each for each in inventory.entries if each.id.kind == kind], palette).rstrip("\n")
    yield ""
    yield palette.paint(palette.bold, _sum(inventory))


def _table(kind: str, entries: Sequence[Entry], palette: Palette) -> str:
    """Return the table of one kind, without empty columns."""
    columns = {
        kind.upper(): [each.id.name for each in entries],
        "ID": [each.remote_id for each in entries],
        "OWNER": [each.owner for each in entries],
        "STATE": [each.state for each in entries],
        "DEFAULT": [_number(each.version) for each in entries],
        "VERSIONS": [_number(each.versions) for each in entries],
        "LAST USED": [each.last_used[:10] for each in entries],
        "STANDS": [_stands(each) for each in entries],
    }
    shown = {head: cells for head, cells in columns.items() if any(cells)}
    rows = [[cell or _NOTHING for cell in row] for row in zip(*shown.values(), strict=True)]
    return table(tuple(shown), rows, palette)


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _stands(entry: Entry) -> str:
    return say(entry.step.value) + (f": {each_of('; '.join(entry.details))}" if entry.details else "")


@said
def _sum(inventory: Inventory) -> str:
    """Return `12 objects: 8 in step, 1 to change, 3 not ours.`"""
    return f"{_objects([inventory])}."


@said
def _sum_of_all(inventories: Sequence[Inventory], failed: Sequence[Failure]) -> str:
    """Return `60 targets: 342 objects: 340 in step, 2 to change; 1 target not looked at`."""
    unseen = f"; {counted(len(failed), 'target')} not looked at" if failed else ""
    return f"{counted(len(inventories) + len(failed), 'target')}: {_objects(inventories)}{unseen}"


def _objects(inventories: Sequence[Inventory]) -> str:
    """Return `342 objects: 340 in step, 2 to change`."""
    entries = [entry for inventory in inventories for entry in inventory.entries]
    sums = Counter(entry.step for entry in entries)
    steps: list[Step] = [step for entry in entries[:1] for step in type(entry.step) if sums[step]]
    parts = [counted(sums[step], step.value, _MANY.get(step.value, step.value)) for step in steps]
    return f"{counted(len(entries), 'object')}{': ' if parts else ''}{', '.join(parts)}"


def _target_object(inventory: Inventory) -> dict[str, Any]:
    return {
        "project": inventory.project,
        "target": plain(inventory.target),
        "summary": {step.value: number for step, number in inventory.summary.items()},
        "objects": [_object(each) for each in inventory.entries],
    }


def _object(entry: Entry) -> dict[str, Any]:
    return {
        "kind": entry.id.kind,
        "name": entry.id.name,
        "id": entry.remote_id or None,
        "owner": entry.owner or None,
        "ours": entry.ours,
        "stands": entry.step.value,
        "in_step": entry.in_step,
        "details": list(entry.details),
        "default_version": entry.version,
        "versions": entry.versions,
        "last_used": entry.last_used or None,
        "state": entry.state or None,
        "manifest": entry.manifest or None,
    }
