"""`jobs tag`."""

from __future__ import annotations

from typing import Annotated

import click

from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.pairs import pairs
from reconciler.cli.options.site import SiteOptions
from reconciler.cli.options.waiting import WaitOptions
from reconciler.cli.terminal.outlets import outcomes_follow
from reconciler.errors import UsageError
from reconciler.jobs import tags as job_tags
from reconciler.jobs.hidden import hiding
from reconciler.jobs.lookup import get_job, job_called
from reconciler.jobs.states import name_of
from reconciler.kinds.attempt import tags_of
from reconciler.model import JsonObject
from reconciler.render.style import Palette, visible


@click.command(short_help="Add tags to a job, or remove some.")
@argument("job_id", metavar="JOB")
@argument("tags", nargs=-1, metavar="[KEY=VALUE]...")
@takes_options
def tag(
    job_id: str,
    tags: tuple[str, ...],
    *,
    remove: Annotated[
        tuple[str, ...],
        Option("--remove", variable=False, metavar="KEY", help="Remove this tag; may be repeated."),
    ] = (),
    wait: WaitOptions,
    at: SiteOptions,
) -> int:
    """Add tags to a job, or remove some. `jobs list --tag KEY=VALUE` finds jobs by them.

    \b
    Example:
      dlc-reconciler jobs tag dlc1x2y3z team=vision --remove draft
    """
    added = pairs(tags, "KEY=VALUE")
    if not added and not remove:
        raise UsageError("nothing to change", hint="Give KEY=VALUE or --remove KEY.")
    if max(len(added), len(remove)) > job_tags.MOST:
        raise UsageError(f"the service takes {job_tags.MOST} tags at once")
    both = sorted(set(added) & set(remove))
    if both:
        raise UsageError(f"{both[0]} is to be added and removed")
    with at.open(wait) as site:
        job_id = job_called(site, job_id)
        get_job(site, job_id)
        job = job_tags.tag(site, job_id, added, remove)
        outcomes_follow()
        job = hiding(site, job).job(job)
    answer = {"JobId": job_id, "DisplayName": job.get("DisplayName"), "Tags": dict(tags_of(job))}

    def text(shown: JsonObject, _palette: Palette) -> str:
        pairs = ", ".join(f"{key}={value}" for key, value in sorted(shown["Tags"].items()))
        return visible(f"{name_of(shown)}: {pairs or 'no tags'}") + "\n"

    at.show(answer, text)
    return 0
