"""Which workspace of which service a target means, however its endpoint is spelled; two targets that mean one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from reconciler.codes import finding
from reconciler.manifests.files import RawDocument
from reconciler.manifests.positions import FilePositions
from reconciler.model import Finding, JsonObject, ResourceId, SourceRef

OFFICIAL = "official"
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})

Place = tuple[str, str, str]
"""Address of the service, region, workspace id."""


def place_of(spec: JsonObject) -> Place:
    """Where a target of a project file is, given its region, workspaceId and endpoint."""
    region, workspace, endpoint = (str(spec.get(key) or "") for key in ("region", "workspaceId", "endpoint"))
    return _address(endpoint, region), region, workspace


def _address(endpoint: str, region: str) -> str:
    """One spelling for all endpoints that reach the same service (API.md section 1 has the official hosts)."""
    if not endpoint:
        return OFFICIAL
    try:
        parts = urlsplit(endpoint if "://" in endpoint else f"https://{endpoint}")
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return endpoint
    if re.fullmatch(rf"pai-dlc(-vpc|-internal)?(\.{re.escape(region)})?\.aliyuncs\.com", host) and port in (None, 443):
        return OFFICIAL
    host = "localhost" if host in _THIS_MACHINE else host
    return f"{parts.scheme}://{host}:{port or (443 if parts.scheme == 'https' else 80)}"


def same_workspace_twice(raw: RawDocument) -> Iterator[Finding]:
    """A finding for every target of a sound project file that is the same workspace as an earlier one."""
    positions, seen = FilePositions(raw), dict[Place, str]()
    subject = ResourceId(raw.data["kind"], raw.data["metadata"]["name"])
    for name, spec in raw.data["spec"]["targets"].items():
        first = seen.setdefault(place_of(spec), name)
        if first == name:
            continue
        summary = f'targets "{first}" and "{name}" are one workspace: {spec["workspaceId"]} in {spec["region"]}'
        path = ("spec", "targets", name)
        also: tuple[SourceRef, ...] = (positions.locate(("spec", "targets", first)),)
        yield finding("DLC055", summary, subject=subject, where=positions.locate(path), path=path, also=also)
