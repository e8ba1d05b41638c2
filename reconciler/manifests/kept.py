"""What earlier runs made of manifest files: one entry for each target, and one for what is the same for every target.

An entry is found by everything from which its objects were made but the files themselves: the version of this program,
the project, the policies, the target with its values. In it stand the digest of each file and what the file describes:
findings, names, digests and numbers of the objects, never a content; and what they build on in other files, with their
digests. One entry for all is read in one go, and thousands of entries would take longer to find than to read.

A file is read anew in every run when something in it is wrong, when it takes a value from the environment (a digest of
a short secret would tell it to whoever tries all of them), or when its kind keeps nothing.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from reconciler import __version__
from reconciler.manifests.composition import Variant
from reconciler.manifests.looks import Entries
from reconciler.manifests.policies import Policies
from reconciler.manifests.project import Project, TargetSpec
from reconciler.manifests.sources import Source
from reconciler.model import Finding, JsonValue, ResourceId, Severity, SourceRef
from reconciler.model.quick import dataclass

LAYOUT = "manifests 2"
"""A text that changes with the form of the entries."""
SPARE = 1000
"""So many files that are not there any more are kept in any case."""

Row = list[Any]
"""One object: its kind and name, the place where it stands, then what `Found` holds, in the order of its fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
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
    has_base: bool
    is_made: bool
    faults: tuple[Finding, ...]
    opinions: tuple[Finding, ...]
    labels: Mapping[str, str]
    former: tuple[str, ...]
    facts: Sequence[JsonValue]
    """See `kinds.keeping`."""
    bases: tuple[Base, ...]

    def row(self) -> Row:
        """Return it as an entry has it."""
        return [
            *self.subject,
            self.where.line,
            self.where.column,
            self.has_base,
            self.is_made,
            list(map(_plain_finding, self.faults)),
            list(map(_plain_finding, self.opinions)),
            dict(self.labels),
            self.former,
            self.facts,
            [[base.kind, base.name, base.file, base.digest] for base in self.bases],
        ]


class Kept:
    """One object as an earlier run found it. Implements `composition.Described`."""

    __slots__ = ("_load", "_number", "_row", "file")

    def __init__(self, row: Row, file: str, number: int, load: Callable[[int], Variant]) -> None:
        """`file` is the name of its file, and `load` reads an object of that file by its number in it."""
        self.file = file
        self._row = row
        self._number = number
        self._load = load

    @property
    def subject(self) -> ResourceId:
        """Its kind and name."""
        return ResourceId(self._row[0], self._row[1])

    @property
    def where(self) -> SourceRef:
        """The place where it stands."""
        return SourceRef(self.file, self._row[2], self._row[3])

    @property
    def has_base(self) -> bool:
        """Whether other documents are needed to put it together."""
        return bool(self._row[4])

    @property
    def is_made(self) -> bool:
        """Whether text in one place also takes part in other objects."""
        return bool(self._row[5])

    @property
    def faults(self) -> tuple[Finding, ...]:
        """See `Examined.faults`."""
        return tuple(map(_finding, self._row[6]))

    @property
    def opinions(self) -> tuple[Finding, ...]:
        """What the rules of its kind and the policies report."""
        return tuple(map(_finding, self._row[7]))

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels that it asks for."""
        labels: Mapping[str, str] = self._row[8]
        return labels

    @property
    def former(self) -> tuple[str, ...]:
        """Its former names."""
        return tuple(self._row[9])

    @property
    def facts(self) -> Sequence[JsonValue]:
        """See `kinds.keeping`."""
        facts: Sequence[JsonValue] = self._row[10]
        return facts

    @property
    def bases(self) -> tuple[Base, ...]:
        """What it builds on."""
        return tuple(Base(kind=of, name=name, file=file, digest=digest) for of, name, file, digest in self._row[11])

    def variant(self) -> Variant:
        """Return the whole variant, read from its file."""
        return self._load(self._number)


class Shelf:
    """One entry: the objects of many files, each file with its digest."""

    def __init__(self, entries: Entries, *made_from: JsonValue) -> None:
        """`made_from` is what all objects were made from besides the files."""
        text = json.dumps((LAYOUT, __version__, sys.version_info[:2], made_from), sort_keys=True)
        self._entries = entries
        self._name = hashlib.sha256(text.encode()).digest()
        value = entries.get(self._name)
        self._files: dict[str, tuple[str, list[Row]]] = json.loads(zlib.decompress(value)) if value else {}
        self._is_new = False

    def rows(self, source: Source) -> list[Row] | None:
        """Return the objects of a file as it is; None when they are not known."""
        there = self._files.get(source.name)
        return there[1] if there is not None and there[0] == source.digest.hex() else None

    def put(self, source: Source, rows: list[Row]) -> None:
        """Take the objects of a file."""
        found = (source.digest.hex(), rows)
        if self._files.get(source.name) != found:
            self._files[source.name] = found
            self._is_new = True

    def keep(self, names: Collection[str]) -> None:
        """Keep what is known for later runs, where that has changed. `names` are the files that there are.

        Others may be there in another checkout of the same project; they go once they are many.
        """
        gone = self._files.keys() - names
        is_full = len(gone) > max(len(names), SPARE)
        if self._is_new or is_full:
            for name in gone if is_full else ():
                del self._files[name]
            text = json.dumps(self._files, separators=(",", ":"))
            self._entries.put(self._name, zlib.compress(text.encode(), 1))
            self._is_new = False


def common_shelf(entries: Entries, project: Project, policies: Policies) -> Shelf:
    """Return the objects that are the same for every target, which are kept once."""
    return Shelf(entries, project.document.data, policies.sources)


class Keeper:
    """What is kept for one target. `common` is what is the same for every target."""

    def __init__(
        self, entries: Entries, project: Project, target: TargetSpec, policies: Policies, common: Shelf
    ) -> None:
        self._common = common
        self._own = Shelf(entries, project.document.data, policies.sources, target.target.name, target.values)

    def recall(self, source: Source, load: Callable[[int], Variant]) -> tuple[Kept, ...] | None:
        """Return the objects of a file, where they are known; `load` reads one of them by its number in the file."""
        if not source.digest:
            return None
        rows = self._own.rows(source) or self._common.rows(source)
        if rows is None:
            return None
        source.let_go()
        return tuple(Kept(row, source.name, number, load) for number, row in enumerate(rows))

    def put(self, source: Source, objects: Iterable[Found], *, suit_every_target: bool) -> None:
        """Take the objects of a file, in their order."""
        if source.digest:
            shelf = self._common if suit_every_target else self._own
            shelf.put(source, [each.row() for each in objects])

    def keep(self, names: Collection[str]) -> None:
        """Keep what is known of the files with these names for later runs."""
        self._common.keep(names)
        self._own.keep(names)


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
