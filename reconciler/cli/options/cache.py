"""Where what earlier runs found out is kept, and whether it is used."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import click

from reconciler.cache import CacheFolder, InThisRun, Kept, usual_folder
from reconciler.cache.store import Store
from reconciler.cli.options.declared import Option
from reconciler.git.checkout import is_tracked


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheFolderOptions:
    """The folder of the cache."""

    cache_dir: Annotated[
        Path | None,
        Option(
            "--cache-dir",
            metavar="DIR",
            type=click.Path(path_type=Path, file_okay=False),
            help="Keep what runs find out here, not in the user's own cache folder.",
        ),
    ] = None

    @property
    def folder(self) -> CacheFolder:
        """The folder that is meant."""
        place = self.cache_dir.absolute() if self.cache_dir else usual_folder(os.environ, Path.home())
        return CacheFolder(place, is_tracked)


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheOptions(CacheFolderOptions):
    """The cache of a command that reads the live side."""

    no_cache: Annotated[bool, Option("--no-cache", help="Neither use nor keep what runs find out.")] = False

    @property
    def kept(self) -> Kept:
        """What earlier runs found out; without a cache only what this one does."""
        return InThisRun() if self.no_cache else Store(self.folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchingOptions(CacheOptions):
    """The cache of a command that looks at all versions."""

    fetch_all: Annotated[
        bool, Option("--fetch-all", help="Fetch every version anew, also where an earlier run saw it.")
    ] = False

    @property
    def kept(self) -> Kept:
        """What earlier runs found out, unless everything is to be fetched."""
        return InThisRun() if self.no_cache or self.fetch_all else Store(self.folder)
