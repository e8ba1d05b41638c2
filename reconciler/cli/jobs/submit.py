"""`jobs submit`: a job without a template."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.jobs.launching import LaunchOptions, finish
from reconciler.cli.options.declared import argument, takes_options
from reconciler.cli.options.site import SiteOptions
from reconciler.cli.options.waiting import WaitOptions
from reconciler.errors import ReconcilerError
from reconciler.jobs.launch import from_body, unique_name
from reconciler.manifests.yaml_text import Builder, UnreadableYaml, compose, place
from reconciler.model import JsonObject
from reconciler.pipeline import open_target

_LARGEST = 1 << 20


@click.command(short_help="Launch a job from a file with a CreateJob body, without a template.")
@argument("file", type=click.Path(path_type=Path))
@takes_options
def submit(file: Path, *, asked: LaunchOptions, wait: WaitOptions, at: SiteOptions) -> int:
    """Launch a job from a file with a CreateJob body, without a template.

    FILE is YAML or JSON with the service's field names. Without a DisplayName the project's pattern makes one from the
    file's name. The workspace is always the target's.

    \b
    Example:
      dlc-reconciler jobs submit job.yaml --follow
    """
    body = {**_read(file)}
    if asked.max_minutes is not None:
        body["JobMaxRunningTimeMinutes"] = asked.max_minutes
    settings = at.settings
    workspace = open_target(settings)
    with at.connected(settings, workspace, wait) as site:
        wanted = asked.name or str(body.get("DisplayName") or "")
        name = unique_name(site, wanted, workspace.project.job_name, file.stem)
        draft = from_body(body, workspace_id=site.workspace_id, name=name)
        return finish(site, draft, str(file), asked, at)


def _read(file: Path) -> JsonObject:
    """Return the one object in the file.

    Raises:
        ReconcilerError: it cannot be read, or is something else.
    """
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
