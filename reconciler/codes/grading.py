"""How a project grades findings about contents: `spec.rules` and `spec.waivers`, the same for every command.

Rules about contents (DLC1xx), policies and audit rules can be graded. Findings that guard reading, ownership, limits
and the rules themselves always have the severity of the table of codes.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import date

from reconciler.model import Finding, Severity, SourceRef
from reconciler.model.quick import dataclass

OFF = "off"
_WHY_FIXED = {
    "DLC0": "it says that something cannot be read, and then there is nothing to go by",
    "DLC2": "it guards ownership, identity and limits",
    "DLC3": "it is about audits and waivers themselves",
    "DLC4": "it comes from `validate --online` alone, which can be left out",
    "DLC5": "it says that a policy has not judged",
}


def why_fixed(code: str) -> str:
    """Return why a project cannot grade this code of ours, which therefore keeps the severity of the table."""
    return _WHY_FIXED[code[:4]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A finding that somebody accepts until a date, with the reason."""

    code: str
    name: str
    """A pattern of names, with `*` and `?`."""
    reason: str
    expires: date
    """The last day on which it counts."""
    target: str = "*"
    """A pattern of targets."""
    where: SourceRef | None = None
    """The place where the waiver is written."""

    def covers(self, code: str, target: str, name: str) -> bool:
        """Return whether the waiver is about this finding, expired or not."""
        return code == self.code and fnmatch.fnmatchcase(name, self.name) and fnmatch.fnmatchcase(target, self.target)

    def is_expired(self, today: date) -> bool:
        """Return whether its last day has passed."""
        return today > self.expires


@dataclass(frozen=True, slots=True)
class Waived:
    """A finding, and the waiver that covers it today."""

    finding: Finding
    waiver: Waiver


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """Findings sorted by what the project says about them."""

    standing: tuple[Finding, ...] = ()
    """The findings that remain, with the project's severities."""
    waived: tuple[Waived, ...] = ()
    off: tuple[Finding, ...] = ()
    """Findings of rules that are switched off."""
    expired: tuple[Waiver, ...] = ()
    """Waivers that would cover a remaining finding if they had not expired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading:
    """`spec.rules` and `spec.waivers` of a project."""

    severities: Mapping[str, Severity | None] = field(default_factory=dict)
    """The severity by code; None switches the rule off. A code that is missing here keeps its severity."""
    waivers: tuple[Waiver, ...] = ()

    def is_off(self, code: str) -> bool:
        """Return whether the rule is switched off."""
        return self.severities.get(code, Severity.NOTE) is None

    def severity(self, code: str, otherwise: Severity) -> Severity:
        """Return how much a finding of this code matters in this project; for a rule that is switched off, its
        severity in the table."""
        return self.severities.get(code) or otherwise

    def waiver(self, found: Finding, target: str, today: date) -> Waiver | None:
        """Return the waiver that covers a finding on this day."""
        return next((each for each in self._about(found, target) if not each.is_expired(today)), None)

    def sorted_out(self, findings: Iterable[Finding], target: str, today: date) -> Graded:
        """Return the findings about a target, sorted into those that remain and those that the project waives or
        switches off."""
        standing: list[Finding] = []
        waived: list[Waived] = []
        off: list[Finding] = []
        expired: dict[Waiver, None] = {}
        for each in findings:
            if self.is_off(each.code):
                off.append(each)
                continue
            found = replace(each, severity=self.severity(each.code, each.severity))
            if (waiver := self.waiver(found, target, today)) is not None:
                waived.append(Waived(found, waiver))
            else:
                standing.append(found)
                expired |= dict.fromkeys(self._about(found, target))
        return Graded(standing=tuple(standing), waived=tuple(waived), off=tuple(off), expired=tuple(expired))

    def _about(self, found: Finding, target: str) -> list[Waiver]:
        """Return the waivers that name the finding, expired or not."""
        if not self.waivers:
            return []
        name = found.subject.name if found.subject else ""
        return [each for each in self.waivers if each.covers(found.code, target, name)]
