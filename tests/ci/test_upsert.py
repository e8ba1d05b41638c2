"""One comment and one issue per target, whatever is there before and whoever wrote it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ci.conftest import github_place
from ci.github_server import LONGEST, PERSON, TOKEN, GitHubServer
from ci.gitlab_server import GitLabServer
from ci.loopback import Reply
from reconciler.ci import Coverage, Marker, PlatformError, WebOptions, open_platform, report_drift, upsert_comment
from reconciler.ci.platforms import Platform
from reconciler.ci.upsert import Did

PROD = Marker(purpose="plan", project="vision", target="prod", plan_id="abc", covers=Coverage(("d1", "d2")))
STAGING = Marker(purpose="plan", project="vision", target="staging", plan_id="abc")
DRIFT = Marker(purpose="drift", project="vision", target="prod", plan_id="abc")


def body(marker: Marker, text: str) -> str:
    return f"{marker}\n{text}"


def test_the_first_plan_is_a_new_comment_and_the_second_edits_it(github: GitHubServer, on_github: Platform) -> None:
    first = upsert_comment(on_github.comments(7), PROD, body(PROD, "one"))
    again = upsert_comment(on_github.comments(7), PROD, body(PROD, "one"))
    second = upsert_comment(on_github.comments(7), PROD, body(PROD, "two"))
    assert [first.did, again.did, second.did] == [Did.CREATED, Did.UNCHANGED, Did.UPDATED]
    assert github.bodies() == [body(PROD, "two")]
    assert first.url == second.url


def test_each_target_and_purpose_has_its_own(github: GitHubServer, on_github: Platform) -> None:
    applied = Marker(purpose="apply", project="vision", target="prod")
    for marker in (PROD, STAGING, applied):
        upsert_comment(on_github.comments(7), marker, body(marker, "x"))
    assert len(github.bodies()) == 3


def test_ours_is_found_on_the_last_page(github: GitHubServer, on_github: Platform) -> None:
    for number in range(230):
        github.add_comment(f"chatter {number}", PERSON)
    github.add_comment(body(PROD, "old"))
    assert upsert_comment(on_github.comments(7), PROD, body(PROD, "new")).did is Did.UPDATED
    assert github.bodies()[-1] == body(PROD, "new")


def test_copies_go_and_the_oldest_stays(github: GitHubServer, on_github: Platform) -> None:
    for text in ("a", "b", "c"):
        github.add_comment(body(PROD, text))
    done = upsert_comment(on_github.comments(7), PROD, body(PROD, "new"))
    assert (done.did, done.removed) == (Did.UPDATED, 2)
    assert github.bodies() == [body(PROD, "new")]


def test_a_copy_that_cannot_be_deleted_is_told_and_no_failure(github: GitHubServer, on_github: Platform) -> None:
    for text in ("a", "b", "c"):
        github.add_comment(body(PROD, text))
    github.misbehave("DELETE", Reply(403, {"message": "no"}))
    github.misbehave("DELETE", Reply(404, {"message": "gone already"}))
    done = upsert_comment(on_github.comments(7), PROD, body(PROD, "new"))
    assert done.removed == 1
    assert len(done.kept) == 1


def test_a_comment_of_somebody_else_with_our_marker_is_left_alone(github: GitHubServer, on_github: Platform) -> None:
    forged = github.add_comment(body(PROD, "all is well"), PERSON)
    assert upsert_comment(on_github.comments(7), PROD, body(PROD, "the plan")).did is Did.CREATED
    assert forged["body"] == body(PROD, "all is well")


def test_a_comment_that_quotes_ours_is_left_alone(github: GitHubServer, on_github: Platform) -> None:
    github.add_comment(f"> see\n{body(PROD, 'quoted')}")
    assert upsert_comment(on_github.comments(7), PROD, body(PROD, "the plan")).did is Did.CREATED


def test_the_token_of_a_person_tells_who_we_are(options: WebOptions) -> None:
    from ci.loopback import serving  # noqa: PLC0415

    host = GitHubServer(login="release-manager")
    with serving(host), open_platform(github_place(host), options) as platform:
        host.add_comment(body(PROD, "a bot's"))
        upsert_comment(platform.comments(7), PROD, body(PROD, "one"))
        upsert_comment(platform.comments(7), PROD, body(PROD, "two"))
    assert host.bodies() == [body(PROD, "a bot's"), body(PROD, "two")]


def test_a_plan_with_nothing_to_do_makes_no_comment_but_edits_one(github: GitHubServer, on_github: Platform) -> None:
    assert upsert_comment(on_github.comments(7), PROD, body(PROD, "x"), create=False).did is Did.NOTHING
    github.add_comment(body(PROD, "something to do"))
    assert upsert_comment(on_github.comments(7), PROD, body(PROD, "nothing"), create=False).did is Did.UPDATED


def test_a_comment_whose_answer_was_lost_is_looked_for(github: GitHubServer, on_github: Platform) -> None:
    github.misbehave("POST", Reply(502, {"message": "bad gateway"}, after_acting=True))
    assert upsert_comment(on_github.comments(7), PROD, body(PROD, "x")).did is Did.CREATED
    assert github.bodies() == [body(PROD, "x")]
    assert len(github.calls("POST")) == 1


def test_a_comment_that_really_failed_is_an_error(github: GitHubServer, on_github: Platform) -> None:
    github.misbehave("POST", Reply(502, {"message": "bad gateway"}))
    with pytest.raises(PlatformError, match="502"):
        upsert_comment(on_github.comments(7), PROD, body(PROD, "x"))


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Reply(401, {"message": "Bad credentials"}), "wrong or has expired"),
        (Reply(403, {"message": "Resource not accessible by integration"}), "`pull-requests: write`"),
        (Reply(404, {"message": "Not Found"}), "There is no pull request acme/models#7"),
        (Reply(422, {"message": "Validation Failed", "errors": ["too long"]}), f"the limit is {LONGEST}"),
    ],
)
def test_a_refusal_says_what_would_help(github: GitHubServer, on_github: Platform, fault: Reply, said: str) -> None:
    github.misbehave("POST", fault)
    with pytest.raises(PlatformError) as refused:
        upsert_comment(on_github.comments(7), PROD, body(PROD, "x"))
    assert said in refused.value.hint
    assert TOKEN not in refused.value.message + refused.value.hint


def test_a_text_over_the_limit_is_not_even_sent(github: GitHubServer, on_github: Platform) -> None:
    with pytest.raises(PlatformError, match=f"has {LONGEST + 1} characters, the limit is {LONGEST}"):
        upsert_comment(on_github.comments(7), PROD, "x" * (LONGEST + 1))
    assert github.calls("POST") == []
    upsert_comment(on_github.comments(7), PROD, "\U0001f4a5" * LONGEST)
    assert len(github.bodies()[0]) == LONGEST


def test_drift_is_one_issue_that_closes_when_all_is_well(github: GitHubServer, on_github: Platform) -> None:
    github.issues.append(
        {"number": 1, "body": str(DRIFT), "state": "open", "labels": ["dlc-drift"], "pull_request": {}, "user": {}}
    )
    did = [
        report_drift(on_github.issues(), DRIFT, "Drift", body(DRIFT, str(day)), clean=False).did for day in (1, 1, 2)
    ]
    assert did == [Did.CREATED, Did.UNCHANGED, Did.UPDATED]
    github.issues[1]["labels"].append("urgent")
    report_drift(on_github.issues(), DRIFT, "Drift", body(DRIFT, "3"), clean=False)
    assert github.issues[1]["labels"] == ["dlc-drift", "urgent"]
    assert report_drift(on_github.issues(), DRIFT, "Drift", "", clean=True).did is Did.CLOSED
    assert [issue["state"] for issue in github.issues] == ["open", "closed"]
    assert report_drift(on_github.issues(), DRIFT, "Drift", "", clean=True).did is Did.NOTHING
    report_drift(on_github.issues(), DRIFT, "Drift", body(DRIFT, "again"), clean=False)
    assert [issue["state"] for issue in github.issues] == ["open", "closed", "open"]


def test_gitlab_has_one_note_and_one_issue_too(gitlab: GitLabServer, on_gitlab: Platform) -> None:
    gitlab.add_note(body(PROD, "forged"), "mallory")
    gitlab.add_note(body(PROD, "of the system"), system=True)
    for number in range(120):
        gitlab.add_note(f"chatter {number}", "somebody")
    for text in ("one", "two"):
        upsert_comment(on_gitlab.comments(7), PROD, body(PROD, text))
    ours = [row["body"] for row in gitlab.notes[7] if row["author"]["username"] == "deploy-bot" and not row["system"]]
    assert ours == [body(PROD, "two")]
    for clean in (False, False, True):
        report_drift(on_gitlab.issues(), DRIFT, "Drift", body(DRIFT, "x"), clean=clean)
    assert [issue["state"] for issue in gitlab.issues] == ["closed"]


@given(st.text(), st.text(), st.text())
@example("a--b---c", "--> x", "--!>")
def test_a_marker_is_read_back_and_cannot_end_its_html_comment(project: str, target: str, plan_id: str) -> None:
    marker = Marker(purpose="plan", project=project, target=target, plan_id=plan_id)
    text = str(marker)
    assert Marker.read(f"{text}\nmore") == marker
    assert "--" not in text.removeprefix("<!--").removesuffix("-->")
    assert "\n" not in text


def test_only_the_first_line_is_a_marker() -> None:
    assert Marker.read(f"\n{PROD}") is None
    assert Marker.read("<!-- something else -->") is None
    assert PROD.is_of(body(STAGING, "x")) is False
