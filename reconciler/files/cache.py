"""The user's own folder for what may be lost at any time: never in the checkout, which is not trusted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reconciler.files.places import failed

NAME = "dlc-reconciler"


def cache_folder(environ: Mapping[str, str]) -> Path | None:
    """`$XDG_CACHE_HOME/dlc-reconciler`, or `~/.cache/dlc-reconciler`; None when neither can be told.

    A relative XDG_CACHE_HOME counts as not set, as its specification says.
    """
    for name, below in (("XDG_CACHE_HOME", ""), ("HOME", ".cache")):
        base = Path(environ.get(name, ""))
        if base.is_absolute():
            return base / below / NAME
    return None


def make_cache_folder(folder: Path) -> None:
    """Make a folder of the cache that nobody else may read; one that is there is tightened.

    Raises:
        FileError: it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_mode & 0o777 != 0o700:
            folder.chmod(0o700)
    except OSError as error:
        raise failed(folder, error) from error
