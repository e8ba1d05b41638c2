"""One story on any code host: jobs on requests, merges, pushes, and what people read on the requests meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ci.codeup_server import REPOSITORY, CodeupServer
from ci.codeup_server import TOKEN as CODEUP_TOKEN
from ci.gitee_server import TOKEN as GITEE_TOKEN
from ci.gitee_server import GiteeServer
from ci.github_server import TOKEN, GitHubServer
from ci.gitlab_server import TOKEN as GITLAB_TOKEN
from ci.gitlab_server import GitLabServer

PAGES = {GitHubServer: "code.example", GitLabServer: "code.example", CodeupServer: "codeup.aliyun.com"}
AnyHost = GitHubServer | GitLabServer | CodeupServer | GiteeServer
SERVERS: dict[str, Callable[[], AnyHost]] = {
    "github": GitHubServer,
    "gitlab": GitLabServer,
    "codeup": CodeupServer,
    "gitee": GiteeServer,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a job is about: a request with its head, or (`number` None) a commit of the main branch."""

    number: int | None
    commit: str
    head: str
    run: str


class Scene:
    """A code host, and the environment of whatever job runs on it now."""

    def __init__(self, host: AnyHost, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.host = host
        self._folder = folder
        self._patch = monkeypatch

    @property
    def pages(self) -> str:
        """How addresses of its pages begin."""
        return f"https://{PAGES.get(type(self.host), 'gitee.com')}/"

    def on_request(self, number: int = 7, head: str = "b" * 40, run: str = "1") -> None:
        """A job on a request, with this commit at its head."""
        self.open(number)
        self._run(Run(number=number, commit="c" * 40, head=head, run=run))

    def on_commit(self, commit: str, run: str = "2") -> None:
        """A job on a commit of the main branch."""
        self._run(Run(number=None, commit=commit, head=commit, run=run))

    def open(self, number: int) -> None:
        """A request that nobody commented yet."""
        where = self.host.notes if isinstance(self.host, GitLabServer) else self.host.comments
        where.setdefault(number, [])

    def chatter(self, number: int, body: str) -> None:
        """Somebody else writes on a request."""
        match self.host:
            case GitHubServer():
                self.host.add_comment(body, {"login": "mallory", "type": "User"}, number)
            case GitLabServer():
                self.host.add_note(body, "mallory", number)
            case CodeupServer():
                self.host.add_comment(body, {"userId": "666", "username": "mallory"}, number)
            case GiteeServer():
                self.host.add_comment(body, "mallory", number)

    def only(self, number: int = 7, purpose: str = "plan") -> str:
        """The one text of this purpose on a request."""
        (body,) = [body for body in self.host.bodies(number) if f"dlc-reconciler:{purpose} " in body.split("\n")[0]]
        return body

    def _run(self, run: Run) -> None:
        match self.host:
            case GitHubServer():
                environ = self._github(self.host, run)
            case GitLabServer():
                environ = _gitlab(self.host, run)
            case CodeupServer():
                environ = _codeup(self.host, run)
            case GiteeServer():
                environ = _gitee(self.host, run)
        for name, value in environ.items():
            self._patch.setenv(name, value)

    def _github(self, host: GitHubServer, run: Run) -> dict[str, str]:
        request = {"number": run.number, "head": {"sha": run.head}}
        event = {"number": run.number, "pull_request": request} if run.number else {}
        file = self._folder / "event.json"
        file.write_text(json.dumps(event), encoding="utf-8")
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": host.url,
            "GITHUB_SERVER_URL": "https://code.example",
            "GITHUB_REPOSITORY": "acme/models",
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_EVENT_PATH": str(file),
            "GITHUB_SHA": run.commit,
            "GITHUB_REF_TYPE": "" if run.number else "branch",
            "GITHUB_REF_NAME": f"{run.number}/merge" if run.number else "main",
            "GITHUB_WORKFLOW": "DLC",
            "GITHUB_RUN_ID": f"90{run.run}",
            "GITHUB_RUN_NUMBER": run.run,
        }


def _gitlab(host: GitLabServer, run: Run) -> dict[str, str]:
    return {
        "GITLAB_CI": "true",
        "CI_API_V4_URL": host.api,
        "CI_PROJECT_PATH": "acme/ai/models",
        "CI_PROJECT_URL": "https://code.example/acme/ai/models",
        "GITLAB_TOKEN": GITLAB_TOKEN,
        "CI_COMMIT_SHA": run.commit,
        "CI_PIPELINE_ID": run.run,
        "CI_JOB_URL": f"https://code.example/acme/ai/models/-/jobs/90{run.run}",
        "CI_MERGE_REQUEST_IID": str(run.number or ""),
        "CI_COMMIT_BRANCH": "" if run.number else "main",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": run.head if run.number else "",
    }


def _codeup(host: CodeupServer, run: Run) -> dict[str, str]:
    """Flow does not say which request a run is about: it is found by its source branch."""
    if run.number:
        host.opened[run.number] = f"topic{run.number}"
    return {
        "BUILD_EXECUTOR": "somebody",
        "YUNXIAO_API_URL": host.api,
        "YUNXIAO_TOKEN": CODEUP_TOKEN,
        "CODEUP_REPOSITORY": REPOSITORY,
        "CI_COMMIT_SHA": run.head,
        "CI_COMMIT_REF_NAME": f"topic{run.number}" if run.number else "main",
        "PIPELINE_ID": "1234",
        "PIPELINE_NAME": "DLC",
        "BUILD_NUMBER": run.run,
    }


def _gitee(host: GiteeServer, run: Run) -> dict[str, str]:
    return {
        "GITEE_PIPELINE_NAME": "dlc",
        "GITEE_PIPELINE_BUILD_NUMBER": run.run,
        "GITEE_API_URL": host.api,
        "GITEE_REPOSITORY": "acme/models",
        "GITEE_REPO": "models",
        "GITEE_TOKEN": GITEE_TOKEN,
        "GITEE_PULL_ID": str(run.number or ""),
        "GITEE_COMMIT": run.commit,
        "GITEE_SOURCE_COMMIT": run.head if run.number else "",
        "GITEE_BRANCH": "main",
    }
