"""What `init` says at its end: what was taken out of an export, and what to do next."""

from __future__ import annotations

import shlex
from pathlib import Path

from reconciler.authoring.new_project import waivable
from reconciler.cli.export import tell
from reconciler.cli.init.options import TARGET, WAIVED_FOR, InitOptions, own_endpoint
from reconciler.cli.init.pipelines import Pipelines
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.languages import say
from reconciler.model import PROJECT_FILE
from reconciler.pipeline.export import Export


def _project(folder: Path) -> list[str]:
    return [] if folder == Path() else ["--project", str(folder)]


def _adopt(folder: Path, asked: InitOptions, service: ServiceOptions) -> str:
    """Return the command that adopts what was exported; an endpoint that no project file may name is repeated."""
    words = ["dlc-reconciler", "adopt", "--all", *_project(folder), "--target", TARGET]
    if service.endpoint and not own_endpoint(asked.region, service.endpoint):
        words += ["--endpoint", service.endpoint]
    return shlex.join(words)


def tell_next(
    folder: Path,
    made: Export | None,
    pipelines: Pipelines | None,
    written: list[Path],
    *,
    asked: InitOptions,
    service: ServiceOptions,
    output: OutputOptions,
) -> None:
    """Say what was taken out of an export, and what to do next."""
    console = output.err
    if made is not None:
        tell(console, made, ())
        if waived := waivable(found for each in made.manifests for found in each.findings):
            what = "1 error is" if len(waived) == 1 else f"{len(waived)} errors are"
            file = folder / PROJECT_FILE
            console.line(say(f"{what} waived in {file} for {WAIVED_FOR.days} days, by name: correct them one by one."))
        console.line(say(f"Next: commit the files, then take the templates over: {_adopt(folder, asked, service)}"))
    elif any(file.name == PROJECT_FILE for file in written):
        console.line(say(f"Next: {shlex.join(['dlc-reconciler', 'plan', *_project(folder), '--target', 'local'])}"))
    for line in pipelines.told() if pipelines else ():
        console.line(say(line))
