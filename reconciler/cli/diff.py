"""`diff`: two versions of a template, a version and its manifest, or a template in two targets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import click

from reconciler.cli.options.completion import template_names
from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.project import ProjectOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.settings import settings_from
from reconciler.errors import CHANGES_PENDING, UsageError
from reconciler.pipeline import Settings, open_project
from reconciler.pipeline.versions import MANIFEST, SideAsked, compared, sides
from reconciler.render import history as render


@click.command(short_help="Compare two versions of a template, or a version with its manifest.")
@argument("template", shell_complete=template_names)
@argument("versions", nargs=-1, metavar="[A] [B]")
@takes_options
def diff(
    template: str,
    versions: tuple[str, ...],
    *,
    project: ProjectOptions,
    detailed_exitcode: Annotated[
        bool, Option("--detailed-exitcode", help="Exit code 2 when there is a difference.")
    ] = False,
    format: Annotated[
        str,
        Option("--format", type=click.Choice(["text", "json", "markdown"]), show_default=True, help="Output."),
    ] = "text",
    service: ServiceOptions,
    output: OutputOptions,
) -> int:
    """Compare two versions of a template, or a version with its manifest.

    A and B are version numbers, `default`, `latest` or `manifest`; without them, the default version is compared with
    the manifest. TEMPLATE@TARGET against TEMPLATE@TARGET compares two targets: their default versions, or what one
    more argument names. Content and constraints are compared; secrets are hidden.

    \b
    Examples:
      dlc-reconciler diff resnet50-train --target prod
      dlc-reconciler diff resnet50-train 3 latest --target prod
      dlc-reconciler diff resnet50-train@staging resnet50-train@prod
      dlc-reconciler diff resnet50-train@staging resnet50-train@prod manifest
    """
    settings = settings_from(project, service, output)
    before, after = sides(settings, _asked(settings, template, versions))
    changes = compared(before, after)
    palette = output.palette
    formats: dict[str, Callable[[], str]] = {
        "text": lambda: render.comparison_text(before.label, after.label, changes, palette),
        "json": lambda: render.comparison_json(before.label, after.label, changes),
        "markdown": lambda: render.comparison_markdown(before.label, after.label, changes),
    }
    click.echo(formats[format](), nl=False, color=True)
    return CHANGES_PENDING if detailed_exitcode and changes else 0


def _asked(settings: Settings, template: str, versions: tuple[str, ...]) -> tuple[SideAsked, SideAsked]:
    """Return what the arguments ask to compare.

    Raises:
        UsageError: they make no sense together.
    """
    targets = open_project(settings).targets
    name, target = _at_target(template, targets)
    other, other_target = _at_target(versions[0], targets) if versions else ("", "")
    if other_target:
        if not target:
            raise UsageError(f'"{versions[0]}" names a target, "{template}" does not', hint=f"Write {template}@TARGET.")
        if len(versions) > 2:
            raise UsageError("too many arguments", hint="One version may follow two templates; it goes for both.")
        selector = versions[1] if len(versions) == 2 else "default"
        return SideAsked(name, target, selector), SideAsked(other, other_target, selector)
    if len(versions) > 2:
        raise UsageError("too many arguments", hint="Name at most two versions: A and B.")
    first, second = (*versions, *("default", MANIFEST)[len(versions) :])
    return SideAsked(name, target, first), SideAsked(name, target, second)


def _at_target(text: str, targets: Any) -> tuple[str, str]:
    """Return TEMPLATE and TARGET of TEMPLATE@TARGET, if that is a target; names of templates may contain an @ too."""
    name, _, target = text.rpartition("@")
    return (name, target) if name and target in targets else (text, "")
