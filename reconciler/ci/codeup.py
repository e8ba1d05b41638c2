"""Codeup of Alibaba Cloud DevOps (Yunxiao): merge request comments, merged commits; jobs of Flow.

Facts are from the public API documentation (help.aliyun.com/zh/yunxiao/developer-reference: createchangerequestcomment,
listmergerequestcomments, listchangerequests, getcompare), the parameters of the official MCP server
(github.com/aliyun/alibabacloud-devops-mcp-server), and "Environment variables" of Flow
(help.aliyun.com/zh/yunxiao/user-guide/environment-variables):

- A personal access token stands in `x-yunxiao-token`. It has a scope for each product and resource.
- A repository is its number or its whole path, which begins with the id of the organization.
- Comments are listed by POST, all at once. Each belongs to a version of the request (`patchset_biz_id`, the newest of
  its source), and has 1 to 65,535 characters. They can be edited; none can be deleted.
- There is no way to ask for the requests of a commit; a merged one tells its commit (`mergedRevision`).
- Codeup keeps no issues; work items belong to projects of another product.
- A comparison takes two commits, or two branches.
- Flow tells commit, branch and number of a run, and not which request it is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from reconciler.ci.host_texts import (
    Note,
    Texts,
    check_length,
    explained,
    named_account,
    one_object,
    one_page,
    plain_lines,
    rows_of,
)
from reconciler.ci.platform import Host, Job, Later, Limits, Merged, Platform, Variables
from reconciler.ci.web import PlatformError, Web, inner, login_of
from reconciler.model.quick import dataclass

COMMENT_LIMIT = 65_535
_WRITE = "the scope `Code management / Merge requests: read and write` (代码管理 / 合并请求 / 读写)"
_READ = (
    "the scopes `Code management / Merge requests`, `Code comparison`, `Branches` and `Commits`, each read only"
    " (代码管理 / 合并请求、代码比较、分支、提交 / 只读)"
)
_REPLACED = "(This comment was replaced by an older one of the same plan.)"


class Codeup:
    """codeup.aliyun.com."""

    def __init__(self, web: Web, repository: str, author: str) -> None:
        self._web = web
        self._repository = repository
        self._organization = repository.partition("/")[0]
        self._root = f"/codeup/organizations/{self._organization}/repositories/{quote(repository, safe='')}"
        self._author = author

    def account(self) -> str:
        """Return the user of the token."""
        if not self._author:
            with named_account():
                self._author = login_of(one_object(self._web, "/platform/user"), "id")
        return self._author

    def comments(self, number: int) -> Texts:
        """Return the comments on a merge request as a whole. Comments on lines of files are left alone."""
        return _Comments(
            web=self._web,
            what=f"merge request {self._repository}!{number}",
            root=f"{self._root}/changeRequests/{number}",
            me=self.account(),
        )

    def issues(self) -> Texts:
        """Refuse: Codeup has no issues.

        Raises:
            PlatformError: always.
        """
        raise PlatformError(
            "Codeup keeps no issues", hint="Tell of drift in a group chat: `dlc-reconciler ci notify PLAN --drift`."
        )

    def requests_of(self, commit: str) -> list[int]:
        """Return the merged requests whose merge made this commit."""
        with self._explained(f"commit {commit[:12]}"):
            rows = self._listed("merged")
        return [number for row in rows if row.get("mergedRevision") == commit and (number := _number(row))]

    def merged_into(self, branch: str) -> list[Merged]:
        """Return those of the last hundred merged requests that went into this branch."""
        with self._explained("merge requests"):
            rows = self._listed("merged")
        return [
            Merged(number=number, commits=frozenset({str(row["mergedRevision"])}))
            for row in rows
            if row.get("targetBranch") == branch and row.get("mergedRevision") and (number := _number(row))
        ]

    def opened_from(self, branch: str) -> list[int]:
        """Return the open requests whose source is this branch, the newest first."""
        with self._explained("merge requests"):
            rows = self._listed("opened")
        return [number for row in rows if row.get("sourceBranch") == branch and (number := _number(row))]

    def history(self, commit: str) -> list[str]:
        """Return the last hundred commits up to this one."""
        with self._explained(f"commit {commit[:12]}"):
            rows = one_page(self._web, f"{self._root}/commits", refName=commit, perPage="100")
        return [str(row.get("id")) for row in rows]

    def later(self, commit: str, branch: str) -> Later:
        """Return what the branch got after the commit, from two comparisons with the branch's head."""
        with self._explained(f"branch {branch}"):
            found = one_object(self._web, f"{self._root}/branches/{quote(branch, safe='')}")
            head = str(inner(found, "commit", "id") or "")
            forward = one_object(self._web, f"{self._root}/compares", **{"from": commit, "to": head})
            back = one_object(self._web, f"{self._root}/compares", **{"from": head, "to": commit})
        ahead, diffs = rows_of(forward, "commits"), rows_of(forward, "diffs")
        return Later(
            commits=[str(row.get("id")) for row in ahead],
            files=frozenset(str(row[key]) for row in diffs for key in ("newPath", "oldPath") if row.get(key)),
            is_on_branch=not rows_of(back, "commits"),
            is_whole=_whole(forward, ahead, diffs),
        )

    def _listed(self, state: str) -> list[dict[str, Any]]:
        path = f"/codeup/organizations/{self._organization}/changeRequests"
        query = {"projectIds": self._repository, "state": state, "orderBy": "updated_at", "sort": "desc"}
        return one_page(self._web, path, **query, page="1", perPage="100")

    def _explained(self, what: str) -> Any:
        return explained(f"{what} of {self._repository}", _READ)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comments:
    """The comments of one merge request."""

    web: Web
    what: str
    root: str
    me: str

    def all(self) -> list[Note]:
        """Return every one of them, oldest first."""
        with explained(self.what, _WRITE):
            body = {"comment_type": "GLOBAL_COMMENT", "state": "OPENED"}
            rows = self.web.send("POST", f"{self.root}/comments/list", body=body, reads=True).value
        if not isinstance(rows, list):
            raise PlatformError(f"{self.web.base} did not answer with a list")
        found = [
            row for row in rows if isinstance(row, dict) and row.get("comment_biz_id") and not row.get("is_deleted")
        ]
        return [self._note(row) for row in sorted(found, key=lambda row: str(row.get("comment_time") or ""))]

    def add(self, title: str, body: str) -> Note:
        """Write a new comment, on the newest version of the request's source."""
        del title
        check_length(self.what, body, COMMENT_LIMIT)
        with explained(self.what, _WRITE):
            version = self._newest_version()
            row = self.web.send("POST", f"{self.root}/comments", body={**_new(version), "content": body}).value
        if not isinstance(row, dict) or not row.get("comment_biz_id"):
            raise PlatformError(f"{self.what}: the answer is not what was written", lost=True)
        return self._note(row)

    def edit(self, note: Note, title: str, body: str, *, is_open: bool = True) -> Note:
        """Replace the text."""
        del title, is_open
        check_length(self.what, body, COMMENT_LIMIT)
        self._put(note, {"content": body})
        return Note(id=note.id, body=body, mine=True, url=note.url)

    def remove(self, note: Note) -> None:
        """Write into the comment that it was replaced, and mark it as resolved: Codeup can delete none."""
        self._put(note, {"content": _REPLACED, "resolved": True})

    def _put(self, note: Note, body: Mapping[str, Any]) -> None:
        with explained(self.what, _WRITE):
            self.web.send("PUT", f"{self.root}/comments/{quote(str(note.id), safe='')}", body=body)

    def _newest_version(self) -> str:
        rows = one_page(self.web, f"{self.root}/diffs/patches")
        sources = [row for row in rows if row.get("relatedMergeItemType", "MERGE_SOURCE") == "MERGE_SOURCE"]
        newest = max(sources, key=lambda row: row.get("versionNo") or 0, default={})
        return str(newest.get("patchSetBizId") or "")

    def _note(self, row: Mapping[str, Any]) -> Note:
        return Note(
            id=str(row["comment_biz_id"]),
            body=plain_lines(row.get("content")),
            mine=self.me in (inner(row, "author", "userId"), inner(row, "author", "username")),
        )


def _new(version: str) -> dict[str, Any]:
    return {"comment_type": "GLOBAL_COMMENT", "draft": False, "resolved": False, "patchset_biz_id": version}


def _number(row: Mapping[str, Any]) -> int | None:
    text = str(row.get("localId") or "")
    return int(text) if text.isascii() and text.isdigit() else None


def _whole(found: Mapping[str, Any], commits: Sequence[Any], files: Sequence[Any]) -> bool:
    """Return whether a comparison showed as much as it counted."""
    counts = (found.get("commits_count", len(commits)), found.get("files_count", len(files)))
    return counts == (len(commits), len(files))


def _headers(token: str) -> dict[str, str]:
    return {"x-yunxiao-token": token}


def _job(environ: Mapping[str, str]) -> Job:
    commit, pipeline = environ.get("CI_COMMIT_SHA", ""), environ.get("PIPELINE_ID", "")
    repository = environ.get("CODEUP_REPOSITORY", "")
    build = f"#{environ['BUILD_NUMBER']}" if environ.get("BUILD_NUMBER") else ""
    return Job(
        commit=commit,
        head=commit,
        branch=environ.get("CI_COMMIT_REF_NAME", ""),
        run=f"{environ.get('PIPELINE_NAME', '')} {build}".strip(),
        run_url=f"https://flow.aliyun.com/pipelines/{pipeline}/current" if pipeline.isdigit() else "",
        commit_url=f"https://codeup.aliyun.com/{repository}/commit/{commit}" if repository and commit else "",
    )


def _opened_from(host: Host, job: Job) -> list[int]:
    return host.opened_from(job.branch) if isinstance(host, Codeup) and job.branch else []


CODEUP = Platform(
    name="codeup",
    title="Codeup",
    variables=Variables(
        running="BUILD_EXECUTOR",
        api="YUNXIAO_API_URL",
        repository=("CODEUP_REPOSITORY",),
        token=("YUNXIAO_TOKEN", "YUNXIAO_ACCESS_TOKEN"),
    ),
    official="https://openapi-rdc.aliyuncs.com/oapi/v1",
    limits=Limits(comment=COMMENT_LIMIT),
    repository=r"[0-9a-fA-F]{8,64}(/[\w.-]+)+",
    advice=f"Make a personal access token with {_WRITE}, and keep it as a secret variable of the pipeline.",
    headers=_headers,
    job=_job,
    open=Codeup,
    written="ORGANIZATION_ID/PATH",
    opened_from=_opened_from,
)
