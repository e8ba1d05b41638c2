"""How a project grades what is found in contents: `spec.rules` and `spec.waivers`, the same for every command.

Graded are rules about contents (DLC1xx), policies, and the rules of audits. What guards reading, ownership, limits and
the rules themselves has the severity of the table of codes, always.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from reconciler.model import Finding, Severity, SourceRef

OFF = "off"
_WHY_FIXED = {
    "DLC0": "it says that something cannot be read, and then there is nothing to go by",
    "DLC2": "it guards ownership, identity and limits",
    "DLC3": "it is about audits and waivers themselves",
    "DLC4": "it comes from `validate --online` alone, which can be left out",
    "DLC5": "it says that a policy has not judged",
}


def why_fixed(code: str) -> str:
    """Return why a code of ours that is not among those a project grades has the severity of the table, always."""
    return _WHY_FIXED[code[:4]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A finding that somebody accepts for a while, and why."""

    code: str
    name: str
    """A pattern of names, with `*` and `?`."""
    reason: str
    expires: date
    """The last day on which it counts."""
    target: str = "*"
    """A pattern of targets."""
    where: SourceRef | None = None
    """Where it is written."""

    def covers(self, code: str, target: str, name: str) -> bool:
        """Return whether it is about this finding, expired or not."""
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
    """With the project's severities."""
    waived: tuple[Waived, ...] = ()
    off: tuple[Finding, ...] = ()
    """Of rules that are switched off."""
    expired: tuple[Waiver, ...] = ()
    """Waivers that would cover one that stands, were they not expired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading:
    """`spec.rules` and `spec.waivers` of a project."""

    severities: Mapping[str, Severity | None] = field(default_factory=dict)
    """By code; None is a rule that is switched off. A code that is not here keeps its severity."""
    waivers: tuple[Waiver, ...] = ()

    def is_off(self, code: str) -> bool:
        """Return whether the rule is switched off."""
        return self.severities.get(code, Severity.NOTE) is None

    def severity(self, code: str, otherwise: Severity) -> Severity:
        """How much a finding of this code matters here; for a rule that is switched off, what it mattered before."""
        return self.severities.get(code) or otherwise

    def waiver(self, found: Finding, target: str, today: date) -> Waiver | None:
        """Return the waiver that covers a finding on this day."""
        return next((each for each in self._about(found, target) if not each.is_expired(today)), None)

    def sorted_out(self, findings: Iterable[Finding], target: str, today: date) -> Graded:
        """Return what is to be told about a target, and what the project does not want to be told."""
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


AS_THE_TABLE = Grading()
"""Grades nothing and waives nothing."""
