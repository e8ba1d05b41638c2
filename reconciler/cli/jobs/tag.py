"""`jobs tag`."""

from __future__ import annotations

from typing import Any

import click

from reconciler.cli.answers import show
from reconciler.cli.jobs.find import assignments
from reconciler.cli.outlets import outcomes_follow
from reconciler.cli.workplace import at_work, place_options, wait_options
from reconciler.errors import UsageError
from reconciler.jobs.states import name_of
from reconciler.jobs.tags import MOST
from reconciler.model import JsonObject
from reconciler.render.style import Palette, visible


@click.command(short_help="Add tags to a job, or remove some.")
@click.argument("job_id", metavar="ID")
@click.argument("tags", nargs=-1, metavar="[KEY=VALUE]...")
@click.option("--remove", metavar="KEY", multiple=True, help="Remove this tag; may be repeated.")
@wait_options
@place_options
def tag(job_id: str, tags: tuple[str, ...], **options: Any) -> int:
    """Add tags to a job, or remove some. `jobs list --tag KEY=VALUE` finds jobs by them.

    \b
    Example:
      dlc-reconciler jobs tag dlc1x2y3z team=vision --remove draft
    """
    from reconciler.jobs.hidden import hiding  # noqa: PLC0415
    from reconciler.jobs.listing import get_job  # noqa: PLC0415
    from reconciler.jobs.tags import tag as change  # noqa: PLC0415
    from reconciler.jobs.tags import tags_of  # noqa: PLC0415

    added, removed = assignments(tags, "KEY=VALUE"), options["remove"]
    if not added and not removed:
        raise UsageError("nothing to change", hint="Give KEY=VALUE or --remove KEY.")
    if max(len(added), len(removed)) > MOST:
        raise UsageError(f"the service takes {MOST} tags at once")
    both = sorted(set(added) & set(removed))
    if both:
        raise UsageError(f"{both[0]} is to be added and removed")
    with at_work(options) as place:
        get_job(place, job_id)
        job = change(place, job_id, added, removed)
        outcomes_follow()
        job = hiding(place, job).job(job)
    answer = {"JobId": job_id, "DisplayName": job.get("DisplayName"), "Tags": dict(tags_of(job))}

    def text(shown: JsonObject, _palette: Palette) -> str:
        pairs = ", ".join(f"{key}={value}" for key, value in sorted(shown["Tags"].items()))
        return visible(f"{name_of(shown)}: {pairs or 'no tags'}") + "\n"

    show(options, answer, text)
    return 0
