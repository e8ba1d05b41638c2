"""How much of a live template has to be looked at so that the diff can judge it: what the listing and earlier runs
show, and what is fetched where that is not enough.

How much is believed without fetching it is `Scope.trust`: for `drift` only what was fetched once, in whatever run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.errors import NotFound
from reconciler.kinds.base import Scope, Trust
from reconciler.kinds.jobtemplate.answers import ALL, fetch, live_summary
from reconciler.kinds.jobtemplate.canonical import (
    DesiredTemplate,
    LiveTemplate,
    digest_as,
    ignored_keys,
    named_by,
)
from reconciler.kinds.jobtemplate.equality import holds
from reconciler.kinds.jobtemplate.held import Held
from reconciler.kinds.jobtemplate.operations import GET_JOB_TEMPLATE
from reconciler.kinds.jobtemplate.ownership import is_offered, is_ours
from reconciler.kinds.jobtemplate.renamed import is_renamed
from reconciler.kinds.jobtemplate.seen import Seen, all_recorded, held, learn, recalled, recalled_all, recorded
from reconciler.kinds.jobtemplate.traces import unexplained
from reconciler.live.port import Service
from reconciler.model import JsonValue, Resource


def remembered(scope: Scope, listed: Iterable[LiveTemplate]) -> Mapping[str, JsonValue]:
    """Return the facts that `without_call` needs of these templates, by their ids; those without facts are left out."""
    match scope.trust:
        case Trust.FETCHED:
            return scope.memory.recall_each([live.template_id for live in listed])
        case Trust.MARKS:
            return scope.memory.recall_each([live.template_id for live in listed if not live.recorded_digest])
        case Trust.NOTHING:
            return {}


def without_call(
    scope: Scope, desired: Resource[DesiredTemplate], live: LiveTemplate, facts: JsonValue
) -> LiveTemplate | None:
    """Return a template with what earlier runs saw of it, the `facts`, where the diff needs no more; None when it has
    to be fetched."""
    body = desired.body
    if not (is_ours(scope, live.marks) or is_offered(live.marks, body)):
        return live  # the diff refuses it, whatever its content is
    return None if is_renamed(desired, live) else _known(scope, body, live, facts)


def fetched(
    service: Service, scope: Scope, desired: Resource[DesiredTemplate], live: LiveTemplate
) -> LiveTemplate | None:
    """Return the template with what the diff needs; None when it was deleted after it had been listed.

    Raises:
        ServiceError: a call failed.
    """
    look = {Trust.MARKS: _as_marked, Trust.FETCHED: _as_fetched, Trust.NOTHING: _as_it_is_now}[scope.trust]
    try:
        if is_renamed(desired, live):
            # A listing that lags behind shows the former name of a template that was renamed a moment ago.
            live = replace(live_summary(service.call(GET_JOB_TEMPLATE, live.template_id)), modified_by=live.modified_by)
            facts = scope.memory.recall(live.template_id)
            if (known := _known(scope, desired.body, live, facts)) is not None:
                return known
        return look(service, scope, desired.body, live)
    except NotFound:
        return None


def examined(service: Service, scope: Scope, live: LiveTemplate) -> LiveTemplate:
    """Return a template with what its versions show of other people's work, and without contents where all of them
    were seen before.

    Raises:
        ServiceError: a call failed.
    """
    seen = recalled_all(scope, live)
    return replace(live, unexplained=unexplained(live, seen)) if seen else _all_versions(service, scope, live)[0]


def _known(scope: Scope, body: DesiredTemplate, live: LiveTemplate, facts: JsonValue) -> LiveTemplate | None:
    """Return the template when listing and earlier runs say enough: the version that the manifest wants as the default
    holds its content."""
    if scope.trust is Trust.NOTHING:
        return None
    if scope.trust is Trust.FETCHED:
        seen = all_recorded(scope, facts, modified=live.modified, default=live.default_version)
        number = held(live, seen, body)
        return None if number is None else _holding(live, number, seen)
    if live.recorded_digest:
        return live if _is_settled(live, body) else None
    default = recorded(facts).get(live.default_version)
    if default is None or body.pin is not None or not default.holds(live, live.default_version, body):
        return None
    return replace(live, held=Held(live.default_version, default.ignored))


def _as_marked(service: Service, scope: Scope, body: DesiredTemplate, live: LiveTemplate) -> LiveTemplate:
    """Return the template with its default version, where nothing is known of it; with all versions, where the default
    is not what the manifest asks for."""
    if not live.recorded_digest and live.default_version not in recalled(scope, live):
        live = fetch(service, live.template_id)
        learn(scope, live)
        if _is_settled(live, body):
            return _settled(live, body)
    live = fetch(service, live.template_id, ALL)
    learn(scope, live)
    return live


def _as_fetched(service: Service, scope: Scope, body: DesiredTemplate, live: LiveTemplate) -> LiveTemplate:
    """Return the template with all versions examined now; with their contents only where they differ from the
    manifest."""
    live, seen = _all_versions(service, scope, live)
    number = held(live, seen, body)
    return live if number is None else _holding(live, number, seen)


def _as_it_is_now(service: Service, _scope: Scope, body: DesiredTemplate, live: LiveTemplate) -> LiveTemplate:
    """Return the template with its default version as it is fetched now; with all versions, where it is not what the
    manifest asks for."""
    live = fetch(service, live.template_id)
    return _settled(live, body) if _is_settled(live, body) else fetch(service, live.template_id, ALL)


def _all_versions(service: Service, scope: Scope, live: LiveTemplate) -> tuple[LiveTemplate, Mapping[int, Seen]]:
    modified_by = live.modified_by  # GetJobTemplate may leave it out (API.md, section 10)
    live = fetch(service, live.template_id, ALL)
    seen = learn(scope, live)
    return replace(live, modified_by=live.modified_by or modified_by, unexplained=unexplained(live, seen)), seen


def _holding(live: LiveTemplate, number: int, seen: Mapping[int, Seen]) -> LiveTemplate:
    """Return a template, all of whose versions were seen, without contents: one of them holds the manifest's. To read
    the manifest again for each of thousands would cost more than all other work on them."""
    return replace(
        live,
        versions={},
        all_versions=False,
        held=Held(number, seen[number].ignored),
        unexplained=unexplained(live, seen),
    )


def _settled(live: LiveTemplate, body: DesiredTemplate) -> LiveTemplate:
    """Return a settled template without its contents, where what was fetched is word for word what the manifest asks:
    of thousands of contents none is kept, and none of the manifests has to be read."""
    default = live.versions.get(live.default_version)
    if default is None or digest_as(default, body) != body.digest:
        return live
    ignored = ignored_keys(default.content, named_by(body, default.content))
    return replace(live, versions={}, all_versions=False, held=Held(default.number, ignored))


def _is_settled(live: LiveTemplate, body: DesiredTemplate) -> bool:
    """Return whether nothing has to be fetched: the version that the manifest wants as the default holds its
    content."""
    default = live.versions.get(live.default_version)
    if default is not None:
        return body.pin is None and holds(live, default.number, body)
    wanted = live.marks.version if body.pin is None else body.pin
    return live.recorded_digest == body.digest and live.default_version == wanted
