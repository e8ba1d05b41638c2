"""Where the stages meet for export: live templates and TensorBoards become manifests that read back as what is live.

Nothing here writes files or talks to people; `manifests.writing` makes one text, this chooses what to export.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.authoring.from_live import SCHEMAS, Variables, Written, write_board, write_template
from reconciler.errors import BadAnswer, NotFound, ReconcilerError
from reconciler.kinds import JOB_TEMPLATE, KINDS, TENSORBOARD
from reconciler.kinds.base import Scope
from reconciler.kinds.jobtemplate.answers import fetch, list_templates
from reconciler.kinds.jobtemplate.canonical import LiveTemplate
from reconciler.kinds.tensorboard.canonical import GONE, LiveBoard, sensitive_in_row, status_of
from reconciler.kinds.tensorboard.read import boards
from reconciler.live import Service
from reconciler.live.parallel import side_by_side
from reconciler.manifests.environment import ProcessEnvironment
from reconciler.manifests.examine import examine_all
from reconciler.manifests.files import parse
from reconciler.manifests.project import Project
from reconciler.model import Finding, JsonObject, ResourceId
from reconciler.model.nearest import meant
from reconciler.pipeline import Workspace

FOLDERS = {JOB_TEMPLATE.name: "templates", TENSORBOARD.name: "tensorboards"}
_MODELINE = re.compile(r"#\s*yaml-language-server:\s*\$schema=(\S{0,500}?)project\.schema\.json\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """One manifest with the file it belongs in, relative to the folder that everything is written to."""

    file: str
    written: Written
    findings: tuple[Finding, ...] = ()
    """What `validate` will say about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Everything that was exported, and what was left out and why."""

    manifests: tuple[Exported, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A row to export. `by_id`: its name is not unique."""

    id: ResourceId
    row: JsonObject
    by_id: bool = False


def export(workspace: Workspace, service: Service, names: Sequence[str], folder: Path) -> Export:
    """The named live objects (by name or id), or all that no manifest describes yet, as manifests below `folder`.

    Raises:
        ReconcilerError: a name that nothing has.
        ServiceError: a call failed.
    """
    chosen, notes = _choose(workspace, _rows(workspace, service), names)
    live = side_by_side(lambda item: _read(service, item), chosen, width=service.calls_in_flight)
    variables, taken = Variables(), set[str]()
    manifests = []
    for item, found in zip(chosen, live, strict=True):
        if isinstance(found, str):
            notes.append(f"{item.id} is left out: {found}")
            continue
        file = _file_name(item.id, taken)
        schema = _schema(workspace.project, item.id.kind, folder / file)
        if isinstance(found, LiveTemplate):
            written = write_template(item.id.name, found, variables, schema=schema, by_id=item.by_id)
            owner = found.marks.project
            if owner not in ("", workspace.project.name):
                notes.append(f'{item.id} belongs to project "{owner}": this one cannot adopt it')
        else:
            described = workspace.desired.resources.get(item.id)
            sensitive = sensitive_in_row(described) if described is not None else frozenset()
            written = write_board(item.id.name, found, variables, schema=schema, by_id=item.by_id, sensitive=sensitive)
        notes += (f"{item.id}: {note}" for note in written.notes)
        manifests.append(Exported(file=file, written=written, findings=_findings(workspace, file, written)))
    return Export(manifests=tuple(manifests), notes=tuple(notes))


def _rows(workspace: Workspace, service: Service) -> list[_Chosen]:
    """Every live object of the workspace, templates first, by name."""
    templates = [
        _Chosen(ResourceId(JOB_TEMPLATE.name, str(row.get("TemplateName") or row["TemplateId"])), row)
        for row in list_templates(service, workspace.target.workspace_id)
    ]
    scope = Scope(project=workspace.project.name, workspace_id=workspace.target.workspace_id)
    rows = [row for row in boards(service, scope) if status_of(row) not in GONE]
    shown = [
        _Chosen(ResourceId(TENSORBOARD.name, str(row.get("DisplayName") or row["TensorboardId"])), row) for row in rows
    ]
    return sorted([*templates, *shown], key=lambda item: (item.id, _remote_id(item)))


def _choose(workspace: Workspace, rows: Sequence[_Chosen], names: Sequence[str]) -> tuple[list[_Chosen], list[str]]:
    by_id = {_remote_id(item): item for item in rows}
    groups: dict[ResourceId, list[_Chosen]] = {}
    for item in rows:
        groups.setdefault(item.id, []).append(item)
    wanted = dict.fromkeys(names)
    picked = {name: by_id[name] for name in wanted if name in by_id}
    unknown = [name for name in wanted if name not in picked and all(id.name != name for id in groups)]
    if unknown:
        raise _nothing_called(workspace, unknown[0], [id.name for id in groups])
    notes: list[str] = []
    chosen = [_Chosen(item.id, item.row, by_id=len(groups[item.id]) > 1) for item in picked.values()]
    there = {item.id for item in chosen}
    described = [id for id in groups if id in workspace.desired.resources] if not names else []
    for id, group in groups.items():
        if id in described or id in there or (names and id.name not in wanted):
            continue
        if len(group) > 1:
            ids = ", ".join(_remote_id(item) for item in group)
            notes.append(f"{id} is left out: several live objects have this name ({ids}); name one by its id")
        else:
            chosen.append(group[0])
    if described:
        notes.append(f"{len(described)} live objects are left out because manifests describe them already")
    return sorted(chosen, key=lambda item: (item.id, _remote_id(item))), notes


def _nothing_called(workspace: Workspace, name: str, known: Sequence[str]) -> ReconcilerError:
    where = f"{workspace.target.name} (workspace {workspace.target.workspace_id})"
    return ReconcilerError(f'nothing in {where} is called "{name}"{meant(name, known)}')


def _remote_id(item: _Chosen) -> str:
    return str(item.row.get("TemplateId") or item.row.get("TensorboardId"))


def _read(service: Service, item: _Chosen) -> LiveTemplate | LiveBoard | str:
    """The live object, or why it cannot be exported."""
    if item.id.kind == TENSORBOARD.name:
        return LiveBoard(row=item.row)
    try:
        live = fetch(service, item.row["TemplateId"])
    except NotFound:
        return "it vanished meanwhile"
    except BadAnswer as error:
        return error.message
    return live if live.default_version in live.versions else "its default version was not shown"


def _file_name(id: ResourceId, taken: set[str]) -> str:
    """A name of its own also where capitals do not count."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", id.name).strip("-.")[:100] or id.kind.lower()
    for name in _numbered(stem):
        file = f"{FOLDERS[id.kind]}/{name}.yaml"
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


def _schema(project: Project, kind: str, file: Path) -> str:
    """Where the project file finds its own schema, seen from another file; `schemas/` when it does not say."""
    found = _MODELINE.search(project.document.text)
    folder = found[1] if found else "schemas/"
    if "://" in folder or folder.startswith("/"):
        return folder + SCHEMAS[kind]
    # Not `Path.resolve`: a link to itself is told when the file is written.
    place = os.path.relpath(os.path.realpath(project.root / folder), Path(os.path.realpath(file)).parent)
    return f"{Path(place).as_posix()}/{SCHEMAS[kind]}"


def _findings(workspace: Workspace, file: str, written: Written) -> tuple[Finding, ...]:
    """What the loader finds in the new manifest when its variables are set."""
    values: Mapping[str, str] = {secret.variable: secret.value for secret in written.secrets}
    project, kinds = workspace.project, {kind.name: kind for kind in KINDS}
    target = project.target(workspace.target.name)
    examined = examine_all(
        parse(file, written.text).documents, kinds, target, frozenset(project.targets), ProcessEnvironment(values)
    )
    return tuple(found for each in examined for found in each.findings)
