"""One object of a manifest file as an earlier run found it, and what of it is worth keeping.

What has to be known of all objects together stands by itself: which object it is, its file, the digest of what it
asks, what its live object is expected to show, what it builds on, whether there is anything to tell of it, and whether
it asks for a proof. The rest is read when somebody asks for it: of thousands of objects that nobody changed, that is
never.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from reconciler.kinds.keeping import Expected
from reconciler.manifests.composition import Variant
from reconciler.model import Finding, JsonValue, ResourceId, Severity, SourceRef
from reconciler.model.quick import dataclass

Load = Callable[[str, int], Variant]
"""Reads an object of a file, by the name of the file and the object's number in it."""


class Rest(NamedTuple):
    """What is read late of an object: see `Found`. The findings are as JSON has them."""

    line: int
    column: int
    is_made: bool
    faults: list[JsonValue]
    opinions: list[JsonValue]
    labels: Mapping[str, str]
    former: Sequence[str]
    facts: Sequence[JsonValue]


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
    expected: Expected
    """What its live object shows if it is exactly as asked (`Kind.expected`)."""
    proves: bool
    """Whether it asks for a proof (`Kind.proves`)."""
    facts: Sequence[JsonValue]
    """See `kinds.keeping`."""
    bases: tuple[Base, ...]

    @property
    def is_quiet(self) -> bool:
        """See `Kept.is_quiet`."""
        return not (self.faults or self.opinions or self.former)

    def rest(self) -> Rest:
        """Return what `Kept` reads late."""
        return Rest(
            self.where.line,
            self.where.column,
            self.is_made,
            list(map(_plain_finding, self.faults)),
            list(map(_plain_finding, self.opinions)),
            dict(self.labels),
            self.former,
            self.facts,
        )


class Kept:
    """One object as an earlier run found it. Implements `composition.Described`."""

    __slots__ = (
        "_load",
        "_rest",
        "_rests",
        "bases",
        "digest",
        "expected",
        "file",
        "is_quiet",
        "number",
        "proves",
        "subject",
    )

    def __init__(  # noqa: PLR0917 - thousands are made at once, and by name each takes half as long again
        self,
        subject: ResourceId,
        file: str,
        number: int,
        digest: str,
        expected: Expected,
        bases: tuple[Base, ...],
        is_quiet: bool,
        proves: bool,
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
        self.expected = expected
        """What its live object shows if it is exactly as asked."""
        self.bases = bases
        """What it builds on."""
        self.is_quiet = is_quiet
        """Whether nothing was found that has to be told of it, and it has no former names."""
        self.proves = proves
        """Whether it asks for a proof."""
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
            expected=found.expected,
            bases=found.bases,
            is_quiet=found.is_quiet,
            proves=found.proves,
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
    def rest(self) -> Rest:
        """What is read late."""
        if isinstance(self._rest, int):
            self._rest = self._rests(self._rest)
        return self._rest

    def variant(self) -> Variant:
        """Return the whole variant, read from its file."""
        return self._load(self.file, self.number)


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


def finding_of(plain: list[Any]) -> Finding:
    """Return a finding from the form in which it is kept."""
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
