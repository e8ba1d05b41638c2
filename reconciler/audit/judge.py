"""Runs the rules over a snapshot and sorts what they find: standing, waived, or there before.

The clock is an argument; everything comes out in the order of severity, code, workspace and name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.audit.custom import Compiled, compile_rule
from reconciler.audit.fleet import RULES
from reconciler.audit.settings import AuditSettings, Waiver
from reconciler.audit.store import Store
from reconciler.audit.table import audits_of
from reconciler.codes import CODE_TABLE, finding
from reconciler.kinds.audited import AnyAudit, Hit, Setting, SiteFacts, Subject
from reconciler.kinds.base import Kinds
from reconciler.kinds.judges import NotJudged
from reconciler.model import Finding, ResourceId, Severity

_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A finding with the workspace and the object it is about."""

    finding: Finding
    site: str = ""
    """Empty for findings about the audit itself."""
    object_id: str = ""
    """The service's id."""
    waiver: Waiver | None = None
    """The waiver that covers it today."""
    known: bool = False
    """The baseline has it."""

    @property
    def stands(self) -> bool:
        """Whether somebody has to look at it."""
        return self.waiver is None and not self.known

    @property
    def fingerprint(self) -> str:
        """Code, subject and path; not the text and not the id, so it survives another wording and a new object."""
        parts = (self.finding.code, self.site, str(self.finding.subject or ""), *map(str, self.finding.path))
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditContext:
    """What judging needs besides the snapshot."""

    project: str
    settings: AuditSettings
    kinds: Kinds
    now: datetime
    baseline: Collection[str] = frozenset()
    """Fingerprints that were there before."""


def judge(store: Store, context: AuditContext) -> tuple[Judged, ...]:
    """Every finding of a snapshot, waived and known ones included, the most important first."""
    found = [*_about_sites(store, context), *_about_objects(store, context)]
    if store.origin.shard.is_whole:
        found += _about_the_fleet(store, context)
    waived = [_waived(each, context) for each in found]
    every = [*waived, *_about_waivers(found, context)]
    return tuple(sorted((_remembered(each, context) for each in every), key=_order))


def _about_sites(store: Store, context: AuditContext) -> Iterator[Judged]:
    for site in store.sites().values():
        subject = ResourceId("Workspace", site.workspace_id)
        if site.gone and context.settings.rule("DLC314").on:
            summary = f"workspace {site.workspace_id} does not exist in {site.region}"
            yield _graded(finding("DLC314", summary, subject=subject), site.key, "", context)
        for why in site.unread:
            made = finding("DLC332", why, subject=subject, path=(why.partition(" ")[0],))
            yield Judged(finding=made, site=site.key)


def _about_objects(store: Store, context: AuditContext) -> Iterator[Judged]:
    custom = [compile_rule(rule) for rule in context.settings.custom]
    sites = store.sites()
    for audit in audits_of(context.kinds):
        for subject in store.subjects(audit):
            yield from _by_rules(audit, subject, sites[subject.site], context)
            yield from _by_custom(custom, audit, subject)
    for key, unreadable in store.unreadable():
        made = finding("DLC332", unreadable.why, subject=ResourceId(key.kind, key.name), path=("versions",))
        yield Judged(finding=made, site=key.site, object_id=key.id)


def _by_rules(audit: AnyAudit, subject: Subject, site: SiteFacts, context: AuditContext) -> Iterator[Judged]:
    for rule in audit.rules:
        if context.settings.rule(rule.code).on:
            numbers = context.settings.numbers(rule.code)
            setting = Setting(site=site, project=context.project, now=context.now, numbers=numbers)
            for hit in rule.check(subject, setting):
                yield from _made(rule.code or hit.code, hit, subject, context)


def _by_custom(custom: Sequence[Compiled], audit: AnyAudit, subject: Subject) -> Iterator[Judged]:
    for compiled in custom:
        try:
            hits = list(compiled.hits(audit, subject))
        except NotJudged as error:
            summary = f"custom rule {compiled.rule.code} could not be evaluated: {error}"
            made = finding("DLC333", summary, subject=subject.resource_id, path=(compiled.rule.code,))
            yield Judged(finding=made, site=subject.site, object_id=subject.id)
            continue
        for hit in hits:
            made = Finding(
                code=hit.code,
                severity=compiled.rule.severity,
                summary=hit.summary,
                subject=subject.resource_id,
                where=subject.manifest,
                path=hit.path,
                hint=hit.hint,
            )
            yield Judged(finding=made, site=subject.site, object_id=subject.id)


def _about_the_fleet(store: Store, context: AuditContext) -> Iterator[Judged]:
    settings = context.settings
    for audit in audits_of(context.kinds):
        for rule in audit.fleet_rules:
            if settings.rule(rule.code).on:
                for subject, hit in rule.check(store, settings.numbers(rule.code)):
                    yield from _made(rule.code, hit, subject, context)
        for comparing in RULES if audit.is_compared else ():
            if settings.rule(comparing.code).on:
                for subject, hit in comparing.check(store, audit, settings.numbers(comparing.code)):
                    yield from _made(comparing.code, hit, subject, context)


def _about_waivers(found: Sequence[Judged], context: AuditContext) -> Iterator[Judged]:
    today = context.now.date()
    for waiver in context.settings.waivers:
        covered = any(_covers(waiver, each) for each in found)
        path = ("waivers", waiver.code, waiver.name)
        what = f"the waiver of {waiver.code} for {waiver.name}"
        if waiver.is_expired(today):
            summary = f"{what} expired on {waiver.expires.isoformat()}: {waiver.reason}"
            made = finding("DLC330", summary, subject=_project(context), where=waiver.where, path=path)
            yield Judged(finding=made)
        elif not covered:
            made = finding("DLC331", f"{what} waives nothing", subject=_project(context), where=waiver.where, path=path)
            yield Judged(finding=made)


def _made(code: str, hit: Hit, subject: Subject, context: AuditContext) -> Iterator[Judged]:
    if context.settings.rule(code).on:
        made = finding(
            code, hit.summary, subject=subject.resource_id, where=subject.manifest, path=hit.path, hint=hit.hint
        )
        yield _graded(made, subject.site, subject.id, context)


def _graded(made: Finding, site: str, object_id: str, context: AuditContext) -> Judged:
    severity = context.settings.rule(made.code).severity or CODE_TABLE[made.code].severity
    return Judged(finding=replace(made, severity=severity), site=site, object_id=object_id)


def _waived(judged: Judged, context: AuditContext) -> Judged:
    today = context.now.date()
    valid = (each for each in context.settings.waivers if _covers(each, judged) and not each.is_expired(today))
    return replace(judged, waiver=next(valid, None))


def _covers(waiver: Waiver, judged: Judged) -> bool:
    name = judged.finding.subject.name if judged.finding.subject else ""
    return waiver.covers(judged.finding.code, judged.site, name)


def _remembered(judged: Judged, context: AuditContext) -> Judged:
    return replace(judged, known=judged.fingerprint in context.baseline)


def _project(context: AuditContext) -> ResourceId:
    return ResourceId("Project", context.project)


def _order(judged: Judged) -> tuple[object, ...]:
    made = judged.finding
    subject = made.subject or ResourceId("", "")
    path = tuple(map(str, made.path))
    return (_WEIGHT[made.severity], made.code, judged.site, subject.name, judged.object_id, path, made.summary)
