"""Reading a few live JobTemplates by their names, at a cost that does not depend on how many others there are."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.kinds.base import Scope
from reconciler.kinds.jobtemplate.canonical import DesiredTemplate, LiveTemplate
from reconciler.kinds.jobtemplate.read import additions, described, matched
from reconciler.kinds.jobtemplate.unlisted import all_names, remembered, rows_like
from reconciler.kinds.results import Reading
from reconciler.live.port import Service
from reconciler.model import Resource, ResourceId


def read_some(
    service: Service, scope: Scope, desired: Mapping[ResourceId, Resource[DesiredTemplate]]
) -> Reading[DesiredTemplate, LiveTemplate]:
    """Return what `read` returns of these manifests, and nothing of others: each is asked for by its name.

    Raises:
        ServiceError: a call failed.
    """
    names = all_names(desired.values())
    rows = rows_like(service, scope, names)
    rows += remembered(service, scope, {row["TemplateId"] for row in rows}, names)
    found = matched(scope, rows, desired)
    live = described(service, scope, desired, found)
    findings = (*found.findings, *additions(scope, live))
    return Reading(resources=live, findings=findings, refused=found.refused)
