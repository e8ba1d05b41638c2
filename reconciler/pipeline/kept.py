"""The ids of what was created and may not be listed yet, one small file each in the user's cache folder.

A file may be missing, stale or from somebody else: what it says is believed only after the object of that id was
looked at. Without a folder nothing is remembered.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import FileError
from reconciler.files import write_secretly
from reconciler.files.cache import make_cache_folder
from reconciler.model import ResourceId

FOLDER = "created"


@dataclass(frozen=True, slots=True)
class KeptIds:
    """What was created in one workspace; see `kinds.base.Kept`."""

    folder: Path
    """The cache folder."""
    address: str
    """Which service: the endpoint, or the region."""
    workspace_id: str

    def keep(self, id: ResourceId, remote_id: str) -> None:
        """Remember an id; a folder that cannot be written costs the memory, never the apply."""
        with contextlib.suppress(FileError):
            make_cache_folder(self.folder)
            make_cache_folder(self.folder / FOLDER)
            write_secretly(self._file(id), json.dumps({**self._place(id), "id": remote_id}, sort_keys=True) + "\n")

    def known(self, id: ResourceId) -> str:
        """The remembered id; empty for none, and for a file that cannot be read or is about something else."""
        try:
            found = json.loads(self._file(id).read_text(encoding="utf-8"))
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
        return self.folder / FOLDER / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.json"
