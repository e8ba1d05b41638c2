"""What earlier runs made of manifest files: one entry for each target, and one for what is the same for every target.

An entry is found by everything from which its objects were made but the files themselves: the version of this program,
the project, the policies, the target with its values. In it stand the digest of each file and what the file describes:
findings, names, digests and numbers of the objects, never a content; and what they build on in other files, with their
digests. One entry for all is read in one go, and thousands of entries would take longer to find than to read.

What has to be known of all objects is read at once, column by column. The rest of an object (see `Kept`) is read when
somebody asks for it.

A file is read anew in every run when something in it is wrong, when it takes a value from the environment (a digest of
a short secret would tell it to whoever tries all of them), or when its kind keeps nothing.
"""

from __future__ import annotations

import hashlib
import json
import struct
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import compress, count, repeat, starmap
from typing import Any, NamedTuple

from reconciler import __version__
from reconciler.kinds.keeping import Expected
from reconciler.manifests.kept import Base, Found, Kept, Load, Rest
from reconciler.manifests.looks import Entries
from reconciler.manifests.policies import Policies
from reconciler.manifests.project import Project, TargetSpec
from reconciler.model import JsonValue, ResourceId

LAYOUT = "manifests 5"
"""A text that changes with the form of the entries."""
SPARE = 1000
"""So many files that are not there any more are kept in any case."""
DIGEST_BYTES = 32


class _Row(NamedTuple):
    """One object as an entry has it: each field is a column."""

    file: str
    number: int
    kind: str
    name: str
    digest: str
    expected: Expected
    bases: str
    """JSON; many objects build on the same ones."""
    is_quiet: bool
    proves: bool
    rest: str
    """JSON. These stand apart from the other columns, because most runs ask for hardly any of them."""


def _row(found: Found, number: int) -> _Row:
    bases = _compact(found.bases) if found.bases else ""
    return _Row(
        found.where.file,
        number,
        *found.subject,
        found.digest,
        found.expected,
        bases,
        found.is_quiet,
        found.proves,
        _compact(found.rest()),
    )


class Shelf:
    """One entry: the objects of many files, each file with its digest."""

    def __init__(self, entries: Entries, *made_from: JsonValue) -> None:
        """`made_from` is what all objects were made from besides the files."""
        text = json.dumps((LAYOUT, __version__, sys.version_info[:2], made_from), sort_keys=True)
        self._entries = entries
        self._name = hashlib.sha256(text.encode()).digest()
        self._digests, self._columns = _read(entries.get(self._name))
        self._new: dict[str, tuple[bytes, list[_Row]]] = {}

    def unchanged(self, digests: Mapping[str, bytes]) -> set[str]:
        """Return those of the files, given with their digests, whose objects are known."""
        return {name for name, _ in self._digests.items() & digests.items()}

    def objects(self, files: AbstractSet[str], load: Load) -> Iterator[Kept]:
        """Return the objects of these files, those of one file in their order."""
        of, numbers, kinds, names, digests, expected, bases, quiet, proves, texts = self._columns
        all_bases = {text: _bases(text) for text in set(bases)}

        def rests(at: int) -> Rest:
            return Rest(*json.loads(texts[at]))

        ids, built_on = ResourceId.each(kinds, names), map(all_bases.__getitem__, bases)
        late = (count(), repeat(rests), repeat(load))
        rows = zip(ids, of, numbers, digests, expected, built_on, quiet, proves, *late, strict=False)
        return starmap(Kept, compress(rows, map(files.__contains__, of)))

    def put(self, file: str, digest: bytes, objects: Iterable[Found]) -> None:
        """Take the objects of a file, in their order."""
        rows = [_row(each, number) for number, each in enumerate(objects)]
        # Of a file that is as it was, objects that need no other file are what they were.
        if self._digests.get(file) != digest or any(row.bases for row in rows):
            self._new[file] = digest, rows

    def keep(self, names: AbstractSet[str]) -> None:
        """Keep what is known for later runs, where that has changed. `names` are the files that there are.

        Others may be there in another checkout of the same project; they go once they are many.
        """
        known = self._digests.keys() | self._new.keys()
        gone = known - names
        is_full = len(gone) > max(len(names), SPARE)
        if not self._new and not is_full:
            return
        stay = known - gone if is_full else known
        old = (row for row in map(_Row._make, zip(*self._columns, strict=True)) if row.file not in self._new)
        rows = [row for row in (*old, *(row for _, rows in self._new.values() for row in rows)) if row.file in stay]
        digests = {**self._digests, **{file: digest for file, (digest, _) in self._new.items()}}
        self._digests, self._new = {file: digest for file, digest in digests.items() if file in stay}, {}
        self._columns = list(zip(*rows, strict=True)) or _NO_COLUMNS
        self._entries.put(self._name, _written(self._digests, self._columns))


_Columns = Sequence[Sequence[Any]]
_NO_COLUMNS: _Columns = ((),) * len(_Row._fields)
_HEAD = struct.Struct("<I")


class _Lines(Sequence[str]):
    """Texts that stay pressed together until somebody asks for one of them."""

    def __init__(self, pressed: bytes) -> None:
        self._pressed = pressed

    @cached_property
    def _lines(self) -> Sequence[str]:
        return zlib.decompress(self._pressed).decode("ascii").split("\n")

    def __getitem__(self, at: Any) -> Any:
        return self._lines[at]

    def __len__(self) -> int:
        return len(self._lines)


def _read(value: bytes | None) -> tuple[dict[str, bytes], _Columns]:
    """Return the digests of the files of an entry, and the columns of its objects."""
    if not value:
        return {}, _NO_COLUMNS
    lines_at = _HEAD.size + _HEAD.unpack_from(value)[0]
    files, joined, columns = json.loads(zlib.decompress(value[_HEAD.size : lines_at]))
    digests = bytes.fromhex(joined)
    each = (digests[at : at + DIGEST_BYTES] for at in range(0, len(digests), DIGEST_BYTES))
    return dict(zip(files, each, strict=True)), [*columns, _Lines(value[lines_at:])]


def _written(digests: Mapping[str, bytes], columns: _Columns) -> bytes:
    head = _pressed(_compact((list(digests), b"".join(digests.values()).hex(), columns[:-1])))
    return b"".join((_HEAD.pack(len(head)), head, _pressed("\n".join(columns[-1]))))


def _pressed(text: str) -> bytes:
    return zlib.compress(text.encode("ascii"), 1)


def _bases(text: str) -> tuple[Base, ...]:
    return tuple(Base(*each) for each in json.loads(text)) if text else ()


def _compact(value: JsonValue) -> str:
    """Return a value as JSON in ASCII, which is one line."""
    return json.dumps(value, separators=(",", ":"))


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

    def recall(self, digests: Mapping[str, bytes], load: Load) -> list[Kept]:
        """Return the objects of those of the files, given with their digests, that are known. `load` reads one of
        them from its file."""
        own = self._own.unchanged(digests)
        common = self._common.unchanged(digests) - own
        return [*self._own.objects(own, load), *self._common.objects(common, load)]

    def put(self, file: str, digest: bytes, objects: Iterable[Found], *, suit_every_target: bool) -> None:
        """Take the objects of a file, in their order."""
        shelf = self._common if suit_every_target else self._own
        shelf.put(file, digest, objects)

    def keep(self, names: AbstractSet[str]) -> None:
        """Keep what is known of the files with these names for later runs."""
        self._common.keep(names)
        self._own.keep(names)
