"""Where the stages of an audit meet: the project's settings, the workspaces, the snapshot, the judgement.

take_snapshot --> a file     merge_snapshots --> one file     judged --> Audited     document --> for renderers
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from reconciler.audit import report
from reconciler.audit.baseline import read_baseline
from reconciler.audit.collect import Progress, collect, joined
from reconciler.audit.judge import AuditContext, Judged, judge
from reconciler.audit.rule_table import audits_of
from reconciler.audit.settings import AuditSettings, flaws, parse_settings
from reconciler.audit.snapshot import Origin
from reconciler.audit.store import Store
from reconciler.audit.survey import workspaces
from reconciler.codes import CODE_TABLE, Entry, finding
from reconciler.errors import FileError, ManifestError, ReconcilerError, UsageError
from reconciler.files import check_file
from reconciler.kinds.audited import AuditedSite, SiteFacts
from reconciler.kinds.base import Kinds
from reconciler.live import Service
from reconciler.manifests import Project
from reconciler.manifests.positions import FilePositions
from reconciler.model import WHOLE, Finding, ResourceId, Share, Target
from reconciler.pipeline import Settings, Workspace, choose_target, connected, look_at, open_project, usable
from reconciler.pipeline.planning import plan_again
from reconciler.pipeline.sites import site_of
from reconciler.plan.build import Selection
from reconciler.render.audit.document import AuditDocument

Way = tuple[str, str, str]
"""Region, endpoint and profile: targets with the same share a connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What to audit, and where the snapshot is."""

    snapshot: Path
    targets: tuple[str, ...] = ()
    """Their names; none for the project's only one."""
    all_workspaces: bool = False
    shard: Share = WHOLE
    resume: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """What an audit found."""

    context: AuditContext
    found: tuple[Judged, ...]
    off: int = 0
    """How many more rules would have found that are switched off."""


def audit_settings(project: Project, kinds: Kinds) -> AuditSettings:
    """`spec.audit` of the project.

    Raises:
        ManifestError: settings that make no sense, at their places.
    """
    positions = FilePositions(project.document)
    found = [
        finding(
            "DLC334",
            flaw.summary,
            subject=ResourceId("Project", project.name),
            where=positions.locate(("spec", "audit", *flaw.path)),
            path=("spec", "audit", *flaw.path),
        )
        for flaw in flaws(project.audit)
    ]
    if found:
        raise ManifestError(found)
    return parse_settings(project.audit, kinds)


def take_snapshot(settings: Settings, run: Run, progress: Progress) -> None:
    """Read the workspaces into the snapshot; with `resume`, only what it lacks.

    Raises:
        ServiceError: a call failed; the snapshot keeps what was read.
        FileError: the snapshot to go on with is of another audit.
    """
    project = open_project(settings)
    audit_settings(project, settings.kinds)  # before hours of reading, not after
    with _chosen(settings, project, run) as chosen:
        origin = Origin(
            project=project.name,
            sites=tuple(sorted(audited.facts.key for audited in chosen)),
            shard=run.shard,
            began=settings.now().astimezone(UTC).isoformat(timespec="seconds"),
        )
        with _opened(run, origin) as store:
            collect(store, chosen, audits_of(settings.kinds), progress)


def merge_snapshots(parts: Sequence[Path], into: Path) -> None:
    """Join the snapshots of all shards into one.

    Raises:
        FileError: they do not belong together, or one is missing.
    """
    if os.path.realpath(into) in {os.path.realpath(part) for part in parts}:
        raise UsageError(f"{into} is one of the snapshots to merge", hint="Name another `--snapshot` for the result.")
    with ExitStack() as stack:
        stores = [stack.enter_context(Store.open(part)) for part in parts]
        origins = [store.origin for store in stores]
        whole = replace(origins[0], shard=WHOLE, began=max(origin.began for origin in origins))
        with Store.create(into, whole) as store:
            joined(stores, store)


def judged(settings: Settings, store: Store, baseline: Path | None) -> Audited:
    """Judge a snapshot by the project's settings; ages count from when the snapshot was begun.

    Raises:
        FileError: the snapshot is another project's, or not finished.
    """
    project, origin = open_project(settings), store.origin
    if origin.project != project.name:
        raise FileError(f"{store.path} is of project {origin.project}, this is {project.name}")
    if waiting := len(store.pending()):
        hint = "Finish it by `audit --resume`."
        raise FileError(f"{store.path} is not finished: {waiting} templates are missing", hint=hint)
    context = AuditContext(
        project=project.name,
        settings=audit_settings(project, settings.kinds),
        grading=project.grading,
        kinds=settings.kinds,
        now=datetime.fromisoformat(origin.began),
        baseline=read_baseline(baseline) if baseline else frozenset(),
    )
    judgement = judge(store, context)
    return Audited(context=context, found=judgement.found, off=judgement.off)


def document(store: Store, audited: Audited) -> AuditDocument:
    """What the renderers are given; valid while the store is open."""
    kinds = audited.context.kinds
    audits = {audit.many: audit for audit in audits_of(kinds)}
    return AuditDocument(
        head=report.head(store, audited.context, audited.found, audited.off),
        findings=[report.finding_object(each) for each in audited.found],
        lists={many: partial(report.objects, store, audit) for many, audit in audits.items()},
        nouns=report.nouns(kinds),
        contents=lambda many, target, id: report.contents(store, audits[many], target, id),
    )


def flat_findings(audited: Audited) -> tuple[Finding, ...]:
    """The standing findings alone, as programs read them: the subject names its target, "train@prod"."""
    return tuple(_with_target(each) for each in audited.found if each.stands)


def explanations(audited: Audited) -> dict[str, Entry]:
    """The table of codes together with the project's own rules."""
    own = {
        rule.code: Entry(
            code=rule.code, title=rule.message, severity=rule.severity, why=rule.message, fix=rule.hint or rule.message
        )
        for rule in audited.context.settings.custom
    }
    return {**CODE_TABLE, **own}


def _with_target(judged: Judged) -> Finding:
    made = judged.finding
    if made.subject is None or not judged.site or made.subject.kind == "Workspace":
        return made
    return replace(made, subject=ResourceId(made.subject.kind, f"{made.subject.name}@{judged.site}"))


def _opened(run: Run, origin: Origin) -> Store:
    if not (run.resume and run.snapshot.exists()):
        return Store.create(run.snapshot, origin)
    check_file(run.snapshot)
    store = Store.open(run.snapshot)
    if not store.origin.is_same_run(origin):
        there = store.origin
        store.close()
        raise FileError(
            f"{run.snapshot} is of another audit: {there.project}, {', '.join(there.sites)}, shard {there.shard}",
            hint="Resume with the same options, or leave out `--resume` to begin anew.",
        )
    return store


_UNREAD = "has errors, so what it describes counts as not described; `dlc-reconciler validate` shows them"


@contextmanager
def _chosen(settings: Settings, project: Project, run: Run) -> Iterator[list[AuditedSite]]:
    names = run.targets or (choose_target(project, ""),)
    with ExitStack() as stack:
        services: dict[Way, Service] = {}
        chosen: list[AuditedSite] = []
        for name in names:
            there = replace(settings, target=name)
            workspace = usable(look_at(there))
            way = (workspace.target.region, workspace.target.endpoint, settings.profiles.get(name, ""))
            if way not in services:
                services[way] = stack.enter_context(connected(settings, workspace))
            chosen.append(_with_waits(there, workspace, _audited(there, name, workspace, services[way])))
        others = _others(settings, project.name, chosen, services) if run.all_workspaces else []
        yield [*chosen, *others]


def _audited(settings: Settings, name: str, workspace: Workspace, service: Service) -> AuditedSite:
    target, asked = workspace.target, workspace.desired
    unreadable = (each for each in asked.broken if each.shown.id not in asked.against_rules)
    return AuditedSite(
        facts=SiteFacts(
            key=name,
            region=target.region,
            workspace_id=target.workspace_id,
            endpoint=target.endpoint,
            unread=tuple(dict.fromkeys(f"{each.shown.where.file} {_UNREAD}" for each in unreadable)),
        ),
        site=site_of(settings, workspace.project.name, target, service),
        desired={**asked.resources, **asked.against_rules},
    )


def _with_waits(settings: Settings, workspace: Workspace, audited: AuditedSite) -> AuditedSite:
    """Return the workspace with what waits there for other targets.

    Only a plan tells that, so one is made, and only for a target that comes after others.
    """
    if not workspace.project.target(workspace.target.name).after.targets:
        return audited
    try:
        plan = plan_again(settings, workspace, audited.site.service, Selection())
    except ReconcilerError as error:
        why = f"whether something waits for other targets cannot be told: {error.message}"
        return replace(audited, facts=replace(audited.facts, unread=(*audited.facts.unread, why)))
    return replace(audited, waits={each.id: each.without_time for each in plan.waiting})


def _others(
    settings: Settings, project: str, chosen: Sequence[AuditedSite], services: dict[tuple[str, str, str], Service]
) -> list[AuditedSite]:
    """The workspaces that no chosen target means."""
    found = []
    for (region, endpoint, _), service in services.items():
        taken = {audited.facts.workspace_id for audited in chosen if audited.site.service is service}
        ids = sorted({str(row["WorkspaceId"]) for row in workspaces(service)} - taken)
        for id in ids:
            facts = SiteFacts(key=f"{region}/{id}", region=region, workspace_id=id, endpoint=endpoint, described=False)
            target = Target(name=facts.key, region=region, workspace_id=id, endpoint=endpoint)
            found.append(AuditedSite(facts=facts, site=site_of(settings, project, target, service)))
    return found
