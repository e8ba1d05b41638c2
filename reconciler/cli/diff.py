"""`diff`: two versions of a template, a version and its manifest, or a template in two targets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Annotated, Any

import click

from reconciler.cli.options.completion import template_names
from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.project import ProjectOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.settings import settings_from
from reconciler.errors import CHANGES_PENDING, UsageError
from reconciler.kinds.jobtemplate.canonical import LiveTemplate
from reconciler.model.quick import dataclass
from reconciler.pipeline import Settings, Workspace, connected, look_at, open_project
from reconciler.pipeline.versions import (
    Side,
    compared,
    described,
    described_by_id,
    find_template,
    manifest_side,
    version_side,
)
from reconciler.render import history as render

MANIFEST = "manifest"


@dataclass(frozen=True, slots=True)
class Request:
    """One side as it was asked for. An empty target means the one on the command line."""

    template: str
    target: str
    selector: str


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
    before, after = _sides(settings, _requests(settings, template, versions))
    changes = compared(before, after)
    palette = output.palette
    formats: dict[str, Callable[[], str]] = {
        "text": lambda: render.comparison_text(before.label, after.label, changes, palette),
        "json": lambda: render.comparison_json(before.label, after.label, changes),
        "markdown": lambda: render.comparison_markdown(before.label, after.label, changes),
    }
    click.echo(formats[format](), nl=False, color=True)
    return CHANGES_PENDING if detailed_exitcode and changes else 0


def _requests(settings: Settings, template: str, versions: tuple[str, ...]) -> tuple[Request, Request]:
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
        return Request(name, target, selector), Request(other, other_target, selector)
    if len(versions) > 2:
        raise UsageError("too many arguments", hint="Name at most two versions: A and B.")
    first, second = (*versions, *("default", MANIFEST)[len(versions) :])
    return Request(name, target, first), Request(name, target, second)


def _at_target(text: str, targets: Any) -> tuple[str, str]:
    """Return TEMPLATE and TARGET of TEMPLATE@TARGET, if that is a target; names of templates may contain an @ too."""
    name, _, target = text.rpartition("@")
    return (name, target) if name and target in targets else (text, "")


def _name_of(settings: Settings, workspace: Workspace, wanted: str) -> str:
    """Return the name under which a manifest describes a template: what was asked for, or the name of that id."""
    if described(workspace, wanted) is not None:
        return wanted
    with connected(settings, workspace) as service:
        return described_by_id(workspace, service, wanted) or wanted


def _sides(settings: Settings, requests: tuple[Request, Request]) -> Iterator[Side]:
    """Yield both sides in their order. A target is opened once, and a template read once, however many versions are
    asked for."""
    workspaces: dict[str, Workspace] = {}
    templates: dict[tuple[str, str], LiveTemplate] = {}
    for request in requests:
        own = replace(settings, target=request.target or settings.target)
        workspace = workspaces.get(own.target) or workspaces.setdefault(own.target, look_at(own))
        if request.selector == MANIFEST:
            yield manifest_side(workspace, _name_of(own, workspace, request.template))
            continue
        key = (own.target, request.template)
        if key not in templates:
            with connected(own, workspace) as service:
                templates[key] = find_template(workspace, service, request.template)
        yield version_side(workspace, templates[key], request.selector)
