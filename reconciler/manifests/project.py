"""The project file: which manifests there are, which targets they go to, and how careful to be."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from reconciler import __version__
from reconciler.codes import finding
from reconciler.codes.grading import Grading
from reconciler.errors import ManifestError, ProjectError
from reconciler.kinds import KINDS
from reconciler.manifests.allowed import AllowedFields, path_findings
from reconciler.manifests.environment import UnknownEnvironment
from reconciler.manifests.files import ManifestFile, RawDocument, is_inside, read_file
from reconciler.manifests.findings import in_order, schema_findings
from reconciler.manifests.grades import grade_findings, grading_of, moved_findings, without_moved
from reconciler.manifests.merge_patch import merge_patch
from reconciler.manifests.positions import FilePositions
from reconciler.manifests.references import Resolver
from reconciler.manifests.targets import EVERY, target_findings
from reconciler.manifests.values import ValuesFiles
from reconciler.manifests.waves import After, after_findings, after_of
from reconciler.manifests.workspaces import same_workspace_twice
from reconciler.model import (
    PROJECT_FILE,
    Finding,
    FleetLimits,
    JsonObject,
    JsonValue,
    Limits,
    ResourceId,
    SourceRef,
    Target,
)
from reconciler.model.nearest import listed, meant
from reconciler.model.quick import dataclass

API_VERSION = "dlc-reconciler/v1"
KIND = "Project"
JOB_NAME = "{template}-{date}-{sequence}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSpec:
    """A target with the values of `${values.NAME}`."""

    target: Target
    values: JsonObject = field(default_factory=dict, repr=False)
    """The values of the target itself, merged over those of its files."""
    values_files: tuple[str, ...] = ()
    """Names of the files that took part in `values`."""
    after: After = field(default_factory=After)
    """Which targets must have a default first, and for how long."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """The labels by which `--targets-with` chooses targets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project file that was read and checked."""

    name: str
    root: Path
    """The folder of the project file; all file names are relative to it."""
    path: Path
    manifests: tuple[str, ...]
    targets: Mapping[str, TargetSpec]
    prune: JsonObject
    """`spec.prune` as it is written: which live objects are deleted when no manifest has them. Each kind knows its
    fields."""
    limits: Limits
    fleet_limits: FleetLimits
    """What holds for all targets of one apply together."""
    stamp: bool
    former_names: tuple[str, ...] = ()
    """The names that the project had before; objects with their marks belong to it."""
    job_name: str = JOB_NAME
    """The pattern of launched jobs' DisplayNames."""
    labels: Mapping[str, str]
    allowed: AllowedFields
    """Fields that manifests may have although this program does not know them."""
    policies: tuple[str, ...]
    """Names of packaged sets and of files; `policies.load_policies` reads them."""
    grading: Grading
    """`spec.rules` and `spec.waivers`: how findings are graded, in every command."""
    audit: JsonObject
    """`spec.audit` as the schema accepts it; `audit.settings` reads it."""
    file: ManifestFile = field(repr=False, compare=False)
    """The project file itself, which may hold manifests too."""
    document: RawDocument = field(repr=False, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names whose marks are this project's own."""
        return (self.name, *self.former_names)

    @property
    def other_files(self) -> frozenset[str]:
        """The values files of all targets and the policy files, which hold no manifests."""
        values = (name for target in self.targets.values() for name in target.values_files)
        return frozenset((*values, *(PurePosixPath(name).as_posix() for name in self.policies)))

    def target(self, name: str) -> TargetSpec:
        """Return the target of this name.

        Raises:
            ProjectError: there is none; the message says which there are.
        """
        if name in self.targets:
            return self.targets[name]
        message = f'{self.path.name} has no target "{name}"{meant(name, list(self.targets))}'
        raise ProjectError(message, hint=self._instead_of(name))

    def _instead_of(self, name: str) -> str:
        """Return what to write instead of a name that is that of no target."""
        if name == EVERY:
            return "Add `--all-targets` where all of them are meant."
        if "," in name and all(part in self.targets for part in name.split(",")):
            return "Add `--target NAME` once for each of them."
        return f"Known targets: {listed(sorted(self.targets))}."


def load_project(path: Path) -> Project:
    """Return the project of a project file, or of the `reconciler.yaml` in a folder.

    Raises:
        ProjectError: there is no such file, or no Project in it.
        ManifestError: the file cannot be read, or its Project document has errors.
    """
    path = path / PROJECT_FILE if path.is_dir() else path
    if not path.exists() and not path.is_symlink():
        raise ProjectError(f"there is no project file {path}", hint=_where_else(path))
    root = path.parent
    if not is_inside(root, path.name):
        raise ManifestError([finding("DLC005", "leads out of the project", where=_begin(path))])
    file = read_file(root, path.name)
    if file.findings:
        raise ManifestError(file.findings)
    document = _project_document(path, file)
    return _checked(path, file, document)


def _where_else(path: Path) -> str:
    """Return what to do where there is no project file: probably the project in a folder above is meant."""
    for folder in path.absolute().parent.parents:
        if (folder / PROJECT_FILE).is_file():
            return f"The project {folder / PROJECT_FILE} is above: add `--project {os.path.relpath(folder)}`."
    return "Run `dlc-reconciler init`, or name it by --project."


def _begin(path: Path) -> SourceRef:
    return SourceRef(path.name)


def _project_document(path: Path, file: ManifestFile) -> RawDocument:
    found = [raw for raw in file.documents if isinstance(raw.data, dict) and raw.data.get("kind") == KIND]
    if not found:
        # A file that could not be read whole may lack its `kind`: report that first.
        if broken := [item for raw in file.documents for item in raw.findings]:
            raise ManifestError(broken)
        raise ProjectError(f"{path} holds no document of kind Project")
    if len(found) > 1:
        summary = "a second Project document"
        raise ManifestError([finding("DLC016", summary, where=raw.at, also=(found[0].at,)) for raw in found[1:]])
    return found[0]


def _checked(path: Path, file: ManifestFile, raw: RawDocument) -> Project:
    findings = list(raw.findings)
    if raw.data.get("apiVersion") != API_VERSION:
        findings.append(unknown_version(raw))
    elif raw.is_whole:
        findings.extend(_findings(raw))
    if findings:
        raise ManifestError(in_order(findings))
    if twice := list(same_workspace_twice(raw)):
        raise ManifestError(in_order(twice))
    data = Resolver("", {}, UnknownEnvironment()).resolve(raw.data)
    values = ValuesFiles(path.parent, raw)
    targets = {name: _target(name, target, values) for name, target in data["spec"]["targets"].items()}
    if values.findings:
        raise ManifestError(in_order(values.findings))
    return _project(path, file, raw, data, targets)


def _findings(raw: RawDocument) -> list[Finding]:
    positions = FilePositions(raw)
    subject = subject_of(raw.data)
    resolver = Resolver("", {}, UnknownEnvironment())
    data = resolver.resolve(raw.data)
    findings = [
        finding(
            "DLC037",
            f"reference {flaw.token} in the project file",
            subject=subject,
            where=positions.locate_text(flaw.path, flaw.token),
            path=flaw.path,
        )
        for flaw in resolver.flaws
    ]
    findings += schema_findings(
        "project.schema.json",
        without_moved(data),
        positions,
        subject=subject,
        unresolved=frozenset(resolver.unresolved),
    )
    findings += moved_findings(raw.data, positions, subject)
    findings += grade_findings(raw.data.get("spec"), positions, subject)
    findings += target_findings(raw.data, positions, subject)
    findings += after_findings(raw.data, positions, subject)
    findings += path_findings(raw.data.get("spec"), positions, subject)
    findings += _unbounded_prunes(raw.data.get("spec"), positions, subject)
    return findings


def _unbounded_prunes(spec: JsonValue, positions: FilePositions, subject: ResourceId | None) -> Iterator[Finding]:
    """Yield an error for each kind without marks that may be deleted without a prefix of names."""
    prune = spec.get("prune") if isinstance(spec, dict) else None
    if not isinstance(prune, dict):
        return
    for kind in KINDS:
        if kind.prune_prefix and prune.get(kind.prune) is True and kind.prune_prefix not in prune:
            path = ("spec", "prune", kind.prune)
            summary = f"{kind.prune} is true, but there is no {kind.prune_prefix}"
            yield finding("DLC041", summary, subject=subject, where=positions.locate(path), path=path)


def unknown_version(raw: RawDocument) -> Finding:
    """Return the finding for a document whose apiVersion is missing or unknown."""
    version = raw.data.get("apiVersion")
    summary = 'missing field "apiVersion"' if version is None else f'unknown apiVersion "{version}"'
    where = FilePositions(raw).locate(("apiVersion",))
    hint = f"dlc-reconciler {__version__} reads apiVersion: {API_VERSION}; for another one, use the version it is of."
    return finding("DLC014", summary, subject=subject_of(raw.data), where=where, path=("apiVersion",), hint=hint)


def subject_of(data: JsonObject) -> ResourceId | None:
    """Return kind and name of a document; None where it does not have both."""
    metadata = data.get("metadata")
    kind, name = data.get("kind"), metadata.get("name") if isinstance(metadata, dict) else None
    return ResourceId(kind, name) if isinstance(kind, str) and isinstance(name, str) else None


def _project(
    path: Path, file: ManifestFile, raw: RawDocument, data: JsonObject, targets: Mapping[str, TargetSpec]
) -> Project:
    metadata, spec = data["metadata"], data["spec"]
    safety, limits = spec.get("safety", {}), Limits()
    return Project(
        name=metadata["name"],
        root=path.parent,
        path=path,
        manifests=tuple(spec["manifests"]),
        targets=MappingProxyType(targets),
        prune=spec.get("prune", {}),
        limits=Limits(
            max_deletions=safety.get("maxDeletions", limits.max_deletions),
            max_deletion_percent=safety.get("maxDeletionPercent", limits.max_deletion_percent),
            max_replacements=safety.get("maxReplacements", limits.max_replacements),
            max_verify_gpu_hours=safety.get("maxVerifyGpuHours"),
        ),
        fleet_limits=_fleet_limits(safety.get("fleet", {})),
        stamp=spec.get("stamp", False),
        job_name=spec.get("jobs", {}).get("displayName", JOB_NAME),
        labels=metadata.get("labels", {}),
        former_names=tuple(metadata.get("formerNames", ())),
        policies=tuple(dict.fromkeys(spec.get("policies", ()))),
        allowed=AllowedFields(tuple(dict.fromkeys(spec.get("allowFields", ())))),
        grading=grading_of(spec, FilePositions(raw).locate),
        audit=spec.get("audit", {}),
        file=file,
        document=raw,
    )


def _fleet_limits(fleet: JsonObject) -> FleetLimits:
    return FleetLimits(
        max_deletions=fleet.get("maxDeletions"),
        max_replacements=fleet.get("maxReplacements"),
        max_verify_gpu_hours=fleet.get("maxVerifyGpuHours"),
    )


def _target(name: str, spec: JsonObject, files: ValuesFiles) -> TargetSpec:
    target = Target(
        name=name, region=spec["region"], workspace_id=spec["workspaceId"], endpoint=spec.get("endpoint", "")
    )
    names = tuple(spec.get("valuesFiles", ()))
    return TargetSpec(
        target=target,
        values=merge_patch(files.merged(name, names), spec.get("values", {})),
        values_files=tuple(PurePosixPath(each).as_posix() for each in names),
        after=after_of(spec),
        labels=spec.get("labels", {}),
    )
