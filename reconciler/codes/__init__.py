"""Every finding code there is: what it means, why it matters, how to fix it, and where the fact comes from.

Codes are stable: a code is never reused for something else. Ranges: DLC0xx reading manifests, DLC1xx rules on
manifests, DLC2xx planning and safety, DLC3xx audits, DLC4xx online checks, DLC5xx policies. `finding()` is the only way
to make a Finding of one of them, so nobody can invent a code.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from reconciler.codes import (
    abstract,
    allowances,
    audit,
    checkout,
    manifests,
    online,
    plan,
    policies,
    references,
    renames,
    rules,
    waves,
)
from reconciler.codes.entry import Entry
from reconciler.model import FieldPath, Finding, ResourceId, SourceRef

__all__ = ["CODE_TABLE", "GRADED", "Entry", "finding"]

_PARTS = (manifests, abstract, allowances, checkout, waves, references, renames, rules, plan, audit, online, policies)

CODE_TABLE: Mapping[str, Entry] = MappingProxyType(
    {
        entry.code: entry
        for entry in sorted(
            (entry for part in _PARTS for entry in part.ENTRIES),
            key=lambda entry: entry.code,
        )
    }
)

GRADED: frozenset[str] = frozenset(entry.code for entry in (*rules.ENTRIES, *audit.RULES))
"""The codes of ours that a project may grade, switch off and waive: rules about contents, and audit rules."""


def finding(
    code: str,
    summary: str,
    *,
    subject: ResourceId | None = None,
    where: SourceRef | None = None,
    path: FieldPath = (),
    hint: str = "",
    also: tuple[SourceRef, ...] = (),
) -> Finding:
    """Return a Finding of a known code, with the severity from the table, and its hint unless another one is given.

    Raises:
        KeyError: the code is not in the table.
    """
    entry = CODE_TABLE[code]
    return Finding(
        code=code,
        severity=entry.severity,
        summary=summary,
        subject=subject,
        where=where,
        path=path,
        hint=hint or entry.fix,
        also=also,
    )
