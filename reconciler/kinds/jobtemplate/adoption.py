"""Whose a JobTemplate becomes: manifests that ask for adoption, and templates that are released."""

from __future__ import annotations

from dataclasses import replace

from reconciler.kinds.base import Scope
from reconciler.kinds.jobtemplate.answers import fetch
from reconciler.kinds.jobtemplate.canonical import DesiredTemplate
from reconciler.kinds.jobtemplate.release import release_of
from reconciler.kinds.results import LiveObject
from reconciler.live.port import Service
from reconciler.model import Action, Resource


def is_asked(resource: Resource[DesiredTemplate]) -> bool:
    """Return whether a manifest asks for adoption."""
    return resource.body.adopt or bool(resource.body.adopt_from)


def asking(resource: Resource[DesiredTemplate], former: str) -> Resource[DesiredTemplate]:
    """Return the manifest with the wish for adoption, from the project `former` if that is not empty."""
    body = resource.body
    return replace(resource, body=replace(body, adopt=True, adopt_from=former or body.adopt_from))


def released(service: Service, scope: Scope, live: LiveObject, notes: tuple[str, ...]) -> Action | None:
    """Return the action that takes our marks off a template; None where it has none of ours."""
    return release_of(scope, fetch(service, live.remote_id), notes)
