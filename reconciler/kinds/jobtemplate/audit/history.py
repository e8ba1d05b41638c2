"""The versions of one template for an auditor: where each came from, what it changed, who uses it."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.kinds.changes import field_changes
from reconciler.kinds.history import History, HistoryEntry, Origin, Provenance, Usage
from reconciler.kinds.jobtemplate.canonical import LiveTemplate, LiveVersion, comparable
from reconciler.kinds.jobtemplate.equality import sent_digest
from reconciler.kinds.jobtemplate.since import known
from reconciler.kinds.proof import proof_of_version
from reconciler.model import FieldChange, FieldPath, JsonObject


def history(live: LiveTemplate, provenance: Provenance, usage: Usage | None, notes: Sequence[str] = ()) -> History:
    """Return the history of a template that was read with all its versions, newest version first."""
    numbers = sorted(live.versions)
    digests = {number: sent_digest(live, number) for number in numbers}
    first: dict[str, int] = {}
    for number in numbers:
        first.setdefault(digests[number], number)
    entries = []
    for position, number in enumerate(numbers):
        version, digest = live.versions[number], digests[number]
        before = numbers[position - 1] if position else None
        entries.append(
            HistoryEntry(
                number=number,
                is_default=number == live.default_version,
                origin=_origin(live, number, digest, provenance),
                commit=(provenance.commits or {}).get(digest),
                digest=digest,
                same_as=first[digest] if first[digest] != number else None,
                author=version.created_by,
                created=version.created,
                before=before,
                changes=() if before is None else version_changes(live.versions[before], version, provenance.sensitive),
                usage=None if usage is None else usage.versions.get(number),
                proof=proof_of_version(live.marks.verified, digest),
            )
        )
    return History(
        name=live.name,
        remote_id=live.template_id,
        default_version=live.default_version,
        owner=live.marks.project,
        manifest=provenance.manifest,
        entries=tuple(reversed(entries)),
        since=since.began if (since := known(live)) is not None else "",
        jobs=None if usage is None else len(usage.jobs),
        notes=tuple(notes),
    )


def version_changes(
    before: LiveVersion, after: LiveVersion, sensitive: frozenset[FieldPath] = frozenset()
) -> tuple[FieldChange, ...]:
    """Return what one version changed compared with another, without console keys and with secrets hidden."""
    old, new = version_tree(before), version_tree(after)
    return field_changes(old, new, sensitive=sensitive) if old != new else ()


def version_tree(version: LiveVersion) -> JsonObject:
    """Return a version as it is compared: canonical content and constraints."""
    return {"content": comparable(version.content, {}), "constraints": version.constraints}


def _origin(live: LiveTemplate, number: int, digest: str, provenance: Provenance) -> Origin:
    if provenance.digest == digest:
        return Origin.MANIFEST
    if provenance.commits and digest in provenance.commits:
        return Origin.COMMIT
    if live.recorded_digest and live.marks.version == number and live.recorded_digest == digest:
        return Origin.RECORDED
    return Origin.HAND
