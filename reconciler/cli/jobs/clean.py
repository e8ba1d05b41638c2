"""`jobs clean`: deletes jobs that verifications left."""

from __future__ import annotations

from typing import Annotated

import click

from reconciler.cli.options.declared import Option, takes_options
from reconciler.cli.options.site import SiteOptions
from reconciler.cli.options.waiting import WaitOptions
from reconciler.cli.terminal.confirm import YesOption, confirm
from reconciler.cli.terminal.outlets import outcomes_follow
from reconciler.errors import PartlyApplied, ServiceError, UsageError
from reconciler.jobs.states import has_ended, name_of
from reconciler.model import JsonObject
from reconciler.pipeline import open_target
from reconciler.render.style import Palette, visible
from reconciler.verification.jobs import VerificationJobs
from reconciler.verification.sweep import of_project


@click.command(short_help="Delete the jobs that were left of verifications.")
@takes_options
def clean(
    *,
    verify: Annotated[
        bool, Option("--verify", variable=False, help="Those that verified a version of this project, and have ended.")
    ] = False,
    yes: YesOption = False,
    wait: WaitOptions,
    at: SiteOptions,
) -> int:
    """Delete the jobs that were left of verifications.

    A failed verification stays because it is the memory of what failed: after this, the next apply tries the same once
    more. Running ones are left alone. Shows how many there are and asks first. What cannot be deleted is told, and the
    exit code is then 4.

    \b
    Example:
      dlc-reconciler jobs clean --verify
    """
    if not verify:
        raise UsageError("nothing to clean", hint="Say what is meant: `--verify`.")
    settings = at.settings
    workspace = open_target(settings)
    with at.connected(settings, workspace, wait) as site:
        jobs = VerificationJobs(site)
        left = [job for job in of_project(jobs.all(), workspace.project.name) if has_ended(job)]
        if left:
            confirm(f"Delete {len(left)} job{'s' if len(left) > 1 else ''}, with the logs?", yes=yes)
        stay = {str(job["JobId"]): why for job in left if (why := _why_it_stays(jobs, job))}
        outcomes_follow()
    told = [{"JobId": job["JobId"], "DisplayName": job.get("DisplayName")} for job in left]
    answer = {
        "Jobs": [each for each in told if each["JobId"] not in stay],
        "Failed": [{**each, "Error": stay[each["JobId"]]} for each in told if each["JobId"] in stay],
    }

    def text(shown: JsonObject, _palette: Palette) -> str:
        lines = [f"{name_of(job)} is deleted" for job in shown["Jobs"]]
        lines += [f"{name_of(job)} stays: {job['Error']}" for job in shown["Failed"]]
        return "".join(f"{visible(line)}\n" for line in lines or ["Nothing is left."])

    at.show(answer, text)
    return PartlyApplied.exit_code if stay else 0


def _why_it_stays(jobs: VerificationJobs, job: JsonObject) -> str:
    """Delete a job, and return why that was not possible; empty when it is gone. The others are deleted in any case."""
    try:
        jobs.remove(job)
    except ServiceError as error:
        return error.message
    return ""
