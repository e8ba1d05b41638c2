"""Options about the cache: where earlier runs kept what they found out, and whether it is used."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import click

from reconciler.cache import Cache, CacheFolder, Entries, InThisRun, usual_folder
from reconciler.cache.store import Store
from reconciler.cli.options.declared import Option
from reconciler.git.checkout import is_tracked
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheFolderOptions:
    """The option that names the folder of the cache."""

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
    def folder(self) -> CacheFolder | None:
        """Return the folder that is meant; None when neither the command line nor the environment names one."""
        place = self.cache_dir.absolute() if self.cache_dir else usual_folder(os.environ)
        return CacheFolder(place, is_tracked) if place else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheOptions(CacheFolderOptions):
    """The options of a command that reads the live side with the help of the cache."""

    no_cache: Annotated[bool, Option("--no-cache", help="Neither use nor keep what runs find out.")] = False

    @property
    def cache(self) -> Cache:
        """The cache of this run. Without a folder it knows only what the run itself finds out."""
        folder = None if self.no_cache else self.folder
        entries = self.entries_in(folder)
        return Cache(entries=entries, manifests=entries if folder else None, folder=folder)

    def entries_in(self, folder: CacheFolder | None) -> Entries:
        """Return the entries that earlier runs left in a folder."""
        return Store(folder) if folder else InThisRun()


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchingOptions(CacheOptions):
    """The options of a command that looks at all versions."""

    fetch_all: Annotated[
        bool, Option("--fetch-all", help="Fetch every version anew, also where an earlier run saw it.")
    ] = False

    def entries_in(self, folder: CacheFolder | None) -> Entries:
        """Return the entries that earlier runs left in a folder; none when everything has to be fetched."""
        return InThisRun() if self.fetch_all else CacheOptions.entries_in(self, folder)


def usual_cache() -> Cache:
    """Return the cache of commands without these options. They fetch everything, but know what was created."""
    return Cache(folder=CacheFolderOptions().folder)
