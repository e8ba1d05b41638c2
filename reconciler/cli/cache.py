"""`cache`: what earlier runs found out and kept in the user's own cache folder."""

from __future__ import annotations

import click

from reconciler.cache.created import files_of
from reconciler.cache.store import Store
from reconciler.cli.lazy import LazyGroup, Listed
from reconciler.cli.options.cache import CacheFolderOptions
from reconciler.cli.options.declared import takes_options
from reconciler.languages import say
from reconciler.render.counts import counted

NOWHERE = "There is no cache: neither XDG_CACHE_HOME nor HOME is set. `--cache-dir DIR` names a folder."
COMMANDS = {
    "Commands": {
        "size": Listed("reconciler.cli.cache:size", "Say where the cache is and how much it holds."),
        "clear": Listed("reconciler.cli.cache:clear", "Forget everything that the cache holds."),
    }
}


@click.group(cls=LazyGroup, table=COMMANDS, short_help="Say how much earlier runs left behind, or forget it.")
def cache() -> None:
    """Say how much earlier runs left behind, or forget it.

    The cache makes runs faster and changes nothing else: it holds digests and names, never contents or secrets. A
    folder that others may write to, and one with files that Git tracks, is not used.

    \b
    Examples:
      dlc-reconciler cache size
      dlc-reconciler cache clear --cache-dir .cache
    """


@click.command(short_help="Say where the cache is and how much it holds.")
@takes_options
def size(*, folder: CacheFolderOptions) -> int:
    """Say where the cache is and how much it holds.

    \b
    Example:
      dlc-reconciler cache size
    """
    place = folder.folder
    if place is None:
        click.echo(say(NOWHERE))
        return 0
    store, created = Store(place), files_of(place)
    held = store.size()
    store.close()
    entries, bytes = held.entries + len(created), held.bytes + sum(file.stat().st_size for file in created)
    click.echo(say(f"{place.path}: {counted(entries, 'entry', 'entries')}, {bytes:,} bytes"))
    return 0


@click.command(short_help="Forget everything that the cache holds.")
@takes_options
def clear(*, folder: CacheFolderOptions) -> int:
    """Forget everything that the cache holds.

    Runs that are under way go on without it.

    \b
    Example:
      dlc-reconciler cache clear
    """
    place = folder.folder
    if place is None:
        click.echo(say(NOWHERE))
        return 0
    Store(place).clear()
    for file in files_of(place):
        file.unlink(missing_ok=True)
    click.echo(say(f"{place.path}: empty"))
    return 0
