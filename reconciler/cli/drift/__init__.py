"""`drift`: what differs from Git and which side changed; once, or repeatedly for a monitoring system."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated

import click

from reconciler.audit.drift import DriftReport
from reconciler.cache import Counted
from reconciler.cli.options.cache import FetchingOptions
from reconciler.cli.options.declared import Option, takes_options
from reconciler.cli.options.numbers import Number
from reconciler.cli.options.output import OutputOptions
from reconciler.cli.options.project import AllowAbsent, SelectOptions
from reconciler.cli.options.service import ServiceOptions
from reconciler.cli.options.settings import settings_from
from reconciler.cli.options.targets import TargetsOptions
from reconciler.cli.terminal.failures import with_failures
from reconciler.cli.terminal.signals import halting
from reconciler.errors import CHANGES_PENDING, ManifestError, UsageError
from reconciler.fleet.selection import Choice, choose
from reconciler.languages import say
from reconciler.model import Failure
from reconciler.model.quick import dataclass
from reconciler.pipeline import Settings, choose_target, open_project
from reconciler.pipeline.drift import Stands, all_stands, drift_of, no_stands
from reconciler.plan.selection import Selection
from reconciler.render import drift as render
from reconciler.render.style import Palette


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchOptions:
    """Options for looking repeatedly and for Prometheus."""

    watch: Annotated[
        float | None,
        Option("--watch", type=Number(min=0.01), metavar="MINUTES", help="Look again and again, this far apart."),
    ] = None
    metrics_port: Annotated[
        int | None,
        Option("--metrics-port", type=click.IntRange(0, 65535), help="With --watch: serve Prometheus metrics here."),
    ] = None
    metrics_address: Annotated[
        str,
        Option(
            "--metrics-address",
            show_default=True,
            metavar="ADDRESS",
            help="Where metrics are served; 0.0.0.0 inside a pod.",
        ),
    ] = "127.0.0.1"


@click.command(short_help="Show what differs from Git, and which side moved.")
@takes_options
def drift(
    *,
    project: TargetsOptions,
    selected: SelectOptions,
    allow_absent: AllowAbsent = (),
    detailed_exitcode: Annotated[
        bool, Option("--detailed-exitcode", help="Exit code 2 when something drifted.")
    ] = False,
    format: Annotated[
        str,
        Option("--format", type=click.Choice(["text", "json", "markdown", "html"]), show_default=True, help="Output."),
    ] = "text",
    watching: WatchOptions,
    cache: FetchingOptions,
    service: ServiceOptions,
    output: OutputOptions,
) -> int:
    """Show what differs from Git, and which side moved.

    Every content is fetched and compared, whatever our marks say. Versions that somebody made by hand and live objects
    that stay on purpose are named, but are no drift. Exit code 0; with --detailed-exitcode 2 when something drifted,
    else 1 when a manifest with errors was not compared; 1 when the project or the service could not be read. Of many
    targets, one that could not be read hides no other.

    With --format html: a page with every template of ours on every target, its default version, since when, which
    commit and which job proved it, and what drifted or waits.

    With --watch the command goes on until it is told to end. A round that fails is counted and the next one tries
    again; each reads the manifests anew.

    \b
    Examples:
      dlc-reconciler drift --target prod --detailed-exitcode
      dlc-reconciler drift --all-targets --format markdown
      dlc-reconciler drift --all-targets --format html > fleet.html
      dlc-reconciler drift --all-targets --watch 15 --metrics-port 9464
    """
    settings, selection = settings_from(project, service, output), selected.selection
    settings = replace(settings, cache=cache.cache, allow_absent=allow_absent)
    choice, opened = project.choice, open_project(settings)
    targets = choose(opened, choice).names if choice.is_of_many else (choose_target(opened, settings.target),)
    if watching.watch is not None:
        if format != "text":
            raise UsageError("--watch prints a line for each target and round; --format has no meaning with it")
        return _watch(settings, selection, targets, watching, output)
    if watching.metrics_port is not None:
        raise UsageError("--metrics-port needs --watch")
    stands = all_stands if format == "html" else no_stands
    reports, failed = _looked_at(replace(settings, target=targets[0]), choice, selection, stands)
    rendered = _rendered_fleet if choice.is_of_many else _rendered
    click.echo(rendered(reports, failed, format, output.palette), nl=False, color=True)
    codes = []
    if detailed_exitcode and any(report.drifted for report in reports):
        codes.append(CHANGES_PENDING)
    elif detailed_exitcode and any(report.broken for report in reports):
        codes.append(ManifestError.exit_code)
    return with_failures(failed, output, *codes)


def _looked_at(
    settings: Settings, choice: Choice, selection: Selection, stands: Stands
) -> tuple[Sequence[DriftReport], Sequence[Failure]]:
    """Return the drift of one target, or of many at the same time; the failure of one of many does not stop the
    others."""
    if not choice.is_of_many:
        return (drift_of(settings, selection, stands),), ()
    from reconciler.pipeline.fleet_drift import drift_each  # noqa: PLC0415 - not for one target

    project = open_project(settings)
    return drift_each(settings, project, choose(project, choice), selection, stands)


def _rendered(reports: Sequence[DriftReport], failed: Sequence[Failure], format: str, palette: Palette) -> str:
    match format:
        case "json":
            return render.drift_json(reports, failed)
        case "markdown":
            return render.drift_markdown(reports[0])
        case "html":
            from reconciler.render.fleet.page import drift_page  # noqa: PLC0415 - needs jinja2

            return drift_page(reports, failed)
        case _:
            return render.drift_text(reports[0], palette)


def _rendered_fleet(reports: Sequence[DriftReport], failed: Sequence[Failure], format: str, palette: Palette) -> str:
    from reconciler.render.fleet.drift import fleet_drift_markdown, fleet_drift_text  # noqa: PLC0415 - not for one

    match format:
        case "markdown":
            return fleet_drift_markdown(reports, failed)
        case "text":
            return fleet_drift_text(reports, failed, palette)
        case _:
            return _rendered(reports, failed, format, palette)


def _watch(
    settings: Settings, selection: Selection, targets: Sequence[str], watching: WatchOptions, output: OutputOptions
) -> int:
    from reconciler.cli.drift.rounds import Metrics, Watch, serving  # noqa: PLC0415 - needs prometheus_client

    metrics = Metrics(targets)

    def look(target: str) -> DriftReport:
        counting = replace(
            settings,
            target=target,
            connection=replace(settings.connection, on_call=partial(metrics.called, target)),
            cache=replace(settings.cache, entries=Counted(settings.cache.entries, partial(metrics.known, target))),
        )
        return drift_of(counting, selection)

    with halting() as halt, serving(metrics, watching.metrics_address, watching.metrics_port) as address:
        if address:
            output.out.line(say(f"Metrics at {address}"))
        Watch(
            look=look,
            targets=targets,
            interval=(watching.watch or 0) * 60,
            metrics=metrics,
            tell=output.out.line,
            ended=halt.wait,
            now=time.time,
            clock=time.monotonic,
        ).run()
    return 0
