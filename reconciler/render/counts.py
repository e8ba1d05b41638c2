"""Numbers in words: how many of what, each severity by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from reconciler.model import Finding, Severity


def counted(count: int, one: str, many: str = "") -> str:
    """`1 job`, `2 jobs`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def findings_counted(findings: Iterable[Finding]) -> str:
    """`1 error, 2 warnings, 1 note`: each severity by itself; empty when there is nothing."""
    count = Counter(finding.severity for finding in findings)
    return ", ".join(counted(count[each], each.value) for each in reversed(Severity) if count[each])


def quiet_counted(waived: int, off: int) -> str:
    """`3 waived, 1 switched off`: what a project does not want to be told; empty when it is told everything."""
    return ", ".join(f"{count:,} {what}" for count, what in ((waived, "waived"), (off, "switched off")) if count)
