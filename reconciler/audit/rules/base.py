"""What a rule is: a small function over one frozen value of the snapshot, with its numbers and what they are in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from reconciler.audit.snapshot import Board, SiteFacts, Template
from reconciler.model import FieldPath
from reconciler.model.moments import moment_of

SubjectT = TypeVar("SubjectT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A number that the project may set."""

    name: str
    default: int
    meaning: str
    """A sentence, with the unit."""
    minimum: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What a rule found in one object. Texts name dates, not durations, so that they stay the same from day to day."""

    summary: str
    path: FieldPath = ()
    """The field inside the object, for example ("content", "JobSpecs", 0, "Image")."""
    hint: str = ""
    code: str = ""
    """For the one rule that stands for many codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a rule knows besides its object."""

    site: SiteFacts
    project: str
    now: datetime
    numbers: Mapping[str, int] = field(default_factory=dict)

    def is_older(self, moment: str, days: int) -> bool:
        """Whether a moment in the service's notation is at least that many days ago."""
        found = moment_of(moment)
        return found is not None and self.now - found >= timedelta(days=days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[SubjectT]):
    """One rule of the table. Title, severity and explanation stand in the table of codes."""

    code: str
    name: str
    check: Callable[[SubjectT, Setting], Iterator[Hit]]
    parameters: tuple[Parameter, ...] = ()


TemplateRule = Rule[Template]
BoardRule = Rule[Board]


def day(moment: str) -> str:
    """The date of a moment, for sentences."""
    found = moment_of(moment)
    return found.date().isoformat() if found else "an unknown day"
