"""What a template's versions show of other people: for `drift`, and to tell what was deleted from what is new."""

from __future__ import annotations

from reconciler.errors import NotFound
from reconciler.kinds.base import Owned, Scope, Traces
from reconciler.kinds.jobtemplate.answers import ALL, fetch, list_templates, live_summary
from reconciler.kinds.jobtemplate.canonical import (
    STAMP_TAG,
    DesiredTemplate,
    LiveTemplate,
    LiveVersion,
    comparable,
    resource_id,
)
from reconciler.live.port import Service
from reconciler.model import MISSING, Resource
from reconciler.model.canonical import version_digest
from reconciler.model.paths import lookup


def owned(service: Service, scope: Scope) -> list[Owned]:
    """The live templates with this project's mark, by name; of namesakes the one with the greatest id comes last."""
    found = [live_summary(row) for row in list_templates(service, scope.workspace_id)]
    return [
        Owned(
            id=resource_id(live.name),
            remote_id=live.template_id,
            manifest=live.marks.manifest,
            revision=live.marks.revision,
        )
        for live in sorted(found, key=lambda live: (live.name, live.template_id))
        if live.marks.project == scope.project
    ]


def traces(service: Service, template_id: str) -> Traces | None:
    """What the versions of a template show; None when it is gone."""
    try:
        live = fetch(service, template_id, ALL)
    except NotFound:
        return None
    return Traces(modified_by=live.modified_by, modified=live.modified, unexplained=unexplained(live))


def unexplained(live: LiveTemplate) -> dict[int, str]:
    """The digests of versions that are newer than our last write, not default, and without our stamp."""
    return {
        number: digest_in_git(version)
        for number, version in sorted(live.versions.items())
        if number > live.marks.version
        and number != live.default_version
        and lookup(version.content, ("Settings", "Tags", STAMP_TAG)) is MISSING
    }


def digest_in_git(version: LiveVersion) -> str:
    """The digest of a live version as every manifest sees it: without console keys and our own stamp."""
    return version_digest(comparable(version.content, {}), version.constraints)


def asked_digest(resource: Resource[DesiredTemplate]) -> str:
    """The digest of what a manifest asks for."""
    return resource.body.digest
