"""Finds and reads the manifest files of a project, each once: bounded in size, inside the project, UTF-8 text."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import field
from fnmatch import translate
from functools import partial
from pathlib import Path, PurePosixPath

from reconciler.codes import finding
from reconciler.errors import ProjectError
from reconciler.manifests.spots import NO_SPOTS, Spots, spots_of
from reconciler.manifests.yaml_text import Builder, Problem, UnreadableYaml, compose, place
from reconciler.model import Finding, JsonValue, SourceRef
from reconciler.model.quick import dataclass

MAX_BYTES = 4 * 1024 * 1024
FIRST_BYTES = 64 * 1024
"""How many bytes are read at first; nearly every manifest is smaller."""
POINTER = "DLC057"
"""The finding for a file that Git LFS has not fetched."""
_POINTER_START = b"version https://git-lfs.github.com/spec/"
_WILD = frozenset("*?[")
_FOREIGN_STARTS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")


@dataclass(frozen=True, slots=True, eq=False)
class RawDocument:
    """One document of a file as written: no values, no overrides, no schema yet."""

    data: JsonValue
    at: SourceRef
    source: Callable[[], str] = field(repr=False)
    """Returns the text of the whole file. The file is read again, because few documents need it and all texts
    together are large."""
    spots: Spots | None = None
    """Where its references are; None: this is not known."""
    index: int = 0
    """The number of the document in the file, from 0."""
    findings: tuple[Finding, ...] = ()

    @property
    def text(self) -> str:
        """The whole file, in which positions are found.

        Raises:
            ProjectError: it changed after it had been read.
        """
        return self.source()

    @property
    def may_refer(self) -> bool:
        """Whether it may contain references."""
        return self.spots is None or bool(self.spots)

    @property
    def is_whole(self) -> bool:
        """False when parts could not be read, so that nothing can be concluded from what is missing."""
        return all(finding.code == "DLC008" for finding in self.findings)


@dataclass(frozen=True, slots=True, eq=False)
class ManifestFile:
    """One file that was read. `name` is relative to the project, with forward slashes."""

    name: str
    documents: tuple[RawDocument, ...] = ()
    findings: tuple[Finding, ...] = ()
    """Why the file has no documents. Faults of one document stand in that document."""


def read_file(root: Path, name: str) -> ManifestFile:
    """Return the file with its documents, or with the findings that say why it has none."""
    content = content_of(root, name)
    return content if isinstance(content, ManifestFile) else parsed(root, name, content)


def content_of(root: Path, name: str) -> bytes | ManifestFile:
    """Return the content of a file, or the file with its findings where it cannot be read or is too large."""
    try:
        with open(os.path.join(root, name), "rb") as stream:  # noqa: PTH118, PTH123 - thousands of paths cost more than texts
            data = stream.read(FIRST_BYTES)
            # Not all at once: memory for the largest size is reserved first, which takes longer than a small file.
            if len(data) == FIRST_BYTES:
                data += stream.read(MAX_BYTES + 1 - FIRST_BYTES)
    except OSError as error:
        return _broken(name, "DLC002", f"cannot be read: {(error.strerror or str(error)).lower()}")
    if len(data) > MAX_BYTES:
        return _broken(name, "DLC004", f"larger than {MAX_BYTES // 1024**2} MiB")
    return data


def parsed(root: Path, name: str, data: bytes, *, is_held: bool = False) -> ManifestFile:
    """Return the file with the documents that its content has, or with the findings that say why there are none.

    `is_held`: the content is nowhere but here, so that its text has to be kept for finding places in it.
    """
    if data.startswith(_POINTER_START):
        return _broken(name, POINTER, "a Git LFS pointer stands in place of the file")
    if data.startswith(_FOREIGN_STARTS):
        return _broken(name, "DLC003", "starts with a byte order mark")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return _broken(name, "DLC003", f"not UTF-8 text: byte 0x{data[error.start]:02x}", line)
    return parse(name, text, None if is_held else again(root, name, hashlib.sha256(data).digest()))


def again(root: Path, name: str, digest: bytes) -> Callable[[], str]:
    """Return what reads the text of a file once more; `digest` is the SHA-256 of the content that it had."""
    return partial(_read_again, root, name, digest)


def _read_again(root: Path, name: str, digest: bytes) -> str:
    try:
        data = (root / name).read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).digest() != digest:
        raise changed(name)
    return data.decode("utf-8")


def changed(name: str) -> ProjectError:
    """Return the error about a file that changed after it had been read."""
    return ProjectError(f"{name} changed while it was being read", hint="Run the command again.")


def parse(name: str, text: str, source: Callable[[], str] | None = None) -> ManifestFile:
    """Return the documents of a text; `source` returns the text again, so that it need not be kept."""
    try:
        nodes = compose(text)
    except UnreadableYaml as error:
        return ManifestFile(name, findings=(_finding(name, error.problem),))
    builder = Builder()
    # Escapes in quoted text can spell a reference that the text does not show.
    may_refer = "${" in text or "\\" in text
    text_of = source or (lambda: text)
    documents = []
    for index, node in enumerate(nodes):
        data = builder.build(node)
        findings = tuple(_finding(name, problem) for problem in builder.take_problems())
        spots = spots_of(data) if may_refer else NO_SPOTS
        documents.append(RawDocument(data, SourceRef(name, *place(node)), text_of, spots, index, findings))
    return ManifestFile(name, tuple(documents))


def _finding(name: str, problem: Problem) -> Finding:
    also = tuple(SourceRef(name, *at) for at in problem.also)
    return finding(problem.code, problem.summary, where=SourceRef(name, *problem.at), also=also)


def _broken(name: str, code: str, summary: str, line: int = 1) -> ManifestFile:
    return ManifestFile(name, findings=(finding(code, summary, where=SourceRef(name, line)),))


def match(root: Path, pattern: str) -> Iterator[str]:
    """Yield names of the files that match, unsorted. Hidden ones only where the pattern names a dot itself.

    Raises:
        ValueError: the pattern is not a relative pattern inside the project.
    """
    return (name for name, _ in found(root, pattern))


def found(root: Path, pattern: str) -> Iterator[tuple[str, os.DirEntry[str] | None]]:
    """Yield what `match` yields, with what the file system knows of each file, where it was asked.

    Raises:
        ValueError: the pattern is not a relative pattern inside the project.
    """
    parts = PurePosixPath(pattern).parts
    if not parts or pattern.startswith("/") or ".." in parts:
        raise ValueError(pattern)
    may_hide = any(part.startswith(".") for part in parts)
    # From here on texts instead of paths: for thousands of files that halves the time.
    root = root.absolute()
    above = len(os.path.join(root, ""))  # noqa: PTH118
    for path, entry in _in_folders(root, parts) if _is_open(parts[-1]) else _by_itself(root, pattern):
        name = path[above:].replace(os.sep, "/")
        if may_hide or not (name.startswith(".") or "/." in name):
            yield name, entry


def _is_open(part: str) -> bool:
    """Return whether the last part of a pattern matches several names within one folder."""
    return part != "**" and not _WILD.isdisjoint(part)


def _by_itself(root: Path, pattern: str) -> Iterator[tuple[str, None]]:
    return ((path, None) for path in map(str, root.glob(pattern)) if _may_be_file(path))


def _in_folders(root: Path, parts: tuple[str, ...]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield the files of the folders that all parts but the last one match. One look at a folder says of all its
    files what sort of file each is, and which folders there are below it."""
    fits = re.compile(translate(parts[-1])).match
    for there in _folders(root, parts[:-1]):
        for each in there:
            if fits(each.name) and (_may_be_file(each.path) if each.is_symlink() else each.is_file()):
                yield each.path, each


def _folders(root: Path, parts: tuple[str, ...]) -> Iterator[list[os.DirEntry[str]]]:
    """Yield what each folder holds that these parts of a pattern match, each folder once."""
    is_deep = parts[-1:] == ("**",)
    above = parts[:-1] if is_deep else parts
    waiting = list(map(str, root.glob("/".join(above) + "/"))) if above else [str(root)]
    seen: set[str] = set()
    while waiting:
        folder = waiting.pop()
        if folder in seen:
            continue
        seen.add(folder)
        try:
            with os.scandir(folder) as entries:
                there = list(entries)
        except (PermissionError, NotADirectoryError, FileNotFoundError):  # as for Python's own `glob`
            continue
        yield there
        if is_deep:
            waiting += [each.path for each in there if each.is_dir(follow_symlinks=False)]


def _may_be_file(path: str) -> bool:
    """Return whether it is a file, or a link that leads nowhere."""
    return os.path.isfile(path) or not os.path.exists(path)  # noqa: PTH110, PTH113


def leading_out(root: Path, names: Iterable[str], links: AbstractSet[str]) -> frozenset[str]:
    """Return those of the files that are not inside the project, all links followed. `links` are those that are links.

    Following the links of each of thousands of files took a fifth of the time of reading them. Most files are no links
    themselves, and then it is enough to follow those of their folder once.
    """
    folders = {name: name.rpartition("/")[0] for name in names}
    inside = {folder: is_inside(root, folder) for folder in set(folders.values())}
    doubtful = (name for name, folder in folders.items() if not inside[folder] or name in links)
    return frozenset(name for name in doubtful if not is_inside(root, name))


def is_link(root: Path, name: str, entry: os.DirEntry[str] | None) -> bool:
    """Return whether a file is a link; `entry` is the file as its folder lists it, where that is known."""
    return os.path.islink(os.path.join(root, name)) if entry is None else entry.is_symlink()  # noqa: PTH114, PTH118


def is_inside(root: Path, name: str) -> bool:
    """Return whether the file, all links followed, is inside the project."""
    inside = os.path.realpath(root)
    return os.path.commonpath([inside, os.path.realpath(root / name)]) == inside
