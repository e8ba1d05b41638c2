"""Turns a live JobTemplate into a manifest, for templates that somebody made in another way."""

from __future__ import annotations

from reconciler.errors import BadAnswer, NotFound
from reconciler.kinds.base import Scope
from reconciler.kinds.jobtemplate.answers import fetch, list_templates
from reconciler.kinds.jobtemplate.canonical import (
    DesiredTemplate,
    LiveTemplate,
    comparable,
    ignored_keys,
    resource_id,
)
from reconciler.kinds.results import LiveManifest, LiveObject
from reconciler.live.port import Service
from reconciler.model import Resource


def listing(service: Service, scope: Scope) -> list[LiveObject]:
    """Return every template of the workspace."""
    return [
        LiveObject(
            id=resource_id(str(row.get("TemplateName") or row["TemplateId"])), remote_id=row["TemplateId"], row=row
        )
        for row in list_templates(service, scope.workspace_id)
    ]


def manifest_of(service: Service, live: LiveObject, described: Resource[DesiredTemplate] | None) -> LiveManifest | str:
    """Return a manifest that asks for a template as it is: its default version, description, labels and protection."""
    del described  # the template's own marks say what is sensitive
    try:
        template = fetch(service, live.remote_id)
    except NotFound:
        return "it vanished meanwhile"
    except BadAnswer as error:
        return error.message
    if template.default_version not in template.versions:
        return "its default version was not shown"
    return asking_for(template)


def asking_for(live: LiveTemplate) -> LiveManifest:
    """Return the manifest of a template whose default version was fetched.

    Raises:
        KeyError: it was not fetched.
    """
    version = live.versions[live.default_version]
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
