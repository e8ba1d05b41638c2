"""Reads live JobTemplates: one listing, and a look inside only where the listing is not enough.

listed row --- digest recorded for the default version == the manifest's --> nothing to fetch
           --- no digest --> fetch the default version, unless it was seen before --- equal --> nothing more to fetch
           --- different --> fetch all versions: one of them may hold the manifest's content already

`detail` decides how much has to be looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from reconciler.codes import finding
from reconciler.errors import Forbidden, NotFound
from reconciler.kinds import text_equality
from reconciler.kinds.base import Scope, Trust
from reconciler.kinds.identity import Known, Match, match
from reconciler.kinds.jobtemplate.answers import list_templates, live_summary
from reconciler.kinds.jobtemplate.canonical import (
    KIND_NAME,
    DesiredTemplate,
    LiveTemplate,
    live_resource,
)
from reconciler.kinds.jobtemplate.detail import examined, fetched, remembered, without_call
from reconciler.kinds.jobtemplate.hints import rename_hints
from reconciler.kinds.jobtemplate.launches import references
from reconciler.kinds.jobtemplate.ownership import is_ours
from reconciler.kinds.jobtemplate.seen import TOGETHER
from reconciler.kinds.jobtemplate.unchanged import unchanged
from reconciler.kinds.jobtemplate.unlisted import all_names, rows_of_names, unlisted
from reconciler.kinds.results import Reading
from reconciler.live.parallel import side_by_side
from reconciler.live.port import Service
from reconciler.model import Finding, JsonObject, Resource, ResourceId
from reconciler.model.on_demand import OnDemand
from reconciler.model.quick import dataclass


def read(
    service: Service, scope: Scope, desired: Mapping[ResourceId, Resource[DesiredTemplate]]
) -> Reading[DesiredTemplate, LiveTemplate]:
    """Return the live templates that this project describes or owns, each with as much detail as the diff will need.

    Raises:
        IncompleteListing: not every template of the workspace could be listed.
        ServiceError: a call failed.
    """
    rows = list_templates(service, scope.workspace_id)
    same = unchanged(scope, rows)
    found = matched(scope, rows, desired, same)
    more = unlisted(service, scope, rows, _missing(desired, found, same))
    if more:
        same = unchanged(scope, [*rows, *more])
        found = matched(scope, [*rows, *more], desired, same)
    everywhere, found = found, found.of_share(scope.share)
    live = described(service, scope, desired, found)
    others = [(id, live_summary(row)) for id, row in found.others]
    orphans = _orphans(service, scope, others)
    absent = [resource for resource in _missing(desired, found, same) if scope.share.covers(resource.id)]
    hints = rename_hints(service, scope, absent, _departed_anywhere(scope, everywhere) if absent else ())
    unmanaged = {id for id, live in others if not is_ours(scope, live.marks)}
    own = same if scope.share.is_whole else {id: row for id, row in same.items() if scope.share.covers(id)}
    return Reading(
        resources=OnDemand(
            own, lambda id: live_resource(id.name, live_summary(own[id])), {**live, **orphans.resources}
        ),
        unmanaged=tuple(sorted(unmanaged)),
        findings=(*found.findings, *orphans.findings, *hints, *additions(scope, live)),
        refused=found.refused,
        unchanged=frozenset(own),
    )


def _missing(
    desired: Mapping[ResourceId, Resource[DesiredTemplate]], found: Match, same: Collection[ResourceId]
) -> list[Resource[DesiredTemplate]]:
    """Return what no row was found for, where that is clear."""
    there = found.chosen.keys() | found.refused
    return [desired[id] for id in desired if id not in same and id not in there]


def read_named(
    service: Service, scope: Scope, desired: Mapping[ResourceId, Resource[DesiredTemplate]]
) -> Reading[DesiredTemplate, LiveTemplate]:
    """Return the live templates that these manifests describe, with as much detail as `read` gives, and no others.

    Raises:
        IncompleteListing: not every template could be listed.
        ServiceError: a call failed.
    """
    found = matched(scope, rows_of_names(service, scope, all_names(desired.values())), desired)
    return Reading(resources=described(service, scope, desired, found), findings=found.findings, refused=found.refused)


def matched(
    scope: Scope,
    rows: Sequence[JsonObject],
    desired: Mapping[ResourceId, Resource[DesiredTemplate]],
    same: Collection[ResourceId] = (),
) -> Match:
    """Return which of the rows each manifest means, by our marks, and what stands against it. The rows of the `same`
    are known already."""

    def known(row: JsonObject) -> Known:
        marks = live_summary(row).marks
        return Known(
            names=frozenset(text_equality.sent_as(marks.texts, str(row.get("TemplateName") or ""))),
            ours=is_ours(scope, marks),
            just_made=is_ours(scope, marks) and not marks.template_id and bool(marks.nonce),
        )

    return match(
        KIND_NAME,
        rows,
        desired,
        name_field="TemplateName",
        id_field="TemplateId",
        known=known,
        former=lambda resource: resource.body.former_names,
        unchanged=same,
    )


def described(
    service: Service, scope: Scope, desired: Mapping[ResourceId, Resource[DesiredTemplate]], found: Match
) -> dict[ResourceId, Resource[LiveTemplate]]:
    """Return the live templates of the chosen rows, with as much detail as the diff needs; without those that vanished.

    Raises:
        ServiceError: a call failed.
    """
    known: dict[ResourceId, LiveTemplate] = {}
    unknown: list[ResourceId] = []
    # Most need no call, and handing them to threads would cost more than all other work on an unchanged template.
    chosen = list(found.chosen.items())
    for start in range(0, len(chosen), TOGETHER):
        listed = {id: live_summary(row) for id, row in chosen[start : start + TOGETHER]}
        facts = remembered(scope, listed.values())
        for id, live in listed.items():
            enough = without_call(scope, desired[id], live, facts.get(live.template_id))
            known[id] = live if enough is None else enough
            if enough is None:
                unknown.append(id)

    def complete(id: ResourceId) -> None:
        """Put what was fetched in the place of what was listed at once: both of all templates would be much to keep."""
        detailed = fetched(service, scope, desired[id], known[id])
        if detailed is None:
            del known[id]
        else:
            known[id] = detailed

    side_by_side(complete, unknown, width=service.calls_in_flight)
    return {id: live_resource(id.name, live) for id, live in known.items()}


def additions(scope: Scope, described: Mapping[ResourceId, Resource[LiveTemplate]]) -> Iterator[Finding]:
    """Yield one note on what the service adds to contents itself, with a template that shows it."""
    first: dict[str, str] = {}
    for id, live in sorted(described.items()):
        if is_ours(scope, live.body.marks):
            first.update({path: id.name for path in live.body.own_marks.added if path not in first})
    if first:
        paths = ", ".join(sorted(first))
        one = min(first.values())
        yield finding("DLC217", f'the service adds of itself, which is no difference: {paths} (see "{one}")')


def _departed(service: Service, scope: Scope, live: LiveTemplate) -> LiveTemplate | None:
    """Return a template without a manifest, with what its versions show; None when it was deleted after it had been
    listed."""
    try:
        return _with_nothing(examined(service, scope, live))
    except NotFound:
        return None


def _with_nothing(live: LiveTemplate) -> LiveTemplate:
    """Return the template without contents, to save memory: there may be many templates without a manifest."""
    return replace(live, versions={}, all_versions=False)


def _departed_anywhere(scope: Scope, found: Match) -> list[LiveTemplate]:
    """Return our templates without a manifest, also those of other shares, because one may have been renamed."""
    others = (live_summary(row) for id, row in found.others if id not in found.refused)
    return [live for live in others if is_ours(scope, live.marks)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Orphans:
    resources: dict[ResourceId, Resource[LiveTemplate]]
    findings: tuple[Finding, ...]


def _orphans(service: Service, scope: Scope, others: Sequence[tuple[ResourceId, LiveTemplate]]) -> _Orphans:
    """Return templates with our mark and without a manifest, with the jobs that refer to them when they are to be
    deleted."""
    own = [(id, live) for id, live in others if is_ours(scope, live.marks)]
    findings: list[Finding] = []
    twice = {id for id, count in Counter(id for id, _ in own).items() if count > 1}
    for id in sorted(twice):
        ids = ", ".join(sorted(live.template_id for other, live in own if other == id))
        findings.append(finding("DLC203", f"several live objects have this name: {ids}", subject=id))
    single = [(id, live) for id, live in own if id not in twice]
    if scope.trust is Trust.FETCHED:
        looked = side_by_side(lambda item: _departed(service, scope, item[1]), single, width=service.calls_in_flight)
        single = [(id, live) for (id, _), live in zip(single, looked, strict=True) if live is not None]
    if not scope.prune:
        return _Orphans(resources={id: live_resource(id.name, live) for id, live in single}, findings=tuple(findings))
    try:
        referenced = side_by_side(
            lambda item: replace(item[1], references=references(service, scope.workspace_id, item[1].template_id)),
            single,
            width=service.calls_in_flight,
        )
    except Forbidden as error:
        findings.append(finding("DLC207", f"jobs cannot be listed: {error.message}"))
        referenced = [live for _, live in single]
    resources = {id: live_resource(id.name, live) for (id, _), live in zip(single, referenced, strict=True)}
    return _Orphans(resources=resources, findings=tuple(findings))
