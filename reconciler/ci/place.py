"""Where a job runs: the code host, its API, the repository and the job, from the environment.

The command line has priority over the environment. Tokens come from the environment only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field, replace

from reconciler.ci.platform import Job, Platform
from reconciler.ci.runners import runner_job
from reconciler.errors import UsageError
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A repository on a code host, as one job sees it. The token is not shown."""

    platform: Platform
    api: str
    repository: str
    token: str = field(repr=False)
    job: Job = field(default_factory=Job)


def find_place(
    environ: Mapping[str, str], platform: Platform, *, repository: str = "", number: int | None = None
) -> Place:
    """Return the place of this job on a code host.

    Raises:
        UsageError: the environment does not say, or the repository is not one.
    """
    variables = platform.variables
    repository = repository or _first(environ, variables.repository)
    if not re.fullmatch(platform.repository, repository, re.ASCII) or ".." in repository:
        raise UsageError(f"which repository? {repository!r} is not one", hint=f"Add `--repository {platform.written}`.")
    job = runner_job(environ) or platform.job(environ)
    return Place(
        platform=platform,
        api=environ.get(variables.api) or platform.official,
        repository=repository,
        token=_token(environ, platform),
        job=job if number is None else replace(job, number=number),
    )


def _token(environ: Mapping[str, str], platform: Platform) -> str:
    for name in platform.variables.token:
        token = environ.get(name, "").strip()
        if token:
            if not token.isascii() or not token.isprintable():
                raise UsageError(f"{name} holds characters that no token has")
            return token
    raise UsageError(f"{' or '.join(platform.variables.token)} is not set", hint=platform.advice)


def _first(environ: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((environ[name] for name in names if environ.get(name)), "")
