"""Which manifest files are not what a Git commit had, and what they were. Contents are compared, not times."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePosixPath

from reconciler.git.objects import Entry, tree
from reconciler.manifests.files import ManifestFile, content_of
from reconciler.manifests.globs import matches
from reconciler.manifests.policies import PACKAGED
from reconciler.manifests.project import Project
from reconciler.manifests.revisions import held
from reconciler.manifests.sources import Former

FILE = ("100644", "100755")
_HASHES = {40: "sha1", 64: "sha256"}
"""What Git names objects by, told by the length of the names."""


@dataclass(frozen=True, slots=True)
class Whole:
    """More than single manifests changed."""

    because: str


def files_since(project: Project, names: Collection[str], commit: str) -> Former | Whole:
    """What the manifest files were at a commit, of which `names` are those of today.

    Raises:
        UsageError: a partial clone lacks some of the files.
        GitError: the commit cannot be read.
    """
    entries = {entry.path: entry for entry in tree(project.root, commit)}
    for name in sorted(_of_everything(project)):
        if not _is_same(project, name, entries.get(name)):
            return Whole(f"{name} changed")
    own = project.file.name
    gone = {name for name in entries.keys() - set(names) if _may_match(project, name)} - project.other_files
    if any(entries[name].mode not in FILE for name in gone):
        return Whole("a link or a submodule went")
    former: dict[str, Entry | None] = {name: entries[name] for name in gone}
    for name in set(names) - {own}:
        entry = entries.get(name)
        if os.path.islink(os.path.join(project.root, name)) or (entry is not None and entry.mode not in FILE):  # noqa: PTH114, PTH118
            return Whole(f"{name} is or was a link")
        if not _is_same(project, name, entry):
            former[name] = entry
    contents = held(project.root, {name: entry for name, entry in former.items() if entry is not None})
    return {name: contents.get(name) for name in former}


def _of_everything(project: Project) -> set[str]:
    """The files that bear upon more than the manifests that stand in them."""
    policies = (PurePosixPath(name).as_posix() for name in project.policies if name not in PACKAGED)
    values = (name for target in project.targets.values() for name in target.values_files)
    return {project.file.name, *values, *policies}


def _may_match(project: Project, name: str) -> bool:
    return any(matches(pattern, name) for pattern in project.manifests)


def _is_same(project: Project, name: str, entry: Entry | None) -> bool:
    """Whether a file is what a commit has under its name."""
    content = content_of(project.root, name)
    if entry is None or isinstance(content, ManifestFile):
        return entry is None and isinstance(content, ManifestFile)
    blob = hashlib.new(_HASHES[len(entry.object)], b"blob %d\0" % len(content), usedforsecurity=False)
    blob.update(content)
    return blob.hexdigest() == entry.object
