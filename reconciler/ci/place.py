"""Where a job runs: the code host, its API, the repository, the request and the commit, from the environment.

What the command line gives wins over the environment. Tokens come from the environment only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.errors import UsageError

GITHUB, GITLAB = "github", "gitlab"
TOKENS = {GITHUB: ("GITHUB_TOKEN", "GH_TOKEN"), GITLAB: ("GITLAB_TOKEN",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`number` is the pull or merge request's, None outside one; `commit` may be empty. The token is not shown."""

    platform: str
    api: str
    repository: str
    number: int | None
    commit: str
    token: str = field(repr=False)


def find_place(
    environ: Mapping[str, str], *, platform: str = "", repository: str = "", number: int | None = None
) -> Place:
    """The place of this job.

    Raises:
        UsageError: the environment does not say, or the repository is not one.
    """
    platform = platform or _platform(environ)
    github = platform == GITHUB
    api = environ.get("GITHUB_API_URL" if github else "CI_API_V4_URL") or _official(platform)
    repository = repository or _repository(environ, github=github)
    part = r"[\w.-]+(/[\w.-]+)" + ("" if github else "*")
    if not re.fullmatch(part, repository, re.ASCII) or ".." in repository:
        raise UsageError(f"which repository? {repository!r} is not one", hint="Add `--repository OWNER/NAME`.")
    return Place(
        platform=platform,
        api=api,
        repository=repository,
        number=number if number is not None else _number(environ, github=github),
        commit=environ.get("GITHUB_SHA" if github else "CI_COMMIT_SHA", ""),
        token=_token(environ, platform),
    )


def _platform(environ: Mapping[str, str]) -> str:
    if environ.get("GITHUB_ACTIONS") == "true":
        return GITHUB
    if environ.get("GITLAB_CI"):
        return GITLAB
    raise UsageError(
        "this is neither a GitHub nor a GitLab job", hint="Add `--platform github` or `--platform gitlab`."
    )


def _official(platform: str) -> str:
    return "https://api.github.com" if platform == GITHUB else "https://gitlab.com/api/v4"


def _repository(environ: Mapping[str, str], *, github: bool) -> str:
    if github:
        return environ.get("GITHUB_REPOSITORY", "")
    return environ.get("CI_PROJECT_PATH") or environ.get("CI_PROJECT_ID", "")


def _token(environ: Mapping[str, str], platform: str) -> str:
    for name in TOKENS[platform]:
        token = environ.get(name, "").strip()
        if token:
            if not token.isascii() or not token.isprintable():
                raise UsageError(f"{name} holds characters that no token has")
            return token
    wanted = " or ".join(TOKENS[platform])
    hint = (
        "In a workflow: `env: {GITHUB_TOKEN: ${{ github.token }}}`."
        if platform == GITHUB
        else "Make a project access token with scope `api`, and add it as a masked variable."
    )
    raise UsageError(f"{wanted} is not set", hint=hint)


def _number(environ: Mapping[str, str], *, github: bool) -> int | None:
    if not github:
        iid = environ.get("CI_MERGE_REQUEST_IID", "")
        return int(iid) if iid.isdigit() else None
    event = _event(environ.get("GITHUB_EVENT_PATH", ""))
    for source in (event.get("pull_request"), event.get("issue"), event):
        if isinstance(source, dict) and isinstance(source.get("number"), int):
            return int(source["number"])
    ref = re.fullmatch(r"refs/pull/(\d+)/\w+", environ.get("GITHUB_REF", ""))
    return int(ref[1]) if ref else None


def _event(file: str) -> dict[str, Any]:
    """What set the workflow off; empty when that cannot be read."""
    try:
        event = json.loads(Path(file).read_text(encoding="utf-8")) if file else {}
    except (OSError, ValueError):
        return {}
    return event if isinstance(event, dict) else {}
