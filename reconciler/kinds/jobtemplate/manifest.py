"""Turns a live JobTemplate into a manifest, for templates that somebody made in another way."""

from __future__ import annotations

from dataclasses import replace

from reconciler.errors import BadAnswer, NotFound
from reconciler.kinds.base import Scope
from reconciler.kinds.jobtemplate.answers import ALL, fetch, list_templates, live_summary
from reconciler.kinds.jobtemplate.canonical import (
    DesiredTemplate,
    LiveTemplate,
    comparable,
    ignored_keys,
    resource_id,
)
from reconciler.kinds.jobtemplate.ownership import owner
from reconciler.kinds.jobtemplate.seen import learn, recalled_all
from reconciler.kinds.results import LiveManifest, LiveObject
from reconciler.live.port import Service
from reconciler.model import JsonObject, Resource


def listing(service: Service, scope: Scope) -> list[LiveObject]:
    """Return every template of the workspace."""
    return [_listed(scope, row) for row in list_templates(service, scope.workspace_id)]


def _listed(scope: Scope, row: JsonObject) -> LiveObject:
    """Return a row with what can be told of it; a row that cannot be believed has its name and id."""
    bare = LiveObject(
        id=resource_id(str(row.get("TemplateName") or row["TemplateId"])), remote_id=row["TemplateId"], row=row
    )
    try:
        live = live_summary(row)
    except BadAnswer as error:
        return replace(bare, doubt=error.message)
    return replace(
        bare,
        owner=owner(scope, live.marks),
        version=live.default_version,
        last_used=live.last_used,
        manifest=live.marks.manifest,
    )


def count(service: Service, scope: Scope, live: LiveObject) -> int | None:
    """Return how many versions a template has, from an earlier run where none can have been made since."""
    try:
        known = recalled_all(scope, live_summary(live.row))
        return len(known or learn(scope, fetch(service, live.remote_id, ALL)))
    except (NotFound, BadAnswer):
        return None


def manifest_of(service: Service, live: LiveObject, described: Resource[DesiredTemplate] | None) -> LiveManifest | str:
    """Return a manifest that asks for a template as it is: its default version, description, labels and protection."""
    del described  # the template's own marks say what is sensitive
    return _manifest_of(service, live, "")


def manifest_of_version(service: Service, live: LiveObject, number: int) -> LiveManifest | str:
    """Return what asks for one version of a template, with the description, labels and protection of today."""
    return _manifest_of(service, live, str(number))


def _manifest_of(service: Service, live: LiveObject, version: str) -> LiveManifest | str:
    """Return what asks for a version by its number, or for the default one."""
    try:
        template = fetch(service, live.remote_id, version)
    except NotFound:
        return f"it has no version {version}" if version else "it vanished meanwhile"
    except BadAnswer as error:
        return error.message
    number = int(version) if version else template.default_version
    if number not in template.versions:
        return f"its version {number} was not shown" if version else "its default version was not shown"
    return asking_for(template, number)


def asking_for(live: LiveTemplate, number: int | None = None) -> LiveManifest:
    """Return the manifest of a template for one of its fetched versions; without a number, the default one.

    Raises:
        KeyError: it was not fetched.
    """
    version = live.versions[live.default_version if number is None else number]
    spec = {
        "description": live.description,
        "content": comparable(version.content, {}),
        "constraints": version.constraints,
        "protect": live.marks.protect,
    }
    ignored = ignored_keys(version.content, {})
    return LiveManifest(
        metadata={
            **({"labels": dict(live.marks.labels)} if live.marks.labels else {}),
            "templateId": live.template_id,
        },
        spec={key: value for key, value in spec.items() if value},
        sensitive=live.sensitive,
        notes=(f"left out, not part of a job: {', '.join(ignored)}",) if ignored else (),
        owner=live.marks.project,
    )
