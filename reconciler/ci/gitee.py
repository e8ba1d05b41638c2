"""Gitee: pull request comments, issues, merged commits; jobs of Gitee Go.

Facts are from Gitee's public API documentation (gitee.com/api/v5/swagger) and the documentation of Gitee Go
(help.gitee.com/gitee-go/pipeline/parameter):

- A token stands in `Authorization: Bearer`. Listings are asked for by `page` and `per_page` (at most 100).
- Issues are numbered by words such as `I5ABCD`; a new one is added below the owner, with the repository in its body.
  They are `open`, `progressing`, `closed` or `rejected`.
- There is no way to ask for the requests of a commit. A merge commit begins with `!NUMBER`.
- A job is told its request's number (GITEE_PULL_ID) and the repository's name without its owner (GITEE_REPO).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
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
    numbered_rows,
    one_object,
    one_page,
    rows_of,
)
from reconciler.ci.platform import Job, Later, Limits, Merged, Platform, Variables
from reconciler.ci.web import PlatformError, Web, inner, login_of
from reconciler.model.expressions import expression

COMMENT_LIMIT = 60_000
"""The longest text that we write. No document says how long a comment may be; the field that holds it takes 64 KB."""
_OPEN = ("open", "progressing")
_MERGE = expression(r"(?:Merge pull request )?!(\d{1,9})\b", re.ASCII)


class Gitee:
    """gitee.com, and Gitee on a company's own servers."""

    def __init__(self, web: Web, repository: str, author: str) -> None:
        self._web = web
        self._repository = repository
        self._owner, _, self._name = repository.partition("/")
        self._root = f"/repos/{repository}"
        self._author = author

    def account(self) -> str:
        """Return the user of the token."""
        if not self._author:
            with named_account():
                self._author = login_of(one_object(self._web, "/user"), "login")
        return self._author

    def comments(self, number: int) -> Texts:
        """Return the conversation of a pull request."""
        return RestTexts(
            web=self._web,
            what=f"pull request {self._repository}!{number}",
            permission="the scopes `pull_requests` and `notes`",
            path=f"{self._root}/pulls/{number}/comments",
            query={},
            read=self._note("id"),
            written=lambda _title, body: {"body": body},
            one=lambda id: f"{self._root}/pulls/comments/{id}",
            edit_method="PATCH",
            longest=COMMENT_LIMIT,
            rows=numbered_rows,
        )

    def issues(self) -> Texts:
        """Return the issues with the drift label."""
        return RestTexts(
            web=self._web,
            what=f"issues of {self._repository}",
            permission="the scope `issues`",
            path=f"{self._root}/issues",
            query={"state": "all", "labels": LABEL},
            read=self._note("number"),
            written=lambda title, body: {"repo": self._name, "title": title, "body": body},
            new={"labels": LABEL},
            one=lambda id: f"/repos/{self._owner}/issues/{id}",
            edit_method="PATCH",
            closing={"repo": self._name, "state": "closed"},
            opening={"state": "open"},
            longest=COMMENT_LIMIT,
            adds_at=f"/repos/{self._owner}/issues",
            rows=numbered_rows,
        )

    def requests_of(self, commit: str) -> list[int]:
        """Return the merged pull requests whose merge or head is this commit."""
        with self._explained(f"commit {commit[:12]}"):
            told = _MERGE.match(self._message(commit))
            merged = self._merged({})
        named = int(told[1]) if told else None
        return [each.number for each in merged if commit in each.commits or each.number == named]

    def merged_into(self, branch: str) -> list[Merged]:
        """Return the last hundred merged requests. One that was squashed has no commit of its own on the branch."""
        with self._explained("pull requests"):
            return self._merged({"base": branch})

    def history(self, commit: str) -> list[str]:
        """Return the last hundred commits up to this one."""
        with self._explained(f"commit {commit[:12]}"):
            rows = one_page(self._web, f"{self._root}/commits", sha=commit, per_page="100")
        return [str(row.get("sha")) for row in rows]

    def later(self, commit: str, branch: str) -> Later:
        """Return what the branch got after the commit, from two comparisons: what either of the two lacks."""
        with self._explained(f"branch {branch}"):
            forward, back = self._compared(commit, branch), self._compared(branch, commit)
        ahead, behind, files = rows_of(forward, "commits"), rows_of(back, "commits"), rows_of(forward, "files")
        return Later(
            commits=[str(row.get("sha")) for row in reversed(ahead)],
            files=frozenset(str(row["filename"]) for row in files if row.get("filename")),
            is_on_branch=not behind,
            is_whole=not forward.get("truncated"),
        )

    def _message(self, commit: str) -> str:
        """Return the message of a commit; empty while the host does not know it."""
        try:
            row = one_object(self._web, f"{self._root}/commits/{quote(commit, safe='')}")
        except PlatformError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            return ""
        return str(inner(row, "commit", "message") or "")

    def _compared(self, base: str, head: str) -> dict[str, Any]:
        return one_object(self._web, f"{self._root}/compare/{quote(base, safe='')}...{quote(head, safe='')}")

    def _merged(self, query: Mapping[str, str]) -> list[Merged]:
        wanted = {"state": "merged", "sort": "updated", "direction": "desc", "per_page": "100", **query}
        rows = one_page(self._web, f"{self._root}/pulls", **wanted)
        return [
            Merged(
                number=row["number"],
                commits=frozenset(str(sha) for sha in (inner(row, "head", "sha"), row.get("merge_commit_sha")) if sha),
            )
            for row in rows
            if row.get("state") == "merged" and isinstance(row.get("number"), int)
        ]

    def _explained(self, what: str) -> Any:
        return explained(f"{what} of {self._repository}", "the scopes `projects` and `pull_requests`")

    def _note(self, key: str) -> Callable[[dict[str, Any]], Note | None]:
        me = self.account()

        def read(row: dict[str, Any]) -> Note | None:
            if not isinstance(row.get(key), int | str):
                return None
            is_mine, is_open = inner(row, "user", "login") == me, row.get("state", "open") in _OPEN
            return note_of(row, row[key], mine=is_mine, is_open=is_open, url="html_url")

        return read


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _job(environ: Mapping[str, str]) -> Job:
    """Return the job. Outside a request GITEE_COMMIT is what is built; on a request it is the target's, and the
    source has its own."""
    number = environ.get("GITEE_PULL_ID", "")
    is_request = number.isascii() and number.isdigit()
    commit = environ.get("GITEE_COMMIT", "")
    head = (environ.get("GITEE_SOURCE_COMMIT") if is_request else "") or commit
    build = environ.get("GITEE_PIPELINE_BUILD_NUMBER", "")
    repository = environ.get("GITEE_REPOSITORY", "")
    title = environ.get("GITEE_PIPELINE_DISPLAY_NAME") or environ.get("GITEE_PIPELINE_NAME", "")
    return Job(
        number=int(number) if is_request else None,
        commit=commit,
        head=head,
        branch="" if is_request else environ.get("GITEE_BRANCH", ""),
        run=f"{title} #{build}".strip() if build else "",
        commit_url=f"https://gitee.com/{repository}/commit/{head}" if repository and head else "",
    )


GITEE = Platform(
    name="gitee",
    title="Gitee",
    variables=Variables(
        running="GITEE_PIPELINE_NAME",
        api="GITEE_API_URL",
        repository=("GITEE_REPOSITORY", "GITEE_REPO"),
        token=("GITEE_TOKEN", "GITEE_ACCESS_TOKEN"),
    ),
    official="https://gitee.com/api/v5",
    limits=Limits(comment=COMMENT_LIMIT),
    repository=r"[\w.-]+/[\w.-]+",
    advice="Make a personal access token with the scopes `pull_requests`, `notes`, `issues` and `projects`.",
    headers=_headers,
    job=_job,
    open=Gitee,
)
