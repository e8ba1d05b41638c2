"""What a live template shows of our last write and of other people's work since: for `drift`, and to tell deleted
from new."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.kinds.base import Scope
from reconciler.kinds.jobtemplate.canonical import DesiredTemplate, LiveTemplate
from reconciler.kinds.jobtemplate.equality import as_sent, sent_digest
from reconciler.kinds.jobtemplate.ownership import is_ours
from reconciler.kinds.jobtemplate.seen import Seen
from reconciler.kinds.jobtemplate.since import known
from reconciler.kinds.proof import Proof, proof_of_version
from reconciler.kinds.results import Owned
from reconciler.model import Resource


def owned(scope: Scope, resource: Resource[LiveTemplate]) -> Owned | None:
    """Return what a live template with this project's mark says about our last write, and about other people's work
    since."""
    live = resource.body
    if not is_ours(scope, live.marks):
        return None
    since = known(live)
    return Owned(
        id=resource.id,
        manifest=live.marks.manifest,
        revision=live.marks.revision,
        modified_by=live.modified_by,
        modified=live.modified,
        unexplained=live.unexplained,
        version=live.default_version or 0,
        since=since.began if since is not None else "",
        proved=_proved(live),
    )


def _proved(live: LiveTemplate) -> str:
    """Return the job that proved the default version, if our last write made it the default."""
    if live.marks.version != live.default_version:
        return ""
    version = live.recorded_digest.removeprefix("sha256:")[:32]
    return next((proof.job for proof in live.marks.verified if version and proof.version == version), "")


def default_proof(live: LiveTemplate) -> Proof | None:
    """Return the proof of the default version, by the digest that is recorded for it or that it shows."""
    digest = live.recorded_digest if live.marks.version == live.default_version else ""
    if not digest and live.default_version in live.versions:
        digest = sent_digest(live, live.default_version)
    return proof_of_version(live.marks.verified, digest) if digest else None


def unexplained(live: LiveTemplate, seen: Mapping[int, Seen]) -> dict[int, str]:
    """Return the digests of versions that are newer than our last write, not the default, and without our stamp."""
    return {
        number: as_sent(live, number, version.digest)
        for number, version in sorted(seen.items())
        if number > live.marks.version and number != live.default_version and not version.is_stamped
    }


def asked_digest(resource: Resource[DesiredTemplate]) -> str:
    """Return the digest of what a manifest asks for."""
    return resource.body.digest
