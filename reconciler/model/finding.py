"""Findings: the judgements of validation, planning, safety limits and audits."""

from __future__ import annotations

import enum

from reconciler.model.quick import dataclass
from reconciler.model.values import FieldPath, ResourceId, SourceRef


class Severity(enum.StrEnum):
    """How much a finding matters: an error blocks, a warning deserves a look, a note only informs."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One judgement of validation, planning, safety or audit. Codes are stable; `codes` explains each."""

    code: str
    severity: Severity
    summary: str
    """One line, without the place and the subject."""
    subject: ResourceId | None = None
    where: SourceRef | None = None
    path: FieldPath = ()
    """The field inside the document, for example ("spec", "content", "JobSpecs", 0, "Image")."""
    hint: str = ""
    """What the reader can do about it."""
    also: tuple[SourceRef, ...] = ()
    """Other places that belong to the finding, for example the first of two equal names."""
