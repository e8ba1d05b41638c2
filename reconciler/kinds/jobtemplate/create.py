"""Creating a JobTemplate on a service without unique names and idempotency tokens.

Each create call carries its own nonce in Metadata. A call whose answer was lost is found again by it; of two runs that
create one name at the same moment the nonce tells which template is whose, and the younger is taken back. That is
safe: nothing can have used it yet.
"""

from __future__ import annotations

import uuid
from dataclasses import replace

from reconciler.errors import AnswerLost, StaleError
from reconciler.kinds.base import Performed, Site
from reconciler.kinds.jobtemplate.answers import live_summary
from reconciler.kinds.jobtemplate.canonical import LiveTemplate
from reconciler.kinds.jobtemplate.marks import Marks
from reconciler.kinds.jobtemplate.observed import marks_for, observed
from reconciler.kinds.jobtemplate.proving import of_manifest, settle, with_proof
from reconciler.kinds.jobtemplate.steps import (
    Settings,
    Template,
    of_name,
    record,
    remove,
    version_fields,
    version_read_back,
)
from reconciler.kinds.waiting import age, made_once, rival, until
from reconciler.live.operations import CREATE_JOB_TEMPLATE
from reconciler.model import JsonObject, ResourceId

ID = "TemplateId"


def create(site: Site, desired: Template) -> Performed:
    """Create the template with its first version.

    Raises:
        StaleError: somebody else created one of this name at the same time, or moved its default at once.
        ServiceError: the write failed; `ambiguous` when its outcome could not be found out.
    """
    nonce = uuid.uuid4().hex
    attempt = of_manifest(site.scope, desired) if desired.body.verify is not None else None
    proved = with_proof(site, attempt, marks_for(site.scope, desired, Marks()))
    marks = replace(proved, nonce=nonce, revision=site.revision)
    made_once(
        site.patience,
        lambda: site.service.call(
            CREATE_JOB_TEMPLATE,
            WorkspaceId=site.scope.workspace_id,
            TemplateName=desired.id.name,
            Description=desired.body.description,
            Metadata=marks.written_into({}),
            **version_fields(site, desired.body),
        ),
        lambda: next(iter(_own(_rows(site, desired.id), nonce)), None),
    )
    own = _settled(site, desired.id, nonce)
    sent = Settings.sent(desired.body.description, marks.written_into({}))
    live = version_read_back(site, desired, own.template_id, version=1, left=sent)
    sent.check(live, f"{own.template_id} was created")
    live = record(site, desired, live, version=1)
    if live.default_version != 1:
        raise StaleError(f"{live.template_id} was created; somebody else made version {live.default_version} default")
    return Performed(
        detail=f"{live.template_id} created; version 1 is default{settle(site, attempt)}", observed=observed(live)
    )


def _settled(site: Site, id: ResourceId, nonce: str) -> LiveTemplate:
    """The template just created, sure to be the only one of its name."""
    rows = until(site.patience, lambda: _rows(site, id), lambda rows: bool(_own(rows, nonce)))
    mine = sorted(_own(rows, nonce), key=lambda row: age(row, ID))
    if not mine:
        raise AnswerLost(f"{id} was created but does not appear in the listing", operation="CreateJobTemplate")
    own, *again = mine
    for row in again:  # the answer came so late that the call was made again
        remove(site, row[ID])
        rows = _rows(site, id)
    other = rival(site.patience, rows, lambda: _rows(site, id), own[ID], ID)
    if other is not None:
        remove(site, own[ID])
        raise StaleError(f"{other[ID]} of the same name was created at the same time; ours, {own[ID]}, was taken back")
    return live_summary(own)


def _rows(site: Site, id: ResourceId) -> list[JsonObject]:
    return of_name(site.service, site.scope, id)


def _own(rows: list[JsonObject], nonce: str) -> list[JsonObject]:
    return [row for row in rows if live_summary(row).marks.nonce == nonce]
