"""The commands of `emulator`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import click
import yaml

from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.numbers import Number
from reconciler.emulator import FastClock, Profile, StateFileError, seed_fleet
from reconciler.emulator import reset as clear
from reconciler.emulator import seed as add
from reconciler.emulator import serve as serve_forever
from reconciler.errors import ReconcilerError
from reconciler.files import check_file, make_folder
from reconciler.languages import say
from reconciler.pipeline import STATE_FILE

StateOption = Annotated[
    Path,
    Option(
        "--state", type=click.Path(path_type=Path), metavar="FILE", show_default=True, help="The file with its state."
    ),
]


@click.command(short_help="Serve until interrupted.")
@takes_options
def serve(
    *,
    state: StateOption = STATE_FILE,
    port: Annotated[
        int, Option("--port", type=click.IntRange(0, 65535), show_default=True, help="0 takes a free one.")
    ] = 8787,
    workspace: Annotated[
        tuple[str, ...],
        Option("--workspace", metavar="ID", help="A workspace that exists; may be given several times."),
    ] = (),
    speed: Annotated[
        float,
        Option(
            "--speed",
            type=Number(0.1, 10_000),
            show_default=True,
            metavar="N",
            help="How many times as fast its time goes by: jobs and TensorBoards live faster.",
        ),
    ] = 1.0,
) -> None:
    """Serve until interrupted.

    With --speed 60 a job that runs for a minute has ended after a second, and what a template proves takes seconds.

    \b
    Example:
      dlc-reconciler emulator serve --port 8787
      dlc-reconciler plan --endpoint http://127.0.0.1:8787
    """
    profile = Profile(workspaces=frozenset(workspace)) if workspace else Profile()
    state = _room_for(state)
    with _usable_state():
        try:
            serve_forever(state, port=port, clock=FastClock(speed), profile=profile, announce=_announce)
        except OSError as error:
            raise ReconcilerError(
                f"port {port} cannot be used: {error.strerror}", hint="Choose another `--port`."
            ) from error


_LISTING = "aliyun pai-dlc GET /api/v1/jobtemplates --WorkspaceId 1001 --version 2020-12-03 --region cn-hangzhou"
_ANYBODY = "--mode AK --access-key-id x --access-key-secret x"


def _announce(url: str) -> None:
    """Print where the emulator is, and how programs can use it.

    `--endpoint` and `--insecure` (plain HTTP) are flags of every call of the Alibaba Cloud CLI: see `openapi/flags.go`
    of its repository aliyun/aliyun-cli.
    """
    netloc = url.partition("://")[2]
    click.echo(say(f"Emulator at {url}; stop it with Ctrl-C."))
    click.echo(f"  this tool:       export DLC_RECONCILER_ENDPOINT={url}")
    click.echo(
        f'  Python SDK:      Config(endpoint="{netloc}", protocol="http", access_key_id="x", access_key_secret="x")'
    )
    click.echo(f"  Alibaba Cloud CLI: {_LISTING} --endpoint {netloc} --insecure {_ANYBODY}")
    click.echo(
        "  with objects:    dlc-reconciler emulator seed FILE   (what FILE holds: specs/emulator-seed.schema.json)"
    )


@click.command(short_help="Add templates, jobs and TensorBoards to the emulator's state.")
@argument("document", type=click.Path(path_type=Path), required=False)
@takes_options
def seed(
    document: Path | None,
    *,
    fleet: Annotated[
        int | None,
        Option(
            "--fleet",
            variable=False,
            type=click.IntRange(1, 1_000_000),
            metavar="N",
            help="Instead of a file: N templates with a history.",
        ),
    ] = None,
    number: Annotated[
        int, Option("--seed", variable=False, type=int, show_default=True, metavar="S", help="Which fleet it is.")
    ] = 1,
    state: StateOption = STATE_FILE,
) -> None:
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
    with _usable_state():
        counts = _from_file(document, state) if document else seed_fleet(state, fleet or 0, number)
    click.echo("Added " + (", ".join(f"{count} {what}" for what, count in counts.items() if count) or "nothing") + ".")


def _from_file(document: Path, state: Path) -> dict[str, int]:
    try:
        return add(state, yaml.safe_load(document.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError) as error:
        raise ReconcilerError(f"{document} cannot be used: {' '.join(str(error).split())}") from error


@click.command(short_help="Forget everything in the emulator's state.")
@takes_options
def reset(*, state: StateOption = STATE_FILE) -> None:
    """Forget everything in the emulator's state.

    \b
    Example:
      dlc-reconciler emulator reset
    """
    if not state.exists():
        click.echo(say(f"{state} does not exist; nothing to forget."))
        return
    with _usable_state():
        clear(check_file(state))
    click.echo(say(f"{state} is empty now."))


@contextmanager
def _usable_state() -> Iterator[None]:
    """Turn a state file that cannot be used into an error that names the option.

    Raises:
        ReconcilerError: instead of `StateFileError`, which is no error of ours.
    """
    try:
        yield
    except StateFileError as error:
        raise ReconcilerError(str(error), hint="Choose another `--state` file.") from error


def _room_for(state: Path) -> Path:
    """Make the folder of a state file, and return the file's real place.

    Raises:
        FileError: no state can be kept there.
    """
    make_folder(state.parent)
    return check_file(state)
