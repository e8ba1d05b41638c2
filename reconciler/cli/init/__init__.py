"""`init`: a working project from nothing or from a live workspace, further templates, and the CI files."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import click
from click.core import ParameterSource

from reconciler.authoring.ci import Stage, stages_of
from reconciler.authoring.new_project import NewProject, Place, pattern, project_files, waivable
from reconciler.authoring.patterns import with_pattern
from reconciler.authoring.starters import STARTERS, starter_file, starters_text
from reconciler.authoring.writing import written_files
from reconciler.cli.init.files import chosen, put
from reconciler.cli.init.options import TARGET, WAIVED_FOR, InitOptions, own_endpoint
from reconciler.cli.init.pipelines import PipelineOptions, Pipelines, pipelines_of
from reconciler.cli.init.telling import tell_next
from reconciler.cli.options.declared import argument, takes_options
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.project import ProjectOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.settings import settings_from
from reconciler.cli.terminal.outlets import deliver
from reconciler.errors import UsageError
from reconciler.files import PRIVATE, SHARED, write_whole
from reconciler.kinds import KINDS
from reconciler.manifests.globs import matches
from reconciler.manifests.project import load_project
from reconciler.model import PROJECT_FILE
from reconciler.pipeline import STATE_FILE, connected, look_at
from reconciler.pipeline.export import Export, export


@click.command(short_help="Start a project, or write one more template from a good starting point.")
@argument("folder", default=".", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False))
@takes_options
def init(
    folder: Path, *, asked: InitOptions, ci: PipelineOptions, service: ServiceOptions, output: OutputOptions
) -> int:
    """Start a project, or write one more template from a good starting point.

    In a folder without a project: a project file with a target on the embedded emulator, the schemas for editors and a
    template. In one that has a project, --template and --ci add to it. Files that differ are never overwritten without
    asking.

    The CI files name the targets of the project that are on the service. They need no other repository, and install the
    released package pinned with hashes.

    \b
    Examples:
      dlc-reconciler init
      dlc-reconciler init training --region cn-shanghai --workspace 2002 --ci github
      dlc-reconciler init --ci codeup --notify dingtalk
      dlc-reconciler init --template ray --as nightly-etl
      dlc-reconciler init mine --from-live --region cn-shanghai --workspace 2002
    """
    if asked.listed:
        deliver(starters_text())
        return 0
    is_new = not (folder / PROJECT_FILE).exists()
    _check(folder, asked, ci, is_new=is_new)
    if is_new and ci.system and not asked.workspace:
        asked = _with_workspace(asked)
    made = _exported(folder, asked, service, output) if asked.from_live else None
    manifests = _manifests(made) if made is not None else _starters(asked, is_new=is_new)
    files = (project_files(_project(folder, asked, service, manifests, made)) if is_new else {}) | manifests
    grown = {} if is_new else _read_too(folder, manifests)
    pipelines = _pipelines(folder, ci, manifests, is_new=is_new)
    whole = {folder / name: text for name, text in files.items()}
    wanted = chosen({**whole, **(pipelines.files if pipelines else {})}, force=asked.force) | grown
    own = {file: text for file, text in wanted.items() if file in whole or file in grown}
    written = [*put(own, PRIVATE if made is not None else SHARED)]
    written += put({file: text for file, text in wanted.items() if file not in own}, SHARED)
    tell_next(folder, made, pipelines, written, asked=asked, service=service, output=output)
    return 0


def _check(folder: Path, asked: InitOptions, ci: PipelineOptions, *, is_new: bool) -> None:
    """Refuse options that make no sense together.

    Raises:
        UsageError: with what to do instead.
    """
    ci.check()
    if asked.called and len(asked.starters) != 1:
        raise UsageError("--as names the template of one --template")
    if asked.from_live and not is_new:
        raise UsageError(f"{folder / PROJECT_FILE} exists already", hint="Run `dlc-reconciler export` in that project.")
    if asked.from_live and not asked.workspace:
        raise UsageError("--from-live needs --workspace")
    if asked.from_live and asked.starters:
        raise UsageError("--from-live and --template exclude each other")
    if not is_new and not asked.starters and not ci.system:
        raise UsageError(f"{folder / PROJECT_FILE} exists already", hint="Add to it by --template or --ci.")
    if not is_new and (ignored := [f"--{name}" for name in ("name", "region", "workspace") if _is_written(name)]):
        raise UsageError(
            f"{' and '.join(ignored)} is for a new project, and {folder / PROJECT_FILE} exists already",
            hint="Write it there.",
        )


def _is_written(parameter: str) -> bool:
    return click.get_current_context().get_parameter_source(parameter) is ParameterSource.COMMANDLINE


def _with_workspace(asked: InitOptions) -> InitOptions:
    """Ask which workspace the pipelines are for, and return the place with it.

    Raises:
        UsageError: nobody is there to ask.
    """
    if not sys.stdin.isatty():
        raise UsageError("--ci needs a target on the service", hint="Add `--region REGION --workspace ID`.")
    region = click.prompt("Region of the workspace", default=asked.region, err=True)
    return replace(asked, region=region, workspace=click.prompt("Id of the workspace", err=True))


def _pipelines(folder: Path, ci: PipelineOptions, manifests: Mapping[str, str], *, is_new: bool) -> Pipelines | None:
    """Return the CI files when they are asked for."""
    if ci.system is None:
        return None
    if is_new:
        return pipelines_of(folder, ci, [Stage(target=TARGET)], manifests.values())
    project = load_project(folder / PROJECT_FILE)
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in written_files(project)]
    return pipelines_of(folder, ci, stages_of(project.targets), [*texts, *manifests.values()])


def _project(
    folder: Path, asked: InitOptions, service: ServiceOptions, manifests: Mapping[str, str], made: Export | None
) -> NewProject:
    """Return the project that reads these manifests. It waives the faults of live objects by name and for a limited
    time."""
    written = {PurePosixPath(file).parts[0] for file in manifests}
    begun = NewProject(
        name=_name(folder, asked),
        place=_place(asked, service),
        folders=[kind.folder for kind in KINDS if kind.folder in written] or [KINDS[0].folder],
        policies=["recommended"],
    )
    if made is None:
        return begun
    return replace(
        begun,
        policies=(),
        allow=made.allow,
        waivers=waivable(found for each in made.manifests for found in each.findings),
        waived_until=(datetime.now(UTC).date() + WAIVED_FOR).isoformat(),
    )


def _name(folder: Path, asked: InitOptions) -> str:
    return asked.name or folder.resolve().name


def _read_too(folder: Path, manifests: Iterable[str]) -> dict[Path, str]:
    """Return the project file with the patterns that it needs to read the new manifests; nothing when it reads them
    already.

    Raises:
        UsageError: the project file has to be changed by a person.
    """
    file = folder / PROJECT_FILE
    project = load_project(file)
    text = before = file.read_text(encoding="utf-8")
    for name in manifests:
        new = pattern(PurePosixPath(name).parts[0])
        if not any(matches(each, name) for each in project.manifests) and f"- {new}\n" not in text:
            changed = with_pattern(text, new)
            if changed is None:
                raise UsageError(f"no pattern of spec.manifests reads {name}", hint=f"Add `{new}` to it in {file}.")
            text = changed
    return {} if text == before else {file: text}


def _manifests(made: Export) -> dict[str, str]:
    return {each.file: each.written.text for each in made.manifests}


def _place(asked: InitOptions, service: ServiceOptions) -> Place | None:
    if not asked.workspace:
        return None
    return Place(
        region=asked.region, workspace_id=asked.workspace, endpoint=own_endpoint(asked.region, service.endpoint)
    )


def _starters(asked: InitOptions, *, is_new: bool) -> dict[str, str]:
    wanted = asked.starters or (STARTERS[:1] if is_new else ())
    return dict(starter_file(each, asked.called) for each in wanted)


def _exported(folder: Path, asked: InitOptions, service: ServiceOptions, output: OutputOptions) -> Export:
    """Return the live objects of the workspace as manifests of the project that is about to be written into the folder.

    The embedded emulator's state is that of the folder, or of the folder that the command runs in: `emulator seed`
    writes it there. What another project owns is left out: its manifests would be refused until that project lets go.
    """
    states = (folder / STATE_FILE, STATE_FILE)
    with tempfile.TemporaryDirectory(prefix="dlc-reconciler-") as scratch:
        root = Path(scratch)
        every = NewProject(
            name=_name(folder, asked), place=_place(asked, service), folders=[kind.folder for kind in KINDS]
        )
        write_whole(root / PROJECT_FILE, project_files(every)[PROJECT_FILE])
        settings = settings_from(ProjectOptions(project=root, target=TARGET), service, output)
        settings = replace(settings, state=next((state for state in states if state.exists()), None))
        workspace = look_at(settings)
        with connected(settings, workspace) as live:
            made = export(settings, workspace, live, (), root)
    free = tuple(each for each in made.manifests if each.owner in ("", every.name))
    return replace(made, manifests=free)
