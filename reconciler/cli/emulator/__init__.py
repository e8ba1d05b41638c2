"""`emulator`: serves, seeds and resets the service's emulator on its own."""

from __future__ import annotations

import click

from reconciler.cli.lazy import LazyGroup, Listed

COMMANDS = {
    "Commands": {
        "serve": Listed("reconciler.cli.emulator.state:serve", "Serve until interrupted."),
        "seed": Listed(
            "reconciler.cli.emulator.state:seed",
            "Add templates, jobs and TensorBoards to the emulator's state.",
        ),
        "reset": Listed("reconciler.cli.emulator.state:reset", "Forget everything in the emulator's state."),
    }
}


@click.group(cls=LazyGroup, table=COMMANDS, short_help="Serve, seed or reset the service's emulator on loopback.")
def emulator() -> None:
    """Serve, seed or reset the service's emulator on loopback.

    It behaves as PAI-DLC does, over HTTP on 127.0.0.1, and keeps its state in a file. `--endpoint emulator` uses the
    same file without a server of its own.

    \b
    Example:
      dlc-reconciler emulator serve --port 8700
    """
