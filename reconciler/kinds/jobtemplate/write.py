"""Writing JobTemplates. The service has no idempotency token, ETag or unique name, so each write

1. starts from a fresh look (apply compares it with the plan before it calls in here),
2. is sent once; when its answer is lost it is looked up (by nonce, digest or state) before anything is repeated,
3. is read back, with patience for a service that needs a moment to show what it accepted.
"""

from __future__ import annotations

import uuid
from dataclasses import replace

from reconciler.errors import AnswerLost, ApiError, NotFound, ServiceError, StaleError
from reconciler.kinds.base import Performed, Scope, Site
from reconciler.kinds.canonical import compact
from reconciler.kinds.jobtemplate.canonical import DesiredTemplate, LiveTemplate, digest_as, live_summary, stamped
from reconciler.kinds.jobtemplate.diff import marks_for, observed
from reconciler.kinds.jobtemplate.marks import Marks
from reconciler.kinds.jobtemplate.read import fetch, references
from reconciler.kinds.waiting import once, until
from reconciler.live.operations import (
    CREATE_JOB_TEMPLATE,
    DELETE_JOB_TEMPLATE,
    LIST_JOB_TEMPLATES,
    SET_DEFAULT_VERSION,
    UPDATE_JOB_TEMPLATE,
)
from reconciler.live.port import Service
from reconciler.model import Action, JsonObject, Resource, ResourceId, Verb

Template = Resource[DesiredTemplate]


def look(service: Service, scope: Scope, id: ResourceId, expected: JsonObject) -> JsonObject:
    """What a plan made now would observe, in the terms of `expected`; `{}` when there is no such template."""
    if not expected:
        rows = _of_name(service, scope, id)
        return observed(live_summary(rows[0])) if rows else {}
    version = "all" if "highestVersion" in expected else ""
    try:
        seen = observed(fetch(service, expected["templateId"], version))
    except NotFound:
        return {}
    return {key: value for key, value in seen.items() if key in expected}


def perform(site: Site, action: Action, desired: Template | None, seen: JsonObject) -> Performed:
    """Execute one action of a plan on the template last observed as `seen`.

    Raises:
        StaleError: somebody else wrote at the same time; what was found is in the message.
        ServiceError: the write failed; `ambiguous` when its outcome could not be found out.
    """
    if action.verb is Verb.DELETE:
        return _delete(site, seen["templateId"])
    if desired is None:
        raise ValueError(f"{action.key} needs its manifest")
    match action.verb:
        case Verb.CREATE:
            return _create(site, desired)
        case Verb.NEW_VERSION:
            return _new_version(site, desired, seen)
        case Verb.PROMOTE:
            return _promote(site, desired, seen["templateId"], action.intended["defaultVersion"])
        case Verb.ADOPT | Verb.UPDATE:
            return _update(site, desired, seen["templateId"])
        case _:
            raise ValueError(f"a JobTemplate cannot {action.verb}")


def _create(site: Site, desired: Template) -> Performed:
    nonce = uuid.uuid4().hex
    marks = replace(marks_for(site.scope, desired, Marks()), nonce=nonce, revision=site.revision)
    once(
        site.patience,
        lambda: site.service.call(
            CREATE_JOB_TEMPLATE,
            WorkspaceId=site.scope.workspace_id,
            TemplateName=desired.id.name,
            Description=desired.body.description,
            Metadata=marks.written_into({}),
            **_version_fields(site, desired.body),
        ),
        lambda: _with_nonce(site, desired.id, nonce),
    )
    own = _settle_name(site, desired.id, nonce)
    _record(site, desired, own, version=1)
    live = _read_back(site, desired, own.template_id, version=1)
    return Performed(detail=f"{live.template_id} created; version 1 is default", observed=observed(live))


def _settle_name(site: Site, id: ResourceId, nonce: str) -> LiveTemplate:
    """The template just created, sure to be the only one of its name.

    Two runs that create the same name at the same moment both find both templates. The eldest stays; whoever made a
    younger one takes it back, which is safe: nothing can have used it yet.
    """
    rows = until(site.patience, lambda: _of_name(site.service, site.scope, id), lambda rows: bool(_own(rows, nonce)))
    own = _own(rows, nonce)
    if not own:
        raise AnswerLost(f"{id} was created but does not appear in the listing", operation="CreateJobTemplate")
    eldest = min(rows, key=_age)
    for row in own:
        if row is not eldest:
            _remove(site, row["TemplateId"])
    if eldest not in own:
        raise StaleError(f"{eldest['TemplateId']} of the same name was created at the same time; ours was taken back")
    return live_summary(eldest)


def _age(row: JsonObject) -> tuple[str, str]:
    return (row.get("GmtCreateTime") or "", row["TemplateId"])


def _own(rows: list[JsonObject], nonce: str) -> list[JsonObject]:
    return [row for row in rows if live_summary(row).marks.nonce == nonce]


def _new_version(site: Site, desired: Template, seen: JsonObject) -> Performed:
    body, template_id = desired.body, seen["templateId"]
    expected = int(seen["highestVersion"]) + 1
    before = fetch(site.service, template_id)
    marks = replace(
        marks_for(site.scope, desired, before.marks),
        digest=body.digest,
        version=expected,
        template_id=template_id,
        revision=site.revision,
    )
    answer = once(
        site.patience,
        lambda: site.service.call(
            UPDATE_JOB_TEMPLATE,
            template_id,
            Description=body.description,
            Metadata=marks.written_into(before.metadata),
            SetAsDefault=body.pin is None,
            **_version_fields(site, body),
        ),
        lambda: _version_made(site, desired, template_id, expected),
    )
    number = int(answer["Version"])
    if number != expected:
        _record(site, desired, fetch(site.service, template_id), version=number)
        raise StaleError(
            f"somebody else made version {expected} at the same time; ours is version {number}"
            + (" and is default now" if body.pin is None else "")
        )
    live = _read_back(site, desired, template_id, version=number)
    state = "is default" if live.default_version == number else f"made, version {live.default_version} stays default"
    return Performed(detail=f"version {number} {state}", observed=observed(live))


def _version_made(site: Site, desired: Template, template_id: str, expected: int) -> JsonObject | None:
    """The version that holds the manifest's content among those made since the plan looked, as an answer."""
    live = fetch(site.service, template_id, "all")
    for number, version in sorted(live.versions.items()):
        if number >= expected and digest_as(version, desired.body) == desired.body.digest:
            return {"Version": number}
    return None


def _promote(site: Site, desired: Template, template_id: str, number: int) -> Performed:
    once(
        site.patience,
        lambda: site.service.call(SET_DEFAULT_VERSION, template_id, Version=number),
        lambda: {} if fetch(site.service, template_id).default_version == number else None,
    )
    _record(site, desired, fetch(site.service, template_id), version=number)
    live = until(
        site.patience,
        lambda: fetch(site.service, template_id, "all"),
        lambda live: live.default_version == number,
    )
    return Performed(detail=f"version {live.default_version} is default", observed=observed(live))


def _update(site: Site, desired: Template, template_id: str) -> Performed:
    live = fetch(site.service, template_id, "all")
    holding = [n for n, version in live.versions.items() if digest_as(version, desired.body) == desired.body.digest]
    preferred = live.default_version if live.default_version in holding else max(holding, default=0)
    _record(site, desired, live, version=preferred)
    live = fetch(site.service, template_id, "all")
    return Performed(detail="description, labels and marks are written", observed=observed(live))


def _record(site: Site, desired: Template, live: LiveTemplate, *, version: int) -> None:
    """Write description, labels and marks, with the version that holds the manifest's content (0: none does yet)."""
    template_id = live.template_id
    marks = replace(marks_for(site.scope, desired, live.marks), template_id=template_id, revision=site.revision)
    if version:
        marks = replace(marks, digest=desired.body.digest, version=version)
    metadata = marks.written_into(live.metadata)
    if metadata == live.metadata and desired.body.description == live.description:
        return

    def landed() -> JsonObject | None:
        now = fetch(site.service, template_id)
        return {} if now.metadata == metadata and now.description == desired.body.description else None

    once(
        site.patience,
        lambda: site.service.call(
            UPDATE_JOB_TEMPLATE, template_id, Description=desired.body.description, Metadata=metadata
        ),
        landed,
    )


def _delete(site: Site, template_id: str) -> Performed:
    """Delete, unless a job refers to it by now; the service's own refusal counts as kept too."""
    try:
        live = fetch(site.service, template_id)
    except NotFound:
        return Performed(detail=f"{template_id} was gone already", observed={})
    found = references(site.service, site.scope, live)
    if found.count:
        return Performed(
            detail=f"{template_id} kept: {found.count} job(s) refer to it, newest {found.job_ids[0]}",
            observed=observed(live),
            retained=True,
        )
    try:
        _remove(site, template_id)
    except ApiError as error:
        if error.ambiguous or error.status not in (400, 409):
            raise
        return Performed(
            detail=f"{template_id} kept: the service refused: {error.message}", observed=observed(live), retained=True
        )
    return Performed(detail=f"{template_id} deleted with all its versions", observed={})


def _remove(site: Site, template_id: str) -> None:
    def gone() -> JsonObject | None:
        try:
            fetch(site.service, template_id)
        except NotFound:
            return {}
        return None

    try:
        once(site.patience, lambda: site.service.call(DELETE_JOB_TEMPLATE, template_id), gone)
    except NotFound:
        return


def _version_fields(site: Site, body: DesiredTemplate) -> JsonObject:
    content = stamped(body.content, body.digest) if site.scope.stamp else body.content
    return {"Content": compact(content), "Constraints": body.constraints}


def _of_name(service: Service, scope: Scope, id: ResourceId) -> list[JsonObject]:
    """The live templates of exactly this name; the service's own filter is fuzzy."""
    rows = service.rows(LIST_JOB_TEMPLATES, WorkspaceId=scope.workspace_id, TemplateName=id.name)
    return [row for row in rows if row.get("TemplateName") == id.name]


def _with_nonce(site: Site, id: ResourceId, nonce: str) -> JsonObject | None:
    return next(iter(_own(_of_name(site.service, site.scope, id), nonce)), None)


def _read_back(site: Site, desired: Template, template_id: str, *, version: int) -> LiveTemplate:
    """The template once it shows the version just written, with exactly the content that was sent."""
    live = until(site.patience, lambda: fetch(site.service, template_id, "all"), lambda live: version in live.versions)
    written = live.versions.get(version)
    if written is None:
        raise ServiceError(f"version {version} of {template_id} was accepted but cannot be read back")
    if digest_as(written, desired.body) != desired.body.digest:
        raise ServiceError(f"version {version} of {template_id} does not hold what was written")
    return live
