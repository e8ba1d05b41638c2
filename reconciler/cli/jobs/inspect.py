"""`jobs list` and `jobs show`."""

from __future__ import annotations

from typing import Annotated

import click

from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.pairs import pairs
from reconciler.cli.options.site import SiteOptions
from reconciler.cli.options.window import SINCE_HELP, UNTIL_HELP
from reconciler.jobs.hidden import all_fit_to_show, hiding
from reconciler.jobs.lookup import get_job, job_called, list_jobs, template_called
from reconciler.jobs.states import STATES
from reconciler.jobs.windows import window
from reconciler.kinds.jobtemplate.roles import JOB_TYPES
from reconciler.model import JsonObject
from reconciler.model.quick import dataclass
from reconciler.render.jobs.jobs import job_text, jobs_text


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterOptions:
    """Options that say which jobs are listed."""

    since: Annotated[str, Option("--since", variable=False, metavar="WHEN", show_default=True, help=SINCE_HELP)] = "7d"
    until: Annotated[str, Option("--until", variable=False, metavar="WHEN", help=UNTIL_HELP)] = ""
    status: Annotated[
        str | None, Option("--status", variable=False, type=click.Choice(STATES), help="Only jobs in this state.")
    ] = None
    job_type: Annotated[
        str | None, Option("--type", variable=False, type=click.Choice(JOB_TYPES), help="Only jobs of this type.")
    ] = None
    name: Annotated[
        str | None,
        Option(
            "--name",
            variable=False,
            metavar="TEXT",
            help="Only jobs with this in their name; the service compares fuzzily.",
        ),
    ] = None
    template: Annotated[
        str | None,
        Option(
            "--template",
            variable=False,
            metavar="NAME",
            help="Only jobs launched from this template, by name or id.",
        ),
    ] = None
    user: Annotated[
        str | None,
        Option("--user", variable=False, metavar="NAME", help="Only jobs of users with this in their name."),
    ] = None
    own: Annotated[bool, Option("--own", variable=False, help="Only jobs of your own.")] = False
    tags: Annotated[
        tuple[str, ...],
        Option("--tag", variable=False, metavar="KEY=VALUE", help="Only jobs with this tag; may be repeated."),
    ] = ()
    command: Annotated[
        str | None, Option("--command", variable=False, metavar="TEXT", help="Only jobs with this in their command.")
    ] = None
    limit: Annotated[
        int | None,
        Option("--limit", variable=False, type=click.IntRange(1), metavar="N", help="Show the newest N."),
    ] = None

    @property
    def fields(self) -> JsonObject:
        """The ListJobs fields of the filters that were given, except the template."""
        named = {
            "Status": self.status,
            "JobType": self.job_type,
            "DisplayName": self.name,
            "Username": self.user,
            "ShowOwn": self.own or None,
            "UserCommandSearch": self.command,
            "Tags": pairs(self.tags, "--tag") or None,
        }
        return {field: value for field, value in named.items() if value is not None}


@click.command("list", short_help="List the jobs of a window of time.")
@takes_options
def list_(*, only: FilterOptions, at: SiteOptions) -> int:
    """List the jobs of a window of time, newest first.

    The service shows seven days unless told otherwise; here the window is always sent and always shown.

    \b
    Examples:
      dlc-reconciler jobs list --since 30d --status Failed
      dlc-reconciler jobs list -q 'Jobs[].JobId' | xargs -n1 dlc-reconciler jobs show
    """
    filters = only.fields
    with at.open() as site:
        now = site.now()
        asked = window(only.since, only.until, now)
        if only.template is not None:
            filters = {**filters, "TemplateId": template_called(site, only.template).remote_id}
        rows = list_jobs(site, asked, filters)
        newest = all_fit_to_show(site, rows[: only.limit])
    answer = {**asked.fields, "Jobs": newest, "TotalCount": len(rows)}
    at.show(answer, lambda shown, palette: jobs_text(shown, now, palette))
    return 0


@click.command("show", short_help="Show one job: status, history, pods, reason.")
@argument("job_id", metavar="JOB")
@takes_options
def show_(job_id: str, *, at: SiteOptions) -> int:
    """Show one job: status, history, pods, reason.

    \b
    Example:
      dlc-reconciler jobs show dlc1x2y3z --query 'Pods[].[PodId,Status]'
    """
    with at.open() as site:
        job_id = job_called(site, job_id)
        job, now = get_job(site, job_id), site.now()
        job = hiding(site, job).job(job)
    at.show(job, lambda shown, palette: job_text(shown, now, palette))
    return 0
