"""Releases a JobTemplate: our marks are removed, and everything else of it stays.

The record of versions that hold values of `${env.NAME}` stays too: it is about the contents and hides these values from
everybody.
"""

from __future__ import annotations

from reconciler.errors import StaleError
from reconciler.kinds.base import Scope, Site
from reconciler.kinds.jobtemplate.answers import fetch
from reconciler.kinds.jobtemplate.canonical import LiveTemplate, live_resource
from reconciler.kinds.jobtemplate.marks import Marks
from reconciler.kinds.jobtemplate.observed import observed
from reconciler.kinds.jobtemplate.operations import UPDATE_JOB_TEMPLATE
from reconciler.kinds.jobtemplate.ownership import is_ours
from reconciler.kinds.jobtemplate.steps import Settings, unmoved
from reconciler.kinds.results import Performed
from reconciler.kinds.waiting import once, until
from reconciler.model import Action, FieldChange, JsonObject, Moved, Reason, Verb


def release_of(scope: Scope, live: LiveTemplate, notes: tuple[str, ...]) -> Action | None:
    """Return the action that releases a template; None for one that does not carry our mark."""
    if not is_ours(scope, live.marks):
        return None
    return Action(
        verb=Verb.RELEASE,
        id=live_resource(live.name or live.template_id, live).id,
        reason=Reason.RELEASE_ASKED,
        moved=Moved.UNKNOWN,
        changes=(FieldChange(path=("project",), before=live.marks.project),),
        observed=observed(live),
        intended={"project": ""},
        notes=(f"{live.template_id} stays with its versions; nobody owns it any more", *notes),
    )


def release(site: Site, seen: JsonObject) -> Performed:
    """Remove our marks from the template that was observed as `seen`.

    Raises:
        StaleError: somebody else wrote at the same time.
        ServiceError: the write failed; `ambiguous` when its outcome could not be found out.
    """
    before = unmoved(site, seen)
    left = Marks(sensitive=before.sensitive) if before.sensitive else Marks()
    metadata = left.written_into(before.metadata)
    sent = Settings.sent(before.name, before.description, metadata)

    def landed() -> JsonObject | None:
        now = fetch(site.service, before.template_id)
        if Settings.of(now) == Settings.of(before):
            return None
        sent.check(now, "the marks were to be taken off")
        return {}

    once(
        site.patience,
        lambda: site.service.call(UPDATE_JOB_TEMPLATE, before.template_id, Metadata=metadata),
        landed,
        lambda: unmoved(site, observed(before)),
    )
    live = until(site.patience, lambda: fetch(site.service, before.template_id), sent.is_shown_by)
    if not sent.is_shown_by(live):
        raise StaleError(f"the marks of {before.template_id} were written by somebody else right after our write")
    return Performed(detail=f"{before.template_id} is nobody's now", observed=observed(live))
