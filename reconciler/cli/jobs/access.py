"""`jobs sanity`, `jobs dashboard`, `jobs ray-dashboard`, `jobs terminal` and `jobs token`."""

from __future__ import annotations

from typing import Annotated

import click

from reconciler.cli.options.answer import Text
from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.expiry import ExpiresOption
from reconciler.cli.options.pods import OnePod
from reconciler.cli.options.site import SiteOptions
from reconciler.jobs import access
from reconciler.jobs.access import PHASES
from reconciler.jobs.boards import get_board
from reconciler.jobs.lookup import job_called
from reconciler.model import JsonObject
from reconciler.render.jobs.watching import sanity_text
from reconciler.render.style import Palette, visible

ShareOption = Annotated[bool, Option("--share", variable=False, help="An address for people without an account.")]


@click.command(short_help="Show the sanity checks of a job, or one of them.")
@argument("job_id", metavar="JOB")
@takes_options
def sanity(
    job_id: str,
    *,
    number: Annotated[
        int | None,
        Option(
            "--number",
            variable=False,
            type=click.IntRange(1),
            metavar="N",
            help="Only this check; they count from 1.",
        ),
    ] = None,
    phase: Annotated[
        str | None, Option("--phase", variable=False, type=click.Choice(PHASES), help="Only this phase of the check.")
    ] = None,
    at: SiteOptions,
) -> int:
    """Show the sanity checks of a job, or one of them.

    Only jobs with Settings.EnableSanityCheck have any; each start of the job is one check.

    \b
    Example:
      dlc-reconciler jobs sanity dlc1x2y3z
    """
    if phase and number is None:
        raise click.UsageError("--phase needs --number")
    with at.open() as site:
        job_id = job_called(site, job_id)
        if number is None:
            answer = access.sanity_checks(site, job_id)
        else:
            answer = access.sanity_check(site, job_id, number, phase or "")

    def text(shown: JsonObject, palette: Palette) -> str:
        checks = shown["SanityCheckResults"] if "SanityCheckResults" in shown else [shown["SanityCheckResult"]]
        return sanity_text(checks, palette)

    at.show(answer, text)
    return 0


@click.command(short_help="Print the address of a job's dashboard.")
@argument("job_id", metavar="JOB")
@takes_options
def dashboard(job_id: str, *, share: ShareOption = False, at: SiteOptions) -> int:
    """Print the address of a job's dashboard.

    \b
    Example:
      dlc-reconciler jobs dashboard dlc1x2y3z
    """
    with at.open() as site:
        job_id = job_called(site, job_id)
        answer = access.dashboard(site, job_id, share=share)
    at.show_secret(answer, _field("url"))
    return 0


@click.command("ray-dashboard", short_help="Print the address of a RayJob's dashboard.")
@argument("job_id", metavar="JOB")
@takes_options
def ray_dashboard(job_id: str, *, share: ShareOption = False, at: SiteOptions) -> int:
    """Print the address of a RayJob's dashboard; other jobs have none.

    \b
    Example:
      dlc-reconciler jobs ray-dashboard dlc1x2y3z
    """
    with at.open() as site:
        job_id = job_called(site, job_id)
        answer = access.ray_dashboard(site, job_id, share=share)
    at.show_secret(answer, _field("url"))
    return 0


@click.command(short_help="Print the address of a terminal in a running pod; it works for thirty seconds.")
@argument("job_id", metavar="JOB")
@takes_options
def terminal(
    job_id: str,
    *,
    pod: OnePod = "",
    share: Annotated[bool, Option("--share", variable=False, help="A one-time address that needs no login.")] = False,
    at: SiteOptions,
) -> int:
    """Print the address of a terminal in a running pod; it works for thirty seconds.

    The address is a WebSocket (wss://) whose messages are JSON objects: operation (stdin, stdout, resize), data, cols,
    rows.

    \b
    Example:
      dlc-reconciler jobs terminal dlc1x2y3z
    """
    with at.open() as site:
        job_id = job_called(site, job_id)
        answer = access.terminal(site, job_id, pod, share=share)
    at.show_secret(answer, _field("WebTerminalUrl"))
    return 0


@click.command(short_help="Print a token that shows others one job or TensorBoard.")
@argument("target_id", metavar="JOB")
@takes_options
def token(
    target_id: str,
    *,
    kind: Annotated[
        str,
        Option("--type", variable=False, type=click.Choice(["job", "tensorboard"]), show_default=True, help="Of."),
    ] = "job",
    expires: ExpiresOption = 3600,
    at: SiteOptions,
) -> int:
    """Print a token that shows others one job or TensorBoard.

    Whoever has it sees the job's metrics, logs and dashboard without an account: it is a secret.

    \b
    Example:
      dlc-reconciler jobs token dlc1x2y3z
    """
    with at.open() as site:
        if kind == "tensorboard":
            target_id = get_board(site, target_id)["TensorboardId"]
        else:
            target_id = job_called(site, target_id)
        answer = access.token(site, target_id, kind, expires)
    at.show_secret(answer, _field("Token"))
    return 0


def _field(name: str) -> Text:
    """Return the text of an answer that is one field."""

    def text(shown: JsonObject, _palette: Palette) -> str:
        return visible(str(shown[name])) + "\n"

    return text
