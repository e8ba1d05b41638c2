"""A judged snapshot as plain JSON values, for every renderer: a head, the findings, and the objects one by one.

Nothing in a snapshot is secret, so nothing here is. Contents are read separately, one object at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from reconciler.audit.judge import AuditContext, Judged
from reconciler.audit.rule_table import codes_of, names_of
from reconciler.audit.settings import CustomRule
from reconciler.audit.store import Store
from reconciler.codes import CODE_TABLE
from reconciler.kinds.audited import AnyAudit, SiteFacts
from reconciler.kinds.base import Kinds
from reconciler.model import Severity, SourceRef
from reconciler.model.paths import format_path
from reconciler.model.plain import plain

FORMAT_VERSION = "1.2"
VERSIONS = "versions"

Plain = dict[str, Any]


def head(store: Store, context: AuditContext, found: Sequence[Judged], off: int) -> Plain:
    """Return everything but the lists: where and when, the counts, and every rule with its documentation."""
    standing = [each for each in found if each.stands]
    shard = store.origin.shard
    return {
        "format_version": FORMAT_VERSION,
        "project": context.project,
        "at": context.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "shard": None if shard.is_whole else {"number": shard.number, "of": shard.of},
        "summary": {
            **{severity.value: _count(standing, severity) for severity in reversed(Severity)},
            "waived": sum(each.waiver is not None for each in found),
            "known": sum(each.waiver is None and each.known for each in found),
            "off": off,
        },
        "targets": [_target(store, site, context.kinds) for site in store.sites().values()],
        "failed": [plain(each) for each in store.failed()],
        "rules": _rules(context, standing),
    }


def _count(found: Sequence[Judged], severity: Severity) -> int:
    return sum(each.finding.severity is severity for each in found)


def _target(store: Store, site: SiteFacts, kinds: Kinds) -> Plain:
    return {
        "target": site.key,
        "region": site.region,
        "workspace_id": site.workspace_id,
        "endpoint": site.endpoint,
        "gone": site.gone,
        "described": site.described,
        **_counts(store, site.key, kinds),
        "unread": list(site.unread),
    }


def _counts(store: Store, site: str, kinds: Kinds) -> dict[str, int]:
    """Return how many objects of each kind a workspace holds, and their versions together."""
    objects, versions = store.counts(site)
    counted: dict[str, int] = {}
    for kind in kinds:
        if kind.audit is not None:
            counted[kind.audit().many] = objects.get(kind.name, 0)
            if kind.versions is not None:
                counted[VERSIONS] = counted.get(VERSIONS, 0) + versions.get(kind.name, 0)
    return counted


def nouns(kinds: Kinds) -> dict[str, str]:
    """Return the singular name of each thing that `_counts` counts, by the same keys in the same order."""
    found: dict[str, str] = {}
    for kind in kinds:
        if kind.audit is not None:
            found[kind.audit().many] = kind.noun
            if kind.versions is not None:
                found[VERSIONS] = "version"
    return found


def _rules(context: AuditContext, standing: Sequence[Judged]) -> list[Plain]:
    counted = Counter(each.finding.code for each in standing)
    codes, names = codes_of(context.kinds), names_of(context.kinds)
    used = [code for code in counted if code not in codes and code in CODE_TABLE]
    own = [_known(code, names.get(code, ""), context, counted[code]) for code in sorted((*codes, *used))]
    return [*own, *(_custom(rule, context, counted[rule.code]) for rule in context.settings.custom)]


def _known(code: str, name: str, context: AuditContext, count: int) -> Plain:
    entry, grading = CODE_TABLE[code], context.grading
    return {
        "code": code,
        "name": name,
        "title": entry.title,
        "severity": grading.severity(code, entry.severity).value,
        "on": not grading.is_off(code),
        "numbers": dict(context.settings.numbers(code)),
        "why": entry.why,
        "fix": entry.fix,
        "source": entry.source,
        "findings": count,
    }


def _custom(rule: CustomRule, context: AuditContext, count: int) -> Plain:
    return {
        "code": rule.code,
        "name": "",
        "title": rule.message,
        "severity": context.grading.severity(rule.code, rule.severity).value,
        "on": not context.grading.is_off(rule.code),
        "numbers": {},
        "why": "",
        "fix": rule.hint,
        "source": "",
        "findings": count,
    }


def finding_object(judged: Judged) -> Plain:
    """Return one finding as plain values."""
    made, waiver = judged.finding, judged.waiver
    return {
        "code": made.code,
        "severity": made.severity.value,
        "summary": made.summary,
        "kind": made.subject.kind if made.subject else None,
        "name": made.subject.name if made.subject else None,
        "target": judged.site or None,
        "id": judged.object_id or None,
        "where": _place(made.where),
        "path": list(made.path),
        "field": format_path(made.path),
        "hint": made.hint,
        "fingerprint": judged.fingerprint,
        "waived": None if waiver is None else {"reason": waiver.reason, "expires": waiver.expires.isoformat()},
        "known": judged.known,
    }


def objects(store: Store, audit: AnyAudit) -> Iterator[Plain]:
    """Yield every object of a kind, without the contents of its versions, one at a time."""
    for subject in store.outlines(audit):
        yield {"target": subject.site, "id": subject.id, "name": subject.name, **audit.row(subject)}


def contents(store: Store, audit: AnyAudit, target: str, id: str) -> list[Plain]:
    """Return the versions of one object with their contents and constraints, newest first."""
    subject = store.subject(audit, target, id)
    return [
        {"number": version.number, "content": version.content, "constraints": version.constraints}
        for version in (subject.versions if subject else ())
    ]


def _place(where: SourceRef | None) -> Plain | None:
    return None if where is None else {"file": where.file, "line": where.line, "column": where.column}
