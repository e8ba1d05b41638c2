"""A window of time: `--since` and `--until`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from reconciler.cli.options.declared import Option
from reconciler.jobs.watch import life_of
from reconciler.jobs.windows import Window, window
from reconciler.model import JsonObject
from reconciler.model.quick import dataclass

SINCE_HELP = "A span back (90m, 7d) or a moment."
UNTIL_HELP = "A span back or a moment; now when left out."


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeWindowOptions:
    """A part of a job's life."""

    since: Annotated[
        str,
        Option(
            "--since",
            variable=False,
            metavar="WHEN",
            help="A span back (90m) or a moment; the job's whole life when left out.",
        ),
    ] = ""
    until: Annotated[
        str,
        Option("--until", variable=False, metavar="WHEN", help="A span back or a moment; the job's end or now."),
    ] = ""

    def of(self, job: JsonObject, now: datetime) -> Window:
        """Return the window that was asked for; the job's whole life when none was.

        Raises:
            UsageError: it is empty, or one of the ends is no moment.
        """
        life = life_of(job, now)
        if self.since:
            return window(self.since, self.until, now)
        if self.until:
            return Window(life.start, window("52w", self.until, now).end)
        return life
