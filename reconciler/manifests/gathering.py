"""Gathers what the manifests ask of a target: findings are graded, each name is kept once, and manifests with errors
are left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from reconciler.codes.grading import Graded, Waived, Waiver
from reconciler.kinds.base import AnyKind
from reconciler.kinds.waivers import expired_warning
from reconciler.manifests.abstract import unused
from reconciler.manifests.broken import BrokenManifest, broken_document, broken_file
from reconciler.manifests.desired import Desired
from reconciler.manifests.files import POINTER
from reconciler.manifests.findings import in_order
from reconciler.manifests.former import former_findings
from reconciler.manifests.judged import AllJudged, Judged
from reconciler.manifests.namesakes import lookalikes, used_twice
from reconciler.manifests.project import Project
from reconciler.manifests.sight import with_remedies
from reconciler.manifests.sources import Sources
from reconciler.model import Finding, Resource, ResourceId, Severity, SourceRef
from reconciler.model.on_demand import OnDemand


class Gathering:
    """Collects the objects of one target."""

    def __init__(
        self, project: Project, target: str, today: date, sources: Sources, kinds: Mapping[str, AnyKind]
    ) -> None:
        self._project = project
        self._kinds = kinds
        self._target = target
        self._today = today
        self._sources = sources
        self._findings: list[Finding] = []
        self._broken: list[BrokenManifest] = []
        self._waived: list[Waived] = []
        self._off: list[Finding] = []
        self._expired: dict[Waiver, None] = {}
        self._first: dict[ResourceId, Judged] = {}
        self._resources: dict[ResourceId, Resource[Any]] = {}
        self._against_rules: dict[ResourceId, Resource[Any]] = {}
        self._abstract: dict[ResourceId, Judged] = {}

    def gathered(self, objects: AllJudged, findings: Iterable[Finding]) -> Desired:
        """Return everything that is asked, with all findings; `findings` are those about the project as a whole."""
        self._findings = list(findings)
        files = list(self._sources.parsed)
        self._broken = [broken_file(self._project.root, file) for file in files if _errors(file.findings)]
        self._take_each(objects.judged)
        self._findings += lookalikes({id: each.document for id, each in self._first.items()})
        self._findings += self._about_abstract(objects)
        single = {id: each for id, each in self._first.items() if id not in self._abstract}
        wrong = list(former_findings({id: (each.former, each.document) for id, each in single.items()}))
        self._findings += wrong
        for item in wrong:
            if item.subject in self._first:
                self._broken.append(broken_document(*self._first[item.subject].whole(), (item,)))
        self._findings += (expired_warning(self._project.name, each) for each in self._expired)
        sound = self._resources.keys() - {each.subject for each in wrong}
        told = {id: self._resources[id] for id in sound}
        resources = self._sound(told, objects)
        return Desired(
            resources=resources,
            asked=OnDemand(
                resources,
                lambda id: (self._kinds[id.kind].digest(resources[id]), resources[id].where.file),
                {id: (each.digest, each.file) for id, each in objects.quiet.items()},
            ),
            expected=OnDemand(
                resources,
                lambda id: self._kinds[id.kind].expected(resources[id]),
                {id: each.expected for id, each in objects.quiet.items()},
            ),
            proving=frozenset(
                [id for id, each in told.items() if self._kinds[id.kind].proves(each)]
                + [id for id, each in objects.quiet.items() if each.proves]
            ),
            renamed=MappingProxyType({id: self._first[id].former for id in sorted(sound) if self._first[id].former}),
            findings=in_order(with_remedies(self._project.root, self._project.manifests, self._findings)),
            abstract=MappingProxyType({id: each.document().where for id, each in sorted(self._abstract.items())}),
            against_rules=MappingProxyType(self._against_rules),
            broken=tuple(sorted(self._broken, key=lambda each: each.shown.where)),
            waived=tuple(dict.fromkeys(self._waived)),
            off=in_order(self._off),
            files=frozenset(self._sources.names),
            links=self._sources.links,
            pointers=frozenset(file.name for file in files for item in file.findings if item.code == POINTER),
            vacant=self._sources.vacant,
        )

    @staticmethod
    def _sound(told: Mapping[ResourceId, Resource[Any]], objects: AllJudged) -> OnDemand[ResourceId, Resource[Any]]:
        """Return everything that is asked, in order; what nobody has to be told of is made when it is asked for."""
        quiet = objects.quiet
        return OnDemand(sorted((*told, *quiet)), lambda id: objects.resource(quiet[id]), told)

    def _take_each(self, judged: Iterable[Judged]) -> None:
        told = {_said(item) for item in self._findings}
        for each in judged:
            graded = self._graded(each)
            own = (*each.faults, *graded.standing)
            # Documents that are made from one base or one matrix share its mistakes: each is reported once only.
            self._findings += (item for item in own if not (each.is_made and _said(item) in told))
            told.update(map(_said, own))
            errors = _errors(own)
            if errors or each.id is None:
                self._broken.append(broken_document(*each.whole(), errors))
            if each.id is not None:
                self._take(each.id, each, is_wrong=bool(errors))

    def _take(self, id: ResourceId, each: Judged, *, is_wrong: bool) -> None:
        """Add an object under its id; of two objects with one id neither counts."""
        if id in self._first:
            problem = used_twice(each.document(), self._first[id].document())
            self._findings.append(problem)
            self._broken += [broken_document(*one.whole(), (problem,)) for one in (each, self._first[id])]
            self._resources.pop(id, None)
            self._against_rules.pop(id, None)
            return
        self._first[id] = each
        if each.is_abstract:
            self._abstract[id] = each
        elif each.resource is not None:
            (self._against_rules if is_wrong else self._resources)[id] = each.resource

    def _about_abstract(self, objects: AllJudged) -> Iterator[Finding]:
        """What is said of abstract manifests together: which of them have no users, and that there is nothing else."""
        if self._broken or not self._abstract:
            return
        used = frozenset().union(*(each.bases for each in objects.judged), *objects.bases_of_quiet)
        yield from (unused(each.document()) for id, each in self._abstract.items() if id not in used)
        if not objects.quiet and self._abstract.keys() == self._first.keys():
            yield self._sources.nothing("all manifests of the project are abstract, so that it describes nothing")

    def _graded(self, each: Judged) -> Graded:
        """Return what rules and policies say about an object, as the project grades it."""
        if not each.opinions:
            return Graded()
        graded = self._project.grading.sorted_out(each.opinions, self._target, self._today)
        self._waived += graded.waived
        self._off += graded.off
        self._expired |= dict.fromkeys(graded.expired)
        return graded


def _errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(item for item in findings if item.severity is Severity.ERROR)


def _said(item: Finding) -> tuple[str, SourceRef | None, str]:
    """Return what makes two findings the same for a reader."""
    return item.code, item.where, item.summary
