"""The ids of objects that were created and may not be listed yet, in one small file each in a folder of the cache.

A file may be missing, old or written by somebody else: it is believed only after the object with that id was read. A
folder that cannot be used costs the memory, never the apply.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path

from reconciler.cache.folder import CacheFolder
from reconciler.errors import FileError
from reconciler.files import make_private_folder, write_secretly
from reconciler.model import ResourceId
from reconciler.model.quick import dataclass

FOLDER = "created"


def files_of(folder: CacheFolder) -> list[Path]:
    """Return the files of all ids that a cache remembers."""
    return sorted((folder.path / FOLDER).glob("*.json"))


@dataclass(frozen=True, slots=True)
class CreatedInCache:
    """Implements `kinds.memory.Created` for one workspace."""

    folder: CacheFolder
    address: str
    """The service: its endpoint, or the region."""
    workspace_id: str

    def keep(self, id: ResourceId, remote_id: str) -> None:
        """Remember an id. A file that cannot be written is left out."""
        if not self.folder.is_trusted():
            return
        with contextlib.suppress(FileError):
            make_private_folder(self.folder.path / FOLDER)
            write_secretly(self._file(id), json.dumps({**self._place(id), "id": remote_id}, sort_keys=True) + "\n")

    def known(self, id: ResourceId) -> str:
        """Return the remembered id; empty for none, and for a file that cannot be read or is about something else."""
        try:
            text = self._file(id).read_text(encoding="utf-8")
            found = json.loads(text) if self.folder.is_trusted() else None
        except (OSError, ValueError, RecursionError):
            return ""
        if not isinstance(found, dict) or not isinstance(found.get("id"), str):
            return ""
        remote_id = found.pop("id")
        return remote_id if found == self._place(id) else ""

    def forget(self, id: ResourceId) -> None:
        """Remove the file."""
        with contextlib.suppress(OSError):
            self._file(id).unlink()

    def _place(self, id: ResourceId) -> dict[str, str]:
        return {"address": self.address, "workspace": self.workspace_id, "kind": id.kind, "name": id.name}

    def _file(self, id: ResourceId) -> Path:
        text = json.dumps(self._place(id), sort_keys=True)
        return self.folder.path / FOLDER / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.json"
