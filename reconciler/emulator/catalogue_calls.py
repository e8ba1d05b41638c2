"""Discovery: ListEcsSpecs of PAI-DLC and the reading calls of AIWorkSpace. Data is in `catalogue`.

AIWorkSpace pages by twenty (datasets by ten), ascends by default and refuses with numeric codes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .catalogue import entries
from .errors import ServiceError, bad_request, invalid, unknown_workspace
from .paging import PAGING, Page, descending
from .service import Call, Operation
from .wire import JsonObject, Query

_VERSION = "2021-02-04"


def _contains(text: str | None, *values: Any) -> bool:
    return text is None or any(text.casefold() in str(value or "").casefold() for value in values)


def _one_of(words: tuple[str, ...], value: Any) -> bool:
    return not words or value in words


def _listing(
    call: Call,
    kind: str,
    key: str,
    *,
    sorts: Mapping[str, str],
    keep: Callable[[JsonObject], bool],
    default_size: int = 20,
) -> JsonObject:
    page = Page.parse(call.query, call.service.profile, default_size)
    reverse = descending(call.query, "asc")
    sort = call.query.text("SortBy")
    if sort is not None and sort not in sorts:
        raise invalid(f"SortBy must be one of {', '.join(sorts)}.", "SortBy")
    found = [entry for entry in entries(call.service, kind) if keep(entry)]
    column = sorts.get(sort or "", next(iter(sorts.values())))
    found.sort(key=lambda entry: str(entry.get(column, "")), reverse=reverse)
    return page.answer(key, page.cut(found), len(found))


def _single(call: Call, kind: str, name: str, code: str) -> JsonObject:
    identifier = call.path[name]
    found = next((entry for entry in entries(call.service, kind) if entry.get(name) == identifier), None)
    if found is None:
        raise ServiceError(400, code, f"{name} {identifier} does not exist.")
    return dict(found)


def ecs_specs(call: Call) -> JsonObject:
    """Answer ListEcsSpecs: any SortBy is refused, as the live service did."""
    query = call.query
    if query.text("SortBy") and call.service.profile.refuse_ecs_sort:
        raise bad_request("Invalid request.")
    page = Page.parse(query, call.service.profile)
    accelerator = query.choice("AcceleratorType", frozenset({"CPU", "GPU"}))
    resource = query.choice("ResourceType", frozenset({"ECS", "Lingjun"}))
    found = [
        entry
        for entry in entries(call.service, "ecsspec")
        if accelerator in (None, entry["AcceleratorType"])
        and resource in (None, entry["ResourceType"])
        and _one_of(query.words("InstanceTypes"), entry["InstanceType"])
    ]
    if descending(query, "asc"):
        found.reverse()
    return page.answer("EcsSpecs", page.cut(found), len(found))


def workspaces(call: Call) -> JsonObject:
    """Answer ListWorkspaces."""
    query = call.query
    answer = _listing(
        call,
        "workspace",
        "Workspaces",
        sorts={"GmtCreateTime": "GmtCreateTime", "GmtModifiedTime": "GmtModifiedTime"},
        keep=lambda entry: (
            _contains(query.text("WorkspaceName"), entry.get("WorkspaceName"))
            and _one_of(query.words("WorkspaceIds"), entry["WorkspaceId"])
            and query.text("Status") in (None, entry.get("Status"))
        ),
    )
    if query.text("Option") == "GetResourceLimits":
        return {"ResourceLimits": {}, "TotalCount": answer["TotalCount"]}
    return answer


def workspace(call: Call) -> JsonObject:
    """Answer GetWorkspace."""
    found = next((e for e in entries(call.service, "workspace") if e["WorkspaceId"] == call.path["WorkspaceId"]), None)
    if found is None:
        raise unknown_workspace(call.path["WorkspaceId"])
    return {**found, "Owner": {"UserId": call.service.profile.user_id, "UserName": "emulator"}}


def default_workspace(call: Call) -> JsonObject:
    """Answer GetDefaultWorkspace: the workspace where calls land that name none."""
    chosen = call.service.profile.default_workspace
    found = next((entry for entry in entries(call.service, "workspace") if entry["WorkspaceId"] == chosen), None)
    if found is None:
        raise unknown_workspace(chosen)
    return {**_without(found, "IsDefault", "Description"), "Status": "ENABLED"}


def configs(call: Call) -> JsonObject:
    """Answer ListConfigs: a new workspace has none."""
    workspace(call)
    return {"Configs": [], "TotalCount": 0}


def _labels(query: Query, name: str) -> set[tuple[str, str]]:
    return {(word.partition("=")[0], word.partition("=")[2]) for word in query.words(name)}


def _own_labels(entry: JsonObject) -> set[tuple[str, str]]:
    return {(label["Key"], label["Value"]) for label in entry.get("Labels", ())}


def images(call: Call) -> JsonObject:
    """Answer ListImages: official ones without WorkspaceId, custom ones with it."""
    query = call.query
    workspace, name = query.text("WorkspaceId"), query.text("Name")
    exact = query.text("Options") == "ExactMatchName"
    answer = _listing(
        call,
        "image",
        "Images",
        sorts={"GmtCreateTime": "GmtCreateTime"},
        keep=lambda entry: (
            entry.get("WorkspaceId") == workspace
            and (entry["Name"] == name if exact and name else _contains(name, entry["Name"]))
            and _contains(query.text("Query"), entry["Name"], entry.get("Description"))
            and query.text("ImageUri") in (None, entry["ImageUri"])
            and _labels(query, "Labels") <= _own_labels(entry)
        ),
    )
    if not query.boolean("Verbose"):
        answer["Images"] = [_without(entry, "Labels") for entry in answer["Images"]]
    return answer


def _without(entry: JsonObject, *names: str) -> JsonObject:
    return {name: value for name, value in entry.items() if name not in names}


def image(call: Call) -> JsonObject:
    """Answer GetImage: everything but the id itself."""
    found = _single(call, "image", "ImageId", "201500002")
    return _without(found, "ImageId", *(() if call.query.boolean("Verbose") else ("Labels",)))


def image_labels(call: Call) -> JsonObject:
    """Answer ListImageLabels: each label once."""
    query = call.query
    keys = query.words("LabelKeys")
    found = {
        label
        for entry in entries(call.service, "image")
        if query.text("ImageId") in (None, entry["ImageId"])
        for label in _own_labels(entry)
        if _one_of(keys, label[0])
    }
    labels = [{"Key": key, "Value": value} for key, value in sorted(found)]
    return {"Labels": labels, "TotalCount": len(labels)}


def datasets(call: Call) -> JsonObject:
    """Answer ListDatasets of one workspace, the default one if none is named."""
    query = call.query
    workspace = call.service.workspace(query.text("WorkspaceId"))
    return _listing(
        call,
        "dataset",
        "Datasets",
        sorts={"GmtCreateTime": "GmtCreateTime"},
        default_size=10,
        keep=lambda entry: (
            entry.get("WorkspaceId") == workspace
            and _contains(query.text("Name"), entry["Name"])
            and _one_of(query.words("DatasetIds"), entry["DatasetId"])
            and _one_of(query.words("DataSourceTypes"), entry.get("DataSourceType"))
            and _one_of(query.words("DataTypes"), entry.get("DataType"))
        ),
    )


def dataset(call: Call) -> JsonObject:
    """Answer GetDataset."""
    return _single(call, "dataset", "DatasetId", "201300003")


def code_sources(call: Call) -> JsonObject:
    """Answer ListCodeSources of one workspace."""
    query = call.query
    if query.text("WorkspaceId") is None:
        raise invalid("WorkspaceId is required.", "WorkspaceId")
    workspace = call.service.workspace(query.text("WorkspaceId"))
    names = ("GmtCreateTime", "GmtModifyTime", "DisplayName", "CodeSourceId")
    return _listing(
        call,
        "codesource",
        "CodeSources",
        sorts={name: name for name in names},
        keep=lambda entry: (
            entry.get("WorkspaceId") == workspace and _contains(query.text("DisplayName"), entry["DisplayName"])
        ),
    )


def code_source(call: Call) -> JsonObject:
    """Answer GetCodeSource."""
    return _single(call, "codesource", "CodeSourceId", "201400002")


def _reading(
    action: str, path: str, answer: Callable[[Call], JsonObject], *query: str, listing: bool = False
) -> Operation:
    names = frozenset(query) | (PAGING if listing else frozenset())
    return Operation(action=action, method="GET", path=path, answer=answer, query=names, version=_VERSION)


OPERATIONS = (
    Operation(
        action="ListEcsSpecs",
        method="GET",
        path="/api/v1/ecsspecs",
        answer=ecs_specs,
        query=PAGING | {"AcceleratorType", "InstanceTypes", "ResourceType"},
    ),
    _reading(
        "ListWorkspaces", "/api/v1/workspaces", workspaces, "Fields", "ModuleList", "Option", "ResourceGroupId",
        "Status", "UserId", "Verbose", "WorkspaceIds", "WorkspaceName", listing=True,
    ),
    _reading("GetDefaultWorkspace", "/api/v1/defaultWorkspaces", default_workspace, "Verbose"),
    _reading("GetWorkspace", "/api/v1/workspaces/{WorkspaceId}", workspace, "Verbose"),
    _reading(
        "ListConfigs", "/api/v1/workspaces/{WorkspaceId}/configs", configs, "CategoryName", "ConfigKeys",
        "Labels", "Options", "Verbose",
    ),
    _reading(
        "ListImages", "/api/v1/images", images, "Accessibility", "ImageUri", "Labels", "Name", "Options", "Query",
        "Verbose", "WorkspaceId", listing=True,
    ),
    _reading("GetImage", "/api/v1/images/{ImageId}", image, "Verbose"),
    _reading(
        "ListImageLabels", "/api/v1/image/labels", image_labels, "ImageId", "LabelFilter", "LabelKeys", "Region",
        "WorkspaceId",
    ),
    _reading(
        "ListDatasets", "/api/v1/datasets", datasets, "Accessibility", "DataSourceTypes", "DataTypes", "DatasetIds",
        "Edition", "Label", "Name", "Properties", "Provider", "ShareScope", "SourceDatasetId", "SourceId",
        "SourceTypes", "WorkspaceId", listing=True,
    ),
    _reading("GetDataset", "/api/v1/datasets/{DatasetId}", dataset),
    _reading(
        "ListCodeSources", "/api/v1/codesources", code_sources, "DisplayName", "WorkspaceId", listing=True
    ),
    _reading("GetCodeSource", "/api/v1/codesources/{CodeSourceId}", code_source),
)  # fmt: skip
