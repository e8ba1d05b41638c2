"""What a cache keeps of a JobTemplate's manifest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reconciler.kinds.jobtemplate.canonical import DesiredTemplate
from reconciler.kinds.keeping import Keeping
from reconciler.model import JsonValue, Resource


def proves(desired: Resource[DesiredTemplate]) -> bool:
    """Return whether a manifest asks for a proof (`Kind.proves`)."""
    return desired.body.is_verified


def _facts(resource: Resource[DesiredTemplate]) -> Sequence[JsonValue]:
    body = resource.body
    return (
        body.digest,
        "" if body.written_digest == body.digest else body.written_digest,
        body.description_digest,
        body.is_verified,
        body.pin,
        body.protect,
        body.adopt,
        body.adopt_from,
        body.remote_id,
        body.manifest,
        body.former_names,
    )


def _recalled(asked: str, facts: Sequence[JsonValue], whole: Callable[[], DesiredTemplate]) -> DesiredTemplate:
    digest, written, description, is_verified, pin, protect, adopt, adopt_from, remote_id, manifest, former = facts
    return DesiredTemplate(
        written=lambda: whole().written(),
        digest=digest,
        written_digest=written or digest,
        asked_digest=asked,
        description_digest=description,
        is_verified=is_verified,
        pin=pin,
        protect=protect,
        adopt=adopt,
        adopt_from=adopt_from,
        remote_id=remote_id,
        manifest=manifest,
        former_names=tuple(former),
    )


KEEPING = Keeping(facts=_facts, recalled=_recalled)
