"""GitHub and GitLab behind one port: comments of a request, drift issues, which requests brought a commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from reconciler.ci.github import GitHub
from reconciler.ci.gitlab import GitLab
from reconciler.ci.place import GITHUB, Place
from reconciler.ci.texts import Texts
from reconciler.ci.web import Web, WebOptions, user_agent


class Platform(Protocol):
    """What both hosts can do."""

    longest: int
    """How many characters a comment may have."""

    def comments(self, number: int) -> Texts:
        """The comments of a pull or merge request."""

    def issues(self) -> Texts:
        """The open drift issues."""

    def requests_of(self, commit: str) -> list[int]:
        """The merged requests that brought a commit."""


@contextmanager
def open_platform(place: Place, options: WebOptions | None = None, *, author: str = "") -> Iterator[Platform]:
    """The host of a place. `author`: whose texts count as ours, when another account than the token's wrote them."""
    header = {"Authorization": f"Bearer {place.token}"} if place.platform == GITHUB else {"PRIVATE-TOKEN": place.token}
    extra = (
        {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if place.platform == GITHUB
        else {}
    )
    web = Web(place.api, {**user_agent(), **header, **extra}, place.token, options or WebOptions())
    try:
        yield (GitHub if place.platform == GITHUB else GitLab)(web, place.repository, author)
    finally:
        web.close()
