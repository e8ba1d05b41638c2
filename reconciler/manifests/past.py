"""What one document of a project asked for in the past: its manifest at each Git commit, read by the same loader.

At most a given number of commits is read, newest first. Equal files are loaded once, however many commits have them.
Secrets are not in Git: a commit whose manifest needs a variable that is not set now counts as unreadable.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from reconciler.errors import ManifestError, NoRepository, ProjectError
from reconciler.files import make_folder, write_whole
from reconciler.git.commits import Commit, is_shallow, knows, log
from reconciler.git.objects import contents
from reconciler.kinds.base import Kind
from reconciler.manifests.environment import Environment
from reconciler.manifests.examine import examine_all
from reconciler.manifests.files import MAX_BYTES, is_inside, parse
from reconciler.manifests.manifest_set import ManifestSet
from reconciler.manifests.positions import FilePositions
from reconciler.manifests.project import Project, load_project
from reconciler.model import Resource, ResourceId
from reconciler.model.quick import dataclass

COMMITS = 200
"""How many commits are read by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What the commits asked for, newest first."""

    states: tuple[tuple[Commit, Resource[Any]], ...] = ()
    unreadable: int = 0
    """Commits whose manifest could not be loaded, because of errors or of variables that are not set now."""
    is_cut: bool = False
    """Whether there are older commits: the limit was reached, or the clone is shallow."""


class PastReader:
    """Reads former states of the documents of one project for one target, and keeps the project files that it
    loaded."""

    def __init__(
        self,
        project: Project,
        target: str,
        kinds: Sequence[Kind[Any, Any]],
        environ: Environment,
        *,
        limit: int = COMMITS,
    ) -> None:
        self._project = project
        self._target = target
        self._kinds = {kind.name: kind for kind in kinds}
        self._environ = environ
        self._limit = limit
        self._projects: dict[tuple[bytes, ...], Project | None] = {}

    def read(self, id: ResourceId, file: str, former: Iterable[str] = ()) -> Past:
        """Return what the commits that touched the document's file, its bases, values or the project file asked for.

        A document that was renamed is followed under the `former` names, and under those that its commits say. Empty
        outside Git, or when the file was never committed.
        """
        if not is_inside(self._project.root, file):
            return Past()
        paths = self._names(file)
        if not paths:
            return Past()
        own, values = self._project.path.name, self._values_files()
        paths += tuple(name for name in self._base_files(id, file) if name not in paths)
        names = (own, *values, *paths)
        commits = [commit for commit, _ in log(self._project.root, self._limit, "--", *names)]
        held = self._contents(commits, names)
        seen: dict[tuple[int, tuple[bytes, ...]], Resource[Any] | None] = {}
        states, unreadable = [], 0
        ids = dict.fromkeys([id, *(ResourceId(id.kind, name) for name in former)])
        for commit in commits:
            blobs = tuple(held.get((commit.id, name), b"") for name in names)
            shared, files = blobs[: 1 + len(values)], blobs[1 + len(values) :]
            key = (len(ids), blobs)  # what was not found may exist under another former name
            if key not in seen:
                seen[key] = self._resource(tuple(ids), shared, dict(zip(paths, files, strict=True)))
            resource = seen[key]
            if resource is not None:
                states.append((commit, resource))
                ids |= dict.fromkeys(ResourceId(id.kind, name) for name in self._kinds[id.kind].former(resource))
            elif any(files):
                unreadable += 1
        return Past(states=tuple(states), unreadable=unreadable, is_cut=self._is_cut(len(commits)))

    def knows(self, commit: str) -> bool:
        """Return whether the repository has this commit."""
        return knows(self._project.root, commit)

    def had(self, commit: str, id: ResourceId, file: str) -> bool:
        """Return whether a commit's manifest file held a sound document of this kind and name."""
        if not is_inside(self._project.root, file) or not self.knows(commit):
            return False
        own, at = self._project.path.name, Commit(commit, "", "", "")
        names = (own, *self._values_files(), file)
        held = self._contents([at], names)
        *shared, text = (held.get((commit, name), b"") for name in names)
        return self._resource((id,), tuple(shared), {file: text}) is not None

    def _base_files(self, id: ResourceId, file: str) -> tuple[str, ...]:
        """Return the files that the document builds on now. Files that it built on earlier may be missing."""
        path = self._project.root / file
        if not path.is_file() or b"base" not in path.read_bytes():
            return ()
        documents = (
            ManifestSet(self._project, tuple(self._kinds.values())).desired(self._target, self._environ).documents
        )
        source = documents[id].source if id in documents else None
        return source.files[1:] if isinstance(source, FilePositions) else ()

    def _values_files(self) -> tuple[str, ...]:
        return self._project.target(self._target).values_files

    def _names(self, file: str) -> tuple[str, ...]:
        """Return the file's names through its renames, newest first."""
        followed = log(self._project.root, self._limit, "--follow", "--name-only", "--", file)
        return tuple({name: None for _, names in followed for name in names})

    def _contents(self, commits: Sequence[Commit], names: Sequence[str]) -> Mapping[tuple[str, str], bytes]:
        """Return the files at the commits. Missing and too large ones are left out, and everything outside Git."""
        asked = {f"{commit.id}:./{name}": (commit.id, name) for commit in commits for name in names}
        try:
            held = contents(self._project.root, tuple(asked))
        except NoRepository:
            return {}
        return {asked[key]: blob for key, blob in held.items() if len(blob) <= MAX_BYTES}

    def _resource(
        self, ids: Sequence[ResourceId], shared: tuple[bytes, ...], files: Mapping[str, bytes]
    ) -> Resource[Any] | None:
        """Return the document as these files have it, with the project file and its values files; None when it has
        errors.

        It has the first of the `ids` under which there is a sound document.
        """
        project = self._loaded(shared)
        if project is None or self._target not in project.targets:
            return None
        target, targets = project.target(self._target), frozenset(project.targets)
        texts = {name: content.decode("utf-8", "replace") for name, content in files.items()}
        documents = [raw for name, text in texts.items() for raw in parse(name, text).documents]
        examined = examine_all(documents, self._kinds, target, targets, self._environ, allowed=self._project.allowed)
        found = {each.resource.id: each.resource for each in examined if each.resource is not None}
        return next((found[id] for id in ids if id in found), None)

    def _loaded(self, shared: tuple[bytes, ...]) -> Project | None:
        if shared not in self._projects:
            with tempfile.TemporaryDirectory(prefix="dlc-reconciler-") as folder:
                names = (self._project.path.name, *self._values_files())
                for name, content in zip(names, shared, strict=True):
                    file = Path(folder) / name
                    make_folder(file.parent)
                    write_whole(file, content)
                try:
                    self._projects[shared] = load_project(Path(folder) / names[0])
                except (ManifestError, ProjectError):
                    self._projects[shared] = None
        return self._projects[shared]

    def _is_cut(self, count: int) -> bool:
        return count >= self._limit or is_shallow(self._project.root)
