"""What has to be proved before a template's default moves, and the proof that goes into its marks when it has moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reconciler.errors import Held, ReconcilerError
from reconciler.kinds.attempt import Attempt, attempt_of
from reconciler.kinds.base import Scope, Site
from reconciler.kinds.jobtemplate.answers import live_summary
from reconciler.kinds.jobtemplate.canonical import DesiredTemplate, LiveTemplate, comparable_part
from reconciler.kinds.jobtemplate.equality import sent_as
from reconciler.kinds.jobtemplate.marks import Marks
from reconciler.kinds.jobtemplate.operations import GET_JOB_TEMPLATE, LIST_JOB_TEMPLATES
from reconciler.kinds.proof import Asked, JobGone, Need, Proof, Prover, proof_in, remembered
from reconciler.kinds.results import Performed
from reconciler.model import Action, JsonObject, Resource, Verb

Template = Resource[DesiredTemplate]


def need_before(
    scope: Scope, action: Action, desired: Template | None, live: Resource[LiveTemplate] | None
) -> Need | None:
    """Return what has to be proved before this action; None when it moves no default, or its manifest asks for no
    proof.

    A version that is made beside a pinned one is proved when it is promoted.
    """
    attempt = _attempt_before(scope, action, desired, live)
    if attempt is None:
        return None
    return Need(attempt=attempt, proofs=live.body.marks.verified if live is not None else ())


def _attempt_before(
    scope: Scope, action: Action, desired: Template | None, live: Resource[LiveTemplate] | None
) -> Attempt | None:
    if desired is None or not desired.body.is_verified:
        return None
    match action.verb:
        case Verb.CREATE:
            return of_manifest(scope, desired)
        case Verb.NEW_VERSION:
            return of_manifest(scope, desired) if desired.body.pin is None else None
        case Verb.PROMOTE if live is not None:
            return of_version(scope, desired, live.body, action.intended["defaultVersion"])
        case _:
            return None


def of_manifest(scope: Scope, desired: Template) -> Attempt:
    """Return the attempt that proves what the manifest asks for."""
    body = desired.body
    return _attempt(scope, desired, body.content, body.digest)


def asked(scope: Scope, desired: Template) -> Asked | None:
    """Return what the manifest asks to be proved, whatever is live; None when it asks for no proof."""
    if not desired.body.is_verified:
        return None
    return Asked(attempt=of_manifest(scope, desired), is_exact=desired.body.pin is None)


def of_version(scope: Scope, desired: Template, live: LiveTemplate, number: int) -> Attempt:
    """Return the attempt that proves a version which is live already.

    Where the version was not fetched, the manifest's own content is used.
    """
    version = live.versions.get(number)
    if version is None:
        return of_manifest(scope, desired)
    content = comparable_part(version.content, desired.body.content)
    return _attempt(scope, desired, content, sent_as(live, number, desired.body), live)


def _attempt(
    scope: Scope, desired: Template, content: JsonObject, version: str, live: LiveTemplate | None = None
) -> Attempt:
    spec = desired.body.verify
    if spec is None:
        raise ValueError(f"{desired.id} asks for no proof")
    hidden = desired.sensitive if live is None else desired.sensitive | live.sensitive
    return attempt_of(
        template=desired.id.name,
        project=scope.project,
        spec=spec,
        content=content,
        version=version,
        sensitive=hidden,
    )


def verify(site: Site, attempt: Attempt, seen: JsonObject) -> Performed:
    """Prove an attempt. Nothing is written to the template, so the next action starts from what was observed.

    Raises:
        Held: it did not pass.
        StillWaiting: it is under way, and this run does not wait.
        ServiceError: a call failed.
    """
    prover = prover_of(site)
    try:
        proof = _proof(site, prover, attempt)
    except ReconcilerError as error:
        error.message += _as_end(prover.left(attempt))
        raise
    return Performed(detail=f"proved by {proof.job}{_as_end(prover.left(attempt))}", observed=seen)


def _proof(site: Site, prover: Prover, attempt: Attempt) -> Proof:
    try:
        return prover.prove(attempt)
    except JobGone:
        found = _published(site, attempt)  # by another apply, which saw its verdict and then deleted it
        if found is None:
            raise
        return found


def _published(site: Site, attempt: Attempt) -> Proof | None:
    """Return the proof of an attempt from the marks of a live template with that name."""
    rows = site.service.rows(LIST_JOB_TEMPLATES, WorkspaceId=site.scope.workspace_id, TemplateName=attempt.template)
    for row in rows:
        if row.get("TemplateName") == attempt.template:
            marks = live_summary(site.service.call(GET_JOB_TEMPLATE, str(row["TemplateId"]))).marks
            if marks.is_of(attempt.project) and (proof := proof_in(marks.verified, attempt)) is not None:
                return proof
    return None


def with_proof(site: Site, attempt: Attempt | None, marks: Marks) -> Marks:
    """Return the marks with the proof of what is about to become the default; unchanged where no proof is asked for.

    Raises:
        Held: nothing proves it. A default never moves without a proof that its manifest asks for.
        ServiceError: the jobs could not be listed.
    """
    if attempt is None or proof_in(marks.verified, attempt) is not None:
        return marks
    return replace(marks, verified=remembered(marks.verified, prover_of(site).proof(attempt)))


def settle(site: Site, attempt: Attempt | None) -> str:
    """Remove the jobs of an attempt whose proof is recorded. Return which could not be removed, as the end of a
    text."""
    if attempt is None or site.prover is None:
        return ""
    return _as_end(prover_of(site).settle(attempt))


def _as_end(notes: Sequence[str]) -> str:
    """Return notes as the end of a text."""
    return "".join(f"; {note}" for note in notes)


def prover_of(site: Site) -> Prover:
    """Return the prover of this run; its calls are counted as those of the action.

    Raises:
        Held: the run has none, so nothing can be proved.
    """
    if site.prover is None:
        raise Held("this run cannot prove versions")
    return site.prover.at(site.service)
