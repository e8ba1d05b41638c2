"""Many targets in one run: their plans, what went wrong where, and how an apply of them ended."""

from __future__ import annotations

from dataclasses import field

from reconciler.model.finding import Finding, Severity
from reconciler.model.plan import Plan
from reconciler.model.quick import dataclass
from reconciler.model.report import ApplyReport
from reconciler.model.values import APART, WHEN_SET


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetLimits:
    """How much one apply may take away on all its targets together; None: no limit."""

    max_deletions: int | None = None
    max_replacements: int | None = None
    max_verify_gpu_hours: float | None = None
    """The most GPU-hours that all verifications may take together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why there is no plan of a target, or no report. The other targets are not affected."""

    target: str
    code: str
    """The sort of failure, for programs: "unreachable", "credentials", "manifests", ..."""
    message: str
    hint: str = field(default="", metadata=WHEN_SET)
    findings: tuple[Finding, ...] = field(default=(), metadata=WHEN_SET)
    """The findings about the manifests, where they are the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """What apply will do to many targets of one project: a plan or a failure for each. Plain data without secrets."""

    project: str
    chosen: str
    """Which targets were asked for, as `fleet.selection` writes it: "all", "env=prod", "east,west"."""
    plans: tuple[Plan, ...] = field(default=(), metadata=APART)
    """The plans by target, in the order of the project file."""
    failed: tuple[Failure, ...] = ()
    """The failures by target, in the same order."""
    findings: tuple[Finding, ...] = ()
    """Findings about limits that all plans together break."""

    @property
    def is_blocked(self) -> bool:
        """True when apply refuses the whole document or one of its plans."""
        return self.is_refused or any(plan.is_blocked for plan in self.plans)

    @property
    def is_refused(self) -> bool:
        """True when apply refuses the whole document."""
        return any(each.severity is Severity.ERROR for each in self.findings)

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of all its targets: those with a plan, then those without."""
        return (*(plan.target.name for plan in self.plans), *(each.target for each in self.failed))


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetReport:
    """What an apply did on many targets: a report or a failure for each."""

    fleet_id: str
    reports: tuple[ApplyReport, ...] = field(metadata=APART)
    failed: tuple[Failure, ...] = ()
    interrupted: bool = False

    @property
    def is_complete(self) -> bool:
        """True when everything was done on every target."""
        return not self.interrupted and not self.failed and all(report.is_complete for report in self.reports)
