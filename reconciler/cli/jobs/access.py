"""`jobs sanity`, `jobs dashboard`, `jobs ray-dashboard`, `jobs terminal` and `jobs token`."""

from __future__ import annotations

from typing import Any

import click

from reconciler.cli.answers import show, show_secret
from reconciler.cli.workplace import at_work, place_options
from reconciler.jobs.access import LONGEST_SHARE, PHASES
from reconciler.model import JsonObject
from reconciler.render.style import Palette, visible

share_option = click.option("--share", is_flag=True, help="An address for people without an account.")


@click.command(short_help="Show the sanity checks of a job, or one of them.")
@click.argument("job_id", metavar="ID")
@click.option("--number", type=click.IntRange(1), metavar="N", help="Only this check; they count from 1.")
@click.option("--phase", type=click.Choice(PHASES), help="Only this phase of the check.")
@place_options
def sanity(job_id: str, **options: Any) -> int:
    """Show the sanity checks of a job, or one of them.

    Only jobs with Settings.EnableSanityCheck have any; each start of the job is one check.

    \b
    Example:
      dlc-reconciler jobs sanity dlc1x2y3z
    """
    from reconciler.jobs.access import sanity_check, sanity_checks  # noqa: PLC0415
    from reconciler.render.jobs.watching import sanity_text  # noqa: PLC0415

    if options["phase"] and options["number"] is None:
        raise click.UsageError("--phase needs --number")
    with at_work(options) as place:
        if options["number"] is None:
            answer = sanity_checks(place, job_id)
        else:
            answer = sanity_check(place, job_id, options["number"], options["phase"] or "")

    def text(shown: JsonObject, palette: Palette) -> str:
        checks = shown["SanityCheckResults"] if "SanityCheckResults" in shown else [shown["SanityCheckResult"]]
        return sanity_text(checks, palette)

    show(options, answer, text)
    return 0


@click.command(short_help="Print the address of a job's dashboard.")
@click.argument("job_id", metavar="ID")
@share_option
@place_options
def dashboard(job_id: str, **options: Any) -> int:
    """Print the address of a job's dashboard.

    \b
    Example:
      dlc-reconciler jobs dashboard dlc1x2y3z
    """
    from reconciler.jobs.access import dashboard as find  # noqa: PLC0415

    with at_work(options) as place:
        answer = find(place, job_id, share=options["share"])
    show_secret(options, answer, _field("url"))
    return 0


@click.command("ray-dashboard", short_help="Print the address of a RayJob's dashboard.")
@click.argument("job_id", metavar="ID")
@share_option
@place_options
def ray_dashboard(job_id: str, **options: Any) -> int:
    """Print the address of a RayJob's dashboard; other jobs have none.

    \b
    Example:
      dlc-reconciler jobs ray-dashboard dlc1x2y3z
    """
    from reconciler.jobs.access import ray_dashboard as find  # noqa: PLC0415

    with at_work(options) as place:
        answer = find(place, job_id, share=options["share"])
    show_secret(options, answer, _field("url"))
    return 0


@click.command(short_help="Print the address of a terminal in a running pod; it works for thirty seconds.")
@click.argument("job_id", metavar="ID")
@click.option(
    "--pod", metavar="POD", default="", help="Its id, or the end of it, such as worker-0; else the first one."
)
@click.option("--share", is_flag=True, help="A one-time address that needs no login.")
@place_options
def terminal(job_id: str, **options: Any) -> int:
    """Print the address of a terminal in a running pod; it works for thirty seconds.

    The address is a WebSocket (wss://) whose messages are JSON objects: operation (stdin, stdout, resize), data, cols,
    rows.

    \b
    Example:
      dlc-reconciler jobs terminal dlc1x2y3z
    """
    from reconciler.jobs.access import terminal as find  # noqa: PLC0415

    with at_work(options) as place:
        answer = find(place, job_id, options["pod"], share=options["share"])
    show_secret(options, answer, _field("WebTerminalUrl"))
    return 0


@click.command(short_help="Print a token that shows others one job or TensorBoard.")
@click.argument("target_id", metavar="ID")
@click.option("--type", "kind", type=click.Choice(["job", "tensorboard"]), default="job", show_default=True, help="Of.")
@click.option(
    "--expires",
    type=click.IntRange(1, LONGEST_SHARE),
    default=3600,
    show_default=True,
    metavar="SECONDS",
    help="How long it works.",
)
@place_options
def token(target_id: str, **options: Any) -> int:
    """Print a token that shows others one job or TensorBoard.

    Whoever has it sees the job's metrics, logs and dashboard without an account: it is a secret.

    \b
    Example:
      dlc-reconciler jobs token dlc1x2y3z
    """
    from reconciler.jobs.access import token as ask  # noqa: PLC0415
    from reconciler.jobs.boards import get_board  # noqa: PLC0415

    with at_work(options) as place:
        if options["kind"] == "tensorboard":
            get_board(place, target_id)
        answer = ask(place, target_id, options["kind"], options["expires"])
    show_secret(options, answer, _field("Token"))
    return 0


def _field(name: str) -> Any:
    """The text of an answer that is one field."""

    def text(shown: JsonObject, _palette: Palette) -> str:
        return visible(str(shown[name])) + "\n"

    return text
