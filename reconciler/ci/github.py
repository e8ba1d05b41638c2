"""GitHub: pull request comments, issues, merged commits, and the account of a job's token."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from reconciler.ci.host_texts import (
    LABEL,
    Note,
    RestTexts,
    Texts,
    explained,
    named_account,
    note_of,
    one_object,
    one_page,
    rows_of,
)
from reconciler.ci.platform import Job, Later, Limits, Merged, Platform, Variables
from reconciler.ci.web import PlatformError, Web, inner, login_of

COMMENT_LIMIT = 65_536
_MOST_FILES = 300
"""How many files a comparison shows at most."""


class GitHub:
    """api.github.com and GitHub Enterprise Server."""

    def __init__(self, web: Web, repository: str, author: str) -> None:
        self._web = web
        self._repository = repository
        self._root = f"/repos/{repository}"
        self._author = author

    def account(self) -> str:
        """Return the account. A person's token may ask for its user; the token of a job or an app may not, but
        GraphQL knows its viewer."""
        if not self._author:
            with named_account():
                try:
                    self._author = login_of(one_object(self._web, "/user"), "login")
                except PlatformError as error:
                    if error.status not in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
                        raise
                    self._author = self._viewer()
        return self._author

    def comments(self, number: int) -> Texts:
        """Return the conversation of a pull request. Reviews have comments of their own, which are left alone."""
        return RestTexts(
            web=self._web,
            what=f"pull request {self._repository}#{number}",
            permission="`pull-requests: write`",
            path=f"{self._root}/issues/{number}/comments",
            query={"per_page": "100"},
            read=self._note("id"),
            written=lambda _title, body: {"body": body},
            one=lambda id: f"{self._root}/issues/comments/{id}",
            edit_method="PATCH",
            longest=COMMENT_LIMIT,
        )

    def issues(self) -> Texts:
        """Return the issues with the drift label. The host lists pull requests with them, which are left out."""
        return RestTexts(
            web=self._web,
            what=f"issues of {self._repository}",
            permission="`issues: write`",
            path=f"{self._root}/issues",
            query={"state": "all", "labels": LABEL, "per_page": "100"},
            read=self._note("number"),
            written=lambda title, body: {"title": title, "body": body},
            new={"labels": [LABEL]},
            one=lambda id: f"{self._root}/issues/{id}",
            edit_method="PATCH",
            closing={"state": "closed", "state_reason": "completed"},
            opening={"state": "open"},
            longest=COMMENT_LIMIT,
        )

    def requests_of(self, commit: str) -> list[int]:
        """Return the merged pull requests, those first whose merge made exactly this commit."""
        with self._explained(f"commit {commit[:12]}"):
            rows = list(self._web.pages(f"{self._root}/commits/{quote(commit, safe='')}/pulls"))
        merged = [row for row in rows if row.get("merged_at") and isinstance(row.get("number"), int)]
        merged.sort(key=lambda row: (row.get("merge_commit_sha") != commit, -row["number"]))
        return [row["number"] for row in merged]

    def merged_into(self, branch: str) -> list[Merged]:
        """Return those of the last hundred closed pull requests that were merged."""
        query = {"state": "closed", "base": branch, "sort": "updated", "direction": "desc", "per_page": "100"}
        with self._explained("pull requests"):
            rows = one_page(self._web, f"{self._root}/pulls", **query)
        return [
            Merged(number=row["number"], commits=frozenset({str(row.get("merge_commit_sha"))}))
            for row in rows
            if row.get("merged_at") and isinstance(row.get("number"), int)
        ]

    def history(self, commit: str) -> list[str]:
        """Return the last hundred commits up to this one."""
        with self._explained(f"commit {commit[:12]}"):
            rows = one_page(self._web, f"{self._root}/commits", sha=commit, per_page="100")
        return [str(row.get("sha")) for row in rows]

    def later(self, commit: str, branch: str) -> Later:
        """Return what the branch got after the commit, from their comparison: `ahead` means that the branch has new
        commits."""
        pair = f"{quote(commit, safe='')}...{quote(branch, safe='')}"
        with self._explained(f"branch {branch}"):
            found = one_object(self._web, f"{self._root}/compare/{pair}")
        rows, files, names = rows_of(found, "commits"), rows_of(found, "files"), ("filename", "previous_filename")
        return Later(
            commits=[str(row.get("sha")) for row in reversed(rows)],
            files=frozenset(str(row[name]) for row in files for name in names if row.get(name)),
            is_on_branch=found.get("status") in ("ahead", "identical"),
            is_whole=len(rows) == found.get("total_commits", len(rows)) and len(files) < _MOST_FILES,
        )

    def _viewer(self) -> str:
        """Return the account by GraphQL, below the same address: `/graphql`, or `/api/graphql` beside `/api/v3` on
        an Enterprise Server."""
        web = Web(self._web.base.removesuffix("/v3"), self._web.headers, self._web.secret, self._web.bounds)
        try:
            answer = web.send("POST", "/graphql", body={"query": "query { viewer { login } }"}).value
        finally:
            web.close()
        login = inner(answer, "data", "viewer", "login")
        if not isinstance(login, str) or not login:
            raise PlatformError(f"{web.base}/graphql does not say who the viewer is")
        return login

    def _explained(self, what: str) -> Any:
        return explained(f"{what} of {self._repository}", "`pull-requests: read` and `contents: read`")

    def _note(self, key: str) -> Callable[[dict[str, Any]], Note | None]:
        me = self.account()

        def read(row: dict[str, Any]) -> Note | None:
            if "pull_request" in row or not isinstance(row.get(key), int):
                return None
            is_mine, is_open = inner(row, "user", "login") == me, row.get("state") != "closed"
            return note_of(row, row[key], mine=is_mine, is_open=is_open, url="html_url")

        return read


def _headers(token: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }


def _job(environ: Mapping[str, str]) -> Job:
    """Return the job. On a pull request it runs on a trial merge commit, and people know the head commit of the
    request."""
    event = _event(environ.get("GITHUB_EVENT_PATH", ""))
    request = event.get("pull_request")
    commit = environ.get("GITHUB_SHA", "")
    head = (request.get("head") or {}).get("sha") if isinstance(request, dict) else ""
    head = head if isinstance(head, str) and head else commit
    page = f"{environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{environ.get('GITHUB_REPOSITORY', '')}"
    run = environ.get("GITHUB_RUN_ID", "")
    return Job(
        number=_number(event, environ),
        commit=commit,
        head=head,
        branch=environ.get("GITHUB_REF_NAME", "") if environ.get("GITHUB_REF_TYPE") == "branch" else "",
        run=" ".join(filter(None, (environ.get("GITHUB_WORKFLOW", ""), f"#{environ.get('GITHUB_RUN_NUMBER', run)}"))),
        run_url=f"{page}/actions/runs/{run}/attempts/{environ.get('GITHUB_RUN_ATTEMPT', '1')}" if run else "",
        commit_url=f"{page}/commit/{head}" if head else "",
    )


def _number(event: Mapping[str, Any], environ: Mapping[str, str]) -> int | None:
    for source in (event.get("pull_request"), event.get("issue"), event):
        if isinstance(source, dict) and isinstance(source.get("number"), int):
            return int(source["number"])
    ref = re.fullmatch(r"refs/pull/(\d+)/\w+", environ.get("GITHUB_REF", ""))
    return int(ref[1]) if ref else None


def _event(file: str) -> dict[str, Any]:
    """Return the document of what started the workflow; empty when it cannot be read."""
    try:
        event = json.loads(Path(file).read_text(encoding="utf-8")) if file else {}
    except (OSError, ValueError):
        return {}
    return event if isinstance(event, dict) else {}


GITHUB = Platform(
    name="github",
    title="GitHub",
    variables=Variables(
        running="GITHUB_ACTIONS",
        api="GITHUB_API_URL",
        repository=("GITHUB_REPOSITORY",),
        token=("GITHUB_TOKEN", "GH_TOKEN"),
        summary="GITHUB_STEP_SUMMARY",
    ),
    official="https://api.github.com",
    limits=Limits(comment=COMMENT_LIMIT),
    repository=r"[\w.-]+/[\w.-]+",
    advice="In a workflow: `env: {GITHUB_TOKEN: ${{ github.token }}}`.",
    headers=_headers,
    job=_job,
    open=GitHub,
)
