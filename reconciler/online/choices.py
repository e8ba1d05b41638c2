"""Lists for people to choose from: workspaces, images and their labels, datasets, code sources."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from reconciler.kinds.check import mapping
from reconciler.live.operations import (
    LIST_CODE_SOURCES,
    LIST_DATASETS,
    LIST_IMAGE_LABELS,
    LIST_IMAGES,
    LIST_WORKSPACES,
)
from reconciler.live.parallel import side_by_side
from reconciler.live.port import Service
from reconciler.model import JsonObject, JsonValue

Rows = list[JsonObject]


def workspaces(service: Service, text: str) -> Rows:
    """Return the workspaces with the text in name, id or description, sorted by name."""
    rows = service.rows(LIST_WORKSPACES)
    return _sorted(_holding(rows, text, "WorkspaceName", "DisplayName", "WorkspaceId", "Description"), "WorkspaceName")


def images(service: Service, workspace_id: str, text: str, labels: Mapping[str, str], *, official: bool | None) -> Rows:
    """Return the images with the text in name or address and with all labels: official ones, the workspace's own, or
    both."""
    scopes: list[Mapping[str, JsonValue]] = []
    scopes += [{}] if official in (None, True) else []
    scopes += [{"WorkspaceId": workspace_id}] if official in (None, False) else []
    wanted = {"Labels": ",".join(f"{key}={value}" for key, value in labels.items())} if labels else {}
    found = side_by_side(
        lambda scope: service.rows(LIST_IMAGES, Verbose=True, **scope, **wanted), scopes, width=service.calls_in_flight
    )
    rows = [row for part in found for row in part if labels.items() <= labels_of(row).items()]
    return _sorted(_holding(rows, text, "Name", "ImageUri", "Description"), "ImageUri")


def labels_of(row: JsonObject) -> dict[str, str]:
    """Return the labels of an image."""
    return {str(each.get("Key")): str(each.get("Value")) for each in row.get("Labels") or ()}


def image_labels(service: Service, text: str) -> Rows:
    """Return the labels of images, with the text in key or value."""
    rows = service.call(LIST_IMAGE_LABELS)["Labels"]
    return sorted(_holding(rows, text, "Key", "Value"), key=lambda row: (str(row.get("Key")), str(row.get("Value"))))


def datasets(service: Service, workspace_id: str, text: str, storage: str) -> Rows:
    """Return the datasets of the workspace with the text in name, id or address, on this kind of storage."""
    rows = service.rows(LIST_DATASETS, WorkspaceId=workspace_id)
    kept = [row for row in rows if not storage or str(row.get("DataSourceType")).upper() == storage]
    return _sorted(_holding(kept, text, "Name", "DatasetId", "Uri"), "Name")


def code_sources(service: Service, workspace_id: str, text: str) -> Rows:
    """Return the code sources of the workspace with the text in name, id or repository."""
    rows = service.rows(LIST_CODE_SOURCES, WorkspaceId=workspace_id)
    return _sorted(_holding(rows, text, "DisplayName", "CodeSourceId", "CodeRepo"), "DisplayName")


def mount_path(row: JsonObject) -> str:
    """Return where a dataset is mounted unless a job names another place."""
    try:
        return str(mapping(json.loads(str(row.get("Options") or "{}"))).get("mountPath") or "")
    except (ValueError, RecursionError):
        return ""


def snippet(what: str, rows: Sequence[JsonObject]) -> JsonValue:
    """Return the rows as they stand in a manifest, ready to paste."""
    if what == "workspaces":
        return {"targets": {str(row["WorkspaceName"]): {"workspaceId": str(row["WorkspaceId"])} for row in rows}}
    if what == "images":
        return {"JobSpecs": [{"Image": row["ImageUri"]} for row in rows]}
    if what == "datasets":
        return {
            "DataSources": [
                {"DataSourceId": row["DatasetId"], "MountPath": mount_path(row) or f"/mnt/{row['DatasetId']}"}
                for row in rows
            ]
        }
    if what == "code-sources":
        return [
            {"CodeSource": {"CodeSourceId": row["CodeSourceId"], "MountPath": row.get("MountPath") or "/mnt/code"}}
            for row in rows
        ]
    return {"JobSpecs": [{"EcsSpec": row["InstanceType"]} for row in rows]}


def _holding(rows: Iterable[JsonObject], text: str, *fields: str) -> Rows:
    wanted = text.casefold()
    return [row for row in rows if any(wanted in str(row.get(field) or "").casefold() for field in fields)]


def _sorted(rows: Iterable[JsonObject], field: str) -> Rows:
    return sorted(rows, key=lambda row: str(row.get(field) or ""))
