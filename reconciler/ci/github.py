"""GitHub's part of the port: pull request comments, issues, and the identity of a job's token."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from reconciler.ci.texts import LABEL, Note, RestTexts, Texts, explained
from reconciler.ci.web import PlatformError, Web


class GitHub:
    """api.github.com and GitHub Enterprise Server."""

    longest = 65_536

    def __init__(self, web: Web, repository: str, author: str) -> None:
        self._web = web
        self._repository = repository
        self._author = author
        self._is_mine: Callable[[dict[str, Any]], bool] | None = None

    def comments(self, number: int) -> Texts:
        """The conversation of a pull request: reviews have comments of their own, which are left alone."""
        root = f"/repos/{self._repository}/issues"
        return RestTexts(
            web=self._web,
            what=f"pull request {self._repository}#{number}",
            permission="`pull-requests: write`",
            path=f"{root}/{number}/comments",
            query={"per_page": "100"},
            read=self._note("id"),
            written=lambda _title, body: {"body": body},
            one=lambda id: f"{root}/comments/{id}",
            edit_method="PATCH",
            closing=None,
            longest=self.longest,
        )

    def issues(self) -> Texts:
        """Open issues with the drift label; pull requests are listed with them and left out."""
        root = f"/repos/{self._repository}/issues"
        return RestTexts(
            web=self._web,
            what=f"issues of {self._repository}",
            permission="`issues: write`",
            path=root,
            query={"state": "open", "labels": LABEL, "per_page": "100"},
            read=self._note("number"),
            written=lambda title, body: {"title": title, "body": body},
            new={"labels": [LABEL]},
            one=lambda id: f"{root}/{id}",
            edit_method="PATCH",
            closing={"state": "closed", "state_reason": "completed"},
            longest=self.longest,
        )

    def requests_of(self, commit: str) -> list[int]:
        """The merged pull requests, those first whose merge made exactly this commit."""
        with explained(f"commit {commit[:12]} of {self._repository}", "`pull-requests: read`"):
            rows = list(self._web.pages(f"/repos/{self._repository}/commits/{quote(commit, safe='')}/pulls"))
        merged = [row for row in rows if row.get("merged_at") and isinstance(row.get("number"), int)]
        merged.sort(key=lambda row: (row.get("merge_commit_sha") != commit, -row["number"]))
        return [row["number"] for row in merged]

    def _note(self, key: str) -> Callable[[dict[str, Any]], Note | None]:
        def read(row: dict[str, Any]) -> Note | None:
            if "pull_request" in row or not isinstance(row.get(key), int):
                return None
            return Note(
                id=row[key],
                body=str(row.get("body") or "").replace("\r\n", "\n"),
                mine=self._mine(row.get("user") or {}),
                url=str(row.get("html_url") or ""),
                title=str(row.get("title") or ""),
            )

        return read

    def _mine(self, user: dict[str, Any]) -> bool:
        if self._is_mine is None:
            self._is_mine = self._identity()
        return self._is_mine(user)

    def _identity(self) -> Callable[[dict[str, Any]], bool]:
        """A person's token tells its login; the token of a job or an app may not ask, and writes as a bot."""
        if self._author:
            return lambda user: user.get("login") == self._author
        try:
            login = self._web.get("/user").value["login"]
        except PlatformError as error:
            if error.status != HTTPStatus.FORBIDDEN:
                raise
            return lambda user: user.get("type") == "Bot"
        return lambda user: user.get("login") == login
