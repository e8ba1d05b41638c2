"""`history`: the versions of a live template."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import click

from reconciler.cli.options.completion import template_names
from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.project import ProjectOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.settings import settings_from
from reconciler.kinds.history import History
from reconciler.manifests.past import COMMITS
from reconciler.pipeline import connected, look_at
from reconciler.pipeline.versions import Depth, history_of
from reconciler.render import history as render
from reconciler.render.style import Palette


@click.command(short_help="Show the versions of a template: origin, author, changes, who uses them.")
@argument("template", shell_complete=template_names)
@takes_options
def history(
    template: str,
    *,
    project: ProjectOptions,
    format: Annotated[
        str,
        Option("--format", type=click.Choice(["text", "json", "markdown", "csv"]), show_default=True, help="Output."),
    ] = "text",
    no_jobs: Annotated[
        bool, Option("--no-jobs", variable=False, help="Do not list the jobs launched from it.")
    ] = False,
    commits: Annotated[
        int,
        Option(
            "--commits",
            variable=False,
            type=click.IntRange(0, 100_000),
            show_default=True,
            metavar="N",
            help="How many commits of the manifest are searched for where a version came from.",
        ),
    ] = COMMITS,
    service: ServiceOptions,
    output: OutputOptions,
) -> int:
    """Show the versions of a template: origin, author, changes, who uses them.

    TEMPLATE is a name, or an id such as tpl123. Versions come newest first; the default has a star. A version is "in
    Git" when the manifest, now or at one of its commits, asks for exactly its content. Which version a job ran is not
    reported by the service but inferred, and each number says how surely.

    \b
    Examples:
      dlc-reconciler history resnet50-train --target prod
      dlc-reconciler history resnet50-train --format csv > versions.csv
    """
    settings = settings_from(project, service, output)
    workspace = look_at(settings)
    with connected(settings, workspace) as live:
        found = history_of(settings, workspace, live, template, Depth(jobs=not no_jobs, commits=commits))
    click.echo(_rendered(found, format, output.palette), nl=False)
    return 0


def _rendered(found: History, format: str, palette: Palette) -> str:
    formats: dict[str, Callable[[History], str]] = {
        "text": lambda each: render.history_text(each, palette),
        "json": render.history_json,
        "markdown": render.history_markdown,
        "csv": render.history_csv,
    }
    return formats[format](found)
