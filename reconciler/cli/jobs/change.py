"""`jobs update`, `jobs stop` and `jobs delete`."""

from __future__ import annotations

from typing import Annotated

import click

from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.once import OnceOption
from reconciler.cli.options.site import SiteOptions
from reconciler.cli.options.waiting import WaitOptions
from reconciler.cli.terminal.confirm import YesOption, confirm
from reconciler.cli.terminal.outlets import outcomes_follow
from reconciler.errors import UsageError
from reconciler.jobs import changes as job_changes
from reconciler.jobs.changes import check_delete, check_stop, check_update
from reconciler.jobs.hidden import hiding
from reconciler.jobs.lookup import get_job, job_called
from reconciler.jobs.states import name_of, status_of
from reconciler.model import JsonObject
from reconciler.model.quick import dataclass
from reconciler.render.style import Palette, visible


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOptions:
    """Options that say what has to be changed."""

    priority: Annotated[
        int | None,
        Option(
            "--priority",
            variable=False,
            type=click.IntRange(1, 9),
            metavar="1-9",
            help="Only on a quota, before submission.",
        ),
    ] = None
    accessibility: Annotated[
        str | None,
        Option(
            "--accessibility",
            variable=False,
            type=click.Choice(["PUBLIC", "PRIVATE"]),
            help="Can only be widened to PUBLIC.",
        ),
    ] = None
    description: Annotated[
        str | None,
        Option("--description", cls=OnceOption, variable=False, metavar="TEXT", help="In any state; may be empty."),
    ] = None
    name: Annotated[
        str | None, Option("--name", variable=False, metavar="NAME", help="Refused: a job cannot be renamed.")
    ] = None

    @property
    def fields(self) -> JsonObject:
        """The fields of UpdateJob.

        Raises:
            UsageError: there is nothing to change, or what cannot be changed.
        """
        if self.name is not None:
            raise UsageError(
                "a job cannot be renamed: UpdateJob has no DisplayName", hint="Launch it again with `--name`."
            )
        named = {"Priority": self.priority, "Accessibility": self.accessibility, "Description": self.description}
        found = {field: value for field, value in named.items() if value is not None}
        if not found:
            raise UsageError("nothing to change", hint="Give --priority, --accessibility or --description.")
        return found


@click.command(short_help="Change the priority, access or description of a job, and see that it took effect.")
@argument("job_id", metavar="JOB")
@takes_options
def update(job_id: str, *, asked: ChangeOptions, wait: WaitOptions, at: SiteOptions) -> int:
    """Change the priority, access or description of a job, and see that it took effect.

    The service answers a change of priority with success and drops it when the job is on public resources or past
    submission; that is said here before anything is sent.

    \b
    Example:
      dlc-reconciler jobs update dlc1x2y3z --priority 7
    """
    changes = asked.fields
    with at.open(wait) as site:
        job_id = job_called(site, job_id)
        job = get_job(site, job_id)
        wanted = check_update(job, changes)
        after = job_changes.update(site, job_id, wanted) if wanted else job
        outcomes_follow()
        after = hiding(site, after).job(after)

    def text(shown: JsonObject, _palette: Palette) -> str:
        fields = ", ".join(f"{field} is {shown.get(field)}" for field in changes)
        return visible(f"{name_of(shown)}: {fields}{'' if wanted else ' already; nothing was sent'}") + "\n"

    at.show(after, text)
    return 0


@click.command(short_help="Stop a job and wait until it has ended.")
@argument("job_id", metavar="JOB")
@takes_options
def stop(job_id: str, *, yes: YesOption = False, wait: WaitOptions, at: SiteOptions) -> int:
    """Stop a job and wait until it has ended.

    Shows its status and name and asks first.

    \b
    Example:
      dlc-reconciler jobs stop dlc1x2y3z
    """
    with at.open(wait) as site:
        job_id = job_called(site, job_id)
        job = get_job(site, job_id)
        check_stop(job)
        confirm(f"Stop {described(job)}?", yes=yes)
        after = job_changes.stop(site, job_id)
        outcomes_follow()
        after = hiding(site, after).job(after)
    at.show(after, lambda shown, _palette: visible(f"{name_of(shown)} is {status_of(shown)}") + "\n")
    return 0


@click.command(short_help="Delete a job that has ended, and see that it is gone.")
@argument("job_id", metavar="JOB")
@takes_options
def delete(job_id: str, *, yes: YesOption = False, wait: WaitOptions, at: SiteOptions) -> int:
    """Delete a job that has ended, and see that it is gone.

    Shows its status and name and asks first; its logs go with it.

    \b
    Example:
      dlc-reconciler jobs delete dlc1x2y3z --yes
    """
    with at.open(wait) as site:
        job_id = job_called(site, job_id)
        job = get_job(site, job_id)
        check_delete(job)
        confirm(f"Delete {described(job)}, with its logs?", yes=yes)
        job_changes.delete(site, job_id)
        outcomes_follow()
    gone = {"JobId": job_id, "DisplayName": job.get("DisplayName")}
    at.show(gone, lambda shown, _palette: visible(f"{name_of(shown)} is deleted") + "\n")
    return 0


def described(job: JsonObject) -> str:
    """Return status and name of a job, for a question."""
    user = f", of user {job['UserId']}" if job.get("UserId") else ""
    return visible(f"{name_of(job)} ({status_of(job)}{user})")
