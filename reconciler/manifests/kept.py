"""What earlier runs made of manifest files, one entry for each file and target.

An entry is found by everything from which its objects were made: the version of this program, the project, the target
with its values, the policies, the name of the file and its content. The entry lists what it builds on in other files,
with their digests. It holds findings, names, digests and numbers of the objects, never a content.

A file is read anew in every run when something in it is wrong, when it takes a value from the environment (a digest of
a short secret would tell it to whoever tries all of them), or when its kind keeps nothing.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from reconciler import __version__
from reconciler.manifests.composition import Variant
from reconciler.manifests.policies import Policies
from reconciler.manifests.project import Project, TargetSpec
from reconciler.manifests.sources import Source
from reconciler.model import Finding, JsonValue, ResourceId, Severity, SourceRef
from reconciler.model.quick import dataclass

LAYOUT = "manifest 1"
"""A number that changes with the form of the entries."""


class Entries(Protocol):
    """Values by name that are kept after the run. What is read back can be believed."""

    def get(self, name: bytes) -> bytes | None:
        """Return the value kept under a name; None when there is none."""
        ...

    def put(self, name: bytes, value: bytes) -> None:
        """Keep a value."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What an object builds on: kind and name, its file, and the digest of that file."""

    kind: str
    name: str
    file: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One object as an earlier run found it. Implements `composition.Described`."""

    subject: ResourceId
    where: SourceRef
    has_base: bool
    is_made: bool
    faults: tuple[Finding, ...]
    opinions: tuple[Finding, ...]
    labels: dict[str, str]
    former: tuple[str, ...]
    facts: Sequence[JsonValue]
    """See `kinds.keeping`."""
    bases: tuple[Base, ...]
    load: Callable[[], Variant]

    @property
    def file(self) -> str:
        """The name of its file."""
        return self.where.file

    def variant(self) -> Variant:
        """Return the whole variant, read from its file."""
        return self.load()


class Keeper:
    """The entries of one target."""

    def __init__(self, entries: Entries, project: Project, target: TargetSpec, policies: Policies) -> None:
        made_from = (
            LAYOUT,
            __version__,
            sys.version_info[:2],
            project.document.data,
            target.target.name,
            target.values,
            policies.sources,
        )
        self._entries = entries
        self._context = hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).digest()

    def recall(self, source: Source, load: Callable[[int], Variant]) -> tuple[Kept, ...] | None:
        """Return the objects of a file, where they are known; `load` reads one of them by its number in the file."""
        digest = source.digest
        value = self._entries.get(self._name(source)) if digest else None
        if value is None:
            return None
        source.let_go()
        return tuple(_object(each, source.name, number, load) for number, each in enumerate(json.loads(value)))

    def keep(self, source: Source, objects: Iterable[Kept]) -> None:
        """Keep the objects of a file, in their order."""
        if source.digest:
            value = json.dumps([_plain(each) for each in objects], separators=(",", ":"))
            self._entries.put(self._name(source), value.encode())

    def _name(self, source: Source) -> bytes:
        return hashlib.sha256(self._context + source.digest + source.name.encode("utf-8", "surrogateescape")).digest()


def _plain(each: Kept) -> list[JsonValue]:
    return [
        each.subject.kind,
        each.subject.name,
        each.where.line,
        each.where.column,
        each.has_base,
        each.is_made,
        [_plain_finding(item) for item in each.faults],
        [_plain_finding(item) for item in each.opinions],
        each.labels,
        each.former,
        each.facts,
        [[base.kind, base.name, base.file, base.digest] for base in each.bases],
    ]


def _object(plain: list[Any], file: str, number: int, load: Callable[[int], Variant]) -> Kept:
    kind, name, line, column, has_base, is_made, faults, opinions, labels, former, facts, bases = plain
    return Kept(
        subject=ResourceId(kind, name),
        where=SourceRef(file, line, column),
        has_base=has_base,
        is_made=is_made,
        faults=tuple(map(_finding, faults)),
        opinions=tuple(map(_finding, opinions)),
        labels=labels,
        former=tuple(former),
        facts=facts,
        bases=tuple(Base(kind=of, name=called, file=there, digest=digest) for of, called, there, digest in bases),
        load=lambda: load(number),
    )


def _plain_finding(item: Finding) -> list[JsonValue]:
    return [
        item.code,
        item.severity.value,
        item.summary,
        item.subject and [item.subject.kind, item.subject.name],
        item.where and _plain_place(item.where),
        item.path,
        item.hint,
        [_plain_place(place) for place in item.also],
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


def _plain_place(place: SourceRef) -> list[JsonValue]:
    return [place.file, place.line, place.column]
