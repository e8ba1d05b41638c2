"""GitHub as far as comments, issues, merged commits and the OIDC endpoint of a job go.

Behaviour as documented for the REST API: pages with `Link`, 401 for a wrong token, 403 for one without permission and
for `GET /user` with a job's token (GraphQL names its viewer), 404 for what is not there, 422 for a body over 65,536
characters, a comparison of a commit with a branch.
"""

from __future__ import annotations

import re

from ci.branch import Branch
from ci.loopback import Reply, Row, Seen, Server

TOKEN = "ghs_loopbacktoken"
LONGEST = 65_536
BOT = {"login": "github-actions[bot]", "type": "Bot"}
PERSON = {"login": "mallory", "type": "User"}


class GitHubServer(Server):
    """One repository, acme/models. `login` is empty for the token of a job, which may not ask for its user."""

    def __init__(self, *, login: str = "", read_only: bool = False) -> None:
        super().__init__()
        self.login = login
        self.read_only = read_only
        self.comments: dict[int, list[Row]] = {7: []}
        self.issues: list[Row] = []
        self.main = Branch()
        self.has_graphql = True
        self._last_id = 1000
        repository = r"/repos/acme/models"
        self.routes = [
            (method, re.compile(pattern), route)
            for method, pattern, route in (
                ("GET", r"/user", self._user),
                ("POST", r"/graphql", self._graphql),
                ("GET", rf"{repository}/issues/(?P<number>\d+)/comments", self._list_comments),
                ("POST", rf"{repository}/issues/(?P<number>\d+)/comments", self._add_comment),
                ("PATCH", rf"{repository}/issues/comments/(?P<id>\d+)", self._edit_comment),
                ("DELETE", rf"{repository}/issues/comments/(?P<id>\d+)", self._delete_comment),
                ("GET", rf"{repository}/issues", self._list_issues),
                ("POST", rf"{repository}/issues", self._add_issue),
                ("PATCH", rf"{repository}/issues/(?P<number>\d+)", self._edit_issue),
                ("GET", rf"{repository}/commits/(?P<sha>\w+)/pulls", self._pulls_of),
                ("GET", rf"{repository}/commits", self._commits),
                ("GET", rf"{repository}/pulls", self._pulls),
                ("GET", rf"{repository}/compare/(?P<base>\w+)\.\.\.(?P<head>\w+)", self._compare),
                ("GET", r"/oidc/token", self._oidc),
            )
        ]

    def add_comment(self, body: str, user: Row = BOT, number: int = 7) -> Row:
        """A comment that is there already."""
        self._last_id += 1
        row = {"id": self._last_id, "body": body, "user": user, "html_url": f"https://github.example/c/{self._last_id}"}
        self.comments[number].append(row)
        return row

    def merge(self, number: int, sha: str, *files: str) -> None:
        """A pull request is merged by this commit."""
        self.comments.setdefault(number, [])
        self.main.push(sha, request=number, files=files)

    def bodies(self, number: int = 7) -> list[str]:
        """The texts of a pull request's comments."""
        return [str(row["body"]) for row in self.comments[number]]

    def authorised(self, seen: Seen) -> Reply | None:
        assert seen.headers.get("user-agent", "").startswith("dlc-reconciler/")
        if seen.headers.get("authorization") != f"Bearer {TOKEN}":
            return Reply(401, {"message": "Bad credentials"})
        if self.read_only and seen.method != "GET" and seen.path != "/graphql":
            return Reply(403, {"message": "Resource not accessible by integration"})
        return None

    @property
    def _me(self) -> Row:
        return {"login": self.login, "type": "User"} if self.login else BOT

    def _user(self, _seen: Seen) -> Reply:
        if self.login:
            return Reply(200, self._me)
        return Reply(403, {"message": "Resource not accessible by integration"})

    def _list_comments(self, seen: Seen, number: str) -> Reply:
        if int(number) not in self.comments:
            return Reply(404, {"message": "Not Found"})
        return self.page(seen, self.comments[int(number)])

    def _add_comment(self, seen: Seen, number: str) -> Reply:
        if int(number) not in self.comments:
            return Reply(404, {"message": "Not Found"})
        return _too_long(seen) or Reply(201, self.add_comment(seen.body["body"], self._me, int(number)))

    def _edit_comment(self, seen: Seen, id: str) -> Reply:
        for rows in self.comments.values():
            for row in rows:
                if row["id"] == int(id):
                    refused = _too_long(seen)
                    if refused is None:
                        row["body"] = seen.body["body"]
                    return refused or Reply(200, row)
        return Reply(404, {"message": "Not Found"})

    def _delete_comment(self, _seen: Seen, id: str) -> Reply:
        for rows in self.comments.values():
            for row in rows:
                if row["id"] == int(id):
                    rows.remove(row)
                    return Reply(204)
        return Reply(404, {"message": "Not Found"})

    def _list_issues(self, seen: Seen) -> Reply:
        wanted = seen.query.get("labels", "")
        rows = [
            row for row in self.issues
            if seen.query.get("state", "open") in (row["state"], "all") and (not wanted or wanted in row["labels"])
        ]  # fmt: skip
        return self.page(seen, rows)

    def _add_issue(self, seen: Seen) -> Reply:
        number = len(self.issues) + 1
        row = {**seen.body, "number": number, "id": 5000 + number, "state": "open", "user": self._me}
        self.issues.append(row)
        return Reply(201, row)

    def _edit_issue(self, seen: Seen, number: str) -> Reply:
        row = self.issues[int(number) - 1]
        row.update(seen.body)
        return Reply(200, row)

    def _graphql(self, seen: Seen) -> Reply:
        assert "viewer" in seen.body["query"]
        if not self.has_graphql:
            return Reply(403, {"message": "Resource not accessible by integration"})
        return Reply(200, {"data": {"viewer": {"login": self._me["login"]}}})

    def _pulls_of(self, seen: Seen, sha: str) -> Reply:
        opened = [{"number": 5, "merged_at": None, "merge_commit_sha": sha}]
        return self.page(seen, [*opened, *(self._pull(number, sha) for number in self.main.requests_of(sha))])

    def _pulls(self, seen: Seen) -> Reply:
        assert seen.query["state"] == "closed"
        rows = [self._pull(each.request, each.sha) for each in reversed(self.main.commits) if each.request]
        return self.page(seen, [{"number": 4, "merged_at": None, "merge_commit_sha": "0" * 40}, *rows])

    def _commits(self, seen: Seen) -> Reply:
        return self.page(seen, [{"sha": commit.sha} for commit in self.main.until(seen.query["sha"])])

    def _compare(self, _seen: Seen, base: str, head: str) -> Reply:
        assert head == "main"
        if base not in self.main:
            if self.main.is_set_back:
                return Reply(200, {"status": "behind", "total_commits": 0, "commits": [], "files": []})
            return Reply(200, {"status": "diverged", "total_commits": 1, "commits": [{"sha": "e" * 40}], "files": []})
        after = self.main.after(base)
        files = [{"filename": name} for commit in after for name in commit.files]
        commits = [{"sha": commit.sha} for commit in after]
        status = "ahead" if after else "identical"
        return Reply(200, {"status": status, "total_commits": len(commits), "commits": commits, "files": files})

    @staticmethod
    def _pull(number: int, sha: str) -> Row:
        return {"number": number, "merged_at": "2026-03-01T12:00:00Z", "merge_commit_sha": sha}

    def _oidc(self, seen: Seen) -> Reply:
        return Reply(200, {"value": f"token-for-{seen.query['audience']}"})


def _too_long(seen: Seen) -> Reply | None:
    if len(seen.body["body"].encode("utf-16-le", "surrogatepass")) // 2 <= LONGEST:
        return None
    error = {"resource": "IssueComment", "code": "unprocessable", "message": "Body is too long (maximum is 65536)"}
    return Reply(422, {"message": "Validation Failed", "errors": [error]})
