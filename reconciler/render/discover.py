"""Tables of what manifests can name. A manifest takes what stands in the first column."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.languages import say
from reconciler.model import JsonObject, JsonValue
from reconciler.render.jobs.tables import table
from reconciler.render.style import PLAIN, Palette

_COLUMNS: dict[str, tuple[tuple[str, str], ...]] = {
    "Workspaces": (
        ("WORKSPACE", "WorkspaceId"),
        ("NAME", "WorkspaceName"),
        ("STATUS", "Status"),
        ("DEFAULT", "IsDefault"),
        ("DESCRIPTION", "Description"),
    ),
    "Images": (("IMAGE", "ImageUri"), ("LABELS", "Labels"), ("DESCRIPTION", "Description")),
    "Labels": (("KEY", "Key"), ("VALUE", "Value")),
    "Datasets": (
        ("DATASET", "DatasetId"),
        ("NAME", "Name"),
        ("STORAGE", "DataSourceType"),
        ("MOUNT PATH", "MountPath"),
        ("ADDRESS", "Uri"),
    ),
    "CodeSources": (
        ("CODE SOURCE", "CodeSourceId"),
        ("NAME", "DisplayName"),
        ("BRANCH", "CodeBranch"),
        ("MOUNT PATH", "MountPath"),
        ("REPOSITORY", "CodeRepo"),
    ),
}


def rows_text(key: str, document: JsonObject, palette: Palette = PLAIN) -> str:
    """Return the table of one list; `key` is the field of the answer that holds its rows."""
    rows: Sequence[JsonObject] = document[key]
    if not rows:
        return say("None fits.\n")
    columns = _COLUMNS[key]
    cells = [[_cell(name, row.get(field)) for name, field in columns] for row in rows]
    return table([name for name, _ in columns], cells, palette)


def _cell(name: str, value: JsonValue) -> str:
    if name == "LABELS":
        kept = sorted(
            f"{str(each.get('Key')).removeprefix('system.')}={each.get('Value')}"
            for each in value or ()
            if str(each.get("Key")) in ("system.chipType", "system.framework", "system.pythonVersion")
        )
        return " ".join(kept) or "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value not in (None, "") else "-"
