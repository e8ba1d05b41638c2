"""The HTTP client against a server that misbehaves: what is repeated, what never is, and what a person reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate

import pytest

from ci.github_server import TOKEN, GitHubServer
from ci.loopback import Hang, Reply
from reconciler.ci import PlatformError, Web
from reconciler.ci.web import checked_base
from reconciler.errors import UsageError
from reconciler.http.bounds import Bounds

COMMENTS = "/repos/acme/models/issues/7/comments"


HEADERS = {"User-Agent": "dlc-reconciler/test", "Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def web(github: GitHubServer, bounds: Bounds) -> Iterator[Web]:
    client = Web(github.url, HEADERS, TOKEN, bounds)
    yield client
    client.close()


@pytest.fixture
def impatient(github: GitHubServer, bounds: Bounds) -> Iterator[Web]:
    """For servers that do not answer; where they should, a busy machine may need longer than this."""
    client = Web(github.url, HEADERS, TOKEN, replace(bounds, read=0.1))
    yield client
    client.close()


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": formatdate(1_000_009, usegmt=True)}, 9.0),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1000030"}, 31.0),
        ({"RateLimit-Remaining": "0", "RateLimit-Reset": "1000030"}, 31.0),
        ({}, 60.0),
        ({"Retry-After": "soon"}, 60.0),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_rate_limit_is_waited_for_as_the_server_asks(
    github: GitHubServer, web: Web, waits: list[float], *, method: str, headers: dict[str, str], pause: float
) -> None:
    github.misbehave(".*", Reply(429, {"message": "You have exceeded a secondary rate limit"}, headers))
    web.send(method, COMMENTS, body={"body": "x"} if method == "POST" else None)
    assert waits == [pause]
    assert len(github.seen) == 2


def test_a_403_that_speaks_of_a_rate_limit_is_one_and_any_other_403_is_not(
    github: GitHubServer, web: Web, waits: list[float]
) -> None:
    github.misbehave(".*", Reply(403, {"message": "You have exceeded a secondary rate limit."}))
    web.get(COMMENTS)
    assert waits == [60.0]
    github.misbehave(".*", Reply(403, {"message": "Resource not accessible by integration"}))
    with pytest.raises(PlatformError, match="answered 403: Resource not accessible") as refused:
        web.get(COMMENTS)
    assert refused.value.status == 403
    assert waits == [60.0]


def test_a_limit_longer_than_our_patience_is_an_error_at_once_that_says_how_long(
    github: GitHubServer, web: Web, waits: list[float]
) -> None:
    github.misbehave(".*", Reply(429, {"message": "slow down"}, {"Retry-After": "3600"}))
    with pytest.raises(PlatformError, match="rate limit reached; it asks to wait 3600 s"):
        web.get(COMMENTS)
    assert waits == []


def test_a_read_is_repeated_a_bounded_number_of_times(github: GitHubServer, web: Web, waits: list[float]) -> None:
    github.misbehave(".*", Reply(502, raw=b"<html>bad gateway</html>"), times=9)
    with pytest.raises(PlatformError, match="answered 502: no explanation"):
        web.get(COMMENTS)
    assert waits == [1.0, 2.0, 4.0]
    assert len(github.seen) == 4


@pytest.mark.parametrize("fault", [Reply(502, {"message": "x"}), Reply(200, raw=b"<html>"), Hang()])
def test_a_write_that_creates_is_never_repeated_when_its_answer_is_lost(
    github: GitHubServer, impatient: Web, waits: list[float], fault: Reply | Hang
) -> None:
    github.misbehave("POST", fault)
    with pytest.raises(PlatformError) as lost:
        impatient.send("POST", COMMENTS, body={"body": "x"})
    assert lost.value.lost
    assert waits == []
    assert github.calls("POST") == [f"POST {COMMENTS}"]


def test_a_server_that_never_answers_ends_in_one_line(github: GitHubServer, impatient: Web) -> None:
    github.misbehave(".*", Hang(), times=9)
    with pytest.raises(PlatformError, match=r"did not answer within 0\.1 s"):
        impatient.get(COMMENTS)


def test_no_server_at_all_ends_in_one_line(bounds: Bounds, waits: list[float]) -> None:
    web = Web("http://127.0.0.1:9", {}, "", bounds)
    with pytest.raises(PlatformError, match="cannot be reached") as refused:
        web.send("POST", "/x", body={})
    assert not refused.value.lost
    assert len(waits) == 3
    web.close()


def test_a_redirect_is_not_followed(github: GitHubServer, web: Web) -> None:
    github.misbehave(".*", Reply(301, {"message": "Moved"}, {"Location": f"{github.url}/elsewhere"}))
    with pytest.raises(PlatformError, match="redirect, and the token is not sent elsewhere"):
        web.get(COMMENTS)
    assert len(github.seen) == 1


def test_the_token_is_taken_out_of_what_the_server_says(github: GitHubServer, web: Web) -> None:
    github.misbehave(".*", Reply(400, {"message": f"bad header: Bearer {TOKEN}"}))
    with pytest.raises(PlatformError) as refused:
        web.get(COMMENTS)
    assert "Bearer ***" in refused.value.message
    assert TOKEN not in refused.value.message
    assert TOKEN not in repr(web)


def test_every_page_is_read_from_this_server_alone(github: GitHubServer, web: Web) -> None:
    for number in range(250):
        github.add_comment(f"{number}")
    rows = list(web.pages(COMMENTS, per_page="100"))
    assert [row["body"] for row in rows] == [str(number) for number in range(250)]
    assert github.calls() == [f"GET {COMMENTS}"] * 3


def test_a_listing_that_is_no_list_is_an_error(github: GitHubServer, web: Web) -> None:
    github.misbehave(".*", Reply(200, {"message": "hello"}))
    with pytest.raises(PlatformError, match="did not answer with a list"):
        list(web.pages(COMMENTS))


@pytest.mark.parametrize(
    "text", ["", "api.github.com", "ftp://host", "https://user:secret@host", "http://example.com", "https://host?x=1"]
)
def test_an_address_that_would_show_the_token_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        checked_base(text)
    assert "secret" not in refused.value.message


def test_the_addresses_of_both_hosts_are_fine() -> None:
    assert checked_base("https://github.example.com/api/v3/") == "https://github.example.com/api/v3"
    assert checked_base("http://127.0.0.1:8080") == "http://127.0.0.1:8080"
