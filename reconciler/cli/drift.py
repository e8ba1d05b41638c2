"""`drift`: what differs from Git and which side moved; once, or again and again for a monitoring system."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli.console import Console, palette_for
from reconciler.cli.numbers import Number
from reconciler.cli.options import (
    option,
    output_options,
    project_options,
    selection_from,
    service_options,
    settings_from,
)
from reconciler.cli.plan import CHANGES_PENDING
from reconciler.cli.signals import halting
from reconciler.errors import UsageError
from reconciler.pipeline import Settings, choose_target, open_project
from reconciler.plan.build import Selection
from reconciler.render.style import Palette

if TYPE_CHECKING:
    from reconciler.audit.drift import DriftReport


@click.command(short_help="Show what differs from Git, and which side moved.")
@project_options
@option("--all-targets", is_flag=True, help="Every target of the project.")
@option(
    "--select", metavar="LABEL=VALUE", multiple=True, help="Only resources with this label; several must all match."
)
@option("--detailed-exitcode", is_flag=True, help="Exit code 2 when something drifted.")
@option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="Output.",
)
@option("--watch", type=Number(min=0.01), metavar="MINUTES", help="Look again and again, this far apart.")
@option("--metrics-port", type=click.IntRange(0, 65535), help="With --watch: serve Prometheus metrics here.")
@option(
    "--metrics-address",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Where metrics are served; 0.0.0.0 inside a pod.",
)
@service_options
@output_options
def drift(**options: Any) -> int:
    """Show what differs from Git, and which side moved.

    Every content is fetched and compared, whatever our marks say. Versions that somebody made by hand and live objects
    that stay on purpose are named, but are no drift. Exit code 0; with --detailed-exitcode 2 when something drifted;
    1 when the manifests or the service could not be read.

    With --watch the command goes on until it is told to end. A round that fails is counted and the next one tries
    again; each reads the manifests anew.

    \b
    Examples:
      dlc-reconciler drift --target prod --detailed-exitcode
      dlc-reconciler drift --all-targets --format markdown
      dlc-reconciler drift --all-targets --watch 15 --metrics-port 9464
    """
    settings, selection = settings_from(options), selection_from(options)
    targets = _targets(settings, everything=options["all_targets"])
    look = _looker(settings, selection)
    if options["watch"] is not None:
        return _watch(look, targets, options)
    if options["metrics_port"] is not None:
        raise UsageError("--metrics-port needs --watch")
    reports = [look(target) for target in targets]
    palette = palette_for(sys.stdout, plain=options["no_color"])
    click.echo(_rendered(reports, options["format_name"], palette), nl=False, color=True)
    return CHANGES_PENDING if options["detailed_exitcode"] and any(report.drifted for report in reports) else 0


def _targets(settings: Settings, *, everything: bool) -> list[str]:
    project = open_project(settings)
    if everything and settings.target:
        raise UsageError("--target and --all-targets exclude each other")
    return list(project.targets) if everything else [choose_target(project, settings.target)]


def _looker(settings: Settings, selection: Selection) -> Callable[[str], DriftReport]:
    from reconciler.pipeline.drift import drift_of  # noqa: PLC0415

    return lambda target: drift_of(replace(settings, target=target), selection)


def _rendered(reports: Sequence[DriftReport], format_name: str, palette: Palette) -> str:
    from reconciler.render import drift as render  # noqa: PLC0415

    formats: dict[str, Callable[[Sequence[DriftReport]], str]] = {
        "text": lambda each: render.drift_text(each, palette),
        "json": render.drift_json,
        "markdown": render.drift_markdown,
    }
    return formats[format_name](reports)


def _watch(look: Callable[[str], DriftReport], targets: Sequence[str], options: dict[str, Any]) -> int:
    from reconciler.cli.watch import Metrics, Watch, serving  # noqa: PLC0415

    if options["format_name"] != "text":
        raise UsageError("--watch prints a line for each target and round; --format has no meaning with it")
    metrics = Metrics(targets)
    console = Console(sys.stdout, palette_for(sys.stdout, plain=options["no_color"]))
    with halting() as halt, serving(metrics, options["metrics_address"], options["metrics_port"]) as address:
        if address:
            console.line(f"Metrics at {address}")
        Watch(
            look=look,
            targets=targets,
            interval=options["watch"] * 60,
            metrics=metrics,
            tell=console.line,
            ended=halt.wait,
            now=time.time,
            clock=time.monotonic,
        ).run()
    return 0
