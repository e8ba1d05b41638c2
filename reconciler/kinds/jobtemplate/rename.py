"""Renames a JobTemplate: one call writes its name, its description and its marks; id and versions stay.

Names are not unique on the service, so somebody may create a template with the new name at the same moment. The name is
looked up directly before the write, and again after it: two templates with one name are reported at once, with both
ids.
"""

from __future__ import annotations

from reconciler.errors import StaleError
from reconciler.kinds.base import Site
from reconciler.kinds.jobtemplate.answers import of_name
from reconciler.kinds.jobtemplate.canonical import resource_id
from reconciler.kinds.jobtemplate.equality import holding_version
from reconciler.kinds.jobtemplate.observed import observed
from reconciler.kinds.jobtemplate.since import after
from reconciler.kinds.jobtemplate.steps import Template, record, unmoved
from reconciler.kinds.results import Performed
from reconciler.kinds.waiting import within
from reconciler.model import JsonObject

ID = "TemplateId"


def rename(site: Site, desired: Template, seen: JsonObject) -> Performed:
    """Give the template that was observed as `seen` the name of its manifest.

    Raises:
        StaleError: the name is taken by now, or somebody else wrote at the same time.
        ServiceError: the write failed; `ambiguous` when its outcome could not be found out.
    """
    own = seen["templateId"]
    if taken := _others(site, desired, own):
        raise StaleError(f"{taken} has the name by now; nothing was written")
    before = unmoved(site, seen)
    version = holding_version(before, desired.body) or 0
    since = after(before, before, before.default_version, site.now())
    live = record(site, desired, before, version=version, since=since, name=desired.id.name)
    for name in (before.name, desired.id.name):
        site.scope.created.forget(resource_id(name))
    late = _late(site, desired, own, live.name)
    return Performed(detail=f'{own} is renamed from "{before.name}"{late}', observed=observed(live))


def _late(site: Site, desired: Template, own: str, shown: str) -> str:
    """Return a warning when the listing does not show the new name in time; empty once the template is certainly the
    only one with it.

    Raises:
        StaleError: somebody else has made another one of this name.
    """
    rows = within(
        site.patience,
        site.patience.listing,
        lambda: of_name(site.service, site.scope, shown),
        lambda rows: any(row[ID] == own for row in rows),
    )
    if others := ", ".join(sorted(row[ID] for row in rows if row[ID] != own)):
        raise StaleError(f"{own} is renamed; somebody else has given its new name to {others} at the same time")
    if rows:
        return ""
    site.scope.created.keep(desired.id, own)
    return f"; warning: after {site.patience.listing:g} s the listing does not show the new name yet"


def _others(site: Site, desired: Template, own: str) -> str:
    rows = of_name(site.service, site.scope, desired.id.name)
    return ", ".join(sorted(row[ID] for row in rows if row[ID] != own))
