"""Which of the requests that a commit belongs to is asked: merged ones only, and first the one whose merge made it."""

from __future__ import annotations

from itertools import permutations
from typing import Any, cast

import pytest

from reconciler.ci.codeup import Codeup
from reconciler.ci.gitee import Gitee
from reconciler.ci.github import GitHub
from reconciler.ci.gitlab import GitLab
from reconciler.ci.web import PlatformError, Web

COMMIT = "feedc0de" * 5
ROWS: list[dict[str, Any]] = [
    {"number": 12, "merged_at": "2026-03-01T12:00:00Z", "merge_commit_sha": COMMIT},
    {"number": 31, "merged_at": "2026-03-01T12:00:00Z", "merge_commit_sha": "0" * 40},
    {"number": 7, "merged_at": "2026-03-01T12:00:00Z", "merge_commit_sha": None},
    {"number": 99, "merged_at": None, "merge_commit_sha": COMMIT},
    {"number": "x", "merged_at": "2026-03-01T12:00:00Z", "merge_commit_sha": COMMIT},
]


class OneAnswer:
    """A host that knows these requests of every commit."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows

    def pages(self, _path: str) -> list[dict[str, Any]]:
        return self.rows


@pytest.mark.parametrize("rows", list(permutations(ROWS))[::7])
def test_the_request_whose_merge_made_the_commit_comes_first(rows: tuple[dict[str, Any], ...]) -> None:
    host = GitHub(cast(Web, OneAnswer(list(rows))), "acme/models", "bot")
    assert host.requests_of(COMMIT) == [12, 31, 7]


class Refusing:
    """A host that refuses everything."""

    def pages(self, _path: str, **_query: str) -> list[dict[str, Any]]:
        raise PlatformError("not found", status=404)

    get = pages


HOSTS = [Codeup, Gitee, GitHub, GitLab]


@pytest.mark.parametrize("asked", ["requests_of", "history", "later"])
@pytest.mark.parametrize("kind", HOSTS)
def test_a_refusal_names_the_repository_and_a_commit_as_git_shortens_it(kind: Any, asked: str) -> None:
    host = kind(cast(Web, Refusing()), "acme/models", "bot")
    with pytest.raises(PlatformError, match=r"of acme/models: not found") as caught:
        getattr(host, asked)(*[COMMIT, "main"][: 2 if asked == "later" else 1])
    assert COMMIT[:13] not in str(caught.value)
    assert COMMIT[:12] in str(caught.value) or "commit" not in str(caught.value)
