"""`jobs logs`, `jobs events`, `jobs pod-events`, `jobs metrics` and `jobs diagnose`."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import click

from reconciler.cli.jobs.follow import follow_job
from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.pods import OnlyPod
from reconciler.cli.options.site import SiteOptions
from reconciler.cli.options.waiting import WaitOptions
from reconciler.cli.options.window import LifeWindowOptions
from reconciler.errors import ReconcilerError, UsageError
from reconciler.files import check_file, write_whole
from reconciler.jobs import diagnosis
from reconciler.jobs import watch as telemetry
from reconciler.jobs.hidden import hiding
from reconciler.jobs.lookup import get_job, job_called
from reconciler.jobs.metrics import TYPES, job_metrics
from reconciler.jobs.watch import job_events, pod_logs, pods_of
from reconciler.model import JsonObject
from reconciler.render.jobs.jobs import job_text
from reconciler.render.jobs.watching import diagnosis_text, lines_text, metrics_text
from reconciler.render.style import Palette

PLOTS = (".png", ".svg", ".html")

FollowOption = Annotated[
    bool,
    Option("--follow", "-f", variable=False, help="Go on until the job has ended; exit code 1 unless it succeeded."),
]


def _most(name: str, most: int, help: str) -> Option:
    return Option(name, variable=False, type=click.IntRange(1, most), show_default=True, help=help)


@click.command(short_help="Show the newest log lines of a job's pods, or follow them.")
@argument("job_id", metavar="JOB")
@takes_options
def logs(
    job_id: str,
    *,
    pod: OnlyPod = "",
    max_lines: Annotated[int, _most("--max-lines", 100_000, "Per pod.")] = 100,
    follow: FollowOption = False,
    asked: LifeWindowOptions,
    wait: WaitOptions,
    at: SiteOptions,
) -> int:
    """Show the newest log lines of a job's pods, or follow them.

    \b
    Examples:
      dlc-reconciler jobs logs dlc1x2y3z --pod worker-0 --max-lines 500
      dlc-reconciler jobs logs dlc1x2y3z --follow
    """
    with at.open(wait) as site:
        job_id = job_called(site, job_id)
        if follow:
            return follow_job(site, job_id, at, pod=pod)
        job = get_job(site, job_id)
        window = asked.of(job, site.now())
        pods = pods_of(job, pod)
        answers = [pod_logs(site, job_id, each, window, max_lines) for each in pods]
        answers = hiding(site, job).answer(answers)
    check_lines(answers, "Logs", f"{job_id} wrote no log lines {window}")
    answer = {**window.fields, "JobId": job_id, "Pods": answers}
    at.show(answer, lambda shown, palette: lines_text(shown["Pods"], "Logs", palette))
    return 0


@click.command(short_help="Show the newest events of a job.")
@argument("job_id", metavar="JOB")
@takes_options
def events(
    job_id: str,
    *,
    max_events: Annotated[int, _most("--max-events", 100_000, "How many.")] = 100,
    asked: LifeWindowOptions,
    at: SiteOptions,
) -> int:
    """Show the newest events of a job.

    \b
    Example:
      dlc-reconciler jobs events dlc1x2y3z
    """
    with at.open() as site:
        job_id = job_called(site, job_id)
        job = get_job(site, job_id)
        window = asked.of(job, site.now())
        answer = {**window.fields, **job_events(site, job_id, window, max_events)}
        answer = hiding(site, job).answer(answer)
    check_lines([answer], "Events", f"{job_id} had no events {window}")
    at.show(answer, lambda shown, palette: lines_text([shown], "Events", palette))
    return 0


@click.command("pod-events", short_help="Show the newest events of a job's pods.")
@argument("job_id", metavar="JOB")
@takes_options
def pod_events(
    job_id: str,
    *,
    pod: OnlyPod = "",
    max_events: Annotated[int, _most("--max-events", 100_000, "Per pod.")] = 100,
    asked: LifeWindowOptions,
    at: SiteOptions,
) -> int:
    """Show the newest events of a job's pods.

    \b
    Example:
      dlc-reconciler jobs pod-events dlc1x2y3z
    """
    with at.open() as site:
        job_id = job_called(site, job_id)
        job = get_job(site, job_id)
        window = asked.of(job, site.now())
        pods = pods_of(job, pod)
        answers = [telemetry.pod_events(site, job_id, each, window, max_events) for each in pods]
        answers = hiding(site, job).answer(answers)
    check_lines(answers, "Events", f"the pods of {job_id} had no events {window}")
    answer = {**window.fields, "JobId": job_id, "Pods": answers}
    at.show(answer, lambda shown, palette: lines_text(shown["Pods"], "Events", palette))
    return 0


@click.command(short_help="Show a metric of each pod as a line of blocks, or plot it.")
@argument("job_id", metavar="JOB")
@takes_options
def metrics(
    job_id: str,
    *,
    kind: Annotated[
        str, Option("--type", variable=False, type=click.Choice(TYPES), show_default=True, help="Which metric.")
    ] = TYPES[0],
    step: Annotated[
        str,
        Option(
            "--step",
            variable=False,
            metavar="STEP",
            help="Between two points (30s, 5m); about 60 points when left out.",
        ),
    ] = "",
    plot: Annotated[
        Path | None,
        Option(
            "--plot",
            variable=False,
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Write a picture: .png, .svg, or .html that loads nothing.",
        ),
    ] = None,
    asked: LifeWindowOptions,
    at: SiteOptions,
) -> int:
    """Show a metric of each pod as a line of blocks, or plot it.

    \b
    Examples:
      dlc-reconciler jobs metrics dlc1x2y3z --type GpuMemoryUsage --since 2h
      dlc-reconciler jobs metrics dlc1x2y3z --plot gpu.svg
    """
    if plot is not None:
        _check_plot(plot)
    with at.open() as site:
        job_id = job_called(site, job_id)
        job = get_job(site, job_id)
        window = asked.of(job, site.now())
        answer = {**window.fields, **job_metrics(site, job, kind, window, step)}
    at.show(answer, lambda shown, palette: metrics_text(shown, kind, palette))
    if plot is not None:
        _write_plot(answer, kind, plot)
    return 0


def _check_plot(file: Path) -> None:
    if file.suffix.lower() not in PLOTS:
        raise UsageError(f"{file} is no picture that can be written", hint=f"Name it with {', '.join(PLOTS)}.")
    check_file(file)
    if importlib.util.find_spec("matplotlib") is None:
        raise ReconcilerError("--plot needs matplotlib", hint="Install it: `pip install 'dlc-reconciler[plot]'`.")


def _write_plot(answer: JsonObject, kind: str, file: Path) -> None:
    from reconciler.render.jobs.plot import plot  # noqa: PLC0415 - needs matplotlib

    write_whole(file, plot(answer, kind, file.suffix.lower()))


@click.command(short_help="Look at status, events, logs and pods of a job, and name the likely cause of trouble.")
@argument("job_id", metavar="JOB")
@takes_options
def diagnose(
    job_id: str,
    *,
    pods: Annotated[int, _most("--pods", 64, "How many, failed ones first.")] = 3,
    max_lines: Annotated[int, _most("--max-lines", 2000, "Log lines per pod.")] = 30,
    max_events: Annotated[int, _most("--max-events", 2000, "Events of each list.")] = 20,
    at: SiteOptions,
) -> int:
    """Look at status, events, logs and pods of a job, and name the likely cause of trouble.

    The cause comes from a table of known traces and is a guess; the line that speaks for it is shown.

    \b
    Example:
      dlc-reconciler jobs diagnose dlc1x2y3z
    """
    caps = diagnosis.Caps(events=max_events, lines=max_lines, pods=pods)
    with at.open() as site:
        job_id = job_called(site, job_id)
        found, now = diagnosis.diagnose(site, job_id, caps), site.now()
        hidden = hiding(site, found.job)

    def text(shown: JsonObject, palette: Palette) -> str:
        return diagnosis_text(shown, job_text(shown["Job"], now, palette), palette)

    document = diagnosis.as_document(found)
    at.show({**hidden.answer(document), "Job": hidden.job(found.job)}, text)
    return 0


def check_lines(answers: Sequence[JsonObject], key: str, message: str) -> None:
    """Raise ReconcilerError when there is not a single line to show."""
    if not any(answer[key] for answer in answers):
        raise ReconcilerError(message, hint="`--since` and `--until` choose another window.")
