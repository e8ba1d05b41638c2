"""One story on either code host: jobs on requests, merges, pushes, and what people read on the requests meanwhile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ci.github_server import TOKEN, GitHubServer
from ci.gitlab_server import TOKEN as GITLAB_TOKEN
from ci.gitlab_server import GitLabServer


class Scene:
    """A code host, and the environment of whatever job runs on it now."""

    def __init__(self, host: GitHubServer | GitLabServer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.host = host
        self._folder = folder
        self._patch = monkeypatch
        self._set({"GITHUB_ACTIONS": "true"} if isinstance(host, GitHubServer) else {"GITLAB_CI": "true"})

    def on_request(self, number: int = 7, head: str = "b" * 40, run: str = "1") -> None:
        """A job on a request, with this commit at its head."""
        self.open(number)
        if isinstance(self.host, GitHubServer):
            event = {"number": number, "pull_request": {"number": number, "head": {"sha": head}}}
            self._github(event, sha="c" * 40, ref_type="", branch=f"{number}/merge", run=run)
        else:
            self._gitlab(commit="c" * 40, run=run, CI_MERGE_REQUEST_IID=str(number), CI_COMMIT_BRANCH="")
            self._set({"CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": head})

    def on_commit(self, commit: str, run: str = "2") -> None:
        """A job on a commit of the main branch."""
        if isinstance(self.host, GitHubServer):
            self._github({}, sha=commit, ref_type="branch", branch="main", run=run)
        else:
            self._gitlab(commit=commit, run=run, CI_MERGE_REQUEST_IID="", CI_COMMIT_BRANCH="main")
            self._set({"CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": ""})

    def open(self, number: int) -> None:
        """A request that nobody commented yet."""
        where = self.host.comments if isinstance(self.host, GitHubServer) else self.host.notes
        where.setdefault(number, [])

    def chatter(self, number: int, body: str) -> None:
        """Somebody else writes on a request."""
        if isinstance(self.host, GitHubServer):
            self.host.add_comment(body, {"login": "mallory", "type": "User"}, number)
        else:
            self.host.add_note(body, "mallory", number)

    def only(self, number: int = 7, purpose: str = "plan") -> str:
        """The one text of this purpose on a request."""
        (body,) = [body for body in self.host.bodies(number) if f"dlc-reconciler:{purpose} " in body.split("\n")[0]]
        return body

    def _github(self, event: object, *, sha: str, ref_type: str, branch: str, run: str) -> None:
        file = self._folder / "event.json"
        file.write_text(json.dumps(event), encoding="utf-8")
        self._set(
            {
                "GITHUB_API_URL": self.host.url,
                "GITHUB_SERVER_URL": "https://code.example",
                "GITHUB_REPOSITORY": "acme/models",
                "GITHUB_TOKEN": TOKEN,
                "GITHUB_EVENT_PATH": str(file),
                "GITHUB_SHA": sha,
                "GITHUB_REF_TYPE": ref_type,
                "GITHUB_REF_NAME": branch,
                "GITHUB_WORKFLOW": "DLC",
                "GITHUB_RUN_ID": f"90{run}",
                "GITHUB_RUN_NUMBER": run,
            }
        )

    def _gitlab(self, *, commit: str, run: str, **more: str) -> None:
        assert isinstance(self.host, GitLabServer)
        self._set(
            {
                "CI_API_V4_URL": self.host.api,
                "CI_PROJECT_PATH": "acme/ai/models",
                "CI_PROJECT_URL": "https://code.example/acme/ai/models",
                "GITLAB_TOKEN": GITLAB_TOKEN,
                "CI_COMMIT_SHA": commit,
                "CI_PIPELINE_ID": run,
                "CI_JOB_URL": f"https://code.example/acme/ai/models/-/jobs/90{run}",
                **more,
            }
        )

    def _set(self, environ: dict[str, str]) -> None:
        for name, value in environ.items():
            self._patch.setenv(name, value)
