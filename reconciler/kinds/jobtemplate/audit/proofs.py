"""What an audit says about proofs: which job proved a default, which jobs were left, and the rules about both."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.errors import Forbidden
from reconciler.kinds.attempt import PROJECT_TAG, start_of, tags_of
from reconciler.kinds.audited import AuditedSite, Hit, Rule, Setting, SiteFacts
from reconciler.kinds.base import Scope
from reconciler.kinds.jobtemplate.audit.facts import Proved, Template
from reconciler.kinds.jobtemplate.canonical import DesiredTemplate, LiveTemplate
from reconciler.kinds.jobtemplate.launches import SUCCEEDED, UNSUCCESSFUL
from reconciler.kinds.jobtemplate.moved import left_default
from reconciler.kinds.jobtemplate.proving import of_manifest, of_version
from reconciler.kinds.jobtemplate.since import known
from reconciler.kinds.jobtemplate.traces import default_proof
from reconciler.kinds.proof import proof_in
from reconciler.live.operations import LIST_JOBS
from reconciler.model import VERIFY_TAG, JsonObject, Resource
from reconciler.model.moments import THE_BEGINNING

Described = Resource[DesiredTemplate] | None


def proved(audited: AuditedSite, site: SiteFacts, live: LiveTemplate, described: Described) -> Proved:
    """Return how the default of a template came to be. Its jobs are listed only where versions are proved at all."""
    scope = Scope(project=live.marks.project, workspace_id=audited.site.workspace_id)
    asks = described is not None and described.body.is_verified
    proof = default_proof(live)
    if proof is None and described is not None and asks:
        proof = proof_in(live.marks.verified, of_version(scope, described, live, live.default_version))
    since = known(live)
    return Proved(
        asked=asks,
        job=proof.job if proof else "",
        time=proof.time if proof else "",
        since=since.began if since else "",
        left=left_default(live.marks, live.default_version),
        waits=site.waits.get(str(described.id), "") if described is not None else "",
        jobs=tuple(_left_over(audited, live, scope, described)) if asks or live.marks.verified else (),
    )


def _left_over(audited: AuditedSite, live: LiveTemplate, scope: Scope, described: Described) -> Iterator[str]:
    """Yield a sentence for each verification job that still runs, or that nobody keeps on purpose."""
    attempt, spec = None, described.body.verify if described is not None else None
    if described is not None and spec is not None:
        attempt = of_manifest(scope, described)
    for job in _jobs(audited, live):
        name, status = f'{job["JobId"]} "{job["DisplayName"]}"', job.get("Status")
        if status not in SUCCEEDED | UNSUCCESSFUL:
            yield f"verification {name} still runs"
        elif attempt is None or tags_of(job).get(VERIFY_TAG) != attempt.short:
            yield f"verification {name} was left over: no manifest asks for what it ran"
        elif status in SUCCEEDED and spec is not None and spec.keep != "always":
            yield f"verification {name} was left over: it passed"


def _jobs(audited: AuditedSite, live: LiveTemplate) -> list[JsonObject]:
    start = start_of(live.name)
    place = {"WorkspaceId": audited.site.workspace_id, "StartTime": THE_BEGINNING, "DisplayName": start}
    try:
        rows = audited.site.service.rows(LIST_JOBS, **place)
    except Forbidden:
        return []  # DLC332 reports that the jobs could not be read
    ours = re.compile(re.escape(start) + r"[0-9a-f]{12}-\d+")
    return [
        row
        for row in rows
        if ours.fullmatch(str(row.get("DisplayName") or "")) and tags_of(row).get(PROJECT_TAG) == live.marks.project
    ]


def never_proved(template: Template, _setting: Setting) -> Iterator[Hit]:
    """Yield a hit when the manifest asks for a proof and none is recorded for the default."""
    found = template.proved
    if found.asked and not found.job and not _is_by_hand(template):
        summary = f"default version {template.default} was never proved, though its manifest asks for it"
        yield Hit(summary=summary, path=("default",))


def left_over(template: Template, _setting: Setting) -> Iterator[Hit]:
    """Yield a hit for each verification job that somebody should look at."""
    for each in template.proved.jobs:
        yield Hit(summary=each)


def by_hand_without_proof(template: Template, _setting: Setting) -> Iterator[Hit]:
    """Yield a hit when somebody made another version the default without the proof that its manifest asks for."""
    found = template.proved
    if found.asked and not found.job and _is_by_hand(template):
        summary = f"version {template.default} was made the default by hand and never proved"
        yield Hit(summary=f"{summary}; the last apply left version {found.left}", path=("default",))


def _is_by_hand(template: Template) -> bool:
    return template.proved.left not in (0, template.default)


RULES: tuple[Rule[Template], ...] = (
    Rule(code="DLC341", name="default-never-proved", check=never_proved),
    Rule(code="DLC342", name="verification-left-over", check=left_over),
    Rule(code="DLC343", name="default-by-hand-without-proof", check=by_hand_without_proof),
)
