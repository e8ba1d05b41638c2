"""One object of a manifest file as an earlier run found it, and what of it is worth keeping.

What has to be known of all objects together stands by itself: which object it is, its file, the digest of what it
asks, what it builds on, and whether there is anything to tell of it. The rest is read when somebody asks for it: of
thousands of objects that nobody changed, that is never.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from reconciler.manifests.composition import Variant
from reconciler.model import Finding, JsonValue, ResourceId, Severity, SourceRef
from reconciler.model.quick import dataclass

Load = Callable[[str, int], Variant]
"""Reads an object of a file, by the name of the file and the object's number in it."""
Rest = list[Any]
"""Line, column, `is_made`, faults, opinions, labels, former names, facts: see `Found`."""


class Base(NamedTuple):
    """What an object builds on: kind and name, its file, and the digest of that file."""

    kind: str
    name: str
    file: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is to be kept of one object."""

    subject: ResourceId
    where: SourceRef
    is_made: bool
    faults: tuple[Finding, ...]
    opinions: tuple[Finding, ...]
    labels: Mapping[str, str]
    former: tuple[str, ...]
    digest: str
    """The digest of what it asks (`Kind.digest`)."""
    facts: Sequence[JsonValue]
    """See `kinds.keeping`."""
    bases: tuple[Base, ...]

    @property
    def is_quiet(self) -> bool:
        """See `Kept.is_quiet`."""
        return not (self.faults or self.opinions or self.former)

    def rest(self) -> Rest:
        """Return what `Kept` reads late."""
        return [
            self.where.line,
            self.where.column,
            self.is_made,
            list(map(_plain_finding, self.faults)),
            list(map(_plain_finding, self.opinions)),
            dict(self.labels),
            self.former,
            self.facts,
        ]


class Kept:
    """One object as an earlier run found it. Implements `composition.Described`."""

    __slots__ = ("_load", "_rest", "_rests", "bases", "digest", "file", "is_quiet", "number", "subject")

    def __init__(
        self,
        *,
        subject: ResourceId,
        file: str,
        number: int,
        digest: str,
        bases: tuple[Base, ...],
        is_quiet: bool,
        rest: Rest | int,
        rests: Callable[[int], Rest],
        load: Load,
    ) -> None:
        """`rest` is what is read late, or the number by which `rests` returns it."""
        self.subject = subject
        """Its kind and name."""
        self.file = file
        """The name of its file."""
        self.number = number
        """Its number in its file."""
        self.digest = digest
        """The digest of what it asks."""
        self.bases = bases
        """What it builds on."""
        self.is_quiet = is_quiet
        """Whether nothing was found that has to be told of it, and it has no former names."""
        self._rest = rest
        self._rests = rests
        self._load = load

    @classmethod
    def of(cls, found: Found, number: int, load: Load) -> Kept:
        """Return an object that this run found itself."""
        return cls(
            subject=found.subject,
            file=found.where.file,
            number=number,
            digest=found.digest,
            bases=found.bases,
            is_quiet=found.is_quiet,
            rest=found.rest(),
            rests=_none_other,
            load=load,
        )

    @property
    def has_base(self) -> bool:
        """Whether other documents are needed to put it together."""
        return bool(self.bases)

    @property
    def base_ids(self) -> frozenset[ResourceId]:
        """Kind and name of what it builds on."""
        return frozenset(ResourceId(base.kind, base.name) for base in self.bases)

    @property
    def where(self) -> SourceRef:
        """The place where it stands."""
        return SourceRef(self.file, *self._read()[:2])

    @property
    def is_made(self) -> bool:
        """Whether text in one place also takes part in other objects."""
        return bool(self._read()[2])

    @property
    def faults(self) -> tuple[Finding, ...]:
        """See `Examined.faults`."""
        return tuple(map(_finding, self._read()[3]))

    @property
    def opinions(self) -> tuple[Finding, ...]:
        """What the rules of its kind and the policies report."""
        return tuple(map(_finding, self._read()[4]))

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels that it asks for."""
        labels: Mapping[str, str] = self._read()[5]
        return labels

    @property
    def former(self) -> tuple[str, ...]:
        """Its former names."""
        return tuple(self._read()[6])

    @property
    def facts(self) -> Sequence[JsonValue]:
        """See `kinds.keeping`."""
        facts: Sequence[JsonValue] = self._read()[7]
        return facts

    def variant(self) -> Variant:
        """Return the whole variant, read from its file."""
        return self._load(self.file, self.number)

    def _read(self) -> Rest:
        if isinstance(self._rest, int):
            self._rest = self._rests(self._rest)
        return self._rest


def _none_other(at: int) -> Rest:
    raise LookupError(at)


def _plain_finding(item: Finding) -> list[JsonValue]:
    return [
        item.code,
        item.severity.value,
        item.summary,
        item.subject,
        item.where,
        item.path,
        item.hint,
        item.also,
    ]


def _finding(plain: list[Any]) -> Finding:
    code, severity, summary, subject, where, path, hint, also = plain
    return Finding(
        code=code,
        severity=Severity(severity),
        summary=summary,
        subject=ResourceId(*subject) if subject else None,
        where=SourceRef(*where) if where else None,
        path=tuple(path),
        hint=hint,
        also=tuple(SourceRef(*place) for place in also),
    )
