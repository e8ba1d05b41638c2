"""`emulator serve|seed|reset`: the service's emulator on its own."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.options import option
from reconciler.errors import ReconcilerError
from reconciler.files import check_file, make_folder
from reconciler.pipeline import STATE_FILE


@click.group(short_help="Serve, seed or reset the service's emulator on loopback.")
def emulator() -> None:
    """Serve, seed or reset the service's emulator on loopback.

    It behaves as PAI-DLC does, over HTTP on 127.0.0.1, and keeps its state in a file. `--endpoint emulator` uses the
    same file without a server of its own.

    \b
    Example:
      dlc-reconciler emulator serve --port 8700
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
    state = _room_for(state)
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
@click.argument("document", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option(
    "--fleet", type=click.IntRange(1, 1_000_000), metavar="N", help="Instead of a file: N templates with a history."
)
@click.option("--seed", "number", type=int, default=1, show_default=True, metavar="S", help="Which fleet it is.")
@state_option
def seed(document: Path | None, fleet: int | None, number: int, state: Path) -> None:
    """Add templates, jobs and TensorBoards to the emulator's state, from a YAML file or as a made-up fleet.

    A fleet has versions over a year, jobs over 400 days and, from some two dozen templates on, every fault that
    audits look for. The same N and S give the same fleet.

    \b
    Examples:
      dlc-reconciler emulator seed state.yaml
      dlc-reconciler emulator seed --fleet 60
    """
    if (document is None) == (fleet is None):
        raise click.UsageError("give a file or --fleet N, not both and not neither")
    state = _room_for(state)
    counts = _from_file(document, state) if document else _made_up(fleet or 0, number, state)
    click.echo("Added " + (", ".join(f"{count} {what}" for what, count in counts.items()) or "nothing") + ".")


def _made_up(count: int, number: int, state: Path) -> dict[str, int]:
    from reconciler.emulator import StateFileError, seed_fleet  # noqa: PLC0415

    try:
        return seed_fleet(state, count, number)
    except StateFileError as error:
        raise ReconcilerError(str(error), hint="Choose another `--state` file.") from error


def _from_file(document: Path, state: Path) -> dict[str, int]:
    import yaml  # noqa: PLC0415

    from reconciler.emulator import StateFileError  # noqa: PLC0415
    from reconciler.emulator import seed as add  # noqa: PLC0415

    try:
        return add(state, yaml.safe_load(document.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError, StateFileError) as error:
        raise ReconcilerError(f"{document} cannot be used: {' '.join(str(error).split())}") from error


@emulator.command()
@state_option
def reset(state: Path) -> None:
    """Forget everything in the emulator's state.

    \b
    Example:
      dlc-reconciler emulator reset
    """
    from reconciler.emulator import StateFileError  # noqa: PLC0415
    from reconciler.emulator import reset as clear  # noqa: PLC0415

    if not state.exists():
        click.echo(f"{state} does not exist; nothing to forget.")
        return
    try:
        clear(check_file(state))
    except StateFileError as error:
        raise ReconcilerError(str(error), hint="Choose another `--state` file.") from error
    click.echo(f"{state} is empty now.")


def _room_for(state: Path) -> Path:
    """Make the folder of a state file; the file's real place.

    Raises:
        FileError: no state can be kept there.
    """
    make_folder(state.parent)
    return check_file(state)
