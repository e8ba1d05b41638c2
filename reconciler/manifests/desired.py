"""The manifests of a project, read once, and the desired Resources they describe for each target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

from reconciler.codes import finding
from reconciler.codes.grading import Graded, Waived, Waiver
from reconciler.kinds.base import Kind
from reconciler.kinds.waivers import expired_warning
from reconciler.manifests.broken import BrokenManifest, broken_document, broken_file
from reconciler.manifests.composition import Composer, Variant, variants
from reconciler.manifests.environment import Environment, Recorder
from reconciler.manifests.examine import Examined, examine
from reconciler.manifests.files import POINTER, ManifestFile, RawDocument, leading_out, match, read_file
from reconciler.manifests.findings import in_order, is_below
from reconciler.manifests.former import former_findings
from reconciler.manifests.grades import unknown_findings
from reconciler.manifests.namesakes import lookalikes, used_twice
from reconciler.manifests.policies import NOT_JUDGED, Policies, load_policies, packaged_policies
from reconciler.manifests.positions import FilePositions
from reconciler.manifests.project import KIND, Project, subject_of
from reconciler.manifests.sight import with_remedies
from reconciler.model import Document, FieldPath, Finding, Resource, ResourceId, Severity, SourceRef
from reconciler.secrets.redactor import Redactor


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """What the manifests ask of one target. With errors among the findings it is not complete."""

    resources: Mapping[ResourceId, Resource[Any]] = field(default_factory=dict)
    documents: Mapping[ResourceId, Document] = field(default_factory=dict)
    """What the resources were made from, where it was asked for."""
    findings: tuple[Finding, ...] = ()
    """With the project's grades; waived ones and those of rules that are off are left out."""
    against_rules: Mapping[ResourceId, Resource[Any]] = field(default_factory=dict)
    """What manifests describe that only rules stand against: to compare with, never to write."""
    broken: tuple[BrokenManifest, ...] = ()
    """Manifests with errors, by their places: nothing of what they may describe is among the resources."""
    waived: tuple[Waived, ...] = ()
    off: tuple[Finding, ...] = ()
    """What rules that are switched off would say."""
    files: frozenset[str] = frozenset()
    """Names of the files that were read as manifests."""
    pointers: frozenset[str] = frozenset()
    """Those of them that Git LFS has not fetched, so that nobody knows what they describe."""
    vacant: tuple[int, ...] = ()
    """Which patterns of `spec.manifests` match no manifest file, by their number from 0."""
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """The values that were taken from the environment: no text may show them, wherever they come back."""

    @property
    def general(self) -> tuple[Finding, ...]:
        """The errors that are of no single manifest: of the project, its patterns and its policies."""
        told = {item for each in self.broken for item in each.shown.findings}
        return tuple(item for item in self.findings if item.severity is Severity.ERROR and item not in told)

    @property
    def described(self) -> frozenset[ResourceId]:
        """Everything that manifests describe, those with errors included as far as they say it."""
        return frozenset((*self.resources, *(each.shown.id for each in self.broken if each.shown.id is not None)))

    @property
    def has_errors(self) -> bool:
        """Whether anything must be corrected before the resources may be used."""
        return any(item.severity is Severity.ERROR for item in self.findings)


def load_desired(
    project: Project,
    target_name: str,
    *,
    kinds: Sequence[Kind[Any, Any]],
    environ: Environment,
    today: date | None = None,
) -> Desired:
    """What the project's manifests ask of one target; problems of the manifests are findings.

    `documents` stays empty: with the resources made, they would only keep everything that was read in memory.

    Raises:
        ProjectError: the project has no such target.
    """
    return next(load_each(project, [target_name], kinds=kinds, environ=environ, today=today))


def load_each(
    project: Project,
    target_names: Iterable[str],
    *,
    kinds: Sequence[Kind[Any, Any]],
    environ: Environment,
    today: date | None = None,
) -> Iterator[Desired]:
    """`load_desired` for one target after the other: files are read once, and alike documents examined once.

    `secrets` of each are those that any target up to it took.

    Raises:
        ProjectError: the project has no such target.
    """
    recorder = Recorder(environ)
    try:
        manifests = ManifestSet(project, kinds, today)
        for name in target_names:
            yield replace(manifests.desired(name, recorder), documents={}, secrets=recorder.values)
    except Exception as error:
        Redactor(recorder.values).clean(error)
        raise


class ManifestSet:
    """All manifests of a project. Files are read once; documents alike for every target are examined once.

    `today` is the day that waivers are judged by; None is the day it is.
    """

    def __init__(self, project: Project, kinds: Sequence[Kind[Any, Any]], today: date | None = None) -> None:
        self._project = project
        self._kinds = {kind.name: kind for kind in kinds}
        self._today = today or datetime.now(UTC).date()
        self._findings: list[Finding] = []
        self._files = self._read()
        documents = (raw for file in self._files for raw in file.documents if self._is_manifest(raw))
        # Bases first: what is wrong with one is said about itself, and about nothing that is built on it.
        self._described = sorted((each for raw in documents for each in variants(raw)), key=lambda each: each.has_base)
        self._examined: dict[Variant, Examined] = {}
        self._policies = load_policies(project) if project.policies else Policies()
        self._findings += self._policies.findings
        if not any(item.severity is Severity.ERROR for item in self._policies.findings):
            self._findings += unknown_findings(project, self._codes_of_policies)

    def desired(self, target_name: str, environ: Environment) -> Desired:
        """What the manifests ask of one target.

        Raises:
            ProjectError: the project has no such target.
        """
        target = self._project.target(target_name)
        targets = frozenset(self._project.targets)
        findings = [*self._findings, *(item for file in self._files for item in file.findings)]
        if not self._described and not any(item.severity is Severity.ERROR for item in findings):
            findings.append(self._nothing())
        told = {_said(item) for item in findings}
        broken = [broken_file(self._project.root, file) for file in self._files if _errors(file.findings)]
        waived: list[Waived] = []
        off: list[Finding] = []
        expired: dict[Waiver, None] = {}
        documents: dict[ResourceId, tuple[tuple[Variant, Examined], Document]] = {}
        resources: dict[ResourceId, Resource[Any]] = {}
        against_rules: dict[ResourceId, Resource[Any]] = {}
        composer = Composer(self._described, target)
        for variant in self._described:
            examined = self._examined.get(variant) or examine(
                variant, composer, self._kinds, targets, environ, allowed=self._project.allowed
            )
            if examined.suits_every_target:
                self._examined[variant] = examined
            graded = self._graded(examined, target_name)
            own = (*examined.faults, *graded.standing)
            # Documents that are made from one base or one matrix share its mistakes: each is reported once only.
            findings += (item for item in own if not (variant.is_made and _said(item) in told))
            told.update(map(_said, own))
            waived += graded.waived
            off += graded.off
            expired |= dict.fromkeys(graded.expired)
            document, errors = examined.document, _errors(own)
            if errors or document is None:
                broken.append(broken_document(variant, examined, errors))
            if document is None:
                continue
            id_ = document.id
            if id_ in documents:
                twice = used_twice(document, documents[id_][1])
                findings.append(twice)
                broken += [broken_document(*each, (twice,)) for each in ((variant, examined), documents[id_][0])]
                resources.pop(id_, None)
                against_rules.pop(id_, None)
                continue
            documents[id_] = (variant, examined), document
            if examined.resource is not None:
                (against_rules if errors else resources)[id_] = examined.resource
        described = {id_: document for id_, (_, document) in documents.items()}
        findings += lookalikes(described)
        wrong = list(former_findings(described))
        findings += wrong
        broken += [broken_document(*documents[each.subject][0], (each,)) for each in wrong if each.subject in documents]
        findings += (expired_warning(self._project.name, each) for each in expired)
        sound = sorted(resources.keys() - {each.subject for each in wrong})
        return Desired(
            resources=MappingProxyType({id_: resources[id_] for id_ in sound}),
            documents=MappingProxyType({id_: described[id_] for id_ in sound}),
            findings=in_order(with_remedies(self._project.root, self._project.manifests, findings)),
            against_rules=MappingProxyType(against_rules),
            broken=tuple(sorted(broken, key=lambda each: each.shown.where)),
            waived=tuple(dict.fromkeys(waived)),
            off=in_order(off),
            files=frozenset(file.name for file in self._files),
            pointers=frozenset(file.name for file in self._files for item in file.findings if item.code == POINTER),
            vacant=self._vacant,
        )

    def _codes_of_policies(self) -> frozenset[str]:
        return frozenset({*self._policies.entries, *packaged_policies()})

    def _graded(self, examined: Examined, target: str) -> Graded:
        """What rules and policies say about a document, as the project grades it. Each document is judged by itself."""
        document = examined.judged
        if document is None:
            return Graded()
        judged = self._policies.judge(document, target)
        # What is wrong with the document was said: a policy that stumbles over it, or judges a hole, adds nothing.
        policies = (
            item
            for item in judged
            if not is_below(item.path, examined.said) and (examined.is_readable or item.code != NOT_JUDGED)
        )
        return self._project.grading.sorted_out((*examined.opinions, *policies), target, self._today)

    def _read(self) -> list[ManifestFile]:
        """The project file and all files its patterns match, by name."""
        project, own = self._project, self._project.file
        no_manifests = {own.name} | project.other_files
        matched = [set(self._matches(index)) - no_manifests for index in range(len(project.manifests))]
        self._vacant = tuple(index for index, names in enumerate(matched) if not names)
        names = set().union(*matched)
        files = {own.name: own}
        astray = leading_out(project.root, names)
        for name in names - astray:
            files[name] = read_file(project.root, name)
        for name in astray:
            summary = "leads out of the project"
            files[name] = ManifestFile(name, findings=(finding("DLC005", summary, where=SourceRef(name)),))
        return [files[name] for name in sorted(files)]

    def _matches(self, index: int) -> list[str]:
        pattern = self._project.manifests[index]
        path = ("spec", "manifests", index)
        try:
            names = list(match(self._project.root, pattern))
        except ValueError:
            self._report("DLC005", f'pattern "{pattern}" is not a relative path inside the project', path)
            return []
        if not names:
            self._report("DLC019", f'pattern "{pattern}" matches no file', path)
        return names

    def _report(self, code: str, summary: str, path: FieldPath) -> None:
        raw = self._project.document
        where = FilePositions(raw).locate(path)
        self._findings.append(finding(code, summary, subject=subject_of(raw.data), where=where, path=path))

    def _is_manifest(self, raw: RawDocument) -> bool:
        """Leaves out the project's own document, and reports any other Project."""
        if raw is self._project.document:
            return False
        if not isinstance(raw.data, dict) or raw.data.get("kind") != KIND:
            return True
        also = (self._project.document.at,)
        summary = "a second Project document"
        self._findings.append(finding("DLC016", summary, subject=subject_of(raw.data), where=raw.at, also=also))
        return False

    def _nothing(self) -> Finding:
        raw, path = self._project.document, ("spec", "manifests")
        summary = "the project has no manifests at all"
        where = FilePositions(raw).locate(path)
        return finding("DLC018", summary, subject=subject_of(raw.data), where=where, path=path)


def _errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(item for item in findings if item.severity is Severity.ERROR)


def _said(item: Finding) -> tuple[str, SourceRef | None, str]:
    """What makes two findings the same to a reader."""
    return item.code, item.where, item.summary
