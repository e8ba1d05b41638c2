"""The versions of one template for an auditor: where each came from, what it changed, who uses it."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence

from reconciler.kinds.changes import field_changes
from reconciler.kinds.jobtemplate.audit.usage import TemplateUsage, VersionUsage
from reconciler.kinds.jobtemplate.canonical import LiveTemplate, LiveVersion, comparable
from reconciler.kinds.jobtemplate.equality import sent_digest
from reconciler.kinds.jobtemplate.since import known
from reconciler.kinds.proof import Proof, proof_of_version
from reconciler.model import FieldChange, FieldPath, JsonObject
from reconciler.model.quick import dataclass


class Origin(enum.StrEnum):
    """Where a version came from, as far as that is known."""

    MANIFEST = "manifest"
    """It holds what the manifest asks for now."""
    COMMIT = "commit"
    """It holds what the manifest asked for at some commit."""
    RECORDED = "recorded"
    """Our marks say that we wrote it, though no manifest with its content was found."""
    HAND = "by-hand"
    """None of these: it was made in the console, by another tool, or from a manifest that Git no longer shows."""


@dataclass(frozen=True, slots=True)
class CommitRef:
    """The commit that a version's content is from."""

    id: str
    subject: str
    author: str
    time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One version."""

    number: int
    is_default: bool
    origin: Origin
    commit: CommitRef | None
    """For MANIFEST and COMMIT: the first commit that asked for this content, where Git shows one."""
    digest: str
    same_as: int | None
    """The oldest version with the same content; None when this is it."""
    author: str
    created: str
    before: int | None
    """The version with which it is compared: the next older one; None for the first."""
    changes: tuple[FieldChange, ...]
    usage: VersionUsage | None
    """None when the jobs were not read."""
    proof: Proof | None = None
    """The proof that the version gave before it became the default; None when none is recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All versions of one template, newest first."""

    name: str
    template_id: str
    default_version: int
    owner: str
    """The project whose mark it carries; empty for none."""
    manifest: str
    """The file that describes the template; empty when none does."""
    entries: tuple[HistoryEntry, ...]
    since: str = ""
    """Since when the default is what it is (RFC 3339), never too early; empty when that is not known."""
    jobs: int | None = None
    """How many jobs were launched from the template; None when they were not read."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What Git and the manifests say about a template's contents."""

    manifest: str = ""
    """The manifest's file; empty when none describes the template."""
    digest: str = ""
    """The digest of what the manifest asks for now."""
    commits: Mapping[str, CommitRef] | None = None
    """The first commit that asked for each digest."""
    sensitive: frozenset[FieldPath] = frozenset()
    """Paths ("content", …) at which the manifest holds `${env.NAME}` values."""


def history(
    live: LiveTemplate, provenance: Provenance, usage: TemplateUsage | None, notes: Sequence[str] = ()
) -> History:
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
        template_id=live.template_id,
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
