"""Where the stages of an audit meet: the project's settings, the workspaces, the snapshot, the judgement.

take_snapshot --> a file     merge_snapshots --> one file     judged --> Audited     document --> for renderers
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from reconciler.audit import report
from reconciler.audit.baseline import read_baseline
from reconciler.audit.collect import Fetched, Progress, collect, joined
from reconciler.audit.judge import AuditContext, Judged, judge
from reconciler.audit.rule_table import audits_of
from reconciler.audit.settings import AuditSettings, flaws, parse_settings
from reconciler.audit.snapshot import Origin
from reconciler.audit.store import Store
from reconciler.codes import CODE_TABLE, Entry, finding
from reconciler.errors import FileError, ManifestError, UsageError
from reconciler.files import check_file
from reconciler.fleet.failures import failure_of
from reconciler.git.checkout import is_tracked
from reconciler.kinds.base import Kinds
from reconciler.manifests import Project
from reconciler.manifests.positions import FilePositions
from reconciler.model import WHOLE, Failure, Finding, ResourceId, Share
from reconciler.model.quick import dataclass
from reconciler.pipeline import Settings, choose_target, open_project
from reconciler.pipeline.audited_sites import audited_sites
from reconciler.render.audit.document import AuditDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What to audit, and where the snapshot is."""

    snapshot: Path
    targets: tuple[str, ...] = ()
    """Names of targets; none for the project's only target."""
    is_of_many: bool = False
    """Whether several targets were asked for. Then the failure of one does not stop the others."""
    all_workspaces: bool = False
    shard: Share = WHOLE
    resume: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """What an audit found."""

    context: AuditContext
    found: tuple[Judged, ...]
    off: int = 0
    """How many more findings there would be from rules that are switched off."""


def audit_settings(project: Project, kinds: Kinds) -> AuditSettings:
    """Return `spec.audit` of the project.

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


def take_snapshot(settings: Settings, run: Run, progress: Progress) -> Fetched:
    """Read the workspaces into the snapshot; with `resume`, only what it lacks. Return how many versions that were.

    Of several targets, one that cannot be read is kept as a failure in the snapshot, and the others go on.

    Raises:
        ReconcilerError: the only target cannot be read; the snapshot keeps what was read.
        FileError: the snapshot to go on with is of another audit, or Git tracks it.
    """
    project = open_project(settings)
    audit_settings(project, settings.kinds)  # before hours of reading, and not after them
    names = run.targets or (choose_target(project, ""),)
    closed: list[Failure] = []

    def failure(name: str, error: Exception) -> Failure:
        if not run.is_of_many or isinstance(error, UsageError):
            raise error
        return failure_of(name, error)

    with audited_sites(
        settings,
        project,
        names,
        lambda name, error: closed.append(failure(name, error)),
        all_workspaces=run.all_workspaces,
    ) as chosen:
        keys = {*names, *(audited.facts.key for audited in chosen)}
        began = settings.now().astimezone(UTC).isoformat(timespec="seconds")
        origin = Origin(project=project.name, sites=tuple(sorted(keys)), shard=run.shard, began=began)
        with _opened(run, origin) as store:
            for each in closed:
                store.fail(each)
            audits = audits_of(settings.kinds)

            def told(done: int, total: int, name: str) -> None:
                settings.cache.entries.flush()  # the digests of what is in the snapshot now
                progress(done, total, name)

            return collect(store, chosen, audits, told, lambda name, error: store.fail(failure(name, error)))


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
    """Return what the renderers are given. It is valid while the store is open."""
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
    """Return the findings that remain, for programs: the subject has the name of its target, "train@prod"."""
    return tuple(_with_target(each) for each in audited.found if each.stands)


def explanations(audited: Audited) -> dict[str, Entry]:
    """Return the table of codes together with the project's own rules."""
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
    if is_tracked(run.snapshot):  # what it says was read is believed
        raise FileError(
            f"{run.snapshot} came with the checkout: Git tracks it",
            hint="Begin anew without `--resume`, and remove the file from Git: it holds contents of templates.",
        )
    store = Store.open(run.snapshot)
    store.forgive()
    if not store.origin.is_same_run(origin):
        there = store.origin
        store.close()
        raise FileError(
            f"{run.snapshot} is of another audit: {there.project}, {', '.join(there.sites)}, shard {there.shard}",
            hint="Resume with the same options, or leave out `--resume` to begin anew.",
        )
    return store
