"""Options of `ci` that several commands share: where texts go, and which moment they are of."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import click

from reconciler.ci import Host, Job, Place, Upserted, find_place, open_host, platform_named, platform_of
from reconciler.ci.moment import Moment
from reconciler.ci.order import requests_of
from reconciler.ci.runners import runner_job
from reconciler.cli.options.declared import Option
from reconciler.cli.options.numbers import Number
from reconciler.cli.options.once import OnceOption
from reconciler.cli.terminal.outlets import outcomes_follow
from reconciler.errors import UsageError
from reconciler.languages import say
from reconciler.model.quick import dataclass

_FILE = click.Path(path_type=Path, dir_okay=False)

ReportFile = Annotated[
    Path | None,
    Option(
        "--report",
        variable=False,
        type=_FILE,
        help="What `apply --format json` printed, or its --log-json file: show how the plan ended.",
    ),
]
ArtifactUrl = Annotated[
    str,
    Option(
        "--artifact-url",
        cls=OnceOption,
        variable=False,
        metavar="URL",
        help="Where the whole plan can be downloaded.",
    ),
]
"""Empty when the step that stores the plan had nothing to store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What the command line says about the place; the rest comes from the environment of the job."""

    platform: Annotated[
        str, Option("--platform", metavar="NAME", help="The code host, where the job does not tell.")
    ] = ""
    repository: Annotated[str, Option("--repository", metavar="OWNER/NAME", help="The repository.")] = ""
    number: Annotated[
        int | None, Option("--number", type=click.IntRange(1), metavar="N", help="The pull or merge request.")
    ] = None
    author: Annotated[
        str, Option("--author", metavar="LOGIN", help="Whose texts are ours, if not the token's own account.")
    ] = ""
    index_wait: Annotated[
        float,
        Option(
            "--index-wait",
            type=Number(0),
            show_default=True,
            metavar="SECONDS",
            help="How long to ask again which request brought a commit.",
        ),
    ] = 60.0

    def place(self) -> Place:
        """Return the place of this job.

        Raises:
            UsageError: neither command line nor environment say it.
        """
        platform = platform_named(self.platform) if self.platform else platform_of(os.environ)
        return find_place(os.environ, platform, repository=self.repository, number=self.number)

    def opened(self, place: Place) -> AbstractContextManager[Host]:
        """Return the code host of the place."""
        return open_host(place, author=self.author)

    def planned(self, place: Place, host: Host) -> int:
        """Return the request to which a plan belongs: the job's, an open one of its branch, or the merged one of its
        commit.

        Raises:
            UsageError: there is none.
        """
        ask = place.platform.opened_from
        opened = ask(host, place.job) if ask is not None and place.job.number is None else []
        return opened[0] if opened else self.request(place, host)

    def request(self, place: Place, host: Host) -> int:
        """Return the request of this job, or the merged one that brought its commit.

        Raises:
            UsageError: there is neither.
        """
        job = place.job
        if job.number is not None:
            return job.number
        numbers = requests_of(host, job.commit, longest=self.index_wait) if job.commit else []
        if not numbers:
            what = f"commit {job.commit[:12]} came with no merged request" if job.commit else "which request?"
            raise UsageError(what, hint="Add `--number N`.")
        return numbers[0]


def moment_now(job: Job | None = None) -> Moment:
    """Return the present moment of this job, as far as the environment tells it."""
    if job is None:
        try:
            job = runner_job(os.environ) or platform_of(os.environ).job(os.environ)
        except UsageError:
            job = Job()
    return Moment.of(job, datetime.now(UTC))


def tell(what: str, done: Upserted) -> None:
    """Print what became of a text, and where it is."""
    outcomes_follow()
    copies = f", {done.removed} older removed" if done.removed else ""
    where = f": {done.url}" if done.url else ""
    click.echo(f"{say(what)} {say(done.did)}{say(copies)}{where}")
    for reason in done.kept:
        click.echo(say(f"warning: an older one stays: {reason}"), err=True)
