"""What earlier runs found out, kept in the user's own cache folder; without it everything is the same, only slower.

    folder   where it is, and whether it may be trusted
    kept     what an entry is to the rest of the program
    store    one SQLite file of checked entries, bounded in size
    memory   what was learnt of the objects behind one address

Entries hold digests and names, never contents or secrets. An entry that is damaged, or that another folder's key
signed, does not exist; a file that cannot be used is as good as an empty one.
"""

from __future__ import annotations

from reconciler.cache.folder import VARIABLE, CacheFolder, usual_folder
from reconciler.cache.kept import NOTHING_KEPT, Counted, InThisRun, Kept
from reconciler.cache.memory import Memory

__all__ = [
    "NOTHING_KEPT",
    "VARIABLE",
    "CacheFolder",
    "Counted",
    "InThisRun",
    "Kept",
    "Memory",
    "usual_folder",
]
