"""Where the stages meet for export: live templates and TensorBoards become manifests that ask for what is live.

Nothing here writes files or talks to people: each kind says which manifest asks for a live object,
`authoring.from_live` makes a text of it, and this module chooses what to export.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from reconciler.authoring.from_live import Variables, Written, written
from reconciler.jobs.as_manifest import manifest_of_job
from reconciler.kinds.base import AnyKind, by_name
from reconciler.kinds.called import nothing_called
from reconciler.kinds.results import LiveManifest, LiveObject
from reconciler.live import Service
from reconciler.live.parallel import side_by_side
from reconciler.manifests.allowed import AllowedFields, entries_needed
from reconciler.manifests.environment import ProcessEnvironment
from reconciler.manifests.examine import examine_all
from reconciler.manifests.files import parse
from reconciler.manifests.project import Project
from reconciler.model import Finding, ResourceId
from reconciler.model.expressions import expression
from reconciler.model.quick import dataclass
from reconciler.pipeline import Settings, Workspace
from reconciler.pipeline.called import live_objects, where_listed
from reconciler.pipeline.described import Described, is_read, is_second
from reconciler.pipeline.sites import site_of

_MODELINE = expression(r"#\s*yaml-language-server:\s*\$schema=(\S{0,500}?)project\.schema\.json\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """One manifest with its file, relative to the folder to which everything is written."""

    file: str
    written: Written
    findings: tuple[Finding, ...] = ()
    """What `validate` will report about it once the project allows the fields in `allow`."""
    allow: tuple[str, ...] = ()
    """Entries for it that `spec.allowFields` of the project lacks."""
    owner: str = ""
    """The project whose marks the live object has; empty for nobody's."""
    described: str = ""
    """The manifest file that describes the object already; empty for none."""
    is_second: bool = False
    """Whether writing the file would put a second manifest of it into the project."""
    is_read: bool = False
    """Whether a pattern of `spec.manifests` reads the file, so that it counts as a manifest at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Everything that was exported, and what was left out, with the reasons."""

    manifests: tuple[Exported, ...]
    notes: tuple[str, ...] = ()

    @property
    def allow(self) -> tuple[str, ...]:
        """The entries that all of them need in `spec.allowFields`."""
        return tuple(sorted({entry for each in self.manifests for entry in each.allow}))

    @property
    def without_texts(self) -> Export:
        """The same, once the manifests are written and only what is to be told of them is needed."""
        bare = (replace(each, written=replace(each.written, text="")) for each in self.manifests)
        return replace(self, manifests=tuple(bare))


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A live object to export. `by_id` says that its name is not unique."""

    live: LiveObject
    by_id: bool = False

    @property
    def id(self) -> ResourceId:
        return self.live.id


@dataclass(frozen=True, slots=True)
class _Asking:
    """What a manifest asks for, before it is a text. `by_id` says that the name is not unique."""

    id: ResourceId
    manifest: LiveManifest
    described: str
    """The file that describes the object already; empty for none."""
    by_id: bool = False


def export(settings: Settings, workspace: Workspace, service: Service, names: Sequence[str], folder: Path) -> Export:
    """Return the named live objects (by name or id), or all that no manifest describes yet, as manifests below
    `folder`.

    Raises:
        ReconcilerError: a name that nothing has.
        ServiceError: a call failed.
    """
    rows = live_objects(settings, workspace, service, settings.kinds)
    described = Described(workspace, settings.kinds, rows)
    chosen, notes = _choose(workspace, [_Chosen(each) for each in rows], names, described)
    kinds, desired = by_name(settings.kinds), workspace.desired.resources
    live = side_by_side(
        lambda item: kinds[item.id.kind].manifest_of(service, item.live, desired.get(item.id)),
        chosen,
        width=service.calls_in_flight,
    )
    asking = []
    for item, found in zip(chosen, live, strict=True):
        if isinstance(found, str):
            notes.append(f"{item.id} is left out: {found}")
            continue
        if found.owner not in ("", *workspace.project.names):
            notes.append(f'{item.id} belongs to project "{found.owner}": `adoptFrom: {found.owner}` takes it over')
        asking.append(_Asking(item.id, found, described=described.file_of(item.live), by_id=item.by_id))
    return _export(settings, workspace, asking, folder, notes)


def export_jobs(
    settings: Settings, workspace: Workspace, service: Service, jobs: Sequence[str], folder: Path
) -> Export:
    """Return the named jobs (by id or name) as manifests of templates below `folder`.

    Raises:
        RefusedError: a job did not succeed, or it verified a version.
        ReconcilerError: there is no such job, or several have this name.
        ServiceError: a call failed.
    """
    site = site_of(settings, workspace.project.name, workspace.target, service)
    found = side_by_side(
        lambda wanted: manifest_of_job(site, wanted), dict.fromkeys(jobs), width=service.calls_in_flight
    )
    described = Described(workspace, settings.kinds, ())
    asking = [
        _Asking(id, manifest, described=described.file_of(LiveObject(id=id, remote_id="", row={})))
        for id, manifest in found
    ]
    return _export(settings, workspace, asking, folder, [])


def _export(
    settings: Settings, workspace: Workspace, asking: Sequence[_Asking], folder: Path, notes: list[str]
) -> Export:
    """Return the texts of manifests, each with a file of its own, and the notes together with theirs."""
    variables, taken = Variables(), set[str]()
    kinds, manifests = by_name(settings.kinds), []
    for each in asking:
        kind = kinds[each.id.kind]
        file = _file_name(kind, each.id, taken)
        schema = _schema(workspace.project, kind, folder / file)
        document = written(each.id, each.manifest, variables, schema=schema, by_id=each.by_id)
        notes += (f"{each.id}: {note}" for note in document.notes)
        manifests.append(
            replace(
                _exported(settings, workspace, file, document),
                owner=each.manifest.owner,
                described=each.described,
                is_second=is_second(workspace, each.described, folder / file),
                is_read=is_read(workspace, folder / file),
            )
        )
    return Export(manifests=tuple(manifests), notes=tuple(notes))


def _choose(
    workspace: Workspace, rows: Sequence[_Chosen], names: Sequence[str], manifests: Described
) -> tuple[list[_Chosen], list[str]]:
    by_id = {item.live.remote_id: item for item in rows}
    groups: dict[ResourceId, list[_Chosen]] = {}
    for item in rows:
        groups.setdefault(item.id, []).append(item)
    wanted = dict.fromkeys(names)
    picked = {name: by_id[name] for name in wanted if name in by_id}
    unknown = [name for name in wanted if name not in picked and all(id.name != name for id in groups)]
    if unknown:
        raise nothing_called(unknown[0], where_listed(workspace), [id.name for id in groups])
    notes: list[str] = []
    chosen = [_Chosen(item.live, by_id=len(groups[item.id]) > 1) for item in picked.values()]
    there = {item.id for item in chosen}
    described = 0
    for id, rows_of_name in groups.items():
        if id in there or (names and id.name not in wanted):
            continue
        group = rows_of_name if names else [item for item in rows_of_name if not manifests.file_of(item.live)]
        described += len(rows_of_name) - len(group)
        if not group:
            continue
        if len(group) > 1:
            ids = ", ".join(item.live.remote_id for item in group)
            notes.append(f"{id} is left out: several live objects have this name ({ids}); name one by its id")
        else:
            chosen.append(group[0])
    if described:
        notes.append(f"{described} live objects are left out because manifests describe them already")
    return sorted(chosen, key=lambda item: (item.id, item.live.remote_id)), notes


def _file_name(kind: AnyKind, id: ResourceId, taken: set[str]) -> str:
    """Return a file name that no other manifest has, also where capitals do not count."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", id.name).strip("-.")[:100] or id.kind.lower()
    for name in _numbered(stem):
        file = f"{kind.folder}/{name}.yaml"
        if file.lower() not in taken:
            taken.add(file.lower())
            return file
    raise AssertionError("numbers do not end")


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    count = 2
    while True:
        yield f"{stem}-{count}"
        count += 1


def _schema(project: Project, kind: AnyKind, file: Path) -> str:
    """Return where the project file finds its own schema, seen from another file; `schemas/` when it does not say
    it."""
    found = _MODELINE.search(project.document.text)
    folder = found[1] if found else "schemas/"
    if "://" in folder or folder.startswith("/"):
        return folder + kind.schema
    # Not `Path.resolve`: a link to itself is reported when the file is written.
    place = os.path.relpath(os.path.realpath(project.root / folder), Path(os.path.realpath(file)).parent)
    return f"{Path(place).as_posix()}/{kind.schema}"


def _exported(settings: Settings, workspace: Workspace, file: str, document: Written) -> Exported:
    """Return the manifest with the loader's findings about it, and with the fields that the project has to allow for
    it."""
    allowed = workspace.project.allowed
    needed = entries_needed(_findings(settings, workspace, file, document, allowed))
    findings = _findings(settings, workspace, file, document, AllowedFields((*allowed.entries, *needed)))
    return Exported(file=file, written=document, findings=findings, allow=needed)


def _findings(
    settings: Settings, workspace: Workspace, file: str, written: Written, allowed: AllowedFields
) -> tuple[Finding, ...]:
    """Return the loader's findings about the new manifest when its variables are set, as the project grades them."""
    values: Mapping[str, str] = {secret.variable: secret.value for secret in written.secrets}
    project = workspace.project
    target = project.target(workspace.target.name)
    kinds = by_name(settings.kinds)
    documents, environment = parse(file, written.text).documents, ProcessEnvironment(values)
    examined = examine_all(documents, kinds, target, frozenset(project.targets), environment, allowed=allowed)
    faults = [found for each in examined for found in each.faults]
    opinions = [found for each in examined for found in each.opinions]
    graded = project.grading.sorted_out(opinions, target.target.name, settings.today)
    return (*faults, *graded.standing)
