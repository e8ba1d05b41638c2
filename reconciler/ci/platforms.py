"""The code hosts that are known, and how one of them is chosen and opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from reconciler.ci.codeup import CODEUP
from reconciler.ci.gitee import GITEE
from reconciler.ci.github import GITHUB
from reconciler.ci.gitlab import GITLAB
from reconciler.ci.place import Place
from reconciler.ci.platform import Host, Platform
from reconciler.ci.web import Web, user_agent
from reconciler.errors import UsageError
from reconciler.http.bounds import Bounds

PLATFORMS: tuple[Platform, ...] = (GITHUB, GITLAB, CODEUP, GITEE)

_OTHERS = {
    "BITBUCKET_BUILD_NUMBER": "Bitbucket Pipelines",
    "GITEA_ACTIONS": "Gitea Actions",
    "FORGEJO_ACTIONS": "Forgejo Actions",
    "TF_BUILD": "Azure Pipelines",
    "CIRCLECI": "CircleCI",
    "JENKINS_URL": "Jenkins",
    "TRAVIS": "Travis CI",
}
"""Variables of systems without a row. Some of these systems also set the variables of a host with a row, so they are
checked first."""


def platform_named(name: str) -> Platform:
    """Return the row of this name.

    Raises:
        UsageError: there is none.
    """
    for platform in PLATFORMS:
        if platform.name == name:
            return platform
    raise UsageError(f"{name!r} is no code host that is known here", hint=f"Known are: {_names()}.")


def platform_of(environ: Mapping[str, str]) -> Platform:
    """Return the code host on which this job runs.

    Raises:
        UsageError: the environment is of another system, or of none.
    """
    other = next((title for variable, title in _OTHERS.items() if environ.get(variable)), "")
    found = [each for each in PLATFORMS if environ.get(each.variables.running, "false") not in ("", "false")]
    if not other and len(found) == 1:
        return found[0]
    if other:
        what = f"{other} is no code host that is known here"
    elif found:
        what = f"the environment is of several code hosts: {', '.join(each.name for each in found)}"
    else:
        *others, last = (each.title for each in PLATFORMS)
        what = f"this is no job of {', '.join(others)} or {last}"
    raise UsageError(what, hint=f"Add `--platform NAME` for where the code is; known are: {_names()}.")


def summary_file(environ: Mapping[str, str]) -> Path | None:
    """Return the file that becomes this job's summary; None where the host has none."""
    names = (platform.variables.summary for platform in PLATFORMS)
    found = next((environ[name] for name in names if name and environ.get(name)), "")
    return Path(found) if found else None


@contextmanager
def open_host(place: Place, bounds: Bounds | None = None, *, author: str = "") -> Iterator[Host]:
    """Return the host of a place. `author` is the account whose texts count as ours, when the token's account did
    not write them."""
    platform = place.platform
    web = Web(place.api, {**user_agent(), **platform.headers(place.token)}, place.token, bounds or Bounds())
    try:
        yield platform.open(web, place.repository, author)
    finally:
        web.close()


def _names() -> str:
    return ", ".join(platform.name for platform in PLATFORMS)
