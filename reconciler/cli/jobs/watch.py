"""`jobs logs`, `jobs events`, `jobs pod-events`, `jobs metrics` and `jobs diagnose`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from reconciler.cli.answers import show
from reconciler.cli.following import follow_job
from reconciler.cli.workplace import at_work, place_options, wait_options
from reconciler.errors import ReconcilerError, UsageError
from reconciler.files import check_file, write_whole
from reconciler.jobs.metrics import TYPES
from reconciler.model import JsonObject
from reconciler.render.style import Palette

PLOTS = (".png", ".svg", ".html")
since_option = click.option(
    "--since", metavar="WHEN", default="", help="A span back (90m) or a moment; the job's whole life when left out."
)
until_option = click.option(
    "--until", metavar="WHEN", default="", help="A span back or a moment; the job's end or now."
)


@click.command(short_help="Show the newest log lines of a job's pods, or follow them.")
@click.argument("job_id", metavar="ID")
@click.option("--pod", metavar="POD", default="", help="Only this pod: its id, or the end of it, such as worker-0.")
@click.option("--max-lines", type=click.IntRange(1, 100_000), default=100, show_default=True, help="Per pod.")
@click.option("--follow", "-f", is_flag=True, help="Go on until the job has ended; exit code 1 unless it succeeded.")
@since_option
@until_option
@wait_options
@place_options
def logs(job_id: str, **options: Any) -> int:
    """Show the newest log lines of a job's pods, or follow them.

    \b
    Examples:
      dlc-reconciler jobs logs dlc1x2y3z --pod worker-0 --max-lines 500
      dlc-reconciler jobs logs dlc1x2y3z --follow
    """
    from reconciler.jobs.hidden import hiding  # noqa: PLC0415
    from reconciler.jobs.listing import get_job  # noqa: PLC0415
    from reconciler.jobs.watch import pod_logs, pods_of  # noqa: PLC0415
    from reconciler.render.jobs.watching import lines_text  # noqa: PLC0415

    with at_work(options) as place:
        if options["follow"]:
            return follow_job(place, job_id, options, pod=options["pod"])
        job = get_job(place, job_id)
        window = window_for(job, options, place.now())
        pods = pods_of(job, options["pod"])
        answers = [pod_logs(place, job_id, pod, window, options["max_lines"]) for pod in pods]
        answers = hiding(place, job).answer(answers)
    check_lines(answers, "Logs", f"{job_id} wrote no log lines {window}")
    answer = {**window.fields, "JobId": job_id, "Pods": answers}
    show(options, answer, lambda shown, palette: lines_text(shown["Pods"], "Logs", palette))
    return 0


@click.command(short_help="Show the newest events of a job.")
@click.argument("job_id", metavar="ID")
@click.option("--max-events", type=click.IntRange(1, 100_000), default=100, show_default=True, help="How many.")
@since_option
@until_option
@place_options
def events(job_id: str, **options: Any) -> int:
    """Show the newest events of a job.

    \b
    Example:
      dlc-reconciler jobs events dlc1x2y3z
    """
    from reconciler.jobs.hidden import hiding  # noqa: PLC0415
    from reconciler.jobs.listing import get_job  # noqa: PLC0415
    from reconciler.jobs.watch import job_events  # noqa: PLC0415
    from reconciler.render.jobs.watching import lines_text  # noqa: PLC0415

    with at_work(options) as place:
        job = get_job(place, job_id)
        window = window_for(job, options, place.now())
        answer = {**window.fields, **job_events(place, job_id, window, options["max_events"])}
        answer = hiding(place, job).answer(answer)
    check_lines([answer], "Events", f"{job_id} had no events {window}")
    show(options, answer, lambda shown, palette: lines_text([shown], "Events", palette))
    return 0


@click.command("pod-events", short_help="Show the newest events of a job's pods.")
@click.argument("job_id", metavar="ID")
@click.option("--pod", metavar="POD", default="", help="Only this pod: its id, or the end of it, such as worker-0.")
@click.option("--max-events", type=click.IntRange(1, 100_000), default=100, show_default=True, help="Per pod.")
@since_option
@until_option
@place_options
def pod_events(job_id: str, **options: Any) -> int:
    """Show the newest events of a job's pods.

    \b
    Example:
      dlc-reconciler jobs pod-events dlc1x2y3z
    """
    from reconciler.jobs.hidden import hiding  # noqa: PLC0415
    from reconciler.jobs.listing import get_job  # noqa: PLC0415
    from reconciler.jobs.watch import pod_events as events_of  # noqa: PLC0415
    from reconciler.jobs.watch import pods_of  # noqa: PLC0415
    from reconciler.render.jobs.watching import lines_text  # noqa: PLC0415

    with at_work(options) as place:
        job = get_job(place, job_id)
        window = window_for(job, options, place.now())
        pods = pods_of(job, options["pod"])
        answers = [events_of(place, job_id, pod, window, options["max_events"]) for pod in pods]
        answers = hiding(place, job).answer(answers)
    check_lines(answers, "Events", f"the pods of {job_id} had no events {window}")
    answer = {**window.fields, "JobId": job_id, "Pods": answers}
    show(options, answer, lambda shown, palette: lines_text(shown["Pods"], "Events", palette))
    return 0


@click.command(short_help="Show a metric of each pod as a line of blocks, or plot it.")
@click.argument("job_id", metavar="ID")
@click.option("--type", "kind", type=click.Choice(TYPES), default=TYPES[0], show_default=True, help="Which metric.")
@click.option("--step", metavar="STEP", default="", help="Between two points (30s, 5m); about 60 points when left out.")
@click.option(
    "--plot",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a picture: .png, .svg, or .html that loads nothing.",
)
@since_option
@until_option
@place_options
def metrics(job_id: str, **options: Any) -> int:
    """Show a metric of each pod as a line of blocks, or plot it.

    \b
    Examples:
      dlc-reconciler jobs metrics dlc1x2y3z --type GpuMemoryUsage --since 2h
      dlc-reconciler jobs metrics dlc1x2y3z --plot gpu.svg
    """
    from reconciler.jobs.listing import get_job  # noqa: PLC0415
    from reconciler.jobs.metrics import job_metrics  # noqa: PLC0415
    from reconciler.render.jobs.watching import metrics_text  # noqa: PLC0415

    file: Path | None = options["plot"]
    if file is not None:
        _check_plot(file)
    with at_work(options) as place:
        job = get_job(place, job_id)
        window = window_for(job, options, place.now())
        answer = {**window.fields, **job_metrics(place, job, options["kind"], window, options["step"])}
    show(options, answer, lambda shown, palette: metrics_text(shown, options["kind"], palette))
    if file is not None:
        _write_plot(answer, options["kind"], file)
    return 0


def _check_plot(file: Path) -> None:
    import importlib.util  # noqa: PLC0415

    if file.suffix.lower() not in PLOTS:
        raise UsageError(f"{file} is no picture that can be written", hint=f"Name it with {', '.join(PLOTS)}.")
    check_file(file)
    if importlib.util.find_spec("matplotlib") is None:
        raise ReconcilerError("--plot needs matplotlib", hint="Install it: `pip install 'dlc-reconciler[plot]'`.")


def _write_plot(answer: JsonObject, kind: str, file: Path) -> None:
    from reconciler.render.jobs.plot import plot  # noqa: PLC0415

    write_whole(file, plot(answer, kind, file.suffix.lower()))


@click.command(short_help="Look at status, events, logs and pods of a job, and name the likely cause of trouble.")
@click.argument("job_id", metavar="ID")
@click.option("--pods", type=click.IntRange(1, 64), default=3, show_default=True, help="How many, failed ones first.")
@click.option("--max-lines", type=click.IntRange(1, 2000), default=30, show_default=True, help="Log lines per pod.")
@click.option("--max-events", type=click.IntRange(1, 2000), default=20, show_default=True, help="Events of each list.")
@place_options
def diagnose(job_id: str, **options: Any) -> int:
    """Look at status, events, logs and pods of a job, and name the likely cause of trouble.

    The cause comes from a table of known traces and is a guess; the line that speaks for it is shown.

    \b
    Example:
      dlc-reconciler jobs diagnose dlc1x2y3z
    """
    from reconciler.jobs.diagnosis import Caps, as_document  # noqa: PLC0415
    from reconciler.jobs.diagnosis import diagnose as look  # noqa: PLC0415
    from reconciler.jobs.hidden import hiding  # noqa: PLC0415
    from reconciler.render.jobs.jobs import job_text  # noqa: PLC0415
    from reconciler.render.jobs.watching import diagnosis_text  # noqa: PLC0415

    caps = Caps(events=options["max_events"], lines=options["max_lines"], pods=options["pods"])
    with at_work(options) as place:
        found, now = look(place, job_id, caps), place.now()
        hidden = hiding(place, found.job)

    def text(shown: JsonObject, palette: Palette) -> str:
        return diagnosis_text(shown, job_text(shown["Job"], now, palette), palette)

    document = as_document(found)
    show(options, {**hidden.answer(document), "Job": hidden.job(found.job)}, text)
    return 0


def window_for(job: JsonObject, options: dict[str, Any], now: Any) -> Any:
    """The window that was asked for; the job's whole life when none was."""
    from reconciler.jobs.watch import life_of  # noqa: PLC0415
    from reconciler.jobs.windows import Window, window  # noqa: PLC0415

    life = life_of(job, now)
    if options["since"]:
        return window(options["since"], options["until"], now)
    if options["until"]:
        return Window(life.start, window("52w", options["until"], now).end)
    return life


def check_lines(answers: Sequence[JsonObject], key: str, message: str) -> None:
    """Raises ReconcilerError when there is not one line to show."""
    if not any(answer[key] for answer in answers):
        raise ReconcilerError(message, hint="`--since` and `--until` choose another window.")
