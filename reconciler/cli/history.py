"""`history`: the versions of a live template."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.completion import template_names
from reconciler.cli.console import palette_for
from reconciler.cli.options import option, output_options, project_options, service_options, settings_from
from reconciler.pipeline import connected
from reconciler.render.style import Palette

if TYPE_CHECKING:
    from reconciler.audit.versions import History


@click.command(short_help="Show the versions of a template: origin, author, changes, who uses them.")
@click.argument("template", shell_complete=template_names)
@project_options
@option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json", "markdown", "csv"]),
    default="text",
    show_default=True,
    help="Output.",
)
@click.option("--no-jobs", is_flag=True, help="Do not list the jobs launched from it.")
@click.option(
    "--commits",
    type=click.IntRange(0, 100_000),
    default=200,
    show_default=True,
    metavar="N",
    help="How many commits of the manifest are searched for where a version came from.",
)
@service_options
@output_options
def history(template: str, **options: Any) -> int:
    """Show the versions of a template: origin, author, changes, who uses them.

    TEMPLATE is a name, or an id such as tpl123. Versions come newest first; the default has a star. A version is "in
    Git" when the manifest, now or at one of its commits, asks for exactly its content. Which version a job ran is not
    reported by the service but inferred, and each number says how surely.

    \b
    Examples:
      dlc-reconciler history resnet50-train --target prod
      dlc-reconciler history resnet50-train --format csv > versions.csv
    """
    from reconciler.pipeline.versions import Depth, template_history  # noqa: PLC0415
    from reconciler.pipeline.workspace import look_at  # noqa: PLC0415

    settings = settings_from(options)
    workspace = look_at(settings)
    depth = Depth(jobs=not options["no_jobs"], commits=options["commits"])
    with connected(settings, workspace) as service:
        found = template_history(settings, workspace, service, template, depth)
    click.echo(_rendered(found, options["format_name"], palette_for(sys.stdout, plain=options["no_color"])), nl=False)
    return 0


def _rendered(found: History, format_name: str, palette: Palette) -> str:
    from reconciler.render import history as render  # noqa: PLC0415

    formats: dict[str, Callable[[History], str]] = {
        "text": lambda each: render.history_text(each, palette),
        "json": render.history_json,
        "markdown": render.history_markdown,
        "csv": render.history_csv,
    }
    return formats[format_name](found)
