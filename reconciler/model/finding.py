"""Judgements: what validation, planning, safety and audits have to say."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from reconciler.model.values import FieldPath, ResourceId, SourceRef


class Severity(enum.StrEnum):
    """How much a finding matters: an error blocks, a warning is worth a look, a note only tells."""

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
    """What to do about it."""
    also: tuple[SourceRef, ...] = ()
    """Other places that take part, for example the first of two equal names."""
