"""`init`: a working project from nothing or from a live workspace, further templates, and the CI files."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.console import Console, palette_for
from reconciler.cli.options import option, output_options, service_options, settings_from
from reconciler.cli.outlets import deliver
from reconciler.cli.repository import folder_in_repository
from reconciler.errors import RefusedError, UsageError
from reconciler.files import PRIVATE, SHARED, write_each

if TYPE_CHECKING:
    from reconciler.authoring.starters import Place
    from reconciler.pipeline.export import Export

PROJECT = "reconciler.yaml"
TARGET = "prod"
STARTERS = ("single-gpu", "pytorch-multinode", "tf-ps-worker", "ray", "mpi", "quota", "family", "tensorboard")
PLATFORMS = ("github", "gitlab", "generic")


@click.command(short_help="Start a project, or write one more template from a good starting point.")
@click.argument("folder", default=".", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--template",
    "starters",
    multiple=True,
    type=click.Choice(STARTERS),
    help="A starting point to write; may be repeated. [default for a new project: single-gpu]",
)
@click.option("--as", "called", metavar="NAME", default="", help="Name of the template, with one --template.")
@click.option("--list", "listed", is_flag=True, help="List the starting points and what they are for.")
@click.option("--ci", "platform", type=click.Choice(PLATFORMS), help="Write the CI files of this platform too.")
@click.option("--from-live", is_flag=True, help="Export what --workspace holds instead of a starting point.")
@click.option("--name", metavar="NAME", default="", help="Name of a new project. [default: the folder's name]")
@option("--region", metavar="REGION", default="cn-hangzhou", show_default=True, help="Region of --workspace.")
@option("--workspace", metavar="ID", default="", help=f"Workspace for a target `{TARGET}`, besides the emulator.")
@click.option("--force", is_flag=True, help="Overwrite files without asking.")
@service_options
@output_options
def init(folder: Path, **options: Any) -> int:
    """Start a project, or write one more template from a good starting point.

    In a folder without a project: a project file with a target on the embedded emulator, the schemas for editors and a
    template. In one that has a project, --template and --ci add to it. Files that differ are never overwritten without
    asking.

    \b
    Examples:
      dlc-reconciler init
      dlc-reconciler init training --region cn-shanghai --workspace 2002 --ci github
      dlc-reconciler init --template ray --as nightly-etl
      dlc-reconciler init mine --from-live --region cn-shanghai --workspace 2002
    """
    from reconciler.authoring.starters import starters_text  # noqa: PLC0415

    if options["listed"]:
        deliver(starters_text())
        return 0
    _check(folder, options)
    is_new = not (folder / PROJECT).exists()
    files = _project(folder, options) if is_new else {}
    made = _exported(files, options) if options["from_live"] else None
    if made is not None:
        files |= {each.file: each.written.text for each in made.manifests}
    else:
        files |= _starters(options, is_new=is_new)
    whole = {folder / name: text for name, text in files.items()} | _ci(folder, options["platform"])
    chosen = _chosen(whole, force=options["force"])
    written = list(_written(chosen, PRIVATE if made is not None else SHARED))
    _tell(folder, made, options, written)
    return 0


def _check(folder: Path, options: dict[str, Any]) -> None:
    """Refuse what makes no sense together.

    Raises:
        UsageError: with what to do instead.
    """
    has_project = (folder / PROJECT).exists()
    if options["called"] and len(options["starters"]) != 1:
        raise UsageError("--as names the template of one --template")
    if options["from_live"] and has_project:
        raise UsageError(f"{folder / PROJECT} exists already", hint="Run `dlc-reconciler export` in that project.")
    if options["from_live"] and not options["workspace"]:
        raise UsageError("--from-live needs --workspace")
    if options["from_live"] and options["starters"]:
        raise UsageError("--from-live and --template exclude each other")
    if has_project and not options["starters"] and not options["platform"]:
        raise UsageError(f"{folder / PROJECT} exists already", hint="Add to it by --template or --ci.")


def _project(folder: Path, options: dict[str, Any]) -> dict[str, str]:
    from reconciler.authoring.starters import project_files  # noqa: PLC0415

    return project_files(options["name"] or folder.resolve().name, _place(options))


def _place(options: dict[str, Any]) -> Place | None:
    from reconciler.authoring.starters import Place  # noqa: PLC0415

    if not options["workspace"]:
        return None
    return Place(region=options["region"], workspace_id=options["workspace"], endpoint=_endpoint(options))


def _endpoint(options: dict[str, Any]) -> str:
    """The endpoint as far as a project file may name it; any other has to come from the command line each time.

    Raises:
        UsageError: the region or the endpoint cannot be one.
    """
    from reconciler.model.address import AddressError, is_region, may_stand_in_a_project  # noqa: PLC0415

    if not is_region(options["region"]):
        raise UsageError(f"{options['region']!r} is not a region", hint="for example cn-hangzhou")
    given = str(options["endpoint"])
    try:
        return given if given and may_stand_in_a_project(given, options["region"]) else ""
    except AddressError as error:
        raise UsageError(f"--endpoint {given.rpartition('@')[2]!r} {error.reason}", hint=error.hint) from None


def _starters(options: dict[str, Any], *, is_new: bool) -> dict[str, str]:
    from reconciler.authoring.starters import starter_file  # noqa: PLC0415

    wanted = options["starters"] or (STARTERS[:1] if is_new else ())
    return dict(starter_file(each, options["called"]) for each in wanted)


def _exported(files: dict[str, str], options: dict[str, Any]) -> Export:
    """The live objects of the workspace as manifests of the project that is about to be written."""
    from reconciler.files import write_whole  # noqa: PLC0415
    from reconciler.pipeline import connected  # noqa: PLC0415
    from reconciler.pipeline.export import export  # noqa: PLC0415
    from reconciler.pipeline.workspace import look_at  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="dlc-reconciler-") as scratch:
        root = Path(scratch)
        write_whole(root / PROJECT, files[PROJECT])
        settings = settings_from({**options, "project": root / PROJECT, "target": TARGET})
        workspace = look_at(settings)
        with connected(settings, workspace) as service:
            return export(settings, workspace, service, (), root)


def _ci(folder: Path, platform: str | None) -> dict[Path, str]:
    """The CI files at the root of the repository that holds the folder."""
    from reconciler.authoring.starters import ci_files  # noqa: PLC0415

    if platform is None:
        return {}
    inside = folder_in_repository(folder)
    root = folder.resolve().parents[len(Path(inside).parts) - 1] if inside else folder
    return {root / name: text for name, text in ci_files(platform).items()}


def _written(files: dict[Path, str], mode: int) -> Iterator[Path]:
    """Write the files and name each one on standard output."""
    for file in write_each(files, mode=mode):
        click.echo(str(file))
        yield file


def _chosen(files: dict[Path, str], *, force: bool) -> dict[Path, str]:
    """The files to write: those that differ from what is there only if somebody says so.

    Raises:
        RefusedError: files would be overwritten and nobody is there to ask; nothing was written.
    """
    from reconciler.authoring.starters import compared  # noqa: PLC0415

    fresh = compared(files)
    differing = dict(fresh.differing)
    if differing and not force:
        if not sys.stdin.isatty():
            raise RefusedError(
                "files exist that would be overwritten; nothing was written",
                reasons=[str(file) for file in differing],
                hint="Name another folder, or add `--force`.",
            )
        differing = {file: text for file, text in differing.items() if click.confirm(f"Overwrite {file}?", err=True)}
    return {**fresh.new, **differing}


def _tell(folder: Path, made: Export | None, options: dict[str, Any], written: list[Path]) -> None:
    """What was taken out of an export, and what to do next."""
    console = Console(sys.stderr, palette_for(sys.stderr, plain=options["no_color"]))
    if made is not None:
        from reconciler.cli.export import tell  # noqa: PLC0415

        tell(console, made, ())
        console.line("Next: commit the files, then take the templates over by `dlc-reconciler adopt`.")
    elif any(file.name == PROJECT for file in written):
        where = "" if folder == Path() else f" --project {folder}"
        console.line(f"Next: dlc-reconciler plan{where} --target local")
    if options["platform"]:
        console.line("The CI files name targets, roles and versions: put your own in before you commit them.")
