"""What a listing did not show of templates that would be created. They are asked for by name once more, and by
remembered ids."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from reconciler.errors import NotFound
from reconciler.kinds import text_equality
from reconciler.kinds.base import Scope
from reconciler.kinds.jobtemplate.answers import list_templates, live_summary, of_name, rows_alike
from reconciler.kinds.jobtemplate.canonical import DesiredTemplate, resource_id
from reconciler.kinds.jobtemplate.operations import GET_JOB_TEMPLATE
from reconciler.kinds.jobtemplate.ownership import is_ours
from reconciler.live.parallel import side_by_side
from reconciler.live.port import Service
from reconciler.model import JsonObject, Resource, ResourceId

ASKED_BY_NAME = 20
"""At most this many names are asked for one by one; for more, one more listing is cheaper."""


def all_names(resources: Iterable[Resource[DesiredTemplate]]) -> list[str]:
    """Return the names of templates, and those that they had before."""
    return [name for resource in resources for name in (resource.id.name, *resource.body.former_names)]


def rows_of_names(service: Service, scope: Scope, names: Sequence[str]) -> list[JsonObject]:
    """Return the rows with these names. Few names are asked for one by one; for many, all templates are listed.

    Raises:
        IncompleteListing: not every template could be listed.
        ServiceError: a call failed.
    """
    if len(names) > ASKED_BY_NAME:
        return list_templates(service, scope.workspace_id)
    found = side_by_side(lambda name: of_name(service, scope, name), names, width=service.calls_in_flight)
    return [row for group in found for row in group]


def unlisted(
    service: Service, scope: Scope, rows: Sequence[JsonObject], missing: Sequence[Resource[DesiredTemplate]]
) -> list[JsonObject]:
    """Return live templates that the `rows` of the listing lack, under a name or a former name of what seems to be
    missing.

    A page that moves hides a row without a trace. Few names are asked for one by one; for many, all templates are
    listed again.

    Raises:
        IncompleteListing: not every template could be listed.
        ServiceError: a call failed.
    """
    missing = [resource for resource in missing if scope.share.covers(resource.id)]
    if not missing:
        return []
    listed = {row["TemplateId"] for row in rows}
    called = all_names(missing)
    more = {row["TemplateId"]: row for row in rows_of_names(service, scope, called) if row["TemplateId"] not in listed}
    return [*more.values(), *remembered(service, scope, listed | more.keys(), called)]


def rows_like(service: Service, scope: Scope, names: Sequence[str]) -> list[JsonObject]:
    """Return the rows with these names, and those whose names people can take for one of them; one call a name.

    Raises:
        ServiceError: a call failed.
    """
    found = side_by_side(lambda name: rows_alike(service, scope, name), names, width=service.calls_in_flight)
    return list({row["TemplateId"]: row for group in found for row in group}.values())


def remembered(service: Service, scope: Scope, listed: Collection[str], names: Sequence[str]) -> Iterator[JsonObject]:
    """Yield the templates that this machine created under these names a moment ago and that no listing shows yet.

    `listed` are the ids that listings show.
    """
    for id in map(resource_id, names):
        template_id = scope.created.known(id)
        if template_id in listed:
            scope.created.forget(id)
        elif template_id and (row := _of_id(service, scope, id, template_id)) is not None:
            yield row


def _of_id(service: Service, scope: Scope, id: ResourceId, template_id: str) -> JsonObject | None:
    """Return the template with a remembered id, as long as it has the name and our mark."""
    try:
        answer = service.call(GET_JOB_TEMPLATE, template_id)
    except NotFound:
        scope.created.forget(id)
        return None
    live = live_summary(answer)
    is_it = text_equality.may_be(id.name, live.name) and is_ours(scope, live.marks)
    return {key: value for key, value in answer.items() if key != "Versions"} if is_it else None
