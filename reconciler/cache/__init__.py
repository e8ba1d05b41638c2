"""What earlier runs found out, kept in the user's own cache folder; without it everything is the same, only slower.

    folder   where it is, and whether it may be trusted
    entries  what the rest of the program sees: values by name
    store    one SQLite file of checked entries, bounded in size
    memory   what was learnt of the objects behind one address
    created  the ids of what was created and may not be listed yet

Entries hold digests and names, never contents or secrets. An entry that is damaged, or that another folder's key
signed, does not exist; a file that cannot be used is as good as an empty one.
"""

from __future__ import annotations

from reconciler.cache.created import CreatedInCache
from reconciler.cache.entries import NO_ENTRIES, Counted, Entries, InThisRun
from reconciler.cache.folder import VARIABLE, CacheFolder, usual_folder
from reconciler.cache.memory import Memory
from reconciler.model.quick import dataclass

__all__ = [
    "NO_CACHE",
    "NO_ENTRIES",
    "VARIABLE",
    "Cache",
    "CacheFolder",
    "Counted",
    "CreatedInCache",
    "Entries",
    "InThisRun",
    "Memory",
    "usual_folder",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """The cache of one run."""

    entries: Entries = NO_ENTRIES
    """What was learned about the live side."""
    manifests: Entries | None = None
    """What was found in manifests; None: they are read again."""
    folder: CacheFolder | None = None
    """The folder with the ids of what was created; None: they are not remembered."""


NO_CACHE = Cache()
"""A cache that remembers nothing, not even within the run."""
