"""`jobs update`, `jobs stop` and `jobs delete`."""

from __future__ import annotations

import sys
from typing import Any

import click

from reconciler.cli.answers import show
from reconciler.cli.outlets import outcomes_follow
from reconciler.cli.workplace import at_work, confirm, place_options, wait_options, yes_option
from reconciler.errors import UsageError
from reconciler.jobs.states import name_of, status_of
from reconciler.model import JsonObject
from reconciler.render.style import Palette, visible


@click.command(short_help="Change the priority, access or description of a job, and see that it took effect.")
@click.argument("job_id", metavar="ID")
@click.option("--priority", type=click.IntRange(1, 9), metavar="1-9", help="Only on a quota, before submission.")
@click.option("--accessibility", type=click.Choice(["PUBLIC", "PRIVATE"]), help="Can only be widened to PUBLIC.")
@click.option("--description", metavar="TEXT", help="In any state.")
@click.option("--name", metavar="NAME", help="Refused: a job cannot be renamed.")
@wait_options
@place_options
def update(job_id: str, **options: Any) -> int:
    """Change the priority, access or description of a job, and see that it took effect.

    The service answers a change of priority with success and drops it when the job is on public resources or past
    submission; that is said here before anything is sent.

    \b
    Example:
      dlc-reconciler jobs update dlc1x2y3z --priority 7
    """
    from reconciler.jobs.changes import check_update  # noqa: PLC0415
    from reconciler.jobs.changes import update as change  # noqa: PLC0415
    from reconciler.jobs.hidden import hiding  # noqa: PLC0415
    from reconciler.jobs.listing import get_job  # noqa: PLC0415

    if options["name"] is not None:
        raise UsageError("a job cannot be renamed: UpdateJob has no DisplayName", hint="Launch it again with `--name`.")
    named = {
        "Priority": options["priority"],
        "Accessibility": options["accessibility"],
        "Description": options["description"],
    }
    changes = {field: value for field, value in named.items() if value is not None}
    if not changes:
        raise UsageError("nothing to change", hint="Give --priority, --accessibility or --description.")
    with at_work(options) as place:
        job = get_job(place, job_id)
        wanted = check_update(job, changes)
        after = change(place, job_id, wanted) if wanted else job
        outcomes_follow()
        after = hiding(place, after).job(after)

    def text(shown: JsonObject, _palette: Palette) -> str:
        fields = ", ".join(f"{field} is {shown.get(field)}" for field in changes)
        return visible(f"{name_of(shown)}: {fields}{'' if wanted else ' already; nothing was sent'}") + "\n"

    show(options, after, text)
    return 0


@click.command(short_help="Stop a job and wait until it has ended.")
@click.argument("job_id", metavar="ID")
@yes_option
@wait_options
@place_options
def stop(job_id: str, **options: Any) -> int:
    """Stop a job and wait until it has ended.

    Shows its status and name and asks first.

    \b
    Example:
      dlc-reconciler jobs stop dlc1x2y3z
    """
    from reconciler.jobs.changes import check_stop  # noqa: PLC0415
    from reconciler.jobs.changes import stop as stop_job  # noqa: PLC0415
    from reconciler.jobs.hidden import hiding  # noqa: PLC0415
    from reconciler.jobs.listing import get_job  # noqa: PLC0415

    with at_work(options) as place:
        job = get_job(place, job_id)
        check_stop(job)
        confirm(f"Stop {described(job)}?", yes=options["yes"])
        after = stop_job(place, job_id)
        outcomes_follow()
        after = hiding(place, after).job(after)
    show(options, after, lambda shown, _palette: visible(f"{name_of(shown)} is {status_of(shown)}") + "\n")
    return 0


@click.command(short_help="Delete a job that has ended, and see that it is gone.")
@click.argument("job_id", metavar="ID")
@yes_option
@wait_options
@place_options
def delete(job_id: str, **options: Any) -> int:
    """Delete a job that has ended, and see that it is gone.

    Shows its status and name and asks first; its logs go with it.

    \b
    Example:
      dlc-reconciler jobs delete dlc1x2y3z --yes
    """
    from reconciler.jobs.changes import check_delete  # noqa: PLC0415
    from reconciler.jobs.changes import delete as delete_job  # noqa: PLC0415
    from reconciler.jobs.listing import get_job  # noqa: PLC0415

    with at_work(options) as place:
        job = get_job(place, job_id)
        check_delete(job)
        confirm(f"Delete {described(job)}, with its logs?", yes=options["yes"])
        delete_job(place, job_id)
        outcomes_follow()
    gone = {"JobId": job_id, "DisplayName": job.get("DisplayName")}
    show(options, gone, lambda shown, _palette: visible(f"{name_of(shown)} is deleted") + "\n")
    return 0


def described(job: JsonObject) -> str:
    """Status and name of a job, for a question."""
    user = f", of user {job['UserId']}" if job.get("UserId") else ""
    return visible(f"{name_of(job)} ({status_of(job)}{user})")


def say(line: str) -> None:
    """A line for people beside the answer, on standard error."""
    sys.stderr.write(visible(line) + "\n")
    sys.stderr.flush()
