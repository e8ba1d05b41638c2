"""Examines one workspace as a whole: whether it exists, and what it offers to jobs.

A list that we may not read becomes a sentence in `SiteFacts.unread` instead of a failure, because the rest is still
useful.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.errors import ApiError, Forbidden, NotFound
from reconciler.kinds.audited import AuditedSite, Offered, SiteFacts
from reconciler.live.operations import (
    LIST_CODE_SOURCES,
    LIST_DATASETS,
    LIST_ECS_SPECS,
    LIST_IMAGES,
    LIST_WORKSPACES,
)
from reconciler.live.port import Operation, Service
from reconciler.model import JsonObject


def workspaces(service: Service) -> list[JsonObject]:
    """Return every workspace that the identity may see (ListWorkspaces)."""
    return service.rows(LIST_WORKSPACES)


def survey(audited: AuditedSite, facts: SiteFacts) -> SiteFacts:
    """Return the facts of the workspace with what it offers, and with what could not be read."""
    service, workspace = audited.site.service, audited.site.workspace_id
    unread = list(facts.unread)

    def ids(operation: Operation, key: str, *scopes: Mapping[str, str]) -> frozenset[str] | None:
        try:
            rows = [row for scope in scopes for row in service.rows(operation, **scope)]
        except (Forbidden, NotFound) as error:
            unread.append(_refusal(operation, error))
            return None
        return frozenset(str(row[key]) for row in rows if row.get(key))

    own = {"WorkspaceId": workspace}
    known = ids(LIST_WORKSPACES, "WorkspaceId", {})
    if known is not None and workspace not in known:
        return replace(facts, gone=True, offered=Offered(workspaces=known), unread=tuple(unread))
    offered = Offered(
        workspaces=known,
        # Official images are listed without a workspace, custom ones with it.
        images=ids(LIST_IMAGES, "ImageUri", {}, own),
        datasets=ids(LIST_DATASETS, "DatasetId", own),
        code_sources=ids(LIST_CODE_SOURCES, "CodeSourceId", own),
        gpus=_instance_types(service, unread),
    )
    return replace(facts, offered=offered, unread=tuple(unread))


def _instance_types(service: Service, unread: list[str]) -> Mapping[str, float] | None:
    try:
        # Never a SortBy: the service has answered documented values with 400.
        rows = service.rows(LIST_ECS_SPECS)
    except (Forbidden, NotFound) as error:
        unread.append(_refusal(LIST_ECS_SPECS, error))
        return None
    return {str(row["InstanceType"]): float(row.get("Gpu") or 0) for row in rows if row.get("InstanceType")}


def _refusal(operation: Operation, error: ApiError) -> str:
    """Return why a list is missing. The text has no address or request id, so that a refusal reads the same every
    day."""
    return f"{operation.name} was refused ({error.code}); it needs {operation.ram_action}"
