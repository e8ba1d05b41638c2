"""`cache`: what earlier runs found out and kept in the user's own cache folder."""

from __future__ import annotations

import click

from reconciler.cache.store import Store
from reconciler.cli.lazy import LazyGroup, Listed
from reconciler.cli.options.cache import CacheFolderOptions
from reconciler.cli.options.declared import takes_options
from reconciler.render.wording import counted

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
    store = Store(place)
    held = store.size()
    store.close()
    click.echo(f"{place.path}: {counted(held.entries, 'entry', 'entries')}, {held.bytes:,} bytes")
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
    Store(place).clear()
    click.echo(f"{place.path}: empty")
    return 0
