"""The versions of one live object: their history, and what two of them differ in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from reconciler.errors import Forbidden, ManifestError, ReconcilerError, UsageError
from reconciler.kinds.base import AnyKind, Kinds, by_name
from reconciler.kinds.changes import field_changes
from reconciler.kinds.history import CommitRef, History, Provenance
from reconciler.kinds.inspection import AnyInspection, Content, Stored
from reconciler.kinds.results import LiveObject
from reconciler.live import Service
from reconciler.manifests.past import COMMITS, PastReader
from reconciler.model import FieldChange, JsonObject, Resource, ResourceId
from reconciler.model.quick import dataclass
from reconciler.pipeline.called import live_objects, noun_of, the_one_called, with_versions
from reconciler.pipeline.connecting import connected
from reconciler.pipeline.workspace import Settings, Workspace, broken_manifests, look_at, scope_of
from reconciler.secrets.trees import redact_text

MANIFEST = "manifest"
"""The selector that means what the manifest asks for."""


def described(workspace: Workspace, name: str, kinds: Kinds) -> Resource[object] | None:
    """Return the sound manifest with a name, of one of some kinds; None when there is none."""
    found = (workspace.desired.resources.get(ResourceId(kind.name, name)) for kind in kinds)
    return next((resource for resource in found if resource is not None), None)


def described_by_id(settings: Settings, workspace: Workspace, service: Service, id: str, kinds: Kinds) -> str:
    """Return the name of the manifest that describes the live object with an id, under its name or a former one.

    It is empty where there is none.

    Raises:
        IncompleteListing: not every object of these kinds could be listed.
    """
    rows = live_objects(settings, workspace, service, kinds)
    live = next((row for row in rows if row.remote_id == id), None)
    if live is None:
        return ""
    former = by_name(kinds)[live.id.kind].former
    manifests = [each for each in workspace.desired.resources.values() if each.id.kind == live.id.kind]
    names = {name: each.id.name for each in manifests for name in (*former(each), each.id.name)}
    return names.get(live.id.name, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How much a history includes: jobs cost a listing, Git a few processes."""

    jobs: bool = True
    commits: int = COMMITS
    """How many commits are searched; 0 for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fetched:
    """A live object with all its versions, and what its kind knows of such objects."""

    kind: AnyKind
    ask: AnyInspection
    row: LiveObject
    stored: Stored


def _fetched(settings: Settings, workspace: Workspace, service: Service, wanted: str) -> _Fetched:
    """Return the live object that a name or an id means, with all its versions.

    Raises:
        ReconcilerError: there is none, or there are several and no manifest picks one.
    """
    kinds = with_versions(settings.kinds)
    row = the_one_called(workspace, live_objects(settings, workspace, service, kinds), wanted, kinds)
    kind = by_name(kinds)[row.id.kind]
    ask = _asking(kind)
    return _Fetched(kind=kind, ask=ask, row=row, stored=ask.fetch(service, row))


def _asking(kind: AnyKind) -> AnyInspection:
    if kind.versions is None:
        raise TypeError(f"{kind.name} has no versions")
    return kind.versions.inspection()


def history_of(settings: Settings, workspace: Workspace, service: Service, wanted: str, depth: Depth) -> History:
    """Return the versions of one live object: where each came from, what it changed, who uses it.

    Raises:
        ReconcilerError: there is no such object.
        ServiceError: a call failed.
    """
    found = _fetched(settings, workspace, service, wanted)
    provenance, notes = _provenance(settings, workspace, found, depth.commits)
    usage = None
    if depth.jobs:
        try:
            usage = found.ask.usage(service, scope_of(settings, workspace, found.kind), found.stored)
        except Forbidden as error:
            notes = (*notes, f"jobs cannot be listed: {redact_text(error.message)}")
    return found.ask.history(found.stored, provenance, usage, (*broken_manifests(workspace), *notes))


def _provenance(
    settings: Settings, workspace: Workspace, found: _Fetched, commits: int
) -> tuple[Provenance, tuple[str, ...]]:
    """Return what the manifests and Git say about an object's contents, and what could not be found out."""
    live, manifest = found.row, _manifest_of(workspace, found)
    asked = found.ask.asked(manifest) if manifest is not None else None
    file = manifest.where.file if manifest is not None else ""
    past_file = file or (live.manifest if live.owner in workspace.project.names else "")
    digests: Mapping[str, CommitRef] = {}
    notes: tuple[str, ...] = ()
    if past_file and commits:
        digests, notes = past_digests(settings, workspace, live.id, past_file, commits)
    sensitive = found.ask.shown(found.stored, found.stored.default_version).sensitive
    return Provenance(
        manifest=file,
        digest=asked.digest if asked is not None else "",
        commits=digests,
        sensitive=sensitive | (asked.sensitive if asked is not None else frozenset()),
    ), notes


def _manifest_of(workspace: Workspace, found: _Fetched) -> Resource[object] | None:
    """Return the manifest of a live object; None where there is none, or where it picks another object of this name."""
    manifest = workspace.desired.resources.get(found.row.id)
    if manifest is None or found.kind.picked(manifest) not in ("", found.row.remote_id):
        return None
    return manifest


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


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: a version of an object, live or as its manifest asks for it."""

    label: str
    """Its name for people."""
    content: Content


@dataclass(frozen=True, slots=True)
class SideAsked:
    """One side as it was asked for."""

    name: str
    """The name or the id of a live object."""
    target: str
    """The target; empty for the one of the settings."""
    selector: str
    """A version number, "default", "latest" or MANIFEST."""


def sides(settings: Settings, asked: Sequence[SideAsked]) -> Iterator[Side]:
    """Yield the sides in their order. A target is opened once, and an object is read once, however many versions are
    asked for.

    Raises:
        ManifestError: the manifests have errors, and no sound one describes the object.
        UsageError: a selector is not one.
        ReconcilerError: there is no such object, version or manifest.
        ServiceError: a call failed.
    """
    workspaces: dict[str, Workspace] = {}
    fetched: dict[tuple[str, str], _Fetched] = {}
    for each in asked:
        own = replace(settings, target=each.target or settings.target)
        workspace = workspaces.get(own.target) or workspaces.setdefault(own.target, look_at(own))
        if each.selector == MANIFEST:
            yield _manifest_side(own, workspace, each.name)
            continue
        key = (own.target, each.name)
        if key not in fetched:
            with connected(own, workspace) as service:
                fetched[key] = _fetched(own, workspace, service, each.name)
        yield _version_side(workspace, fetched[key], each.selector)


def _manifest_side(settings: Settings, workspace: Workspace, wanted: str) -> Side:
    """Return what the manifest asks for that has a name, or that describes the live object with an id."""
    kinds = with_versions(settings.kinds)
    name = wanted
    if described(workspace, wanted, kinds) is None:
        with connected(settings, workspace) as service:
            name = described_by_id(settings, workspace, service, wanted, kinds) or wanted
    manifest = described(workspace, name, kinds)
    if manifest is None:
        if wrong := [item for each in workspace.desired.broken if each.name == name for item in each.shown.findings]:
            raise ManifestError(wrong)
        hint = f"Compare two versions instead: `dlc-reconciler diff {name} default latest`."
        raise ReconcilerError(f'no manifest describes the {noun_of(kinds)} "{name}"', hint=hint)
    label = f"{name}, manifest {manifest.where.file} for {workspace.target.name}"
    return Side(label, _asking(by_name(kinds)[manifest.id.kind]).asked(manifest))


def _version_side(workspace: Workspace, found: _Fetched, selector: str) -> Side:
    """Return a live version: "default", "latest" or a number."""
    name, stored, newest = found.row.id.name, found.stored, max(found.stored.versions)
    named = {"default": stored.default_version, "latest": newest}
    if selector not in named and not (selector.isascii() and selector.isdigit()):
        raise UsageError(
            f'"{selector}" is not a version', hint="A version is a number, `default`, `latest` or `manifest`."
        )
    number = named[selector] if selector in named else int(selector)
    if number not in stored.versions:
        raise ReconcilerError(f'"{name}" has no version {number}; the newest is {newest}')
    default = " (default)" if number == stored.default_version else ""
    content, manifest = found.ask.shown(stored, number), _manifest_of(workspace, found)
    if manifest is not None:
        content = replace(content, sensitive=content.sensitive | manifest.sensitive)
    return Side(f"{name}, version {number}{default} at {workspace.target.name}", content)


def compared(before: Side, after: Side) -> tuple[FieldChange, ...]:
    """Return what two sides differ in, content and constraints, with secrets hidden; empty when they are one
    version."""
    one, other = before.content, after.content
    if one.digest == other.digest or one.tree == other.tree:
        return ()
    return field_changes(_bare(one, other), _bare(other, one), sensitive=one.sensitive | other.sensitive)


def _bare(content: Content, other: Content) -> JsonObject:
    """Return the tree of one side. Beside a manifest, which does not know them, the service's own additions are left
    out."""
    return content.tree if content.beside is None or other.beside is not None else content.beside(other.tree)
