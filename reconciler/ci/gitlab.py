"""GitLab's part of the port: merge request notes and issues."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from reconciler.ci.texts import LABEL, Note, RestTexts, Texts, explained
from reconciler.ci.web import Web


class GitLab:
    """gitlab.com and self-managed GitLab."""

    longest = 1_000_000

    def __init__(self, web: Web, repository: str, author: str) -> None:
        self._web = web
        self._repository = repository
        self._root = f"/projects/{quote(repository, safe='')}"
        self._author = author

    def comments(self, number: int) -> Texts:
        """The notes of a merge request."""
        path = f"{self._root}/merge_requests/{number}/notes"
        return RestTexts(
            web=self._web,
            what=f"merge request {self._repository}!{number}",
            permission="scope `api` and the role Reporter or more",
            path=path,
            query={"per_page": "100", "sort": "asc", "order_by": "created_at"},
            read=self._note("id", "body"),
            written=lambda _title, body: {"body": body},
            one=lambda id: f"{path}/{id}",
            edit_method="PUT",
            closing=None,
            longest=self.longest,
        )

    def issues(self) -> Texts:
        """Open issues with the drift label."""
        path = f"{self._root}/issues"
        return RestTexts(
            web=self._web,
            what=f"issues of {self._repository}",
            permission="scope `api` and the role Reporter or more",
            path=path,
            query={"state": "opened", "labels": LABEL, "per_page": "100"},
            read=self._note("iid", "description"),
            written=lambda title, body: {"title": title, "description": body},
            new={"labels": LABEL},
            one=lambda id: f"{path}/{id}",
            edit_method="PUT",
            closing={"state_event": "close"},
            longest=self.longest,
        )

    def requests_of(self, commit: str) -> list[int]:
        """The merged merge requests of a commit."""
        path = f"{self._root}/repository/commits/{quote(commit, safe='')}/merge_requests"
        with explained(f"commit {commit[:12]} of {self._repository}", "scope `read_api`"):
            rows = list(self._web.pages(path))
        return [row["iid"] for row in rows if row.get("state") == "merged" and isinstance(row.get("iid"), int)]

    def _note(self, key: str, text: str) -> Callable[[dict[str, Any]], Note | None]:
        def read(row: dict[str, Any]) -> Note | None:
            if row.get("system") or not isinstance(row.get(key), int):
                return None
            return Note(
                id=row[key],
                body=str(row.get(text) or "").replace("\r\n", "\n"),
                mine=(row.get("author") or {}).get("username") == self._me(),
                url=str(row.get("web_url") or ""),
                title=str(row.get("title") or ""),
            )

        return read

    def _me(self) -> str:
        if not self._author:
            with explained("the token's account", "scope `api`"):
                self._author = str(self._web.get("/user").value["username"])
        return self._author
