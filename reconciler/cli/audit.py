"""`audit` and `audit merge`: whole workspaces judged by rules, in every format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from reconciler.cli.audit_output import FORMATS, Output, check, emit
from reconciler.cli.audit_progress import watching
from reconciler.cli.options import allow_env_option, option, output_options, service_options, settings_from
from reconciler.files import OWN_FOLDER
from reconciler.model import Severity

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

SNAPSHOT = Path(OWN_FOLDER) / "audit.sqlite3"
_FILE = click.Path(path_type=Path, dir_okay=False)


def project_option(command: CommandT) -> CommandT:
    """--project."""
    return option(
        "--project",
        metavar="FILE",
        type=click.Path(path_type=Path),
        default=Path("reconciler.yaml"),
        show_default=True,
        help="The project file, or the folder that holds it.",
    )(command)


def report_options(command: CommandT) -> CommandT:
    """What is written where, and what counts as failure."""
    for decorate in (
        option(
            "--fail-on",
            type=click.Choice(["error", "warning", "note", "never"]),
            default="error",
            show_default=True,
            help="Exit code 1 from findings of this severity on.",
        ),
        option(
            "--write-baseline", type=_FILE, metavar="FILE", default=None, help="Write what is found now as a baseline."
        ),
        option(
            "--baseline", type=_FILE, metavar="FILE", default=None, help="Hide what was there when this was written."
        ),
        option(
            "--out",
            type=_FILE,
            metavar="FILE",
            multiple=True,
            help="Write to a file, in the format its ending says, else in --format; may be given several times.",
        ),
        option(
            "--format",
            "format_name",
            type=click.Choice(list(FORMATS)),
            default="text",
            show_default=True,
            help="What is printed.",
        ),
    ):
        command = decorate(command)
    return command


@click.group(
    invoke_without_command=True,
    short_help="Judge whole workspaces by rules, and report what breaks them.",
)
@project_option
@option("--target", metavar="NAME|all", default="", help="Target of the project, or all; needed when it has several.")
@allow_env_option
@option("--all-workspaces", is_flag=True, help="Also workspaces that no target means, in the same regions.")
@report_options
@option(
    "--snapshot",
    type=_FILE,
    metavar="FILE",
    default=None,
    help=f"Where what was read is kept.  [default: {SNAPSHOT} beside the project file]",
)
@option("--resume", is_flag=True, help="Go on with the snapshot of a run that was cut.")
@option("--shard", metavar="K/N", default="1/1", help="Audit one part of N; `audit merge` joins them.")
@service_options
@output_options
@click.pass_context
def audit(ctx: click.Context, /, **options: Any) -> int | None:
    """Judge whole workspaces by rules, and report what breaks them.

    Reads every template with all its versions, its jobs, TensorBoards and what the workspace offers, keeps that in a
    snapshot file, and runs the rules of `spec.audit` over it. Nothing is written to the service.

    \b
    Examples:
      dlc-reconciler audit --target prod
      dlc-reconciler audit --target all --out audit.html --out audit.sarif
      dlc-reconciler audit --target all --shard 2/8 --snapshot part2.sqlite3
      dlc-reconciler audit merge part*.sqlite3 --out audit.html
    """
    if ctx.invoked_subcommand is not None:
        _refuse_options_before(ctx)
        return None
    from reconciler.audit.collect import parse_shard  # noqa: PLC0415
    from reconciler.pipeline.auditing import Run, take_snapshot  # noqa: PLC0415

    settings, output = settings_from(options), _output(options)
    check(output)
    run = Run(
        snapshot=options["snapshot"] or settings.project_file.parent / SNAPSHOT,
        targets=options["target"],
        all_workspaces=options["all_workspaces"],
        shard=parse_shard(options["shard"]),
        resume=options["resume"],
    )
    with watching(plain=options["no_color"]) as progress:
        take_snapshot(settings, run, progress)
    return emit(settings, run.snapshot, output)


@audit.command()
@click.argument("snapshots", nargs=-1, required=True, type=_FILE)
@project_option
@report_options
@option(
    "--snapshot",
    type=_FILE,
    metavar="FILE",
    default=None,
    help=f"Where the joined snapshot is kept.  [default: {SNAPSHOT} beside the project file]",
)
@output_options
def merge(snapshots: tuple[Path, ...], **options: Any) -> int:
    """Join the snapshots of all shards and report on them as one.

    Rules that compare objects with each other run here, over the whole fleet.

    \b
    Example:
      dlc-reconciler audit merge shard-*.sqlite3
    """
    from reconciler.pipeline.auditing import merge_snapshots  # noqa: PLC0415

    settings = settings_from(options)
    whole = options["snapshot"] or settings.project_file.parent / SNAPSHOT
    merge_snapshots(snapshots, whole)
    return emit(settings, whole, _output(options))


def _output(options: dict[str, Any]) -> Output:
    fail_on = options["fail_on"]
    return Output(
        format=options["format_name"],
        files=options["out"],
        baseline=options["baseline"],
        write_baseline=options["write_baseline"],
        fail_on=None if fail_on == "never" else Severity(fail_on),
        plain=options["no_color"],
        verbose=options["verbose"] > 0,
    )


def _refuse_options_before(ctx: click.Context) -> None:
    """Options of `audit` itself would be forgotten without a word."""
    given = [name for name in ctx.params if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if given:
        names = ", ".join("--" + name.removesuffix("_name").replace("_", "-") for name in sorted(given))
        raise click.UsageError(f"write options after `{ctx.invoked_subcommand}`, not before it: {names}")
