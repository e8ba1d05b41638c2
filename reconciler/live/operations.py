"""The table of operations: official names, what their answers must hold, which may be repeated, which permission they
need.

The table holds facts and no behaviour. GetDashboard and GetRayDashboard answer without a request id, the sanity checks
spell it `RequestID`. AIWorkSpace answers with numeric error codes. For JobTemplates the service publishes no RAM
actions; the names follow its pattern.
"""

from __future__ import annotations

from reconciler.live.port import Operation


def _read(name: str, *expects: str, request_id: str = "RequestId") -> Operation:
    return Operation(name=name, repeatable=True, expects=expects, request_id=request_id, ram_action=f"paidlc:{name}")


def _listing(name: str, rows: str, row_id: str, *, ram_action: str = "", last_page: int = 0) -> Operation:
    return Operation(
        name=name,
        repeatable=True,
        rows=rows,
        row_id=row_id,
        last_page=last_page,
        expects=(rows, "TotalCount"),
        ram_action=ram_action or f"paidlc:{name}",
    )


def _write(name: str, *expects: str) -> Operation:
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


LIST_JOB_TEMPLATES = _listing("ListJobTemplates", "JobTemplates", "TemplateId")
GET_JOB_TEMPLATE = _read("GetJobTemplate", "TemplateId", "Versions")
CREATE_JOB_TEMPLATE = _write("CreateJobTemplate", "TemplateId")
UPDATE_JOB_TEMPLATE = _write("UpdateJobTemplate")
SET_DEFAULT_VERSION = _write("SetJobTemplateDefaultVersion")
DELETE_JOB_TEMPLATE = _write("DeleteJobTemplate")

LIST_TENSORBOARDS = _listing("ListTensorboards", "Tensorboards", "TensorboardId", last_page=1000)
GET_TENSORBOARD = _read("GetTensorboard", "TensorboardId", "Status")
CREATE_TENSORBOARD = _write("CreateTensorboard", "TensorboardId")
UPDATE_TENSORBOARD = _write("UpdateTensorboard")
START_TENSORBOARD = _write("StartTensorboard")
STOP_TENSORBOARD = _write("StopTensorboard")
DELETE_TENSORBOARD = _write("DeleteTensorboard")
GET_TENSORBOARD_SHARED_URL = _read("GetTensorboardSharedUrl", "TensorboardSharedUrl")

LIST_JOBS = _listing("ListJobs", "Jobs", "JobId", last_page=1000)
GET_JOB = _read("GetJob", "JobId", "Status")
CREATE_JOB = _write("CreateJob", "JobId")
UPDATE_JOB = _write("UpdateJob")
STOP_JOB = _write("StopJob")
DELETE_JOB = _write("DeleteJob")

GET_JOB_EVENTS = _read("GetJobEvents", "Events")
GET_POD_EVENTS = _read("GetPodEvents", "Events")
GET_POD_LOGS = _read("GetPodLogs", "Logs")
GET_JOB_METRICS = _read("GetJobMetrics", "PodMetrics")
LIST_SANITY_CHECK_RESULTS = _read("ListJobSanityCheckResults", "SanityCheckResults", request_id="RequestID")
GET_SANITY_CHECK_RESULT = _read("GetJobSanityCheckResult", "SanityCheckResult", request_id="RequestID")
GET_DASHBOARD = _read("GetDashboard", "url", request_id="")
GET_RAY_DASHBOARD = _read("GetRayDashboard", "url", request_id="")
GET_WEB_TERMINAL = _read("GetWebTerminal", "WebTerminalUrl")
GET_TOKEN = _read("GetToken", "Token")
# The same instance type may be offered by several resource types, so only the whole row identifies an offer.
LIST_ECS_SPECS = _listing("ListEcsSpecs", "EcsSpecs", "")
TAG_RESOURCES = _write("TagResources")
UNTAG_RESOURCES = _write("UntagResources")

LIST_WORKSPACES = _workspace("ListWorkspaces", "paiworkspace:ListWorkspaces", rows="Workspaces", row_id="WorkspaceId")
LIST_IMAGES = _workspace("ListImages", "paiimage:ListImages", rows="Images", row_id="ImageId")
LIST_IMAGE_LABELS = _workspace("ListImageLabels", "paiimage:ListImageLabels", "Labels")
LIST_DATASETS = _workspace("ListDatasets", "paidataset:ListDatasets", rows="Datasets", row_id="DatasetId")
GET_DATASET = _workspace("GetDataset", "paidataset:GetDataset", "DatasetId")
LIST_CODE_SOURCES = _workspace(
    "ListCodeSources", "paicodesource:ListCodeSources", rows="CodeSources", row_id="CodeSourceId"
)
GET_CODE_SOURCE = _workspace("GetCodeSource", "paicodesource:GetCodeSource", "CodeSourceId")
