"""Codeup as far as comments on merge requests, merged requests and comparisons go, as its API documentation has it."""

from __future__ import annotations

import re

from ci.branch import Branch
from ci.loopback import Reply, Row, Seen, Server

TOKEN = "pt-loopbacktoken"
ORGANIZATION = "60d54f3daccf2bbd6659f3ad"
REPOSITORY = f"{ORGANIZATION}/ai/models"
LONGEST = 65_535
_BASE = rf"/oapi/v1/codeup/organizations/{ORGANIZATION}"
_ROOT = rf"{_BASE}/repositories/{ORGANIZATION}%2Fai%2Fmodels"
_ME = {"userId": "62c795c9cf", "username": "deploy-bot"}


class CodeupServer(Server):
    """One repository, and a token of the user `62c795c9cf`. `scopes` are those of the token."""

    def __init__(self) -> None:
        super().__init__()
        self.comments: dict[int, list[Row]] = {7: []}
        self.opened: dict[int, str] = {}
        """The source branches of open requests."""
        self.main = Branch()
        self.scopes = {"requests: read", "requests: write", "code: read"}
        self._last_id = 0
        self.routes = [
            (method, re.compile(pattern), route)
            for method, pattern, route in (
                ("GET", r"/oapi/v1/platform/user", self._user),
                ("POST", rf"{_ROOT}/changeRequests/(?P<number>\d+)/comments/list", self._list_comments),
                ("POST", rf"{_ROOT}/changeRequests/(?P<number>\d+)/comments", self._add_comment),
                ("PUT", rf"{_ROOT}/changeRequests/(?P<number>\d+)/comments/(?P<id>\w+)", self._edit_comment),
                ("GET", rf"{_ROOT}/changeRequests/(?P<number>\d+)/diffs/patches", self._versions),
                ("GET", rf"{_BASE}/changeRequests", self._requests),
                ("GET", rf"{_ROOT}/commits", self._commits),
                ("GET", rf"{_ROOT}/branches/(?P<name>\w+)", self._branch),
                ("GET", rf"{_ROOT}/compares", self._compare),
            )
        ]

    @property
    def api(self) -> str:
        """As YUNXIAO_API_URL has it."""
        return f"{self.url}/oapi/v1"

    def add_comment(self, body: str, author: Row = _ME, number: int = 7) -> Row:
        """A comment that is there already. Its id says nothing about its age."""
        self._last_id += 1
        row = {
            "comment_biz_id": f"{(self._last_id * 7919) % 10_000:04x}c",
            "comment_type": "GLOBAL_COMMENT",
            "comment_time": f"2026-03-01T12:{self._last_id // 60:02}:{self._last_id % 60:02}+08:00",
            "content": body,
            "author": author,
            "state": "OPENED",
            "resolved": False,
            "is_deleted": False,
        }
        self.comments[number].append(row)
        return row

    def merge(self, number: int, sha: str, *files: str) -> None:
        """A request is merged by this commit."""
        self.comments.setdefault(number, [])
        self.opened.pop(number, None)
        self.main.push(sha, request=number, files=files)

    def bodies(self, number: int = 7) -> list[str]:
        """The texts of a request's comments."""
        return [str(row["content"]) for row in self.comments[number]]

    def authorised(self, seen: Seen) -> Reply | None:
        if seen.headers.get("x-yunxiao-token") != TOKEN:
            return Reply(401, {"errorCode": "Unauthorized", "errorMessage": "invalid personal access token"})
        scope = "code: read"
        if "changeRequests" in seen.path:
            reads = seen.method == "GET" or seen.path.endswith("/list")
            scope = "requests: read" if reads else "requests: write"
        if scope not in self.scopes and "/platform/" not in seen.path:
            return Reply(403, {"errorCode": "Forbidden", "errorMessage": "token has no permission"})
        return None

    def _user(self, _seen: Seen) -> Reply:
        return Reply(200, {"id": _ME["userId"], "name": "Deploy", "username": "deploy-bot"})

    def _list_comments(self, seen: Seen, number: str) -> Reply:
        if int(number) not in self.comments:
            return Reply(404, {"errorCode": "NotFound", "errorMessage": "change request not found"})
        assert seen.body == {"comment_type": "GLOBAL_COMMENT", "state": "OPENED"}
        return Reply(200, list(reversed(self.comments[int(number)])))

    def _add_comment(self, seen: Seen, number: str) -> Reply:
        assert seen.body["comment_type"] == "GLOBAL_COMMENT"
        assert seen.body["draft"] is False
        assert seen.body["patchset_biz_id"] == "source-2"
        if not 1 <= len(seen.body["content"]) <= LONGEST:
            return Reply(400, {"errorCode": "InvalidParameter", "errorMessage": "content length"})
        return Reply(200, self.add_comment(seen.body["content"], number=int(number)))

    def _edit_comment(self, seen: Seen, number: str, id: str) -> Reply:
        row = next(row for row in self.comments[int(number)] if row["comment_biz_id"] == id)
        row.update(seen.body)
        return Reply(200, {"result": True})

    def _versions(self, _seen: Seen, number: str) -> Reply:
        del number
        kinds = (("MERGE_SOURCE", "source-1", 1), ("MERGE_TARGET", "target-9", 9), ("MERGE_SOURCE", "source-2", 2))
        return Reply(
            200, [{"relatedMergeItemType": kind, "patchSetBizId": id, "versionNo": no} for kind, id, no in kinds]
        )

    def _requests(self, seen: Seen) -> Reply:
        assert seen.query["projectIds"] == REPOSITORY
        assert int(seen.query["perPage"]) <= 100
        if seen.query["state"] == "opened":
            rows = [{"localId": number, "sourceBranch": branch} for number, branch in self.opened.items()]
            return Reply(200, rows)
        assert seen.query["state"] == "merged"
        if self.main.lag:
            self.main.lag -= 1
            return Reply(200, [])
        known = [*self.main.commits, *self.main.gone]
        return Reply(200, [_request(each.request, each.sha) for each in reversed(known) if each.request])

    def _commits(self, seen: Seen) -> Reply:
        return Reply(200, [{"id": commit.sha} for commit in self.main.until(seen.query["refName"])])

    def _branch(self, _seen: Seen, name: str) -> Reply:
        assert name == "main"
        head = self.main.commits[-1].sha if self.main.commits else "0" * 40
        return Reply(200, {"name": name, "commit": {"id": head}})

    def _compare(self, seen: Seen) -> Reply:
        since, until = seen.query["from"], seen.query["to"]
        assert "main" not in (since, until), "two commits, or two branches"
        if since in self.main and until in self.main:
            after = [commit for commit in self.main.after(since) if commit not in self.main.after(until)]
        elif since in self.main:
            return Reply(200, {"commits": [{"id": until}], "commits_count": 1, "diffs": [], "files_count": 0})
        else:
            after = [] if self.main.is_set_back else self.main.commits
        diffs = [{"newPath": name, "oldPath": name} for commit in after for name in commit.files]
        rows = [{"id": commit.sha} for commit in after]
        return Reply(200, {"commits": rows, "commits_count": len(rows), "diffs": diffs, "files_count": len(diffs)})


def _request(number: int, sha: str) -> Row:
    return {"localId": str(number), "status": "MERGED", "targetBranch": "main", "mergedRevision": sha}
