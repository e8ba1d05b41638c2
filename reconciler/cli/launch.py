"""`launch`: launches a job from a template, and says beforehand what the service would silently do."""

from __future__ import annotations

from typing import Annotated

import click

from reconciler.cli.jobs.launching import LaunchOptions, finish
from reconciler.cli.options.completion import template_names
from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.setting_paths import parse_settings
from reconciler.cli.options.site import SiteOptions
from reconciler.cli.options.waiting import WaitOptions
from reconciler.errors import ReconcilerError
from reconciler.jobs.launch import from_template, source_of, unique_name
from reconciler.jobs.template_merge import SettingError, overrides
from reconciler.model.quick import dataclass
from reconciler.pipeline import open_target


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateOptions:
    """Options that say which version is launched, and what is set in it."""

    version: Annotated[
        int | None,
        Option(
            "--version",
            variable=False,
            type=click.IntRange(1),
            metavar="N",
            help="The version; the default one when left out.",
        ),
    ] = None
    settings: Annotated[
        tuple[str, ...],
        Option(
            "--set",
            variable=False,
            metavar="PATH=VALUE",
            help="Set one field, such as JobSpecs[0].PodCount=4; the value is a YAML scalar or JSON. May be repeated.",
        ),
    ] = ()
    envs: Annotated[
        tuple[str, ...],
        Option("--env", variable=False, metavar="KEY=VALUE", help="Set one environment variable."),
    ] = ()


@click.command(short_help="Launch a job from a template.")
@argument("template", shell_complete=template_names)
@takes_options
def launch(template: str, *, chosen: TemplateOptions, asked: LaunchOptions, wait: WaitOptions, at: SiteOptions) -> int:
    """Launch a job from a template.

    TEMPLATE is a name, or an id such as tpl123. The service ignores what a launch sets in a locked field, and refuses
    one that leaves out a required field: both are refused here before anything is sent. A launch whose answer was lost
    is looked up by its name, which no other job has, and never repeated blindly.

    \b
    Examples:
      dlc-reconciler launch resnet50-train --env EPOCHS=3 --max-minutes 60 --follow
      dlc-reconciler launch resnet50-train --set 'JobSpecs[0].PodCount=4' --preview
    """
    wanted = parse_settings(chosen.settings, chosen.envs, asked.max_minutes)
    settings = at.settings
    workspace = open_target(settings)
    with at.connected(settings, workspace, wait) as site:
        source = source_of(site, template, chosen.version)
        try:
            fields = overrides(source.content, wanted)
        except SettingError as error:
            raise ReconcilerError(f"--set {error}") from error
        name = unique_name(site, asked.name, workspace.project.job_name, source.name)
        draft = from_template(source, fields, workspace_id=site.workspace_id, name=name)
        title = f"{source.name} ({source.template_id}), version {source.version}"
        return finish(site, draft, title, asked, at)
