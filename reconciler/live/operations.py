"""The table of operations: official names, what their answers must hold, which may be repeated, which permission they
need. The operations on one kind of object stand in the package of the kind, made by the functions here.

The table holds facts and no behaviour. GetDashboard and GetRayDashboard answer without a request id, the sanity checks
spell it `RequestID`. AIWorkSpace answers with numeric error codes.
"""

from __future__ import annotations

from reconciler.live.port import Operation


def reading(name: str, *expects: str, request_id: str = "RequestId") -> Operation:
    """Return an operation of PAI-DLC that changes nothing, whose answers must hold these fields."""
    return Operation(name=name, repeatable=True, expects=expects, request_id=request_id, ram_action=f"paidlc:{name}")


def listing(name: str, rows: str, row_id: str, *, last_page: int = 0) -> Operation:
    """Return an operation of PAI-DLC that lists objects in pages: the field with the rows, and the one that identifies
    a row."""
    return Operation(
        name=name,
        repeatable=True,
        rows=rows,
        row_id=row_id,
        last_page=last_page,
        expects=(rows, "TotalCount"),
        ram_action=f"paidlc:{name}",
    )


def writing(name: str, *expects: str) -> Operation:
    """Return an operation of PAI-DLC that changes something, so that it is not sent again after a lost answer."""
    return Operation(name=name, expects=expects, ram_action=f"paidlc:{name}")


def _workspace(name: str, ram_action: str, *expects: str, rows: str = "", row_id: str = "") -> Operation:
    return Operation(
        name=name,
        service="aiworkspace",
        repeatable=True,
        rows=rows,
        row_id=row_id,
        expects=(*expects, *((rows, "TotalCount") if rows else ())),
        ram_action=ram_action,
    )


LIST_JOBS = listing("ListJobs", "Jobs", "JobId", last_page=1000)
GET_JOB = reading("GetJob", "JobId", "Status")
CREATE_JOB = writing("CreateJob", "JobId")
UPDATE_JOB = writing("UpdateJob")
STOP_JOB = writing("StopJob")
DELETE_JOB = writing("DeleteJob")

GET_JOB_EVENTS = reading("GetJobEvents", "Events")
GET_POD_EVENTS = reading("GetPodEvents", "Events")
GET_POD_LOGS = reading("GetPodLogs", "Logs")
GET_JOB_METRICS = reading("GetJobMetrics", "PodMetrics")
LIST_SANITY_CHECK_RESULTS = reading("ListJobSanityCheckResults", "SanityCheckResults", request_id="RequestID")
GET_SANITY_CHECK_RESULT = reading("GetJobSanityCheckResult", "SanityCheckResult", request_id="RequestID")
GET_DASHBOARD = reading("GetDashboard", "url", request_id="")
GET_RAY_DASHBOARD = reading("GetRayDashboard", "url", request_id="")
GET_WEB_TERMINAL = reading("GetWebTerminal", "WebTerminalUrl")
GET_TOKEN = reading("GetToken", "Token")
# The same instance type may be offered by several resource types, so only the whole row identifies an offer.
LIST_ECS_SPECS = listing("ListEcsSpecs", "EcsSpecs", "")
TAG_RESOURCES = writing("TagResources")
UNTAG_RESOURCES = writing("UntagResources")

LIST_WORKSPACES = _workspace("ListWorkspaces", "paiworkspace:ListWorkspaces", rows="Workspaces", row_id="WorkspaceId")
LIST_IMAGES = _workspace("ListImages", "paiimage:ListImages", rows="Images", row_id="ImageId")
LIST_IMAGE_LABELS = _workspace("ListImageLabels", "paiimage:ListImageLabels", "Labels")
LIST_DATASETS = _workspace("ListDatasets", "paidataset:ListDatasets", rows="Datasets", row_id="DatasetId")
GET_DATASET = _workspace("GetDataset", "paidataset:GetDataset", "DatasetId")
LIST_CODE_SOURCES = _workspace(
    "ListCodeSources", "paicodesource:ListCodeSources", rows="CodeSources", row_id="CodeSourceId"
)
GET_CODE_SOURCE = _workspace("GetCodeSource", "paicodesource:GetCodeSource", "CodeSourceId")
