"""The manifests of a project, read once, and the desired Resources they describe for each target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from reconciler.kinds.base import Kind
from reconciler.manifests.composition import Variant
from reconciler.manifests.desired import Desired
from reconciler.manifests.environment import Environment, Recorder
from reconciler.manifests.examine import Examined
from reconciler.manifests.gathering import Gathering
from reconciler.manifests.grades import unknown_findings
from reconciler.manifests.judging import Judging
from reconciler.manifests.looks import Entries, Looks
from reconciler.manifests.policies import Policies, load_policies, packaged_policies
from reconciler.manifests.project import Project, TargetSpec
from reconciler.manifests.shelves import Keeper, common_shelf
from reconciler.manifests.sources import Former, Sources
from reconciler.model import Finding, Severity
from reconciler.secrets.redactor import Redactor

MOST_HELD = 500
"""How many files stay in memory once they are judged for the only target; what others hold is read again where a
content is asked for."""


def load_desired(
    project: Project,
    target_name: str,
    *,
    kinds: Sequence[Kind[Any, Any]],
    environ: Environment,
    today: date | None = None,
    entries: Entries | None = None,
    former: Former | None = None,
) -> Desired:
    """Return what the project's manifests ask of one target. Faults of the manifests are findings.

    `documents` stays empty: with the resources made, they would only keep everything that was read in memory.
    `entries` are what earlier runs found; with them nothing is different, only quicker. `former` is what some of the
    files were once: then it is what was asked at that time.

    Raises:
        ProjectError: the project has no such target.
    """
    return next(
        load_each(project, [target_name], kinds=kinds, environ=environ, today=today, entries=entries, former=former)
    )


def load_each(
    project: Project,
    target_names: Iterable[str],
    *,
    kinds: Sequence[Kind[Any, Any]],
    environ: Environment,
    today: date | None = None,
    entries: Entries | None = None,
    former: Former | None = None,
    sources: Sources | None = None,
) -> Iterator[Desired]:
    """Yield what `load_desired` returns for one target after the other. Files are read once, and equal documents
    examined once.

    `sources` are the files, where somebody has looked for them already.
    `secrets` of each result are those that any target up to it used.

    Raises:
        ProjectError: the project has no such target.
    """
    recorder = Recorder(environ)
    names = list(target_names)
    # What one target is done with, the next one needs.
    most_held = MOST_HELD if len(names) == 1 else None
    try:
        manifests = ManifestSet(project, kinds, today, entries, former=former, sources=sources, most_held=most_held)
        for name in names:
            desired = manifests.desired(name, recorder, with_documents=False)
            yield replace(desired, secrets=recorder.values)
    except Exception as error:
        Redactor(recorder.values).clean(error)
        raise


class ManifestSet:
    """All manifests of a project. Files are read once; documents that are equal for every target are examined once.

    `today` is the day by which waivers are judged; None means the present day. `entries` are what earlier runs found.
    `most_held` is how many files stay in memory once they are judged; None: all of them.
    """

    def __init__(
        self,
        project: Project,
        kinds: Sequence[Kind[Any, Any]],
        today: date | None = None,
        entries: Entries | None = None,
        *,
        former: Former | None = None,
        sources: Sources | None = None,
        most_held: int | None = None,
    ) -> None:
        self._project = project
        self._kinds = {kind.name: kind for kind in kinds}
        self._today = today or datetime.now(UTC).date()
        self._entries = entries
        self._looks = Looks(entries, project.root) if entries is not None else None
        self._sources = sources or Sources(project, former, self._looks)
        self._examined: dict[Variant, Examined] = {}
        self._policies = load_policies(project) if project.policies else Policies()
        self._findings = list(self._policies.findings)
        if not any(item.severity is Severity.ERROR for item in self._policies.findings):
            self._findings += unknown_findings(project, self._codes_of_policies)
        self._common = common_shelf(entries, project, self._policies) if entries is not None else None
        self._is_of_today = not former
        self._most_held = most_held

    def desired(self, target_name: str, environ: Environment, *, with_documents: bool = True) -> Desired:
        """Return what the manifests ask of one target, with the documents from which it was made where they are wanted.

        Raises:
            ProjectError: the project has no such target, or a file changed while it was being read.
        """
        target = self._project.target(target_name)
        keeper = self._keeper(target)
        objects = self._judging(target, environ, keeper).judged()
        if keeper is not None and self._looks is not None and self._is_of_today:
            names = frozenset(self._sources.names)
            keeper.keep(names)
            self._looks.keep(names)
        findings: list[Finding] = [*self._findings, *self._sources.findings]
        if objects.are_none and not any(item.severity is Severity.ERROR for item in findings):
            findings.append(self._sources.nothing())
        gathering = Gathering(self._project, target_name, self._today, self._sources, self._kinds)
        desired = gathering.gathered(objects, findings)
        return replace(desired, documents=objects.documents(desired.resources.keys())) if with_documents else desired

    def _codes_of_policies(self) -> frozenset[str]:
        return frozenset({*self._policies.entries, *packaged_policies()})

    def _keeper(self, target: TargetSpec) -> Keeper | None:
        if self._entries is None or self._common is None:
            return None
        return Keeper(self._entries, self._project, target, self._policies, self._common)

    def _judging(self, target: TargetSpec, environ: Environment, keeper: Keeper | None) -> Judging:
        return Judging(
            self._project,
            target,
            self._sources,
            self._policies,
            kinds=self._kinds,
            environ=environ,
            shared=self._examined,
            keeper=keeper,
            most_held=self._most_held,
        )
