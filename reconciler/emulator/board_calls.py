"""The eight TensorBoard operations: fields, checks and answers. State is in `boards`."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from . import boards, jobs, tokens
from .board_answers import details, url
from .boards import Board
from .errors import bad_request, invalid, not_found
from .paging import PAGING, WEEK, Page, Where, descending
from .service import Call, Operation
from .stored_form import stored_name
from .wire import Fields, JsonObject, present

_PATH = "/api/v1/tensorboards"
_ONE = _PATH + "/{TensorboardId}"
BODY: Fields = {
    "Accessibility": "string",
    "Cpu": "integer",
    "DataSourceId": "string",
    "DataSourceType": "string",
    "DataSources": "array",
    "DisplayName": "string",
    "JobId": "string",
    "MaxRunningTimeMinutes": "integer",
    "Memory": "integer",
    "Options": "string",
    "Priority": "string",
    "QuotaId": "string",
    "SourceId": "string",
    "SourceType": "string",
    "SummaryPath": "string",
    "SummaryRelativePath": "string",
    "TensorboardDataSources": "array",
    "TensorboardSpec": "object",
    "Uri": "string",
    "WorkspaceId": "string",
}
_SOURCES = ("JobId", "SourceId", "DataSourceId", "DataSources", "Uri", "TensorboardDataSources")
_ACCESS = frozenset({"PUBLIC", "PRIVATE"})
_STATES = frozenset({"Creating", "Running", "Stopped", "Succeeded", "Failed"})


def _check(body: JsonObject) -> None:
    if len(body.get("DisplayName", "")) > 256:
        raise invalid("DisplayName is longer than 256 characters.", "DisplayName")
    if body.get("Accessibility", "PRIVATE") not in _ACCESS:
        raise invalid("Accessibility must be PUBLIC or PRIVATE.", "Accessibility")
    _check_priority(body.get("Priority"))
    if body.get("MaxRunningTimeMinutes", 1) < 1:
        raise invalid("MaxRunningTimeMinutes must be positive.", "MaxRunningTimeMinutes")
    if body.get("SourceType", "job") != "job":
        raise invalid("SourceType must be job.", "SourceType")
    _check_sources(body)


def _check_sources(body: JsonObject) -> None:
    if not any(body.get(name) for name in _SOURCES):
        raise bad_request(f"One of {', '.join(_SOURCES)} is required.")
    for one, other in (("JobId", "DataSources"), ("SummaryPath", "SummaryRelativePath")):
        if body.get(one) and body.get(other):
            raise bad_request(f"{one} and {other} exclude each other.")
    if body.get("Uri") and not body.get("SummaryRelativePath"):
        raise bad_request("Uri needs SummaryRelativePath.")
    for name in ("DataSources", "TensorboardDataSources"):
        if not all(isinstance(source, dict) for source in body.get(name, ())):
            raise bad_request("src property must be a valid json object")


def _check_priority(priority: str | None) -> None:
    if priority is not None and priority not in tuple("123456789"):
        raise invalid("Priority must be a string from 1 to 9.", "Priority")


def create(call: Call) -> JsonObject:
    """Answer CreateTensorboard: answers before the board runs."""
    body, service = dict(call.body), call.service
    _check(body)
    workspace = service.workspace(body.pop("WorkspaceId", None))
    if "DataSources" in body:
        # The service has no Uri here and drops it without a word.
        body["DataSources"] = [
            {key: value for key, value in source.items() if key != "Uri"} for source in body["DataSources"]
        ]
    if "DisplayName" in body:
        body["DisplayName"] = stored_name(body["DisplayName"], service.profile)
    with service.store.write() as db:
        for name in ("JobId", "SourceId"):
            if body.get(name):
                jobs.find(db, body[name])
        board = boards.create(service, workspace=workspace, body=body)
    return present(TensorboardId=board.id, JobId=body.get("JobId"), DataSourceId=body.get("DataSourceId"))


def _found(call: Call, db: sqlite3.Connection) -> Board:
    board = boards.find(call.service, db, call.path["TensorboardId"])
    workspace = call.query.text("WorkspaceId")
    if workspace is not None and workspace != board.workspace:
        raise not_found("Tensorboard", f"{board.id} in workspace {workspace}")
    return board


def get(call: Call) -> JsonObject:
    """Answer GetTensorboard: the bare structure; its job parameter is spelt `JodId` on the wire."""
    with call.service.store.read() as db:
        board = _found(call, db)
    tokens.check(call.service, call.query.text("Token"), board.id)
    job = call.query.text("JodId") or call.query.text("JobId")
    if job is not None and job != board.body.get("JobId"):
        raise not_found("Tensorboard", f"{board.id} of job {job}")
    return details(board, call.service)


def list_all(call: Call) -> JsonObject:
    """Answer ListTensorboards: the last seven days unless StartTime says otherwise."""
    query, service = call.query, call.service
    page = Page.parse(query, service.profile, last_page=service.profile.last_page)
    sort = query.choice("SortBy", frozenset({"DisplayName", "GmtCreateTime"})) or "GmtCreateTime"
    reverse = descending(query, "desc")
    now = service.clock.now()
    where = Where()
    workspace = query.text("WorkspaceId")
    where.equal(workspace=None if workspace is None else service.workspace(workspace), id=query.text("TensorboardId"))
    shown = now - service.profile.listing_delay
    where.add("created BETWEEN ? AND ?", query.time("StartTime", now - WEEK), min(shown, query.time("EndTime", now)))
    direction = "DESC" if reverse else "ASC"
    with service.store.read() as db:
        rows = where.rows(db, "board", f"created {direction}, seq {direction}")
    found = [boards.settle(boards.from_document(row["document"]), now, service.profile) for row in rows]
    kept = [item for item in (details(board, service) for board in found) if _matches(call, item)]
    if sort == "DisplayName":
        kept.sort(key=lambda item: str(item.get("DisplayName", "")), reverse=reverse)
    return page.answer("Tensorboards", page.cut(kept), len(kept))


def _matches(call: Call, item: JsonObject) -> bool:
    query = call.query
    name, username = query.text("DisplayName"), query.text("Username")
    payment = "Postpaid" if item.get("TensorboardSpec") or item.get("QuotaId") else "Free"
    exact = {
        "Accessibility": query.choice("Accessibility", _ACCESS),
        "JobId": query.text("JobId") or query.text("SourceId"),
        "QuotaId": query.text("QuotaId"),
        "Status": query.choice("Status", _STATES),
        "UserId": query.text("UserId") or (call.service.profile.user_id if query.boolean("ShowOwn") else None),
    }
    return (
        all(wanted is None or item.get(field) == wanted for field, wanted in exact.items())
        and (name is None or name.casefold() in str(item.get("DisplayName", "")).casefold())
        and (username is None or username.casefold() in item["Username"])
        and query.choice("PaymentType", frozenset({"Free", "Postpaid"})) in (None, payment)
    )


def update(call: Call) -> JsonObject:
    """Answer UpdateTensorboard: three fields, all in the query string."""
    query = call.query
    _check_priority(query.text("Priority"))
    minutes = query.integer("MaxRunningTimeMinutes")
    if minutes is not None and minutes < 1:
        raise invalid("MaxRunningTimeMinutes must be positive.", "MaxRunningTimeMinutes")
    changes = present(
        Accessibility=query.choice("Accessibility", _ACCESS),
        MaxRunningTimeMinutes=minutes,
        Priority=query.text("Priority"),
    )
    with call.service.store.write() as db:
        board = _found(call, db)
        after = replace(board, body={**board.body, **changes}, modified=call.service.clock.now())
        boards.save(db, after)
    return {"TensorboardId": board.id}


def start(call: Call) -> JsonObject:
    """Answer StartTensorboard: asynchronous."""
    with call.service.store.write() as db:
        boards.start(call.service, db, _found(call, db))
    return {"TensorboardId": call.path["TensorboardId"]}


def stop(call: Call) -> JsonObject:
    """Answer StopTensorboard: asynchronous."""
    with call.service.store.write() as db:
        boards.stop(call.service, db, _found(call, db))
    return {"TensorboardId": call.path["TensorboardId"]}


def delete(call: Call) -> JsonObject:
    """Answer DeleteTensorboard: of a finished one only."""
    with call.service.store.write() as db:
        boards.delete(db, _found(call, db))
    return {"TensorboardId": call.path["TensorboardId"]}


def shared_url(call: Call) -> JsonObject:
    """Answer GetTensorboardSharedUrl: a link that ends in a token with an expiry."""
    seconds = call.query.integer("ExpireTimeSeconds")
    seconds = tokens.WEEK if seconds is None else seconds
    if not 0 < seconds <= tokens.WEEK:
        raise invalid(f"ExpireTimeSeconds must be 1 to {tokens.WEEK}.", "ExpireTimeSeconds")
    with call.service.store.read() as db:
        board = _found(call, db)
    token = tokens.issue(call.service, board.id, "tensorboard", seconds)
    return {"TensorboardSharedUrl": f"{url(board)}token/{token}"}


_LOCATOR = frozenset({"WorkspaceId"})
OPERATIONS = (
    Operation(action="CreateTensorboard", method="POST", path=_PATH, answer=create, body=BODY),
    Operation(
        action="ListTensorboards",
        method="GET",
        path=_PATH,
        answer=list_all,
        query=PAGING
        | {
            "Accessibility",
            "DisplayName",
            "EndTime",
            "JobId",
            "PaymentType",
            "QuotaId",
            "ShowOwn",
            "SourceId",
            "SourceType",
            "StartTime",
            "Status",
            "TensorboardId",
            "UserId",
            "Username",
            "Verbose",
            "WorkspaceId",
        },
    ),
    Operation(
        action="GetTensorboard",
        method="GET",
        path=_ONE,
        answer=get,
        query=_LOCATOR | {"JodId", "JobId", "Token"},
    ),
    Operation(
        action="UpdateTensorboard",
        method="PUT",
        path=_ONE,
        answer=update,
        query=_LOCATOR | {"Accessibility", "MaxRunningTimeMinutes", "Priority"},
    ),
    Operation(action="StartTensorboard", method="PUT", path=_ONE + "/start", answer=start, query=_LOCATOR),
    Operation(action="StopTensorboard", method="PUT", path=_ONE + "/stop", answer=stop, query=_LOCATOR),
    Operation(action="DeleteTensorboard", method="DELETE", path=_ONE, answer=delete, query=_LOCATOR),
    Operation(
        action="GetTensorboardSharedUrl",
        method="GET",
        path=_ONE + "/sharedurl",
        answer=shared_url,
        query=frozenset({"ExpireTimeSeconds"}),
    ),
)
