"""Turns a live TensorBoard into a manifest, for boards that somebody made in another way."""

from __future__ import annotations

from reconciler.kinds.base import Scope
from reconciler.kinds.results import LiveManifest, LiveObject
from reconciler.kinds.tensorboard.canonical import (
    GONE,
    KIND_NAME,
    DesiredBoard,
    fits,
    sensitive_in_row,
    status_of,
)
from reconciler.kinds.tensorboard.read import boards
from reconciler.live.port import Service
from reconciler.model import JsonObject, Resource, ResourceId

_BOARD_FIELDS = (
    "Accessibility", "Cpu", "DataSourceId", "DataSourceType", "JobId", "MaxRunningTimeMinutes", "Memory", "Options",
    "Priority", "QuotaId", "SourceId", "SourceType", "SummaryPath", "SummaryRelativePath", "TensorboardDataSources",
    "TensorboardSpec", "Uri",
)  # fmt: skip
"""Fields of a live TensorBoard that CreateTensorboard takes too; it does not show DataSources."""
_DERIVED = ("FullSummaryPath",)
_FROM_JOB = frozenset(
    {"DataSourceId", "DataSourceType", "SourceId", "SourceType", "SummaryPath", "SummaryRelativePath", "Uri"}
    | {"TensorboardDataSources", "Options"}
)
"""Fields that the service derives from the job. A manifest names the job alone."""


def listing(service: Service, scope: Scope) -> list[LiveObject]:
    """Return every TensorBoard of the workspace, however old."""
    return [
        LiveObject(
            id=ResourceId(KIND_NAME, str(row.get("DisplayName") or row["TensorboardId"])),
            remote_id=row["TensorboardId"],
            row=row,
            state=str(row.get("Status") or ""),
        )
        for row in boards(service, scope)
        if status_of(row) not in GONE
    ]


def manifest_of(service: Service, live: LiveObject, described: Resource[DesiredBoard] | None) -> LiveManifest:
    """Return a manifest that asks for a board like this one. It does not ask for a state, which would change by
    itself."""
    del service  # the listing shows everything that can be asked for
    hidden = sensitive_in_row(described) if described is not None else frozenset()
    return LiveManifest(
        metadata={"tensorboardId": live.remote_id},
        spec={"content": board_content(live.row)},
        sensitive=frozenset(("content", *path) for path in hidden),
    )


def board_content(row: JsonObject) -> JsonObject:
    """Return the content that asks CreateTensorboard for a board like this one."""
    content = {key: row[key] for key in _BOARD_FIELDS if row.get(key) not in (None, "", [], {}, 0)}
    if "SummaryPath" in content:
        content.pop("SummaryRelativePath", None)
    job = content.get("JobId") or (content.get("SourceId") if content.get("SourceType") == "job" else None)
    if job:
        return {"JobId": job, **{key: value for key, value in content.items() if key not in _FROM_JOB}}
    if "TensorboardDataSources" not in content:
        return content
    content["TensorboardDataSources"] = [
        {key: value for key, value in source.items() if value not in (None, "") and key not in _DERIVED}
        for source in content["TensorboardDataSources"]
    ]
    without = {key: value for key, value in content.items() if key not in ("DataSourceId", "DataSourceType", "Uri")}
    body = DesiredBoard(content=without, written=without, job_template="", state="", remote_id="")
    return without if fits(body, row) else content
