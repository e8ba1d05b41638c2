"""Order in time on any host: how long the request of a commit is waited for, and which earlier requests still count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import pytest

from reconciler.ci.host_texts import Note
from reconciler.ci.marker import Marker
from reconciler.ci.order import PAUSES, requests_of, since_the_last_apply
from reconciler.ci.platform import Host, Job, Later, Merged

WANTED = Marker(purpose="plan", project="vision", target="prod")
APPLIED = Marker(purpose="apply", project="vision", target="prod", ended="done")


@dataclass
class Comments:
    """The comments of one request, all ours."""

    bodies: Sequence[str]

    def all(self) -> list[Note]:
        return [Note(id=number, body=body, mine=True) for number, body in enumerate(self.bodies)]


@dataclass
class PlainHost:
    """What a host answers, as data."""

    known_after: int = 0
    """How many questions it does not know the request of a commit yet."""
    merged: Sequence[Merged] = ()
    commits: Sequence[str] = ()
    said: Mapping[int, Sequence[str]] = field(default_factory=dict)
    asked: int = 0
    read: list[int] = field(default_factory=list)

    def requests_of(self, _commit: str) -> list[int]:
        self.asked += 1
        return [7] if self.asked > self.known_after else []

    def comments(self, number: int) -> Comments:
        self.read.append(number)
        return Comments(self.said.get(number, ()))

    def merged_into(self, _branch: str) -> Sequence[Merged]:
        return self.merged

    def history(self, commit: str) -> Sequence[str]:
        return self.commits[self.commits.index(commit) :]

    def later(self, _commit: str, _branch: str) -> Later:
        return Later()


def as_host(host: PlainHost) -> Host:
    return cast(Host, host)


@pytest.mark.parametrize(
    ("known_after", "longest", "pauses", "found"),
    [
        (0, 60.0, [], [7]),
        (1, 60.0, [1.0], [7]),
        (3, 60.0, [1.0, 2.0, 4.0], [7]),
        (3, 7.0, [1.0, 2.0, 4.0], [7]),
        (3, 6.9, [1.0, 2.0], []),
        (1, 0.0, [], []),
        (1000, 1000.0, list(PAUSES), []),
    ],
)
def test_the_request_of_a_commit_is_asked_for_until_it_is_known_or_the_time_is_up(
    known_after: int, longest: float, pauses: list[float], found: list[int]
) -> None:
    host, slept = PlainHost(known_after=known_after), list[float]()
    assert requests_of(as_host(host), "c", longest=longest, sleep=slept.append) == found
    assert slept == pauses
    assert host.asked == len(pauses) + 1


def merged(number: int, *commits: str) -> Merged:
    return Merged(number=number, commits=frozenset(commits))


def test_earlier_requests_are_read_newest_first_by_the_newest_commit_of_each() -> None:
    """A request that was merged as several commits counts from its last one on; one of another branch does not."""
    host = PlainHost(
        commits=["f", "e", "d", "c", "b", "a"],
        merged=[merged(1, "a", "e"), merged(2, "d", "b"), merged(3, "c"), merged(4, "x"), merged(9, "f")],
    )
    job = Job(commit="f", branch="main")
    assert [said.number for said in since_the_last_apply(as_host(host), job, WANTED, 9)] == [9, 1, 2, 3]


def test_what_is_older_than_the_last_apply_is_not_read() -> None:
    host = PlainHost(
        commits=["c", "b", "a"],
        merged=[merged(1, "a"), merged(2, "b"), merged(3, "c")],
        said={2: [f"{APPLIED}\ndone"], 1: [f"{WANTED}\nshown"]},
    )
    job = Job(commit="c", branch="main")
    assert [said.number for said in since_the_last_apply(as_host(host), job, WANTED, 3)] == [3]
    assert host.read == [3, 2]


def test_where_no_branch_is_built_only_the_own_request_counts() -> None:
    host = PlainHost(commits=["c", "b"], merged=[merged(1, "b")])
    assert [said.number for said in since_the_last_apply(as_host(host), Job(commit="c"), WANTED, 3)] == [3]
