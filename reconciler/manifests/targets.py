"""Where a project file may send its plans: valid regions, addresses that cannot belong to somebody else, and names
that mean one target."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconciler.codes import finding
from reconciler.manifests.positions import FilePositions
from reconciler.model import Finding, JsonObject, ResourceId
from reconciler.model.address import AddressError, is_region, may_stand_in_a_project

REGION, ENDPOINT, RESERVED = "DLC027", "DLC028", "DLC065"
EVERY = "all"
"""The word for every target of a project, which therefore no target may have as its name."""
_SHOWN = 100


def target_findings(data: JsonObject, positions: FilePositions, subject: ResourceId | None) -> Iterator[Finding]:
    """Yield what is wrong with the places of a project document's targets; the schema reports the rest."""
    for name, target in _targets(data):
        if name == EVERY:
            path = ("spec", "targets", name)
            summary = f'"{EVERY}" is the name of a target'
            yield finding(RESERVED, summary, subject=subject, where=positions.locate(path), path=path)
        region, endpoint = target.get("region"), target.get("endpoint")
        for field, flaw in (("region", _region_flaw(region)), ("endpoint", _endpoint_flaw(endpoint, region))):
            if flaw:
                where = ("spec", "targets", name, field)
                code = REGION if field == "region" else ENDPOINT
                yield finding(code, flaw, subject=subject, where=positions.locate(where), path=where)


def _targets(data: JsonObject) -> Iterator[tuple[str, dict[str, Any]]]:
    spec = data.get("spec")
    targets = spec.get("targets") if isinstance(spec, dict) else None
    for name, target in targets.items() if isinstance(targets, dict) else ():
        if isinstance(target, dict):
            yield name, target


def _region_flaw(region: object) -> str:
    if not isinstance(region, str) or not region or is_region(region):
        return ""
    return f"{_quoted(region)} is not a region"


def _endpoint_flaw(endpoint: object, region: object) -> str:
    if not isinstance(endpoint, str) or not endpoint:
        return ""
    try:
        allowed = may_stand_in_a_project(endpoint, str(region))
    except AddressError as error:
        return f"endpoint {_quoted(endpoint)} {error.reason}"
    return "" if allowed else f"endpoint {_quoted(endpoint)} is not an address of the service in {_quoted(str(region))}"


def _quoted(text: str) -> str:
    """Return a text of the file for a message, without a password in it, and shortened."""
    shown = text.rpartition("@")[2]
    return f'"{shown[:_SHOWN]}{"…" if len(shown) > _SHOWN else ""}"'
