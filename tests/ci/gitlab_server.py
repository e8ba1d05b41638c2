"""GitLab as far as the notes of merge requests, issues and the requests of a commit go."""

from __future__ import annotations

import re

from ci.branch import Branch
from ci.loopback import Reply, Row, Seen, Server

TOKEN = "glpat-loopbacktoken"
PROJECT = r"/api/v4/projects/acme%2Fai%2Fmodels"


class GitLabServer(Server):
    """One project, acme/ai/models, and a token of the account `deploy-bot`."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: dict[int, list[Row]] = {7: []}
        self.issues: list[Row] = []
        self._last_id = 100
        self.main = Branch()
        self.routes = [
            (method, re.compile(pattern), route)
            for method, pattern, route in (
                ("GET", r"/api/v4/user", self._user),
                ("GET", rf"{PROJECT}/merge_requests/(?P<iid>\d+)/notes", self._list_notes),
                ("POST", rf"{PROJECT}/merge_requests/(?P<iid>\d+)/notes", self._add_note),
                ("PUT", rf"{PROJECT}/merge_requests/(?P<iid>\d+)/notes/(?P<id>\d+)", self._edit_note),
                ("DELETE", rf"{PROJECT}/merge_requests/(?P<iid>\d+)/notes/(?P<id>\d+)", self._delete_note),
                ("GET", rf"{PROJECT}/issues", self._list_issues),
                ("POST", rf"{PROJECT}/issues", self._add_issue),
                ("PUT", rf"{PROJECT}/issues/(?P<iid>\d+)", self._edit_issue),
                ("GET", rf"{PROJECT}/repository/commits/(?P<sha>\w+)/merge_requests", self._requests_of),
                ("GET", rf"{PROJECT}/repository/commits", self._commits),
                ("GET", rf"{PROJECT}/repository/compare", self._compare),
                ("GET", rf"{PROJECT}/merge_requests", self._requests),
            )
        ]

    @property
    def api(self) -> str:
        """As CI_API_V4_URL has it."""
        return f"{self.url}/api/v4"

    def add_note(self, body: str, username: str = "deploy-bot", number: int = 7, *, system: bool = False) -> Row:
        """A note that is there already."""
        self._last_id += 1
        row = {"id": self._last_id, "body": body, "author": {"username": username}, "system": system}
        self.notes[number].append(row)
        return row

    def merge(self, number: int, sha: str, *files: str) -> None:
        """A merge request is merged by this commit."""
        self.notes.setdefault(number, [])
        self.main.push(sha, request=number, files=files)

    def bodies(self, number: int = 7) -> list[str]:
        """The texts of a merge request's notes."""
        return [str(row["body"]) for row in self.notes[number]]

    def authorised(self, seen: Seen) -> Reply | None:
        return None if seen.headers.get("private-token") == TOKEN else Reply(401, {"message": "401 Unauthorized"})

    def _user(self, _seen: Seen) -> Reply:
        return Reply(200, {"username": "deploy-bot"})

    def _list_notes(self, seen: Seen, iid: str) -> Reply:
        if int(iid) not in self.notes:
            return Reply(404, {"message": "404 Not found"})
        return self.page(seen, self.notes[int(iid)])

    def _add_note(self, seen: Seen, iid: str) -> Reply:
        if int(iid) not in self.notes:
            return Reply(404, {"message": "404 Not found"})
        return Reply(201, self.add_note(seen.body["body"], number=int(iid)))

    def _edit_note(self, seen: Seen, iid: str, id: str) -> Reply:
        row = next(row for row in self.notes[int(iid)] if row["id"] == int(id))
        row["body"] = seen.body["body"]
        return Reply(200, row)

    def _delete_note(self, _seen: Seen, iid: str, id: str) -> Reply:
        self.notes[int(iid)] = [row for row in self.notes[int(iid)] if row["id"] != int(id)]
        return Reply(204)

    def _list_issues(self, seen: Seen) -> Reply:
        assert seen.query["scope"] == "all", "without it only the issues of the token's own account are listed"
        return self.page(seen, self.issues)

    def _add_issue(self, seen: Seen) -> Reply:
        iid = len(self.issues) + 1
        self.issues.append({**seen.body, "iid": iid, "state": "opened", "author": {"username": "deploy-bot"}})
        return Reply(201, self.issues[-1])

    def _edit_issue(self, seen: Seen, iid: str) -> Reply:
        row = self.issues[int(iid) - 1]
        row.update({key: value for key, value in seen.body.items() if key != "state_event"})
        change = seen.body.get("state_event")
        row["state"] = {"close": "closed", "reopen": "opened", None: row["state"]}[change]
        return Reply(200, row)

    def _requests_of(self, seen: Seen, sha: str) -> Reply:
        return self.page(seen, [{"iid": iid, "state": "merged"} for iid in self.main.requests_of(sha)])

    def _requests(self, seen: Seen) -> Reply:
        assert seen.query["state"] == "merged"
        rows = [
            {
                "iid": each.request,
                "state": "merged",
                "merge_commit_sha": None,
                "squash_commit_sha": None,
                "sha": each.sha,
            }
            for each in reversed(self.main.commits)
            if each.request
        ]
        return self.page(seen, rows)

    def _commits(self, seen: Seen) -> Reply:
        return self.page(seen, [{"id": commit.sha} for commit in self.main.until(seen.query["ref_name"])])

    def _compare(self, seen: Seen) -> Reply:
        since, until = seen.query["from"], seen.query["to"]
        if since == "main":
            return Reply(200, {"commits": [] if until in self.main else [{"id": until}], "diffs": []})
        after = self.main.after(since) if since in self.main else [] if self.main.is_set_back else self.main.commits
        diffs = [{"new_path": name, "old_path": name} for commit in after for name in commit.files]
        return Reply(200, {"commits": [{"id": commit.sha} for commit in after], "diffs": diffs})
