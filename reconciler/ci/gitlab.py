"""GitLab: merge request notes, issues, merged commits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from reconciler.ci.web import Web, inner, login_of

COMMENT_LIMIT = 1_000_000
_ROLE = "scope `api` and the role Reporter or more"


class GitLab:
    """gitlab.com and self-managed GitLab."""

    def __init__(self, web: Web, repository: str, author: str) -> None:
        self._web = web
        self._repository = repository
        self._root = f"/projects/{quote(repository, safe='')}"
        self._author = author

    def account(self) -> str:
        """Return the user of the token. A project access token has a bot user of its own."""
        if not self._author:
            with named_account():
                self._author = login_of(one_object(self._web, "/user"), "username")
        return self._author

    def comments(self, number: int) -> Texts:
        """Return the notes of a merge request."""
        path = f"{self._root}/merge_requests/{number}/notes"
        return RestTexts(
            web=self._web,
            what=f"merge request {self._repository}!{number}",
            permission=_ROLE,
            path=path,
            query={"per_page": "100", "sort": "asc", "order_by": "created_at"},
            read=self._note("id", "body"),
            written=lambda _title, body: {"body": body},
            one=lambda id: f"{path}/{id}",
            edit_method="PUT",
            longest=COMMENT_LIMIT,
        )

    def issues(self) -> Texts:
        """Return the issues with the drift label."""
        path = f"{self._root}/issues"
        return RestTexts(
            web=self._web,
            what=f"issues of {self._repository}",
            permission=_ROLE,
            path=path,
            query={"scope": "all", "labels": LABEL, "per_page": "100"},
            read=self._note("iid", "description"),
            written=lambda title, body: {"title": title, "description": body},
            new={"labels": LABEL},
            one=lambda id: f"{path}/{id}",
            edit_method="PUT",
            closing={"state_event": "close"},
            opening={"state_event": "reopen"},
            longest=COMMENT_LIMIT,
        )

    def requests_of(self, commit: str) -> list[int]:
        """Return the merged merge requests of a commit."""
        path = f"{self._root}/repository/commits/{quote(commit, safe='')}/merge_requests"
        with self._explained(f"commit {commit[:12]}"):
            rows = list(self._web.pages(path))
        return [row["iid"] for row in rows if row.get("state") == "merged" and isinstance(row.get("iid"), int)]

    def merged_into(self, branch: str) -> list[Merged]:
        """Return the last hundred merged requests. A fast-forward merge has no commit of its own, but the head's."""
        query = {"state": "merged", "target_branch": branch, "order_by": "updated_at", "sort": "desc"}
        with self._explained("merge requests"):
            rows = one_page(self._web, f"{self._root}/merge_requests", **query, per_page="100")
        names = ("merge_commit_sha", "squash_commit_sha", "sha")
        return [
            Merged(number=row["iid"], commits=frozenset(str(row[name]) for name in names if row.get(name)))
            for row in rows
            if row.get("state") == "merged" and isinstance(row.get("iid"), int)
        ]

    def history(self, commit: str) -> list[str]:
        """Return the last hundred commits up to this one."""
        with self._explained(f"commit {commit[:12]}"):
            rows = one_page(self._web, f"{self._root}/repository/commits", ref_name=commit, per_page="100")
        return [str(row.get("id")) for row in rows]

    def later(self, commit: str, branch: str) -> Later:
        """Return what the branch got after the commit, from two comparisons: what either of the two lacks."""
        path = f"{self._root}/repository/compare"
        with self._explained(f"branch {branch}"):
            forward = one_object(self._web, path, **{"from": commit, "to": branch})
            back = one_object(self._web, path, **{"from": branch, "to": commit})
        ahead, behind, diffs = rows_of(forward, "commits"), rows_of(back, "commits"), rows_of(forward, "diffs")
        return Later(
            commits=[str(row.get("id")) for row in reversed(ahead)],
            files=frozenset(str(row[key]) for row in diffs for key in ("new_path", "old_path") if row.get(key)),
            is_on_branch=not behind,
            is_whole=not forward.get("compare_timeout"),
        )

    def _explained(self, what: str) -> Any:
        return explained(f"{what} of {self._repository}", "scope `read_api`")

    def _note(self, key: str, text: str) -> Callable[[dict[str, Any]], Note | None]:
        me = self.account()

        def read(row: dict[str, Any]) -> Note | None:
            if row.get("system") or not isinstance(row.get(key), int):
                return None
            is_mine, is_open = inner(row, "author", "username") == me, row.get("state") != "closed"
            return note_of(row, row[key], mine=is_mine, is_open=is_open, text=text, url="web_url")

        return read


def _headers(token: str) -> dict[str, str]:
    return {"PRIVATE-TOKEN": token}


def _job(environ: Mapping[str, str]) -> Job:
    """Return the job. A pipeline of merged results runs on a trial merge commit, and people know the branch's head."""
    iid = environ.get("CI_MERGE_REQUEST_IID", "")
    commit = environ.get("CI_COMMIT_SHA", "")
    head = environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or commit
    page = environ.get("CI_PROJECT_URL", "")
    return Job(
        number=int(iid) if iid.isascii() and iid.isdigit() else None,
        commit=commit,
        head=head,
        branch=environ.get("CI_COMMIT_BRANCH", ""),
        run=f"#{environ['CI_PIPELINE_ID']}" if environ.get("CI_PIPELINE_ID") else "",
        run_url=environ.get("CI_JOB_URL") or environ.get("CI_PIPELINE_URL", ""),
        commit_url=f"{page}/-/commit/{head}" if page and head else "",
    )


GITLAB = Platform(
    name="gitlab",
    title="GitLab",
    variables=Variables(
        running="GITLAB_CI",
        api="CI_API_V4_URL",
        repository=("CI_PROJECT_PATH", "CI_PROJECT_ID"),
        token=("GITLAB_TOKEN",),
    ),
    official="https://gitlab.com/api/v4",
    limits=Limits(comment=COMMENT_LIMIT),
    repository=r"[\w.-]+(/[\w.-]+)+|\d+",
    advice="Make a project access token with scope `api`, and add it as a masked variable.",
    headers=_headers,
    job=_job,
    open=GitLab,
)
