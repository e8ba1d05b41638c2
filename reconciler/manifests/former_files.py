"""Which manifest files are not what a Git commit had, and what they were. Contents are compared, not times."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
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


Tree = Mapping[str, Entry]
"""Files of a commit by their names."""


def files_of(project: Project, commit: str) -> Tree:
    """Return those files of a commit that a project may be made from, by their names.

    Raises:
        GitError: the commit cannot be read.
    """
    everything = _of_everything(project)
    return {
        entry.path: entry
        for entry in tree(project.root, commit)
        if entry.path in everything or _may_match(project, entry.path)
    }


def more_changed(project: Project, names: AbstractSet[str], links: AbstractSet[str], then: Tree) -> str:
    """Return what else than single manifests is not as a commit had it; empty: nothing.

    Args:
        project: the project of today.
        names: the names of its manifest files.
        links: those of them that are links.
        then: `files_of` of the commit; where it has no links and no submodules, those that are `of_more` are enough.
    """
    for name in sorted(_of_everything(project)):
        if not _is_same(project, name, then.get(name)):
            return f"{name} changed"
    odd = {name for name, entry in then.items() if entry.mode not in FILE} - project.other_files
    if odd - names:
        return "a link or a submodule went"
    if odd or links:
        return f"{min(odd | links)} is or was a link"
    return ""


def of_more(project: Project, then: Tree) -> Tree:
    """Return those of the files of a commit that bear upon more than single manifests."""
    everything = _of_everything(project)
    return {name: entry for name, entry in then.items() if name in everything}


def files_since(project: Project, names: AbstractSet[str], then: Tree) -> Former:
    """Return the manifest files of a commit that differ from those of today; `names` are the files of today.

    Raises:
        UsageError: a partial clone lacks some of the files.
    """
    own = project.file.name
    gone = then.keys() - names - project.other_files - _of_everything(project)
    former: dict[str, Entry | None] = {name: then[name] for name in gone}
    for name in names - {own}:
        entry = then.get(name)
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
