"""Gitee as far as comments on pull requests, issues, merged requests and comparisons go, as its documentation says."""

from __future__ import annotations

import re

from ci.branch import Branch
from ci.loopback import Reply, Row, Seen, Server

TOKEN = "gitee-loopbacktoken"
_ROOT = r"/api/v5/repos/acme/models"


class GiteeServer(Server):
    """One repository, acme/models, and a token of the account `deploy-bot`. Its merges make commits with a message."""

    def __init__(self) -> None:
        super().__init__()
        self.comments: dict[int, list[Row]] = {7: []}
        self.issues: list[Row] = []
        self.main = Branch()
        self._last_id = 100
        self.routes = [
            (method, re.compile(pattern), route)
            for method, pattern, route in (
                ("GET", r"/api/v5/user", self._user),
                ("GET", rf"{_ROOT}/pulls/(?P<number>\d+)/comments", self._list_comments),
                ("POST", rf"{_ROOT}/pulls/(?P<number>\d+)/comments", self._add_comment),
                ("PATCH", rf"{_ROOT}/pulls/comments/(?P<id>\d+)", self._edit_comment),
                ("DELETE", rf"{_ROOT}/pulls/comments/(?P<id>\d+)", self._delete_comment),
                ("GET", rf"{_ROOT}/issues", self._list_issues),
                ("POST", r"/api/v5/repos/acme/issues", self._add_issue),
                ("PATCH", r"/api/v5/repos/acme/issues/(?P<number>\w+)", self._edit_issue),
                ("GET", rf"{_ROOT}/pulls", self._pulls),
                ("GET", rf"{_ROOT}/commits/(?P<sha>\w+)", self._commit),
                ("GET", rf"{_ROOT}/commits", self._commits),
                ("GET", rf"{_ROOT}/compare/(?P<base>\w+)\.\.\.(?P<head>\w+)", self._compare),
            )
        ]

    @property
    def api(self) -> str:
        """As GITEE_API_URL has it."""
        return f"{self.url}/api/v5"

    def add_comment(self, body: str, login: str = "deploy-bot", number: int = 7) -> Row:
        """A comment that is there already."""
        self._last_id += 1
        row = {"id": self._last_id, "body": body, "user": {"login": login}, "comment_type": "pr_comment"}
        self.comments[number].append(row)
        return row

    def merge(self, number: int, sha: str, *files: str) -> None:
        """A pull request is merged by this commit."""
        self.comments.setdefault(number, [])
        self.main.push(sha, request=number, files=files)

    def bodies(self, number: int = 7) -> list[str]:
        """The texts of a pull request's comments."""
        return [str(row["body"]) for row in self.comments[number]]

    def page(self, seen: Seen, rows: list[Row]) -> Reply:
        """One page; the next one is asked for by its number."""
        size, number = int(seen.query.get("per_page", "20")), int(seen.query.get("page", "1"))
        assert size <= 100
        return Reply(200, rows[(number - 1) * size : number * size], {"total_count": str(len(rows))})

    def authorised(self, seen: Seen) -> Reply | None:
        good = seen.headers.get("authorization") == f"Bearer {TOKEN}"
        return None if good else Reply(401, {"message": "401 Unauthorized: Access token does not exist"})

    def _user(self, _seen: Seen) -> Reply:
        return Reply(200, {"login": "deploy-bot"})

    def _list_comments(self, seen: Seen, number: str) -> Reply:
        if int(number) not in self.comments:
            return Reply(404, {"message": "Not Found Project"})
        return self.page(seen, self.comments[int(number)])

    def _add_comment(self, seen: Seen, number: str) -> Reply:
        return Reply(201, self.add_comment(seen.body["body"], number=int(number)))

    def _edit_comment(self, seen: Seen, id: str) -> Reply:
        row = next(row for rows in self.comments.values() for row in rows if row["id"] == int(id))
        row["body"] = seen.body["body"]
        return Reply(200, row)

    def _delete_comment(self, _seen: Seen, id: str) -> Reply:
        for rows in self.comments.values():
            rows[:] = [row for row in rows if row["id"] != int(id)]
        return Reply(204)

    def _list_issues(self, seen: Seen) -> Reply:
        assert seen.query["state"] == "all"
        return self.page(seen, [row for row in self.issues if seen.query["labels"] in row["labels"]])

    def _add_issue(self, seen: Seen) -> Reply:
        assert seen.body.pop("repo") == "models"
        number = f"I{0x5ABCD + len(self.issues):X}"
        self.issues.append({**seen.body, "number": number, "state": "open", "user": {"login": "deploy-bot"}})
        return Reply(201, self.issues[-1])

    def _edit_issue(self, seen: Seen, number: str) -> Reply:
        assert seen.body.pop("repo") == "models"
        row = next(row for row in self.issues if row["number"] == number)
        assert seen.body.get("state", "open") in ("open", "progressing", "closed")
        row.update(seen.body)
        return Reply(200, row)

    def _pulls(self, seen: Seen) -> Reply:
        assert seen.query["state"] == "merged"
        if self.main.lag:
            self.main.lag -= 1
            return self.page(seen, [])
        known = [*self.main.commits, *self.main.gone]
        rows = [_pull(each.request, each.sha) for each in reversed(known) if each.request]
        return self.page(seen, rows)

    def _commit(self, _seen: Seen, sha: str) -> Reply:
        known = [*self.main.commits, *self.main.gone]
        found = next((each for each in known if each.sha == sha), None)
        if found is None:
            return Reply(404, {"message": "Commit not found"})
        message = f"!{found.request} a title\nMerge pull request !{found.request} from x" if found.request else "a push"
        return Reply(200, {"sha": sha, "commit": {"message": message}})

    def _commits(self, seen: Seen) -> Reply:
        """A merge brings the request's head too."""
        rows = []
        for commit in self.main.until(seen.query["sha"]):
            rows += [{"sha": commit.sha}, *([{"sha": head_of(commit.sha)}] if commit.request else [])]
        return self.page(seen, rows)

    def _compare(self, _seen: Seen, base: str, head: str) -> Reply:
        if base == "main":
            return Reply(
                200, {"commits": [] if head in self.main else [{"sha": head}], "files": [], "truncated": False}
            )
        after = self.main.after(base) if base in self.main else [] if self.main.is_set_back else self.main.commits
        shas = [sha for commit in after for sha in (head_of(commit.sha), commit.sha)]
        files = [{"filename": name} for commit in after for name in commit.files]
        return Reply(200, {"commits": [{"sha": sha} for sha in shas], "files": files, "truncated": False})


def head_of(sha: str) -> str:
    """The head of the request that a commit merged."""
    return "f" + sha[1:]


def _pull(number: int, sha: str) -> Row:
    return {"number": number, "state": "merged", "head": {"sha": head_of(sha)}, "base": {"ref": "main"}}
