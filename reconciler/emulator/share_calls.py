"""The operations that give people access or mark jobs: dashboards, web terminals, sharing tokens, tags."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from . import jobs, tokens
from .boards import find as find_board
from .errors import bad_request, invalid
from .service import Call, Operation
from .watch_calls import JOB, POD, Seen, pod_of, reading, seen_in
from .wire import JsonObject

TagChange = Callable[[Mapping[str, str]], dict[str, str]]


def _shared(call: Call, seen: Seen) -> str:
    """Return the part of an address that gives access without an account; empty unless a good token was sent for it."""
    token = call.query.text("token")
    tokens.check(call.service, token, seen.job.id)
    if not call.query.boolean("isShared"):
        return ""
    if token is None:
        raise invalid("isShared needs token.", "token")
    return f"?token={token}"


def _dashboard_url(call: Call) -> str:
    """Return the address of a dashboard. Only RayJobs have one, and only while they run."""
    seen = seen_in(call)
    shared = _shared(call, seen)
    has_one = seen.job.body["JobType"] == "RayJob" and seen.progress.status == "Running"
    return f"https://pai-dlc-ray.invalid/{seen.job.id}/{shared}" if has_one else ""


def dashboard(call: Call) -> JsonObject:
    """Answer GetDashboard."""
    return {"url": _dashboard_url(call)}


def ray_dashboard(call: Call) -> JsonObject:
    """Answer GetRayDashboard. Its field `metricsEnabled` is a text."""
    url = _dashboard_url(call)
    return {"url": url, "metricsEnabled": "true" if url else "false"}


def web_terminal(call: Call) -> JsonObject:
    """Answer GetWebTerminal: only a running pod has one, and its address works for thirty seconds."""
    seen = seen_in(call)
    pod = pod_of(call, seen)
    if seen.progress.status != "Running" or pod.status != "Running":
        raise bad_request(f"Pod {pod.id} is {pod.status}; a terminal needs a running pod.")
    token = tokens.issue(call.service, pod.id, "pod", 30)
    shared = "true" if call.query.boolean("IsShared") else "false"
    return {"WebTerminalUrl": f"wss://pai-dlc-terminal.invalid/{seen.job.id}/{pod.id}?shared={shared}&token={token}"}


def token(call: Call) -> JsonObject:
    """Answer GetToken."""
    query = call.query
    target, seconds = query.text("TargetId"), query.integer("ExpireTime")
    kind = query.choice("TargetType", frozenset({"job", "tensorboard"}))
    if target is None or kind is None:
        raise invalid("TargetId and TargetType are required.", "TargetId")
    if seconds is not None and seconds < 0:
        raise invalid("ExpireTime must be at least 0.", "ExpireTime")
    with call.service.store.read() as db:
        if kind == "job":
            jobs.find(db, target)
        else:
            find_board(call.service, db, target)
    return {"Token": tokens.issue(call.service, target, kind, tokens.WEEK if seconds is None else seconds)}


def tag(call: Call) -> JsonObject:
    """Answer TagResources: of jobs only."""
    body = call.body
    added = _tags(body.get("Tag", []))
    _change_tags(call, body["ResourceType"], body["ResourceId"], lambda tags: {**tags, **added})
    return {}


def untag(call: Call) -> JsonObject:
    """Answer UntagResources: lists come as JSON text in the query."""
    query = call.query
    ids, keys = query.json("ResourceId", "array"), query.json("TagKey", "array") or []
    if not ids:
        raise invalid("ResourceId is required.", "ResourceId")
    every = query.boolean("All") is True and not keys

    def without(tags: Mapping[str, str]) -> dict[str, str]:
        return {key: value for key, value in tags.items() if not every and key not in keys}

    _change_tags(call, query.text("ResourceType"), ids, without)
    return {}


def _change_tags(call: Call, kind: str | None, ids: Sequence[object], change: TagChange) -> None:
    if kind != "Job":
        raise invalid("ResourceType must be Job.", "ResourceType")
    if not 1 <= len(ids) <= 50:
        raise invalid("ResourceId holds 1 to 50 ids.", "ResourceId")
    with call.service.store.write() as db:
        for identifier in ids:
            job = jobs.find(db, str(identifier))
            tags = change(job.tags)
            settings = {**(job.body.get("Settings") or {}), "Tags": tags}
            jobs.save(db, replace(job, tags=tags, body={**job.body, "Settings": settings}))


def _tags(entries: Sequence[object]) -> dict[str, str]:
    if not 1 <= len(entries) <= 20:
        raise invalid("Tag holds 1 to 20 entries.", "Tag")
    tags: dict[str, str] = {}
    for entry in entries:
        key = entry.get("Key") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not isinstance(key, str) or not key or len(key) > 128:
            raise invalid("A tag needs a Key of 1 to 128 characters.", "Tag")
        if key.startswith(("aliyun", "acs:")) or "http://" in key or "https://" in key:
            raise invalid(f"{key} is reserved.", "Tag")
        tags[key] = str(entry.get("Value") or "")
    return tags


OPERATIONS = (
    reading("GetDashboard", JOB + "/dashboard", dashboard, "isShared", "token", request_id=""),
    reading("GetRayDashboard", JOB + "/rayDashboard", ray_dashboard, "isShared", "token", request_id=""),
    reading("GetWebTerminal", POD + "/webterminal", web_terminal, "IsShared", "PodUid"),
    reading("GetToken", "/api/v1/tokens", token, "ExpireTime", "TargetId", "TargetType", "TokenSettings"),
    Operation(
        action="TagResources",
        method="POST",
        path="/api/v1/tags",
        answer=tag,
        body={"RegionId": "string", "ResourceId": "array", "ResourceType": "string", "Tag": "array"},
        required=frozenset({"RegionId", "ResourceId", "ResourceType"}),
    ),
    Operation(
        action="UntagResources",
        method="DELETE",
        path="/api/v1/tags",
        answer=untag,
        query=frozenset({"All", "RegionId", "ResourceId", "ResourceType", "TagKey"}),
    ),
)  # fmt: skip
