"""Templates that are probably renamed although no manifest says so: one is in no manifest any more, and one to
create has its content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.codes import finding
from reconciler.errors import NotFound
from reconciler.kinds.base import Scope, Trust
from reconciler.kinds.former import FIELD
from reconciler.kinds.jobtemplate.answers import ALL, fetch
from reconciler.kinds.jobtemplate.canonical import DesiredTemplate, LiveTemplate
from reconciler.kinds.jobtemplate.seen import Seen, learn, recalled, recalled_all
from reconciler.live.parallel import side_by_side
from reconciler.live.port import Service
from reconciler.model import Finding, Resource, SourceRef

LOOKED_INTO = 50
"""The versions of at most this many departed templates are fetched; of others only the recorded digests count."""


def rename_hints(
    service: Service, scope: Scope, missing: Sequence[Resource[DesiredTemplate]], departed: Sequence[LiveTemplate]
) -> Iterator[Finding]:
    """Yield a warning for each template to create whose content a departed template of ours has among its versions.

    Raises:
        ServiceError: a call failed.
    """
    if not missing or not departed:
        return
    seen: Sequence[Mapping[int, Seen]] = [{}] * len(departed)
    if len(departed) <= LOOKED_INTO:
        seen = side_by_side(lambda live: _versions(service, scope, live), departed, width=service.calls_in_flight)
    for resource in missing:
        holding = [
            (live, number)
            for live, versions in zip(departed, seen, strict=True)
            if (number := _holding(live, versions, resource.body))
        ]
        if holding:
            yield _hint(resource, sorted(holding, key=lambda each: each[0].name))


def _versions(service: Service, scope: Scope, live: LiveTemplate) -> Mapping[int, Seen]:
    """Return what is known of a template's versions. They are fetched where that was not done before; empty when the
    template is gone."""
    known = recalled_all(scope, live) or (recalled(scope, live) if scope.trust is Trust.FETCHED else {})
    if known:
        return known
    try:
        return learn(scope, fetch(service, live.template_id, ALL))
    except NotFound:
        return {}


def _holding(live: LiveTemplate, versions: Mapping[int, Seen], body: DesiredTemplate) -> int:
    """Return the newest version that holds what a manifest asks for; 0 for none."""
    recorded = live.marks.version if live.recorded_digest == body.digest else 0
    return max((number for number, version in versions.items() if version.holds(live, number, body)), default=recorded)


def _hint(resource: Resource[DesiredTemplate], holding: Sequence[tuple[LiveTemplate, int]]) -> Finding:
    found = [f'"{live.name}" ({live.template_id}) as version {number}' for live, number in holding[:3]]
    more = f" and {len(holding) - 3} more" if holding[3:] else ""
    names = [*resource.body.former_names, holding[0][0].name]
    wanted = names[0] if not names[1:] else f"[{', '.join(names)}]"
    field = f"metadata.{FIELD}: {wanted}"
    return finding(
        "DLC221",
        f"its content is live in what no manifest describes any more: {', '.join(found)}{more}",
        subject=resource.id,
        where=resource.origin if isinstance(resource.origin, SourceRef) else None,
        hint=f"If it is the same template, write `{field}`: then it keeps its id, versions and jobs.",
    )
