"""The versions of one template as an auditor wants them: where each came from, what it changed, who uses it."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.audit.inference import Defaults
from reconciler.audit.usage import TemplateUsage, VersionUsage
from reconciler.errors import BadAnswer
from reconciler.kinds.changes import field_changes
from reconciler.kinds.jobtemplate.canonical import LiveTemplate, LiveVersion, comparable, live_summary, live_version
from reconciler.kinds.jobtemplate.read import THE_BEGINNING
from reconciler.live.operations import GET_JOB_TEMPLATE, LIST_JOB_TEMPLATES, LIST_JOBS
from reconciler.live.port import Service
from reconciler.model import FieldChange, FieldPath, JsonObject
from reconciler.model.canonical import version_digest


class Origin(enum.StrEnum):
    """Where a version came from, as far as anybody can tell."""

    MANIFEST = "manifest"
    """It holds what the manifest asks for now."""
    COMMIT = "commit"
    """It holds what the manifest asked for at some commit."""
    RECORDED = "recorded"
    """Our marks say that we wrote it, though no manifest with its content was found."""
    HAND = "by-hand"
    """Neither: made in the console, by another tool, or from a manifest that Git no longer shows."""


@dataclass(frozen=True, slots=True)
class CommitRef:
    """The commit that a version's content is from."""

    id: str
    subject: str
    author: str
    time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionedTemplate:
    """One live template with all its versions."""

    name: str
    live: LiveTemplate
    modified: str = ""
    """GmtModifyTime: since then neither the default nor anything else of the template moved."""
    modified_by: str = ""
    """The user who did that."""
    last_used: str = ""

    @property
    def defaults(self) -> Defaults:
        """What is known about the moves of its default version."""
        return Defaults(current=self.live.default_version, settled=self.modified)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One version."""

    number: int
    is_default: bool
    origin: Origin
    commit: CommitRef | None
    """For MANIFEST and COMMIT: the first commit that asked for this content, when Git shows one."""
    digest: str
    same_as: int | None
    """The oldest version with the same content; None when this is it."""
    author: str
    created: str
    before: int | None
    """The version it is compared with: the next older one; None for the first."""
    changes: tuple[FieldChange, ...]
    usage: VersionUsage | None
    """None when jobs were not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All versions of one template, newest first."""

    name: str
    template_id: str
    default_version: int
    owner: str
    """The project whose mark it carries; empty for none."""
    manifest: str
    """The file that describes it; empty when none does."""
    entries: tuple[HistoryEntry, ...]
    jobs: int | None = None
    """Jobs launched from it; None when they were not read."""
    notes: tuple[str, ...] = ()


def version_digest_of(version: LiveVersion) -> str:
    """The digest of a live version as every manifest sees it: without console keys and our own stamp."""
    return version_digest(comparable(version.content, {}), version.constraints)


def list_templates(service: Service, workspace_id: str) -> list[JsonObject]:
    """The rows of all templates of a workspace, newest first.

    Raises:
        IncompleteListing: not every template could be listed.
    """
    return service.rows(LIST_JOB_TEMPLATES, WorkspaceId=workspace_id, SortBy="GmtCreateTime", Order="desc")


def read_template(service: Service, template_id: str) -> VersionedTemplate:
    """One template with all its versions, in one call.

    Raises:
        NotFound: no such template.
        BadAnswer: a template without versions.
    """
    answer = service.call(GET_JOB_TEMPLATE, template_id, Version="all")
    versions = [live_version(row) for row in answer["Versions"]]
    if not versions:
        raise BadAnswer(f"{template_id} is shown without any version", operation="GetJobTemplate")
    live = replace(live_summary(answer), versions={version.number: version for version in versions}, all_versions=True)
    return VersionedTemplate(
        name=answer.get("TemplateName") or "",
        live=live,
        modified=answer.get("GmtModifyTime") or "",
        modified_by=answer.get("ModifiedBy") or "",
        last_used=answer.get("LastUsedTime") or "",
    )


def read_jobs(service: Service, workspace_id: str, live: LiveTemplate) -> list[JsonObject]:
    """The rows of all jobs launched from a template, however old: ListJobs shows seven days unless told otherwise."""
    rows = service.rows(
        LIST_JOBS,
        WorkspaceId=workspace_id,
        TemplateId=live.template_id,
        StartTime=live.created or THE_BEGINNING,
        SortBy="GmtCreateTime",
        Order="desc",
    )
    return [row for row in rows if row.get("TemplateId", live.template_id) == live.template_id]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What Git and the manifests say about a template's contents."""

    manifest: str = ""
    """The manifest's file; empty when none describes the template."""
    digest: str = ""
    """What the manifest asks for now."""
    commits: Mapping[str, CommitRef] | None = None
    """For each digest the first commit that asked for it."""
    sensitive: frozenset[FieldPath] = frozenset()
    """Paths ("content", …) that hold `${env.NAME}` values in the manifest."""


def history(
    template: VersionedTemplate, provenance: Provenance, usage: TemplateUsage | None, notes: Sequence[str] = ()
) -> History:
    """The history of a template, newest version first."""
    live = template.live
    numbers = sorted(live.versions)
    digests = {number: version_digest_of(live.versions[number]) for number in numbers}
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
            )
        )
    return History(
        name=template.name,
        template_id=live.template_id,
        default_version=live.default_version,
        owner=live.marks.project,
        manifest=provenance.manifest,
        entries=tuple(reversed(entries)),
        jobs=None if usage is None else len(usage.jobs),
        notes=tuple(notes),
    )


def version_changes(
    before: LiveVersion, after: LiveVersion, sensitive: frozenset[FieldPath] = frozenset()
) -> tuple[FieldChange, ...]:
    """What one version changed against another, console keys left out and secrets hidden."""
    old, new = version_tree(before), version_tree(after)
    return field_changes(old, new, sensitive=sensitive) if old != new else ()


def version_tree(version: LiveVersion) -> JsonObject:
    """A version as it is compared: canonical content and constraints."""
    return {"content": comparable(version.content, {}), "constraints": version.constraints}


def _origin(live: LiveTemplate, number: int, digest: str, provenance: Provenance) -> Origin:
    if provenance.digest == digest:
        return Origin.MANIFEST
    if provenance.commits and digest in provenance.commits:
        return Origin.COMMIT
    if live.recorded_digest and live.marks.version == number and live.recorded_digest == digest:
        return Origin.RECORDED
    return Origin.HAND
