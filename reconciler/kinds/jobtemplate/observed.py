"""What a plan saw of a template, which a later look is compared with; and the marks that a write leaves on it."""

from __future__ import annotations

from reconciler.kinds.base import Scope
from reconciler.kinds.jobtemplate.canonical import DesiredTemplate, LiveTemplate, secret_in_versions
from reconciler.kinds.jobtemplate.marks import Marks, without_digests
from reconciler.model import JsonObject, JsonValue, Resource
from reconciler.model.canonical import digest
from reconciler.secrets.record import bounded


def observed(live: LiveTemplate) -> JsonObject:
    """Return what binds a plan. Versions never change, so numbers and the template's settings are enough.

    No digest of a content is part of it: whoever has the plan file could find out a short secret by trying values.
    """
    seen: dict[str, JsonValue] = {
        "templateId": live.template_id,
        "defaultVersion": live.default_version,
        "settings": digest({"description": live.description, "metadata": without_digests(live.metadata)}),
    }
    if live.highest_version is not None:
        seen["highestVersion"] = live.highest_version
    return seen


def observed_as(expected: JsonObject, live: LiveTemplate) -> JsonObject:
    """Return what a look shows, in the terms of an earlier look. Only an action that writes the name is bound to the
    name."""
    seen: JsonObject = {**observed(live), "name": live.name}
    return {key: value for key, value in seen.items() if key in expected}


def marks_for(scope: Scope, resource: Resource[DesiredTemplate], live: Marks) -> Marks:
    """Return the marks that this manifest wants, where they are a reason to write; the recorded version is the live
    one's."""
    return Marks(
        project=scope.project,
        manifest=resource.body.manifest,
        revision=live.revision,
        protect=resource.body.protect,
        digest=live.digest,
        version=live.version,
        pin=resource.body.pin or 0,
        template_id=live.template_id,
        nonce=live.nonce,
        verified=live.verified,
        since=live.since,
        labels=resource.labels,
        sensitive=bounded(live.sensitive | secret_in_versions(resource)),
        intention=live.intention,
        echoes=live.echoes,
        added=live.added,
        texts=live.texts,
    )
