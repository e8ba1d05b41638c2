"""`boards`: TensorBoards by hand. Boards in manifests are better changed there, because apply would change them
back."""

from __future__ import annotations

import click

from reconciler.cli.lazy import LazyGroup, Listed

_HERE = "reconciler.cli.boards.manage"
COMMANDS = {
    "Commands": {
        "list": Listed(f"{_HERE}:list_", "List the TensorBoards of a window of time."),
        "show": Listed(f"{_HERE}:show_", "Show one TensorBoard."),
        "start": Listed(f"{_HERE}:start", "Start a TensorBoard that has ended, and wait until it runs."),
        "stop": Listed(f"{_HERE}:stop", "Stop a TensorBoard and wait until it has stopped."),
        "delete": Listed(f"{_HERE}:delete", "Delete a TensorBoard, stopping it first."),
        "share": Listed(f"{_HERE}:share", "Print an address that shows others a running TensorBoard for a while."),
    }
}


@click.group(cls=LazyGroup, table=COMMANDS, short_help="List, show, start, stop, share and delete TensorBoards.")
def boards() -> None:
    """List, show, start, stop, share and delete TensorBoards.

    BOARD is an id, or a name that no other one has.

    What a manifest describes is better changed there: the next apply would change it back.

    \b
    Example:
      dlc-reconciler boards list --status Running
    """
