"""Judges the manifests of a project without a service: `validate`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from reconciler.codes.grading import Waived
from reconciler.kinds.waivers import EXPIRED, expired_warning, needless_finding
from reconciler.manifests import Desired, Project, load_each
from reconciler.manifests.allowed import needless_findings
from reconciler.manifests.grades import is_of_manifests
from reconciler.manifests.prefixes import overlapping
from reconciler.model import Failure, Finding
from reconciler.model.quick import dataclass
from reconciler.pipeline.workspace import Settings, open_project


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The findings about the manifests of a project, each once."""

    findings: tuple[Finding, ...] = ()
    waived: tuple[Waived, ...] = ()
    off: tuple[Finding, ...] = ()
    """What rules that are switched off would report."""
    failed: tuple[Failure, ...] = ()
    """Targets whose service could not be asked, where it had to be."""

    @classmethod
    def of(cls, every: Sequence[Desired]) -> Checked:
        """Return what was found for one or more of the targets."""
        return cls(
            findings=tuple(dict.fromkeys(each for desired in every for each in desired.findings)),
            waived=tuple(dict.fromkeys(each for desired in every for each in desired.waived)),
            off=tuple(dict.fromkeys(each for desired in every for each in desired.off)),
        )


def check_manifests(settings: Settings, targets: Sequence[str] = ()) -> Checked:
    """Judge every manifest, for the named targets or for all of them, without a service.

    `${env.NAME}` need not be set: a value that only the pipeline has cannot be checked here, which is a warning.

    Raises:
        ManifestError: the project file itself has errors.
    """
    project = open_project(settings)
    names = list(targets) or ([settings.target] if settings.target else list(project.targets))
    loaded = load_each(
        project,
        names,
        kinds=settings.kinds,
        environ=settings.unknown_environment(),
        today=settings.today,
        entries=settings.cache.manifests,
    )
    checked = Checked.of(list(loaded))
    settings.cache.entries.flush()
    found = dict.fromkeys(checked.findings)
    if len(names) == len(project.targets):
        # From one target alone nobody knows what the others need.
        found |= dict.fromkeys(needless_findings(project, found))
        found |= dict.fromkeys(_about_waivers(project, checked, settings.today))
    return replace(checked, findings=(*found, *overlapping(project, settings.kinds)))


def _about_waivers(project: Project, checked: Checked, today: date) -> Iterator[Finding]:
    """Yield findings about expired waivers of any sort, and about waivers of rules on manifests that cover nothing."""
    told = {each.where for each in checked.findings if each.code == EXPIRED}
    used = {each.waiver for each in checked.waived}
    for waiver in project.grading.waivers:
        if waiver.is_expired(today):
            yield from () if waiver.where in told else [expired_warning(project.name, waiver)]
        elif waiver not in used and is_of_manifests(project, waiver.code):
            yield needless_finding(project.name, waiver, among=" in the manifests")


def validate(settings: Settings, targets: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Return the findings of `check_manifests`."""
    return check_manifests(settings, targets).findings
