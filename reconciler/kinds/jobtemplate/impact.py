"""Whom an action on a template reaches: the launch contract before and after, who launched lately, what a job takes.

How many recent launches a stricter rule would have affected is an estimate. A listed job shows its fields, but neither
which of them the person gave nor from which version it was launched. A field that differs from the default version's
counts as given by the person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from reconciler.errors import ServiceError
from reconciler.kinds.base import Site
from reconciler.kinds.jobtemplate.canonical import DesiredTemplate, LiveTemplate
from reconciler.kinds.jobtemplate.launches import launches
from reconciler.kinds.resources import resources
from reconciler.model import (
    MISSING,
    Action,
    ContractChange,
    FieldPath,
    Impact,
    JobResources,
    JsonObject,
    JsonValue,
    Launches,
    Missing,
    Resource,
    Verb,
)
from reconciler.model.canonical import canonical
from reconciler.model.paths import PathError, is_list, lookup, parse_path
from reconciler.model.quick import dataclass
from reconciler.secrets.record import shown
from reconciler.secrets.trees import redact_text

DAYS = 30
FREE = "overridable"
"""The rule for every path that no constraint names."""


@dataclass(frozen=True, slots=True)
class _Version:
    content: JsonObject
    constraints: JsonObject


def impact(
    site: Site, action: Action, desired: Resource[DesiredTemplate] | None, live: Resource[LiveTemplate] | None
) -> Impact | None:
    """Return the impact of an action on those who launch from the template; None when there is nothing to say.

    Makes at most one listing of jobs, and only for an action that moves the default version.
    """
    if desired is None or action.verb not in (Verb.CREATE, Verb.NEW_VERSION, Verb.PROMOTE):
        return None
    before, after = _default(live), _after(action, desired, live)
    if after is None:
        return None
    sensitive = desired.sensitive | (live.body.sensitive if live is not None else frozenset())
    taken_after = _resources(site, after, sensitive)
    if live is None or before is None:
        return Impact(resources_after=taken_after)
    taken_before = _resources(site, before, sensitive)
    if action.intended.get("defaultVersion") == live.body.default_version:
        return Impact(resources_before=taken_before, resources_after=taken_after)
    notes: tuple[str, ...] = ()
    rows: Sequence[JsonObject] | None = None
    try:
        rows = launches(site.service, site.scope.workspace_id, live.body.template_id, since=_since(site))
    except ServiceError as error:
        notes = (f"recent launches are unknown: {redact_text(error.message)}",)
    return Impact(
        contract=_contract(before, after, rows, sensitive),
        launches=None if rows is None else _launches(site, rows),
        resources_before=taken_before,
        resources_after=taken_after,
        notes=notes,
    )


def _default(live: Resource[LiveTemplate] | None) -> _Version | None:
    version = live.body.versions.get(live.body.default_version) if live is not None else None
    return None if version is None else _Version(version.content, version.constraints)


def _after(action: Action, desired: Resource[DesiredTemplate], live: Resource[LiveTemplate] | None) -> _Version | None:
    """Return what launches get after the action, or would get from the new version."""
    if action.verb is not Verb.PROMOTE or live is None:
        return _Version(desired.body.content, desired.body.constraints)
    version = live.body.versions.get(action.intended["defaultVersion"])
    return None if version is None else _Version(version.content, version.constraints)


def _resources(site: Site, version: _Version, sensitive: frozenset[FieldPath]) -> JobResources | None:
    return resources(shown(version.content, sensitive, "content"), site.offers)


def _since(site: Site) -> str:
    """Return the moment from which launches are counted: the start of a day, so that two plans of one day count the
    same."""
    return (site.scope.now - timedelta(days=DAYS)).strftime("%Y-%m-%dT00:00:00Z")


def _launches(site: Site, rows: Sequence[JsonObject]) -> Launches:
    users = {row.get("UserId") or row.get("Username") or "" for row in rows}
    return Launches(since=_since(site), days=DAYS, jobs=len(rows), users=len(users))


def _contract(
    before: _Version, after: _Version, rows: Sequence[JsonObject] | None, sensitive: frozenset[FieldPath]
) -> tuple[ContractChange, ...]:
    changes = []
    jobs = None if rows is None else [canonical(row) for row in rows]
    for path in sorted(before.constraints.keys() | after.constraints.keys()):
        old, new = _rule(before, path, sensitive), _rule(after, path, sensitive)
        if old != new:
            affected = None if jobs is None else _affected(jobs, path, new, before.content, after.content)
            changes.append(ContractChange(path=path, before=old, after=new, affected=affected))
    return tuple(changes)


def _rule(version: _Version, path: str, sensitive: frozenset[FieldPath]) -> str:
    """Return the rule of a version for a path. A version that somebody else made may hold any text there."""
    return str(shown({path: version.constraints.get(path, FREE)}, sensitive, "constraints")[path])


def _affected(jobs: Sequence[JsonObject], text: str, rule: str, before: JsonObject, after: JsonObject) -> int | None:
    """Return how many of the jobs the rule would have affected: locked ignores what was given, required demands a
    value."""
    try:
        path = parse_path(text)
    except PathError:
        return None
    if rule == FREE or (jobs and not any(path[0] in job for job in jobs)):
        return None
    old, new = lookup(before, path), lookup(after, path)
    given = [lookup(job, path) for job in jobs]
    if rule == "locked":
        return sum(not _same(old, value) and not _same(new, value) for value in given)
    # A template that supplies the field itself demands it from nobody.
    return sum(_same(old, value) or value is MISSING for value in given) if new is MISSING else 0


def _same(template: JsonValue | Missing, shown: JsonValue | Missing) -> bool:
    """Return whether a job shows the template's value. What the service adds to an object does not count."""
    if isinstance(template, Mapping) and isinstance(shown, Mapping):
        return all(_same(value, shown.get(key, MISSING)) for key, value in template.items())
    if is_list(template) and is_list(shown):
        return len(template) == len(shown) and all(map(_same, template, shown))
    if template is MISSING or shown is MISSING:
        return template is shown
    return bool(template == shown) or str(template) == str(shown)
