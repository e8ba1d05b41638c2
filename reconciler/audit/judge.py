"""Runs the rules over a snapshot, and says of each finding whether it remains, is waived, or is in the baseline.

The time is an argument. Findings are sorted by severity, code, workspace and name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from reconciler.audit.comparisons import RULES
from reconciler.audit.custom import Compiled, compile_rule
from reconciler.audit.rule_table import audits_of, parameters_of
from reconciler.audit.settings import AuditSettings
from reconciler.audit.store import Store
from reconciler.codes import finding
from reconciler.codes.grading import Grading, Waiver
from reconciler.kinds.audited import AnyAudit, Hit, Setting, SiteFacts, Subject
from reconciler.kinds.base import Kinds
from reconciler.kinds.judges import NotJudged
from reconciler.kinds.waivers import expired_finding, needless_finding
from reconciler.model import Finding, ResourceId, Severity
from reconciler.model.quick import dataclass

_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A finding, with the workspace and the object that it is about."""

    finding: Finding
    site: str = ""
    """Empty for findings about the audit itself."""
    object_id: str = ""
    """The id that the service gave the object."""
    waiver: Waiver | None = None
    """The waiver that covers the finding today; None for none."""
    known: bool = False
    """Whether the baseline has the finding, so that nobody has to look at it again."""

    @property
    def stands(self) -> bool:
        """Whether somebody has to look at it."""
        return self.waiver is None and not self.known

    @property
    def fingerprint(self) -> str:
        """A hash of code, subject and path. It stays the same with another wording, and for a new object of the same
        name."""
        parts = (self.finding.code, self.site, str(self.finding.subject or ""), *map(str, self.finding.path))
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditContext:
    """What judging needs besides the snapshot."""

    project: str
    settings: AuditSettings
    kinds: Kinds
    grading: Grading
    now: datetime
    baseline: Collection[str] = frozenset()
    """Fingerprints of findings that were accepted before."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Every finding of a snapshot, waived and known ones included, the most important first."""

    found: tuple[Judged, ...]
    off: int = 0
    """How many more findings there would be from rules that are switched off."""


def judge(store: Store, context: AuditContext) -> Judgement:
    """Run all rules over a snapshot."""
    every = [*_about_sites(store), *_about_objects(store, context)]
    if store.origin.shard.is_whole:
        every += _about_the_fleet(store, context)
    found = [_graded(each, context) for each in every if not context.grading.is_off(each.finding.code)]
    told = [*found, *_about_waivers(found, context)]
    sorted_ = tuple(sorted((_remembered(each, context) for each in told), key=_order))
    return Judgement(sorted_, off=len(every) - len(found))


def _about_sites(store: Store) -> Iterator[Judged]:
    for site in store.sites().values():
        subject = ResourceId("Workspace", site.workspace_id)
        if site.gone:
            summary = f"workspace {site.workspace_id} does not exist in {site.region}"
            yield Judged(finding=finding("DLC314", summary, subject=subject), site=site.key)
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
        numbers = context.settings.numbers(rule.code)
        setting = Setting(site=site, project=context.project, now=context.now, numbers=numbers)
        for hit in rule.check(subject, setting):
            yield _made(rule.code or hit.code, hit, subject)


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
            for subject, hit in rule.check(store, settings.numbers(rule.code)):
                yield _made(rule.code, hit, subject)
        for comparing in RULES if audit.is_compared else ():
            for subject, hit in comparing.check(store, audit, settings.numbers(comparing.code)):
                yield _made(comparing.code, hit, subject)


def _about_waivers(found: Sequence[Judged], context: AuditContext) -> Iterator[Judged]:
    """Yield findings about expired waivers, and about waivers of audit rules that cover nothing; `validate` reports
    those of other rules."""
    today = context.now.date()
    own = {*parameters_of(context.kinds), *(rule.code for rule in context.settings.custom)}
    used = {each.waiver for each in found}
    for waiver in context.grading.waivers:
        if waiver.is_expired(today):
            yield Judged(finding=expired_finding(context.project, waiver))
        elif waiver.code in own and waiver not in used:
            yield Judged(finding=needless_finding(context.project, waiver))


def _made(code: str, hit: Hit, subject: Subject) -> Judged:
    made = finding(code, hit.summary, subject=subject.resource_id, where=subject.manifest, path=hit.path, hint=hit.hint)
    return Judged(finding=made, site=subject.site, object_id=subject.id)


def _graded(judged: Judged, context: AuditContext) -> Judged:
    """Return the finding with the project's severity, and the waiver that covers it."""
    severity = context.grading.severity(judged.finding.code, judged.finding.severity)
    waiver = context.grading.waiver(judged.finding, judged.site, context.now.date())
    return replace(judged, finding=replace(judged.finding, severity=severity), waiver=waiver)


def _remembered(judged: Judged, context: AuditContext) -> Judged:
    return replace(judged, known=judged.fingerprint in context.baseline)


def _order(judged: Judged) -> tuple[object, ...]:
    made = judged.finding
    subject = made.subject or ResourceId("", "")
    path = tuple(map(str, made.path))
    return (_WEIGHT[made.severity], made.code, judged.site, subject.name, judged.object_id, path, made.summary)
