"""Which workspace of which service a target means, in whatever way its endpoint is spelled; two targets that mean
the same one."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.codes import finding
from reconciler.manifests.files import RawDocument
from reconciler.manifests.positions import FilePositions
from reconciler.model import Finding, JsonObject, ResourceId, SourceRef
from reconciler.model.address import AddressError, network_of, parse_address

OFFICIAL = "official"
_PORTS = {"https": 443, "http": 80}

Place = tuple[str, str, str]
"""Address of the service, region, workspace id."""


def place_of(spec: JsonObject) -> Place:
    """Return the place of a target of a project file, given its region, workspaceId and endpoint."""
    region, workspace, endpoint = (str(spec.get(key) or "") for key in ("region", "workspaceId", "endpoint"))
    return _address(endpoint, region), region, workspace


def _address(endpoint: str, region: str) -> str:
    """Return one spelling for all endpoints that reach the same service (API.md section 1 has the official hosts)."""
    try:
        address = parse_address(endpoint)
    except AddressError:
        return endpoint or OFFICIAL
    if network_of(address, region) is not None:
        return OFFICIAL
    host = "localhost" if address.is_loopback else address.host
    return f"{address.scheme}://{host}:{address.port or _PORTS[address.scheme]}"


def same_workspace_twice(raw: RawDocument) -> Iterator[Finding]:
    """Yield a finding for every target of a sound project file that is the same workspace as an earlier one."""
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
