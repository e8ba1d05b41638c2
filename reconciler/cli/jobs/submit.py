"""`jobs submit`: a job without a template."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from reconciler.cli.launch import finish
from reconciler.cli.workplace import open_target, place_options, wait_options, working_on
from reconciler.errors import ReconcilerError
from reconciler.model import JsonObject

_LARGEST = 1 << 20


@click.command(short_help="Launch a job from a file with a CreateJob body, without a template.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--name", metavar="NAME", default="", help="DisplayName, instead of the file's.")
@click.option("--max-minutes", type=click.IntRange(1), metavar="N", help="Stop it after so many minutes.")
@click.option("--preview", is_flag=True, help="Only show what would be launched, and what is wrong with it.")
@click.option("--follow", "-f", is_flag=True, help="Go on until the job has ended; exit code 1 unless it succeeded.")
@wait_options
@place_options
def submit(file: Path, **options: Any) -> int:
    """Launch a job from a file with a CreateJob body, without a template.

    FILE is YAML or JSON with the service's field names. Without a DisplayName the project's pattern makes one from the
    file's name. The workspace is always the target's.

    \b
    Example:
      dlc-reconciler jobs submit job.yaml --follow
    """
    from reconciler.cli.options import settings_from  # noqa: PLC0415
    from reconciler.jobs.launch import from_body, unique_name  # noqa: PLC0415

    body = {**_read(file)}
    if options["max_minutes"] is not None:
        body["JobMaxRunningTimeMinutes"] = options["max_minutes"]
    workspace = open_target(settings_from(options))
    with working_on(options, workspace) as place:
        wanted = options["name"] or str(body.get("DisplayName") or "")
        name = unique_name(place, wanted, workspace.project.job_name, file.stem)
        draft = from_body(body, workspace_id=place.workspace_id, name=name)
        return finish(place, draft, str(file), options)


def _read(file: Path) -> JsonObject:
    """The one object in the file.

    Raises:
        ReconcilerError: it cannot be read, or is something else.
    """
    from reconciler.manifests.yaml_text import Builder, UnreadableYaml, compose, place  # noqa: PLC0415

    try:
        if file.stat().st_size > _LARGEST:
            raise ReconcilerError(f"{file} is larger than 1 MiB")
        nodes = compose(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReconcilerError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ReconcilerError(f"{file} is not UTF-8 text") from error
    except UnreadableYaml as error:
        line, column = error.problem.at
        raise ReconcilerError(f"{file}:{line}:{column}: {error}") from error
    if len(nodes) != 1:
        raise ReconcilerError(f"{file} holds {len(nodes)} documents instead of one")
    builder = Builder()
    body = builder.build(nodes[0])
    for problem in builder.take_problems():
        raise ReconcilerError(f"{file}:{problem.at[0]}:{problem.at[1]}: {problem.summary}")
    if not isinstance(body, dict):
        line, column = place(nodes[0])
        raise ReconcilerError(f"{file}:{line}:{column}: a CreateJob body is an object")
    return body
