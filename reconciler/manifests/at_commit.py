"""What a project asked of a target at a Git commit, kept under the commit's tree, so that it is found out once.

The entry holds names and digests of resources, and names and object ids of a few files. It is made only where single
manifests are all that differs from today, so that the project, its values and its policies are those of today.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from datetime import date

from reconciler import __version__
from reconciler.git.objects import Entry
from reconciler.manifests.desired import Asked
from reconciler.manifests.former_files import Tree
from reconciler.manifests.looks import Entries
from reconciler.manifests.policies import load_policies
from reconciler.manifests.project import Project
from reconciler.model import ResourceId
from reconciler.model.quick import dataclass

LAYOUT = "at commit 2"


@dataclass(frozen=True, slots=True)
class AtCommit:
    """What a commit asked, and those of its files that bear upon more than single manifests."""

    files: Tree
    """See `former_files.of_more`."""
    asked: Asked


class Commits:
    """What is kept of the commits of a project, for one target."""

    def __init__(self, entries: Entries, project: Project, target_name: str, today: date) -> None:
        """`today` is the day by which waivers are judged."""
        target = project.target(target_name)
        policies = load_policies(project).sources if project.policies else ()
        context = (project.document.data, policies, target_name, target.values, str(today))
        self._context = json.dumps((LAYOUT, __version__, sys.version_info[:2], context), sort_keys=True)
        self._entries = entries

    def recall(self, tree_id: str) -> AtCommit | None:
        """Return what a commit asked; None when that is not known."""
        value = self._entries.get(self._name(tree_id))
        if value is None:
            return None
        files, ids, told = json.loads(zlib.decompress(value))
        return AtCommit(
            {name: Entry(mode, object_id, name) for name, mode, object_id in files},
            dict(zip(ResourceId.each(*ids), zip(*told, strict=True), strict=True)) if ids else {},
        )

    def keep(self, tree_id: str, found: AtCommit) -> None:
        """Keep what a commit asked."""
        files = [(name, entry.mode, entry.object) for name, entry in found.files.items()]
        # Columns of texts are read in half of the time that rows take.
        columns = [list(zip(*rows, strict=True)) for rows in (found.asked.keys(), found.asked.values())]
        text = json.dumps((files, *columns), separators=(",", ":"))
        self._entries.put(self._name(tree_id), zlib.compress(text.encode(), 1))

    def _name(self, tree_id: str) -> bytes:
        return hashlib.sha256(f"{self._context}{tree_id}".encode()).digest()
