"""The versions of one template: their history, and what two of them differ in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.errors import Forbidden, ManifestError, ReconcilerError, UsageError
from reconciler.kinds.base import by_name
from reconciler.kinds.changes import field_changes
from reconciler.kinds.jobtemplate.answers import ALL, fetch, list_templates
from reconciler.kinds.jobtemplate.audit.history import (
    CommitRef,
    History,
    Provenance,
    history,
    version_tree,
)
from reconciler.kinds.jobtemplate.audit.inference import Defaults
from reconciler.kinds.jobtemplate.audit.usage import gpu_count, template_usage
from reconciler.kinds.jobtemplate.canonical import DesiredTemplate, LiveTemplate, resource_id
from reconciler.kinds.jobtemplate.equality import sent_digest, without_additions
from reconciler.kinds.jobtemplate.launches import launches
from reconciler.kinds.jobtemplate.naming import row_called
from reconciler.kinds.offers import Offers
from reconciler.live import Service
from reconciler.manifests.past import COMMITS, PastReader
from reconciler.model import FieldChange, FieldPath, JsonObject, Resource, ResourceId
from reconciler.model.quick import dataclass
from reconciler.pipeline import Settings, Workspace
from reconciler.pipeline.workspace import broken_manifests
from reconciler.secrets.trees import redact_text


def described(workspace: Workspace, name: str) -> Resource[DesiredTemplate] | None:
    """Return the sound manifest of a template; None when there is none."""
    return workspace.desired.resources.get(resource_id(name))


def described_by_id(workspace: Workspace, service: Service, template_id: str) -> str:
    """Return the name of the manifest that describes the live template with an id, under its name or a former one.

    It is empty where there is none.

    Raises:
        IncompleteListing: not every template could be listed.
    """
    rows = list_templates(service, workspace.target.workspace_id)
    live = next((str(row.get("TemplateName") or "") for row in rows if row["TemplateId"] == template_id), None)
    templates = (resource for id, resource in workspace.desired.resources.items() if id == resource_id(id.name))
    names = {name: each.id.name for each in templates for name in (*each.body.former_names, each.id.name)}
    return names.get(live, "") if live is not None else ""


def find_template(workspace: Workspace, service: Service, wanted: str) -> LiveTemplate:
    """Return the live template that a name or an id means, with all its versions.

    Raises:
        ReconcilerError: there is none, or there are several and no manifest picks one.
    """
    rows = list_templates(service, workspace.target.workspace_id)
    return fetch(service, _pick(workspace, rows, wanted)["TemplateId"], ALL)


def _pick(workspace: Workspace, rows: Sequence[JsonObject], wanted: str) -> JsonObject:
    desired = described(workspace, wanted)
    where = f"{workspace.target.name} (workspace {workspace.target.workspace_id})"
    return row_called(rows, wanted, where, desired.body.remote_id if desired is not None else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How much a history includes: jobs cost a listing, Git a few processes."""

    jobs: bool = True
    commits: int = COMMITS
    """How many commits are searched; 0 for none."""


def template_history(settings: Settings, workspace: Workspace, service: Service, wanted: str, depth: Depth) -> History:
    """Return the versions of one live template: where each came from, what it changed, who uses it.

    Raises:
        ReconcilerError: there is no such template.
        ServiceError: a call failed.
    """
    template = find_template(workspace, service, wanted)
    provenance, notes = provenance_of(settings, workspace, template, depth.commits)
    usage = None
    if depth.jobs:
        try:
            rows = launches(service, workspace.target.workspace_id, template.template_id)
            versions = list(template.versions.values())
            usage = template_usage(versions, Defaults.of(template), rows, gpu_count(Offers(service)))
        except Forbidden as error:
            notes = (*notes, f"jobs cannot be listed: {redact_text(error.message)}")
    return history(template, provenance, usage, (*broken_manifests(workspace), *notes))


def provenance_of(
    settings: Settings, workspace: Workspace, template: LiveTemplate, commits: int
) -> tuple[Provenance, tuple[str, ...]]:
    """Return what the manifests and Git say about a template's contents, and what could not be found out."""
    desired = described(workspace, template.name)
    marks = template.marks
    file = desired.body.manifest if desired is not None else ""
    past_file = file or (marks.manifest if marks.is_of_any(workspace.project.names) else "")
    found: Mapping[str, CommitRef] = {}
    notes: tuple[str, ...] = ()
    if past_file and commits:
        found, notes = past_digests(settings, workspace, resource_id(template.name), past_file, commits)
    return Provenance(
        manifest=file,
        digest=desired.body.digest if desired is not None else "",
        commits=found,
        sensitive=template.sensitive | (desired.sensitive if desired is not None else frozenset()),
    ), notes


def past_digests(
    settings: Settings, workspace: Workspace, id: ResourceId, file: str, commits: int
) -> tuple[Mapping[str, CommitRef], tuple[str, ...]]:
    """Return the first commit that asked for each content that Git shows for a resource, of a kind with versions."""
    reader = PastReader(
        workspace.project,
        workspace.target.name,
        settings.kinds,
        settings.environment(),
        limit=commits,
    )
    kind, now = by_name(settings.kinds)[id.kind], workspace.desired.resources.get(id)
    past, versions = reader.read(id, file, kind.former(now) if now is not None else ()), kind.versions
    found: dict[str, CommitRef] = {}
    for commit, resource in past.states:  # newest first, so the first commit of a content is written last
        digest = versions.digest(resource) if versions is not None else ""
        found[digest] = CommitRef(commit.id, commit.subject, commit.author, commit.time)
    notes = []
    if past.unreadable:
        notes.append(f"{past.unreadable} commits of {file} could not be read: errors, or variables that are not set")
    if past.is_cut:
        notes.append(f"only the newest {len(past.states) + past.unreadable} commits of {file} were searched")
    return found, tuple(notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a comparison: a version of a template, live or as its manifest asks for it."""

    label: str
    """Its name for people."""
    tree: JsonObject
    digest: str
    """The digest of what was sent. Two sides with the same digest are equal, whatever the service adds."""
    live: LiveTemplate | None = None
    """The template to which the version belongs."""
    sensitive: frozenset[FieldPath] = frozenset()


def manifest_side(workspace: Workspace, name: str) -> Side:
    """Return what the manifest asks for as a side.

    Raises:
        ManifestError: the manifests have errors, and no sound one describes the template.
        ReconcilerError: no manifest describes it.
    """
    desired = described(workspace, name)
    if desired is None:
        if wrong := [item for each in workspace.desired.broken if each.name == name for item in each.shown.findings]:
            raise ManifestError(wrong)
        hint = f"Compare two versions instead: `dlc-reconciler diff {name} default latest`."
        raise ReconcilerError(f'no manifest describes the template "{name}"', hint=hint)
    body = desired.body
    return Side(
        label=f"{name}, manifest {body.manifest} for {workspace.target.name}",
        tree={"content": body.content, "constraints": body.constraints},
        digest=body.digest,
        sensitive=desired.sensitive,
    )


def version_side(workspace: Workspace, template: LiveTemplate, selector: str) -> Side:
    """Return a live version as a side: "default", "latest" or a number.

    Raises:
        UsageError: the selector is none of these.
        ReconcilerError: there is no such version.
    """
    newest = max(template.versions)
    named = {"default": template.default_version, "latest": newest}
    if selector not in named and not (selector.isascii() and selector.isdigit()):
        raise UsageError(
            f'"{selector}" is not a version', hint="A version is a number, `default`, `latest` or `manifest`."
        )
    number = named[selector] if selector in named else int(selector)
    if number not in template.versions:
        raise ReconcilerError(f'"{template.name}" has no version {number}; the newest is {newest}')
    default = " (default)" if number == template.default_version else ""
    desired = described(workspace, template.name)
    return Side(
        label=f"{template.name}, version {number}{default} at {workspace.target.name}",
        tree=version_tree(template.versions[number]),
        digest=sent_digest(template, number),
        live=template,
        sensitive=template.sensitive | (desired.sensitive if desired is not None else frozenset()),
    )


def compared(before: Side, after: Side) -> tuple[FieldChange, ...]:
    """Return what two sides differ in, content and constraints, with secrets hidden; empty when they are one
    version."""
    if before.digest == after.digest or before.tree == after.tree:
        return ()
    old, new = _without_additions(before, after), _without_additions(after, before)
    return field_changes(old, new, sensitive=before.sensitive | after.sensitive)


def _without_additions(side: Side, other: Side) -> JsonObject:
    """Return the tree of one side. Beside a manifest, which does not know them, the service's own additions are left
    out."""
    if side.live is None or other.live is not None:
        return side.tree
    return without_additions(side.tree, other.tree, side.live)
