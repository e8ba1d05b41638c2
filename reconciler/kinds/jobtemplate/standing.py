"""How the live defaults of some templates compare with what their manifests ask. They are read by name, so that few
are read."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.kinds.base import Scope
from reconciler.kinds.jobtemplate.canonical import DesiredTemplate, LiveTemplate
from reconciler.kinds.jobtemplate.diff import diff
from reconciler.kinds.jobtemplate.read import read_named
from reconciler.kinds.jobtemplate.since import known
from reconciler.kinds.results import Reading, Standing
from reconciler.live.port import Service
from reconciler.model import Resource, ResourceId, Severity, Verb

_IN_PLACE = frozenset({Verb.ADOPT, Verb.UPDATE})
"""Actions that do not mean another default: they change only marks, descriptions and labels."""


def standings(
    service: Service, scope: Scope, desired: Mapping[ResourceId, Resource[DesiredTemplate]]
) -> Mapping[ResourceId, Standing]:
    """Return the standing of each of these templates.

    Raises:
        ServiceError: they could not be read.
    """
    reading = read_named(service, scope, desired)
    return {id: _standing(scope, desired[id], reading) for id in desired}


def _standing(
    scope: Scope, desired: Resource[DesiredTemplate], reading: Reading[DesiredTemplate, LiveTemplate]
) -> Standing:
    live = reading.resources.get(desired.id)
    if live is None:
        unclear = next((each.summary for each in reading.findings if each.subject == desired.id), "")
        return Standing(why=unclear or "the template is not there yet")
    proposal, default = diff(scope, desired, live), live.body.default_version
    if not {action.verb for action in proposal.actions} <= _IN_PLACE:
        return Standing(why=f"its default, version {default}, is not what this commit asks there", version=default)
    refusal = next((each for each in proposal.findings if each.severity is Severity.ERROR), None)
    if refusal is not None:
        return Standing(why=refusal.summary, version=default)
    since = known(live.body)
    return Standing(version=default, since=since.began if since is not None else "")
