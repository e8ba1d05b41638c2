"""Writing JobTemplates. The service has no idempotency token, ETag or unique name, so each write

1. starts from a fresh look that shows what the plan saw; otherwise it is `stale` and nothing is written,
2. is sent once; when its answer is lost it is looked up (by nonce, digest or state) before anything is repeated,
3. is read back, and what somebody else wrote at the same time is named.

Every write of an action is compared with the look before the first one, also the second write of a create, a promote,
or a new version whose number was taken: it is sent only if the look right before it shows the description and the marks
that the first write left. The look is the last request before each write; before a delete the jobs are listed first.

The window that remains is the time of one request: from the moment the service answers the last look to the moment it
acts on the write. In this window

- a version that somebody makes is noticed by the number of ours, and both stay;
- a default that somebody moves, a description or a mark that somebody changes is overwritten by a write of the same,
  and the service keeps no trace of it;
- a template that somebody changes or protects is deleted all the same. A job launched from it is safe: the service
  itself refuses to delete what a job refers to.

What somebody writes right after our write is seen by reading back, named, and left. The lock closes the window among
runs of this program; nothing closes it against the console.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from reconciler.errors import ApiError, BadAnswer, NotFound, StaleError
from reconciler.kinds.base import Scope, Site
from reconciler.kinds.jobtemplate.answers import ALL, fetch, live_summary, of_name
from reconciler.kinds.jobtemplate.canonical import LiveVersion, digest_as
from reconciler.kinds.jobtemplate.create import create
from reconciler.kinds.jobtemplate.echoes import Intention
from reconciler.kinds.jobtemplate.equality import holding_version, in_excess
from reconciler.kinds.jobtemplate.launches import references
from reconciler.kinds.jobtemplate.observed import marks_for, observed, observed_as
from reconciler.kinds.jobtemplate.operations import SET_DEFAULT_VERSION, UPDATE_JOB_TEMPLATE
from reconciler.kinds.jobtemplate.proving import of_manifest, of_version, settle, verify, with_proof
from reconciler.kinds.jobtemplate.release import release
from reconciler.kinds.jobtemplate.rename import rename
from reconciler.kinds.jobtemplate.since import after, begun
from reconciler.kinds.jobtemplate.steps import (
    Settings,
    Template,
    of_the_service,
    record,
    remove,
    unmoved,
    version_fields,
    version_read_back,
)
from reconciler.kinds.results import Performed
from reconciler.kinds.waiting import made_once, once, until
from reconciler.live.port import Service
from reconciler.model import Action, JsonObject, ResourceId, Verb


def look(service: Service, scope: Scope, id: ResourceId, expected: JsonObject) -> JsonObject:
    """Return what a plan made now would observe, in the terms of `expected`; `{}` when there is no such template."""
    if not expected:
        rows = of_name(service, scope, id.name)
        return observed(live_summary(rows[0])) if rows else {}
    version = ALL if "highestVersion" in expected else ""
    try:
        return observed_as(expected, fetch(service, expected["templateId"], version))
    except NotFound:
        return {}


def perform(site: Site, action: Action, desired: Template | None, seen: JsonObject) -> Performed:
    """Execute one action of a plan on the template last observed as `seen`.

    Raises:
        StaleError: somebody else wrote at the same time; what was found is in the message.
        ServiceError: the write failed; `ambiguous` when its outcome could not be found out.
    """
    if action.verb is Verb.DELETE:
        return _delete(site, seen)
    if action.verb is Verb.RELEASE:
        return release(site, seen)
    if desired is None:
        raise ValueError(f"{action.key} needs its manifest")
    write = _WRITES.get(action.verb)
    if write is None:
        raise ValueError(f"a JobTemplate cannot {action.verb}")
    return write(site, desired, seen, action)


def _verify(site: Site, desired: Template, seen: JsonObject, action: Action) -> Performed:
    """Prove what the next action makes the default. Nothing is written to the template."""
    number = action.intended.get("version")
    if number is None or not seen:
        return verify(site, of_manifest(site.scope, desired), seen)
    live = fetch(site.service, seen["templateId"], ALL)
    return verify(site, of_version(site.scope, desired, live, number), seen)


def _new_version(site: Site, desired: Template, seen: JsonObject) -> Performed:
    body, template_id = desired.body, seen["templateId"]
    before = unmoved(site, seen)
    expected = max(before.versions) + 1
    attempt = of_manifest(site.scope, desired) if body.is_verified and body.pin is None else None
    marks = replace(
        with_proof(site, attempt, marks_for(site.scope, desired, before.marks)),
        intention=Intention(expected, body.digest),
        template_id=template_id,
        revision=site.revision(),
    )

    sent = Settings.sent(before.name, body.description, marks.written_into(before.metadata))

    def send() -> int:
        answer = site.service.call(
            UPDATE_JOB_TEMPLATE,
            template_id,
            Description=body.description,
            Metadata=marks.written_into(before.metadata),
            SetAsDefault=body.pin is None,
            **version_fields(site, body),
        )
        return _version_of(answer)

    number = made_once(
        site.patience,
        send,
        lambda: _version_made(site, desired, template_id, expected),
        lambda: unmoved(site, observed(before)),
    )
    if number != expected:
        _name_race(site, desired, template_id, sent, expected=expected, number=number)
    live = version_read_back(site, desired, template_id, version=number, left=sent)
    sent.check(live, f"version {number} was made")
    if body.pin is None and live.default_version != number:
        raise StaleError(f"version {number} was made; somebody else made version {live.default_version} default")
    default = number if body.pin is None else before.default_version
    live = record(site, desired, live, version=number, since=after(before, live, default, site.now()))
    state = "is default" if live.default_version == number else f"made, version {live.default_version} stays default"
    detail = f"version {number} {state}{of_the_service(live)}{settle(site, attempt)}"
    return Performed(detail=detail, observed=observed(live))


def _version_of(answer: JsonObject) -> int:
    """Return the number that UpdateJobTemplate gave to the version it made."""
    number = str(answer.get("Version", ""))
    if not (number.isascii() and number.isdigit()):
        raise BadAnswer("UpdateJobTemplate answered without the new version's number", operation="UpdateJobTemplate")
    return int(number)


def _version_made(site: Site, desired: Template, template_id: str, expected: int) -> int | None:
    """Return the version that holds the manifest's content among those made since the last look."""
    live = fetch(site.service, template_id, ALL)
    for number, version in sorted(live.versions.items()):
        if number >= expected and _is_what_was_sent(version, desired):
            return number
    return None


def _name_race(site: Site, desired: Template, template_id: str, sent: Settings, *, expected: int, number: int) -> None:
    """Correct the marks and say who wrote in between, when our version has another number than the look announced."""
    live = version_read_back(site, desired, template_id, version=number, left=sent)
    sent.check(live, f"version {number} was made, though another number was expected")
    between = [version for n, version in sorted(live.versions.items()) if expected <= n < number]
    equal = [version.number for version in between if _is_what_was_sent(version, desired)]
    live = record(site, desired, live, version=number, since=begun(live) if live.default_version == number else None)
    made = f"version {expected}" if number == expected + 1 else f"versions {expected} to {number - 1}"
    same = f" ({', '.join(map(str, equal))} with the same content)" if equal else ""
    raise StaleError(
        f"somebody else made {made}{same} at the same time; ours is version {number}"
        + (" and is default now" if live.default_version == number else f", version {live.default_version} is default")
    )


def _is_what_was_sent(version: LiveVersion, desired: Template) -> bool:
    """Return whether a version that is new since the last look can be the one that we sent."""
    return digest_as(version, desired.body) == desired.body.digest or in_excess(version, desired.body) is not None


def _promote(site: Site, desired: Template, seen: JsonObject, number: int) -> Performed:
    template_id = seen["templateId"]
    before = unmoved(site, seen)
    attempt = of_version(site.scope, desired, before, number) if desired.body.is_verified else None
    proved = with_proof(site, attempt, before.marks).verified
    if proved != before.marks.verified:  # the proof must survive a run that is killed right after the default has moved
        before = record(site, desired, before, version=holding_version(before, desired.body) or 0, verified=proved)
    former, left = before.default_version, Settings.of(before)

    def landed() -> JsonObject | None:
        now = fetch(site.service, template_id).default_version
        if now not in (former, number):
            raise StaleError(f"somebody else made version {now} default at the same time")
        return {} if now == number else None

    once(
        site.patience,
        lambda: site.service.call(SET_DEFAULT_VERSION, template_id, Version=number),
        landed,
        lambda: unmoved(site, observed(before)),
    )
    live = until(
        site.patience,
        lambda: fetch(site.service, template_id, ALL),
        lambda live: live.default_version == number and left.is_shown_by(live),
    )
    left.check(live, f"version {number} was made default")
    holding, since = holding_version(live, desired.body) or 0, after(before, live, number, site.now())
    live = record(site, desired, live, version=holding, since=since)
    if live.default_version != number:
        raise StaleError(
            f"version {number} was made default; somebody else made version {live.default_version} default"
        )
    return Performed(detail=f"version {number} is default{settle(site, attempt)}", observed=observed(live))


def _update(site: Site, desired: Template, seen: JsonObject) -> Performed:
    live = unmoved(site, seen)
    holding, since = holding_version(live, desired.body) or 0, after(live, live, live.default_version, site.now())
    live = record(site, desired, live, version=holding, since=since)
    return Performed(detail="description, labels and marks are written", observed=observed(live))


def _delete(site: Site, seen: JsonObject) -> Performed:
    """Delete the template unless a job refers to it by now. A refusal of the service counts as kept too."""
    template_id = seen["templateId"]
    found = references(site.service, site.scope.workspace_id, template_id)
    try:
        live = unmoved(site, seen)
    except NotFound:
        return Performed(detail=f"{template_id} was gone already", observed={})
    if found.count:
        return Performed(
            detail=f"{template_id} kept: {found.count} job(s) refer to it, newest {found.job_ids[0]}",
            observed=observed(live),
            retained=True,
        )
    try:
        remove(site, template_id, observed(live))
    except ApiError as error:
        if error.ambiguous or error.status not in (400, 409):
            raise
        return Performed(
            detail=f"{template_id} kept: the service refused: {error.message}", observed=observed(live), retained=True
        )
    return Performed(detail=f"{template_id} deleted with all its versions", observed={})


_WRITES: Mapping[Verb, Callable[[Site, Template, JsonObject, Action], Performed]] = {
    Verb.VERIFY: _verify,
    Verb.CREATE: lambda site, desired, _seen, _action: create(site, desired),
    Verb.ADOPT: lambda site, desired, seen, _action: _update(site, desired, seen),
    Verb.RENAME: lambda site, desired, seen, _action: rename(site, desired, seen),
    Verb.NEW_VERSION: lambda site, desired, seen, _action: _new_version(site, desired, seen),
    Verb.PROMOTE: lambda site, desired, seen, action: _promote(site, desired, seen, action.intended["defaultVersion"]),
    Verb.UPDATE: lambda site, desired, seen, _action: _update(site, desired, seen),
}
"""The function for each verb that needs a manifest."""
