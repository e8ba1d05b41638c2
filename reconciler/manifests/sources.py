"""The manifest files of a project: which there are, and their contents as far as anybody asks."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path, PurePosixPath

from reconciler.codes import finding
from reconciler.manifests.composition import Variant, variants
from reconciler.manifests.files import (
    ManifestFile,
    RawDocument,
    changed,
    content_of,
    found,
    is_link,
    leading_out,
    parsed,
)
from reconciler.manifests.globs import matches
from reconciler.manifests.looks import Look, Looks, look_at
from reconciler.manifests.positions import FilePositions
from reconciler.manifests.project import KIND, Project, subject_of
from reconciler.manifests.reader import Reader
from reconciler.manifests.sound import Sound
from reconciler.model import FieldPath, Finding, SourceRef

MOST_CONTENTS = 1_000
"""How many contents of which a digest was made stay in memory until they are parsed; the other files are read again."""

Former = Mapping[str, bytes | None]
"""What files were, by their names; None: they were not there. Every other file was as it is."""


class Source:
    """One manifest file. It is parsed when somebody asks for its documents; until then its digest is enough."""

    __slots__ = ("_content", "_digest", "_file", "_former", "_learn", "_root", "name", "variants")

    def __init__(
        self,
        root: Path,
        name: str,
        file: ManifestFile | None = None,
        *,
        former: bytes | None = None,
        digest: bytes = b"",
        learn: Callable[[bytes], None] | None = None,
    ) -> None:
        """`file` is what was parsed before; `former` is what the file held once, and is taken for what it holds.

        `digest` is the digest where it is known; `learn` is told of it where it was made.
        """
        self.name = name
        self.variants: tuple[Variant, ...] | None = None
        self._root = root
        self._file = file
        self._former = former
        self._learn = learn
        self._content: bytes | None = None
        self._digest = digest

    @property
    def digest(self) -> bytes:
        """SHA-256 of its content; empty where it was parsed before anybody asked, and where it cannot be read."""
        if not self._digest and self._file is None:
            content = self._read()
            if isinstance(content, ManifestFile):
                self._file = content
            else:
                self._content = content
                self._know(hashlib.sha256(content).digest())
        return self._digest

    def _know(self, digest: bytes) -> None:
        self._digest = digest
        if self._learn is not None:
            self._learn(digest)

    @property
    def is_parsed(self) -> bool:
        """Whether somebody asked for its documents."""
        return self._file is not None

    @property
    def is_to_be_read(self) -> bool:
        """Whether its documents have to be read from the file as it is now."""
        return self._file is None and self._former is None

    def take(self, found: Sound) -> None:
        """Take what a second process read of the file.

        Raises:
            ProjectError: it changed after its digest had been made.
        """
        if self._digest and self._digest != found.digest:
            raise changed(self.name)
        if not self._digest:
            self._know(found.digest)
        self._file, self._content = found.file(self._root, self.name), None

    def let_go(self) -> None:
        """Forget the content from which the digest was made, because the contents of all files together are large."""
        self._content = None

    def release(self) -> None:
        """Forget the documents. They are read again when somebody asks for them."""
        self._file = self.variants = self._content = None

    @property
    def file(self) -> ManifestFile:
        """The file with its documents.

        Raises:
            ProjectError: it changed after its digest had been made.
        """
        if self._file is None:
            self._file = self._parsed()
            self._content = None
        return self._file

    def _parsed(self) -> ManifestFile:
        content = self._read() if self._content is None else self._content
        if isinstance(content, ManifestFile):
            return content
        if self._digest and hashlib.sha256(content).digest() != self._digest:
            raise changed(self.name)
        return parsed(self._root, self.name, content, is_held=self._former is not None)

    def _read(self) -> bytes | ManifestFile:
        return content_of(self._root, self.name) if self._former is None else self._former


class Sources:
    """The project file and all files its patterns match. Safe for several threads.

    `former` is what some files were once, by their names: then these are the files of that time. `looks` are the
    digests of files that earlier runs read. Of a file whose digest is known that way, nothing more is made before
    somebody asks for it.
    """

    def __init__(self, project: Project, former: Former | None = None, looks: Looks | None = None) -> None:
        self._project = project
        self._lock = threading.RLock()
        self._findings: list[Finding] = []
        self._former = former or {}
        matched = [dict(self._matches(index)) for index in range(len(project.manifests))]
        own = project.file
        no_manifests = {own.name} | project.other_files
        self.vacant = tuple(index for index, names in enumerate(matched) if not names.keys() - no_manifests)
        """Which patterns match no manifest file, by their number from 0."""
        entries = {name: entry for names in matched for name, entry in names.items() if name not in no_manifests}
        self.links = frozenset(name for name, entry in entries.items() if is_link(project.root, name, entry))
        """The names of files that are links."""
        self.names = tuple(sorted((own.name, *entries)))
        """The names of all files, in order."""
        self._made = {own.name: Source(project.root, own.name, own)}
        for name in leading_out(project.root, entries, self.links):
            where = finding("DLC005", "leads out of the project", where=SourceRef(name))
            self._made[name] = Source(project.root, name, ManifestFile(name, findings=(where,)))
        self._reader = Reader(project.root)
        self._looks = looks
        self._seen: Mapping[str, Look | None] = {}
        self._known: Mapping[str, bytes] = {}
        if looks is not None:
            done = self._made.keys() | self._former.keys()
            self._seen = {name: look_at(entry) for name, entry in entries.items() if name not in done}
            self._known = looks.digests(self._seen)

    def __getitem__(self, name: str) -> Source:
        """Return one of the files by its name."""
        with self._lock:
            if name not in self._made:
                learn = partial(self._looks.learn, name, self._seen.get(name)) if self._looks is not None else None
                self._made[name] = Source(
                    self._project.root,
                    name,
                    former=self._former.get(name),
                    digest=self._known.get(name, b""),
                    learn=learn,
                )
            return self._made[name]

    def begin(self) -> bool:
        """Begin to read all files in a second process, before anybody asks for them; return whether it was worth it.
        `close` ends it."""
        return self._reader.begin([name for name in self.names if self[name].is_to_be_read])

    def reading(self, names: Sequence[str]) -> AbstractContextManager[Iterator[Sound | None]]:
        """Return a block in which a second process may read these files (see `Reader.reading`)."""
        return self._reader.reading(names)

    def close(self) -> None:
        """End a second process that nobody needs any more."""
        self._reader.close()

    def let_go(self, names: AbstractSet[str]) -> None:
        """Forget the contents of files of which the digest was enough."""
        for name in self._made.keys() & names:
            self._made[name].let_go()

    @property
    def made(self) -> Iterator[Source]:
        """The files of which anybody asked more than their digest, in the order of their names."""
        return (self._made[name] for name in sorted(self._made))

    @property
    def parsed(self) -> Iterator[ManifestFile]:
        """The files whose documents somebody asked for."""
        return (each.file for each in self.made if each.is_parsed)

    def unparsed(self) -> Mapping[str, bytes]:
        """Return the digests of all files whose documents nobody asked for. Files are read where theirs is not
        known."""
        found = {name: digest for name, digest in self._known.items() if name not in self._made}
        for name in self.names:
            if name not in found and not (source := self[name]).is_parsed and source.digest:
                found[name] = source.digest
                if len(found) > MOST_CONTENTS:
                    source.let_go()
        return found

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the patterns, and with the files that were parsed."""
        return (*self._findings, *(item for file in self.parsed for item in file.findings))

    def variants(self, source: Source) -> tuple[Variant, ...]:
        """Return everything that the documents of a file describe, each time the same values."""
        with self._lock:
            if source.variants is None:
                documents = [raw for raw in source.file.documents if self._is_manifest(raw)]
                source.variants = tuple(each for raw in documents for each in variants(raw))
            return source.variants

    def is_plain(self, source: Source) -> bool:
        """Return whether a file holds only manifests, all of which could be read."""
        file = source.file
        return bool(file.documents) and all(map(_is_of_a_kind, file.documents)) and not file.findings

    def nothing(self, summary: str = "the project has no manifests at all") -> Finding:
        """The error about a project that describes nothing."""
        raw, path = self._project.document, ("spec", "manifests")
        where = FilePositions(raw).locate(path)
        return finding("DLC018", summary, subject=subject_of(raw.data), where=where, path=path)

    def _matches(self, index: int) -> list[tuple[str, os.DirEntry[str] | None]]:
        pattern = self._project.manifests[index]
        path = ("spec", "manifests", index)
        try:
            names = [each for each in found(self._project.root, pattern) if self._former.get(each[0], b"") is not None]
            names += ((name, None) for name, was in self._former.items() if was is not None and matches(pattern, name))
        except ValueError:
            self._report("DLC005", f'pattern "{pattern}" is not a relative path inside the project', path)
            return []
        if not names:
            self._report("DLC019", self._lost(pattern), path)
        return names

    def _lost(self, pattern: str) -> str:
        """Say that a pattern matches no file. Many people name a folder and mean what is in it."""
        if (self._project.root / pattern).is_dir():
            return f'pattern "{pattern}" is a folder; "{PurePosixPath(pattern)}/**/*.yaml" matches the files in it'
        return f'pattern "{pattern}" matches no file'

    def _report(self, code: str, summary: str, path: FieldPath) -> None:
        raw = self._project.document
        where = FilePositions(raw).locate(path)
        self._findings.append(finding(code, summary, subject=subject_of(raw.data), where=where, path=path))

    def _is_manifest(self, raw: RawDocument) -> bool:
        """Return whether a document is a manifest. The project's own document is none; any other Project is
        reported."""
        if raw is self._project.document:
            return False
        if _is_of_a_kind(raw):
            return True
        also = (self._project.document.at,)
        summary = "a second Project document"
        self._findings.append(finding("DLC016", summary, subject=subject_of(raw.data), where=raw.at, also=also))
        return False


def _is_of_a_kind(raw: RawDocument) -> bool:
    return not isinstance(raw.data, dict) or raw.data.get("kind") != KIND
