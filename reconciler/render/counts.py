"""Numbers in words: how many of each thing, and how many findings of each severity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from reconciler.model import Finding, Severity


def counted(count: int, one: str, many: str = "") -> str:
    """Return `1 job`, `2 jobs`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def findings_counted(findings: Iterable[Finding]) -> str:
    """Return `1 error, 2 warnings, 1 note`: how many findings of each severity there are; empty for none."""
    count = Counter(finding.severity for finding in findings)
    return ", ".join(counted(count[each], each.value) for each in reversed(Severity) if count[each])


def quiet_counted(waived: int, off: int) -> str:
    """Return `3 waived, 1 switched off`: how many findings a project does not want to see; empty for none."""
    return ", ".join(f"{count:,} {what}" for count, what in ((waived, "waived"), (off, "switched off")) if count)
