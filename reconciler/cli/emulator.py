"""`emulator serve|seed|reset`: the service's emulator on its own."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.options import option
from reconciler.errors import ReconcilerError
from reconciler.pipeline import STATE_FILE


@click.group(short_help="Serve, seed or reset the service's emulator on loopback.")
def emulator() -> None:
    """Serve, seed or reset the service's emulator on loopback.

    It behaves as PAI-DLC does, over HTTP on 127.0.0.1, and keeps its state in a file. `--endpoint emulator` uses the
    same file without a server of its own.
    """


state_option = option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    default=STATE_FILE,
    show_default=True,
    help="The file with its state.",
)


@emulator.command()
@state_option
@option("--port", type=click.IntRange(0, 65535), default=8787, show_default=True, help="0 takes a free one.")
@option("--workspace", multiple=True, metavar="ID", help="A workspace that exists; may be given several times.")
def serve(state: Path, port: int, workspace: tuple[str, ...]) -> None:
    """Serve until interrupted.

    \b
    Example:
      dlc-reconciler emulator serve --port 8787
      dlc-reconciler plan --endpoint http://127.0.0.1:8787
    """
    from reconciler.emulator import Profile, StateFileError  # noqa: PLC0415
    from reconciler.emulator import serve as serve_forever  # noqa: PLC0415

    profile = Profile(workspaces=frozenset(workspace)) if workspace else Profile()
    _make_room(state)
    try:
        serve_forever(state, port=port, profile=profile, announce=_announce)
    except StateFileError as error:
        raise ReconcilerError(str(error), hint="Choose another `--state` file.") from error
    except OSError as error:
        raise ReconcilerError(
            f"port {port} cannot be used: {error.strerror}", hint="Choose another `--port`."
        ) from error


def _announce(url: str) -> None:
    click.echo(f"Emulator at {url}; stop it with Ctrl-C.")


@emulator.command()
@click.argument("document", type=click.Path(path_type=Path, dir_okay=False))
@state_option
def seed(document: Path, state: Path) -> None:
    """Add templates, jobs and TensorBoards from a YAML file to the emulator's state."""
    import yaml  # noqa: PLC0415

    from reconciler.emulator import StateFileError  # noqa: PLC0415
    from reconciler.emulator import seed as add  # noqa: PLC0415

    _make_room(state)
    try:
        counts = add(state, yaml.safe_load(document.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError, StateFileError) as error:
        raise ReconcilerError(f"{document} cannot be used: {' '.join(str(error).split())}") from error
    click.echo("Added " + (", ".join(f"{count} {what}" for what, count in counts.items()) or "nothing") + ".")


@emulator.command()
@state_option
def reset(state: Path) -> None:
    """Forget everything in the emulator's state."""
    from reconciler.emulator import StateFileError  # noqa: PLC0415
    from reconciler.emulator import reset as clear  # noqa: PLC0415

    if not state.exists():
        click.echo(f"{state} does not exist; nothing to forget.")
        return
    try:
        clear(state)
    except StateFileError as error:
        raise ReconcilerError(str(error), hint="Choose another `--state` file.") from error
    click.echo(f"{state} is empty now.")


def _make_room(state: Path) -> None:
    try:
        state.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReconcilerError(f"{state.parent} cannot be made: {error.strerror}") from error
