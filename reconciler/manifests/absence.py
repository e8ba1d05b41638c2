"""Whether a manifest that is not there was removed, or is only out of sight. Absence is proved, never assumed.

A live object without a manifest is deleted with all its versions, so a manifest must really be gone. It is not gone
when Git left its file out of the work tree, when no pattern of `spec.manifests` reads the file any more, when a pattern
that could read it matches nothing at all, or when its document stands in a file that is not read. What a person removed
is removed, committed or not. `--allow-absent GLOB` is a person's word about what only seems to be missing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from pathlib import Path, PurePosixPath

from reconciler.codes import finding
from reconciler.errors import GitError, NoRepository
from reconciler.git.checkout import Cause, Hidden, files, hidden, top
from reconciler.git.objects import contents
from reconciler.manifests.desired import Desired
from reconciler.manifests.files import MAX_BYTES, parse
from reconciler.manifests.globs import fits, matches, may_reach
from reconciler.manifests.positions import FilePositions
from reconciler.manifests.project import Project
from reconciler.manifests.sight import holds, told
from reconciler.model import PROJECT_FILE, Finding, JsonValue, ResourceId, SourceRef
from reconciler.model.quick import dataclass

CODE = "DLC225"
_SUFFIXES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a manifest may still exist: what is true of which path, and what to do about it."""

    path: str
    """Relative to the project; the pattern itself where a pattern is the reason."""
    what: str
    remedy: str
    where: SourceRef | None = None


class Absences:
    """Judges live objects that no manifest describes. Git is asked once, at the first of them."""

    def __init__(self, project: Project, desired: Desired, allowed: Sequence[str]) -> None:
        self._project = project
        self._desired = desired
        self._allowed = allowed

    def doubt(self, id: ResourceId, recorded: str) -> Finding | None:
        """Return the finding that keeps an object from being deleted, or None when its manifest is gone.

        `recorded` is the path of the manifest that the live object names; empty for kinds that record none. The path
        comes from the service and is used to compare and to look whether a file exists, never to read one.
        """
        path = recorded if _is_inside(recorded) else ""
        if path and self._is_allowed(path):
            return None
        try:
            reason = next(self._doubts(id, path), None)
        except GitError as error:
            return finding(CODE, f"whether its manifest was removed cannot be told: {error.message}", subject=id)
        if reason is None:
            return None
        meant = path or reason.path
        return finding(
            CODE,
            f"its manifest may not have been removed: {reason.what}",
            subject=id,
            where=reason.where,
            hint=f"{reason.remedy} If it is meant, add `--allow-absent '{meant}'`.",
        )

    def _doubts(self, id: ResourceId, path: str) -> Iterator[Doubt]:
        if path in self._desired.pointers:
            yield Doubt(path, f"{path} is a Git LFS pointer", "Run `git lfs pull`.")
        if path and path not in self._desired.files:
            yield from (_hidden(each) for each in self._hidden if holds(each, path))
            yield from self._vacant(lambda pattern: matches(pattern, path))
            if os.path.lexists(self._project.root / path):
                yield self._unread(path, f"{path} is still there, but no pattern of spec.manifests reads it")
        elif not path:
            yield from self._vacant(lambda _: True)
        yield from (_hidden(each) for each in self._hidden if self._may_hold(each, id))
        yield from (self._unread(name, f"{name} describes it, but no pattern of spec.manifests reads that file")
                    for name in self._elsewhere(id))  # fmt: skip

    def _is_allowed(self, path: str) -> bool:
        return any(glob == path or fits(glob, path) for glob in self._allowed)

    def _vacant(self, concerns: Callable[[str], bool]) -> Iterator[Doubt]:
        patterns = self._project.manifests
        for index in self._desired.vacant:
            pattern = patterns[index]
            if concerns(pattern) and not self._is_allowed(pattern):
                where = FilePositions(self._project.document).locate(("spec", "manifests", index))
                what = f'pattern "{pattern}" of spec.manifests, which could hold it, matches no file any more'
                yield Doubt(pattern, what, "Correct the pattern, or take it out of spec.manifests.", where)

    def _unread(self, path: str, what: str) -> Doubt:
        return Doubt(path, what, "Add a pattern that matches the file to spec.manifests, or remove the file.",
                     SourceRef(path))  # fmt: skip

    @cached_property
    def _hidden(self) -> tuple[Hidden, ...]:
        """What Git left out of the work tree although a pattern would read it; nothing without Git."""
        patterns = self._project.manifests
        try:
            found = list(hidden(self._project.root, lambda path: any(matches(each, path) for each in patterns)))
        except NoRepository:
            return ()
        return tuple(
            each
            for each in sorted(found, key=lambda each: each.path)
            if not self._is_allowed(each.path)
            and (each.cause is not Cause.SUBMODULE or any(may_reach(pattern, each.path) for pattern in patterns))
        )

    @cached_property
    def _hidden_texts(self) -> Mapping[str, bytes]:
        """The texts of the hidden files by path, as far as their objects are on this machine."""
        texts: dict[str, bytes] = {}
        for folder in {each.repository for each in self._hidden if each.object}:
            own = [each for each in self._hidden if each.object and each.repository == folder]
            held = contents(folder, [each.object for each in own])
            texts.update((each.path, held[each.object]) for each in own if each.object in held)
        return texts

    def _may_hold(self, each: Hidden, id: ResourceId) -> bool:
        """Return whether a hidden file describes the object, or whether nobody can know."""
        text = self._hidden_texts.get(each.path)
        return text is None or _describes(text, id)

    def _elsewhere(self, id: ResourceId) -> Iterator[str]:
        """Return files of the checkout that hold the object's document and are not read, relative to the project."""
        return (name for name in self._unread_files if self._is_told_in(name, id) and not self._is_allowed(name))

    def _is_told_in(self, name: str, id: ResourceId) -> bool:
        file = self._project.root / name
        try:
            if file.is_symlink() or not file.is_file() or file.stat().st_size > MAX_BYTES:
                return False
            return _describes(file.read_bytes(), id)
        except OSError:
            return False

    @cached_property
    def _unread_files(self) -> tuple[str, ...]:
        """The files of the checkout that could hold manifests, without those that are read or belong to another
        project."""
        root = self._project.root.resolve()
        try:
            above = top(root)
            found = list(files(above))
        except NoRepository:
            above, found = root, list(_walk(root))
        below = "" if above == root else root.relative_to(above).as_posix()
        homes = {PurePosixPath(name).parent for name in found
                 if name.rpartition("/")[2] in (PROJECT_FILE, self._project.path.name)}  # fmt: skip
        read = {str(PurePosixPath(below, name)) for name in self._desired.files | {self._project.path.name}}
        return tuple(
            os.path.relpath(name, below or ".").replace(os.sep, "/")
            for name in sorted(set(found) - read)
            if name.lower().endswith(_SUFFIXES) and _home(name, homes) in (PurePosixPath(below), None)
        )  # fmt: skip


def _is_inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and ".." not in parts and path.isprintable()


def _hidden(each: Hidden) -> Doubt:
    what, remedy = told(each)
    return Doubt(each.path, what, remedy)


def _home(name: str, homes: Set[PurePosixPath]) -> PurePosixPath | None:
    """Return the nearest folder above a file that holds a project file."""
    return next((folder for folder in PurePosixPath(name).parents if folder in homes), None)


def _walk(root: Path) -> Iterator[str]:
    """Yield files below a folder that is no repository, without hidden ones."""
    for folder, inner, names in os.walk(root):
        inner[:] = [each for each in inner if not each.startswith(".")]
        for name in names:
            yield (Path(folder) / name).relative_to(root).as_posix()


def _describes(content: bytes, id: ResourceId) -> bool:
    """Return whether a text holds a document of this kind and name. A name with `${...}` in it may be any name."""
    if id.kind.encode() not in content or (id.name.encode("utf-8", "replace") not in content and b"${" not in content):
        return False
    documents = parse("", content.decode("utf-8", "replace")).documents
    return any(_is_of(raw.data, id) for raw in documents)


def _is_of(data: JsonValue, id: ResourceId) -> bool:
    metadata = data.get("metadata") if isinstance(data, dict) else None
    name = metadata.get("name") if isinstance(metadata, dict) else None
    if not isinstance(data, dict) or data.get("kind") != id.kind or not isinstance(name, str):
        return False
    before, reference, after = name.partition("${")
    if not reference:
        return name == id.name
    return id.name.startswith(before) and id.name.endswith(after.rpartition("}")[2])
