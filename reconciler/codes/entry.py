"""What the table knows about one finding code."""

from __future__ import annotations

from reconciler.model import Severity
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One finding code. All texts are whole sentences for a person."""

    code: str
    title: str
    severity: Severity
    why: str
    """What goes wrong if nobody acts."""
    fix: str
    """What to do; shown as the finding's hint."""
    source: str = ""
    """Where the fact comes from, for example "CreateJob, field DisplayName"; empty for our own rules."""
