"""A judged snapshot as plain JSON values, for every renderer: a head, findings, templates and TensorBoards one by one.

Nothing is secret here, because nothing in a snapshot is. Contents come apart, one template at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from reconciler.audit.judge import AuditContext, Judged
from reconciler.audit.rules import CODES, NAMES
from reconciler.audit.settings import CustomRule
from reconciler.audit.snapshot import Board, Template, Use
from reconciler.audit.store import Key, Store
from reconciler.codes import CODE_TABLE
from reconciler.model import Severity, SourceRef
from reconciler.model.paths import format_path

FORMAT_VERSION = "1.0"

Plain = dict[str, Any]


def head(store: Store, context: AuditContext, found: Sequence[Judged]) -> Plain:
    """Everything but the lists: where and when, how much of what, and every rule with its documentation."""
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
        },
        "targets": _targets(store),
        "rules": _rules(context, standing),
    }


def _count(found: Sequence[Judged], severity: Severity) -> int:
    return sum(each.finding.severity is severity for each in found)


def _targets(store: Store) -> list[Plain]:
    counts = store.counts()
    return [
        {
            "target": site.key,
            "region": site.region,
            "workspace_id": site.workspace_id,
            "endpoint": site.endpoint,
            "gone": site.gone,
            "described": site.described,
            **counts[site.key],
            "unread": list(site.unread),
        }
        for site in store.sites().values()
    ]


def _rules(context: AuditContext, standing: Sequence[Judged]) -> list[Plain]:
    counted = Counter(each.finding.code for each in standing)
    used = [code for code in counted if code not in CODES and code in CODE_TABLE]
    own = [_known(code, context, counted[code]) for code in sorted((*CODES, *used))]
    return [*own, *(_custom(rule, counted[rule.code]) for rule in context.settings.custom)]


def _known(code: str, context: AuditContext, count: int) -> Plain:
    entry, setting = CODE_TABLE[code], context.settings.rule(code)
    return {
        "code": code,
        "name": NAMES.get(code, ""),
        "title": entry.title,
        "severity": (setting.severity or entry.severity).value,
        "on": setting.on,
        "numbers": dict(context.settings.numbers(code)),
        "why": entry.why,
        "fix": entry.fix,
        "source": entry.source,
        "findings": count,
    }


def _custom(rule: CustomRule, count: int) -> Plain:
    return {
        "code": rule.code,
        "name": "",
        "title": rule.message,
        "severity": rule.severity.value,
        "on": True,
        "numbers": {},
        "why": "",
        "fix": rule.hint,
        "source": "",
        "findings": count,
    }


def finding_object(judged: Judged) -> Plain:
    """One finding."""
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


def template_objects(store: Store) -> Iterator[Plain]:
    """Every template with its versions and their use, without contents, one at a time."""
    for key in store.names():
        yield _template(store.outline(key))


def _template(template: Template) -> Plain:
    return {
        "target": template.site,
        "id": template.id,
        "name": template.name,
        "default": template.default,
        "created": template.created,
        "modified": template.modified,
        "created_by": template.created_by,
        "modified_by": template.modified_by,
        "last_used": template.last_launch,
        "owner": template.owner,
        "manifest": _place(template.manifest),
        "jobs": None if template.use is None else template.jobs,
        "users": template.users,
        "versions": [_version(template, number) for number in range(len(template.versions))],
    }


def _version(template: Template, index: int) -> Plain:
    version = template.versions[index]
    use = (template.use or {}).get(version.number, Use())
    return {
        "number": version.number,
        "created": version.created,
        "created_by": version.created_by,
        "digest": version.digest,
        "in_git": version.in_git,
        "by_console": version.by_console,
        "jobs": use.jobs,
        "users": use.users,
        "gpu_hours": use.gpu_hours,
        "confidence": dict(use.confidence),
    }


def contents(store: Store, target: str, id: str) -> list[Plain]:
    """The versions of one template with their contents and constraints, newest first."""
    return [
        {"number": version.number, "content": version.content, "constraints": version.constraints}
        for version in store.template(Key(target, id)).versions
    ]


def board_objects(store: Store) -> Iterator[Plain]:
    """Every TensorBoard."""
    for board in store.boards():
        yield _board(board)


def _board(board: Board) -> Plain:
    return {
        "target": board.site,
        "id": board.id,
        "name": board.name,
        "status": board.status,
        "accessibility": board.accessibility,
        "created": board.created,
        "user": board.user,
        "running_hours": board.running_hours,
        "job_id": board.job_id,
        "job_gone": board.job_gone,
        "template_id": board.template_id,
    }


def _place(where: SourceRef | None) -> Plain | None:
    return None if where is None else {"file": where.file, "line": where.line, "column": where.column}
