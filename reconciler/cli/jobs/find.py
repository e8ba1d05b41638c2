"""`jobs list` and `jobs show`."""

from __future__ import annotations

import json
from typing import Any

import click

from reconciler.cli.answers import show
from reconciler.cli.workplace import at_work, place_options
from reconciler.jobs.states import STATES
from reconciler.kinds.jobtemplate.roles import JOB_TYPES
from reconciler.model import JsonObject


@click.command("list", short_help="List the jobs of a window of time.")
@click.option("--since", metavar="WHEN", default="7d", show_default=True, help="A span back (90m, 7d) or a moment.")
@click.option("--until", metavar="WHEN", default="", help="A span back or a moment; now when left out.")
@click.option("--status", type=click.Choice(STATES), help="Only jobs in this state.")
@click.option("--type", "job_type", type=click.Choice(JOB_TYPES), help="Only jobs of this type.")
@click.option("--name", metavar="TEXT", help="Only jobs with this in their name; the service compares fuzzily.")
@click.option("--template", metavar="ID", help="Only jobs launched from the template of this id.")
@click.option("--user", metavar="NAME", help="Only jobs of users with this in their name.")
@click.option("--own", is_flag=True, help="Only jobs of your own.")
@click.option("--tag", "tags", metavar="KEY=VALUE", multiple=True, help="Only jobs with this tag; may be repeated.")
@click.option("--command", metavar="TEXT", help="Only jobs with this in their command.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Show the newest N.")
@place_options
def list_(**options: Any) -> int:
    """List the jobs of a window of time, newest first.

    The service shows seven days unless told otherwise; here the window is always sent and always shown.

    \b
    Examples:
      dlc-reconciler jobs list --since 30d --status Failed
      dlc-reconciler jobs list -q 'Jobs[].JobId' | xargs -n1 dlc-reconciler jobs show
    """
    from reconciler.jobs.hidden import all_fit_to_show  # noqa: PLC0415
    from reconciler.jobs.listing import list_jobs  # noqa: PLC0415
    from reconciler.jobs.windows import window  # noqa: PLC0415
    from reconciler.render.jobs.jobs import jobs_text  # noqa: PLC0415

    filters = _filters(options)
    with at_work(options) as place:
        now = place.now()
        asked = window(options["since"], options["until"], now)
        rows = list_jobs(place, asked, filters)
        newest = all_fit_to_show(place, rows[: options["limit"]])
    answer = {**asked.fields, "Jobs": newest, "TotalCount": len(rows)}
    show(options, answer, lambda shown, palette: jobs_text(shown, now, palette))
    return 0


def _filters(options: dict[str, Any]) -> JsonObject:
    """The ListJobs fields of the filters that were given."""
    named = {
        "Status": options["status"],
        "JobType": options["job_type"],
        "DisplayName": options["name"],
        "TemplateId": options["template"],
        "Username": options["user"],
        "ShowOwn": options["own"] or None,
        "UserCommandSearch": options["command"],
        "Tags": assignments(options["tags"], "--tag") or None,
    }
    return {field: value for field, value in named.items() if value is not None}


def assignments(texts: tuple[str, ...], option: str) -> dict[str, str]:
    """KEY=VALUE options as a mapping.

    Raises:
        click.BadParameter: one of them is not KEY=VALUE.
    """
    pairs = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not key or not equals:
            raise click.BadParameter(f"{json.dumps(text)} is not KEY=VALUE", param_hint=option)
        pairs[key] = value
    return pairs


@click.command("show", short_help="Show one job: status, history, pods, reason.")
@click.argument("job_id", metavar="ID")
@place_options
def show_(job_id: str, **options: Any) -> int:
    """Show one job: status, history, pods, reason.

    \b
    Example:
      dlc-reconciler jobs show dlc1x2y3z --query 'Pods[].[PodId,Status]'
    """
    from reconciler.jobs.hidden import hiding  # noqa: PLC0415
    from reconciler.jobs.listing import get_job  # noqa: PLC0415
    from reconciler.render.jobs.jobs import job_text  # noqa: PLC0415

    with at_work(options) as place:
        job, now = get_job(place, job_id), place.now()
        job = hiding(place, job).job(job)
    show(options, job, lambda shown, palette: job_text(shown, now, palette))
    return 0
