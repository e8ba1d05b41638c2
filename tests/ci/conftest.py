"""Both code hosts on loopback, the environment of a job on each, and waits that are recorded instead of slept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ci.github_server import TOKEN, GitHubServer
from ci.gitlab_server import TOKEN as GITLAB_TOKEN
from ci.gitlab_server import GitLabServer
from ci.loopback import serving
from reconciler.ci import Job, Place, open_host, platform_named
from reconciler.ci.platform import Host
from reconciler.http.bounds import Bounds

CHINESE = ("BUILD_EXECUTOR", "YUNXIAO_TOKEN", "GITEE_PIPELINE_NAME", "GITEE_TOKEN", "JENKINS_URL")


@pytest.fixture(autouse=True)
def _no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests may themselves run in a job."""
    for name in (
        "GITHUB_ACTIONS",
        "GITHUB_TOKEN",
        "GH_TOKEN",
        "GITLAB_CI",
        "GITLAB_TOKEN",
        "GITHUB_STEP_SUMMARY",
        *CHINESE,
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def github() -> Iterator[GitHubServer]:
    host = GitHubServer()
    with serving(host):
        yield host


@pytest.fixture
def gitlab() -> Iterator[GitLabServer]:
    host = GitLabServer()
    with serving(host):
        yield host


@pytest.fixture
def waits() -> list[float]:
    """The seconds that would have been slept."""
    return []


@pytest.fixture
def bounds(waits: list[float]) -> Bounds:
    return Bounds(sleep=waits.append, now=lambda: 1_000_000.0)


def github_place(host: GitHubServer, **more: Any) -> Place:
    known = {"platform": platform_named("github"), "api": host.url, "repository": "acme/models", "token": TOKEN}
    return Place(**{**known, "job": Job(number=7), **more})


@pytest.fixture
def on_github(github: GitHubServer, bounds: Bounds) -> Iterator[Host]:
    with ExitStack() as stack:
        yield stack.enter_context(open_host(github_place(github), bounds))


@pytest.fixture
def on_gitlab(gitlab: GitLabServer, bounds: Bounds) -> Iterator[Host]:
    place = Place(platform=platform_named("gitlab"), api=gitlab.api, repository="acme/ai/models", token=GITLAB_TOKEN)
    with open_host(place, bounds) as platform:
        yield platform


@pytest.fixture
def github_job(github: GitHubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitHubServer:
    """The environment of a job on pull request 7."""
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"action": "synchronize", "number": 7, "pull_request": {"number": 7}}))
    for name, value in {
        "GITHUB_ACTIONS": "true",
        "GITHUB_API_URL": github.url,
        "GITHUB_REPOSITORY": "acme/models",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "GITHUB_TOKEN": TOKEN,
    }.items():
        monkeypatch.setenv(name, value)
    return github
