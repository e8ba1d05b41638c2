"""Creates a JobTemplate on a service without unique names and idempotency tokens.

Each create call carries its own nonce in Metadata. A call whose answer was lost is found again by its nonce. When two
runs create one name at the same moment, the nonces tell which template belongs to which run, and the younger template
is deleted. That is safe, because nothing can have used it yet.
"""

from __future__ import annotations

import uuid
from dataclasses import replace

from reconciler.errors import StaleError
from reconciler.kinds.attempt import Attempt
from reconciler.kinds.base import Site
from reconciler.kinds.jobtemplate.answers import live_summary, of_name
from reconciler.kinds.jobtemplate.canonical import LiveTemplate
from reconciler.kinds.jobtemplate.echoes import Intention
from reconciler.kinds.jobtemplate.marks import Marks
from reconciler.kinds.jobtemplate.observed import marks_for, observed
from reconciler.kinds.jobtemplate.operations import CREATE_JOB_TEMPLATE
from reconciler.kinds.jobtemplate.proving import of_manifest, settle, with_proof
from reconciler.kinds.jobtemplate.since import begun
from reconciler.kinds.jobtemplate.steps import (
    Settings,
    Template,
    of_the_service,
    record,
    remove,
    version_fields,
    version_read_back,
)
from reconciler.kinds.results import Performed
from reconciler.kinds.waiting import age, made_once, naming, rival, within
from reconciler.model import JsonObject

ID = "TemplateId"


def create(site: Site, desired: Template) -> Performed:
    """Create the template with its first version.

    Raises:
        StaleError: somebody else created one of this name at the same time, or moved its default at once.
        ServiceError: the write failed; `ambiguous` when its outcome could not be found out.
    """
    nonce = uuid.uuid4().hex
    attempt = of_manifest(site.scope, desired) if desired.body.is_verified else None
    proved = with_proof(site, attempt, marks_for(site.scope, desired, Marks()))
    marks = replace(proved, nonce=nonce, intention=Intention(1, desired.body.digest), revision=site.revision())
    answer = made_once(
        site.patience,
        lambda: site.service.call(
            CREATE_JOB_TEMPLATE,
            WorkspaceId=site.scope.workspace_id,
            TemplateName=desired.id.name,
            Description=desired.body.description,
            Metadata=marks.written_into({}),
            **version_fields(site, desired.body),
        ),
        lambda: next(iter(_own(of_name(site.service, site.scope, desired.id.name), nonce)), None),
    )
    own = str(answer[ID])
    site.scope.created.keep(desired.id, own)
    sent = Settings.sent(desired.id.name, desired.body.description, marks.written_into({}))
    with naming(own):
        return _finished(site, desired, own, sent, settle_with=attempt)


def _finished(site: Site, desired: Template, own: str, sent: Settings, *, settle_with: Attempt | None) -> Performed:
    """Do everything that follows the create call, given the id that it answered."""
    live = version_read_back(site, desired, own, version=1, left=sent)
    sent.check(live, f"{own} was created")
    late = _late(site, live)
    if not late:
        site.scope.created.forget(desired.id)
    live = record(site, desired, live, version=1, since=begun(live))
    if live.default_version != 1:
        raise StaleError(f"{live.template_id} was created; somebody else made version {live.default_version} default")
    detail = f"{own} created; version 1 is default{of_the_service(live)}{settle(site, settle_with)}{late}"
    return Performed(detail=detail, observed=observed(live))


def _late(site: Site, live: LiveTemplate) -> str:
    """Return a warning when the listing does not show the new template in time; empty once it is certainly the only
    one.

    Raises:
        StaleError: somebody else created one of this name at the same time.
    """
    nonce, own = live.marks.nonce, live.template_id

    def read() -> list[JsonObject]:
        return of_name(site.service, site.scope, live.name)

    rows = within(site.patience, site.patience.listing, read, lambda rows: any(row[ID] == own for row in rows))
    if all(row[ID] != own for row in rows):
        return f"; warning: after {site.patience.listing:g} s the listing does not show {own} yet"
    mine = sorted(_own(rows, nonce), key=lambda row: age(row, ID))
    for row in mine:  # the answer came so late that the call had been repeated
        if row[ID] != own:
            remove(site, row[ID])
            rows = read()
    other = rival(site.patience, rows, read, own, ID)
    if other is not None:
        remove(site, own)
        raise StaleError(f"{other[ID]} of the same name was created at the same time; ours, {own}, was taken back")
    return ""


def _own(rows: list[JsonObject], nonce: str) -> list[JsonObject]:
    return [row for row in rows if live_summary(row).marks.nonce == nonce]
