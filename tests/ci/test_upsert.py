"""One comment and one issue per target, whatever is there before and whoever wrote it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ci.conftest import github_place
from ci.github_server import BOT, LONGEST, PERSON, TOKEN, GitHubServer
from ci.gitlab_server import GitLabServer
from ci.loopback import Reply
from reconciler.ci import Coverage, Marker, PlatformError, open_host, report_drift, upsert_comment
from reconciler.ci.drift_history import History, News
from reconciler.ci.host_texts import Texts
from reconciler.ci.platform import Host
from reconciler.ci.upsert import Did
from reconciler.http.bounds import Bounds

PROD = Marker(purpose="plan", project="vision", target="prod", plan_id="abc", covers=Coverage(("d1", "d2")))
STAGING = Marker(purpose="plan", project="vision", target="staging", plan_id="abc")
DRIFT = Marker(purpose="drift", project="vision", target="prod", plan_id="abc")


def body(marker: Marker, text: str) -> str:
    return f"{marker}\n{text}"


def test_the_first_plan_is_a_new_comment_and_the_second_edits_it(github: GitHubServer, on_github: Host) -> None:
    first = upsert_comment(on_github.comments(7), PROD, body(PROD, "one"))
    again = upsert_comment(on_github.comments(7), PROD, body(PROD, "one"))
    second = upsert_comment(on_github.comments(7), PROD, body(PROD, "two"))
    assert [first.did, again.did, second.did] == [Did.CREATED, Did.UNCHANGED, Did.UPDATED]
    assert github.bodies() == [body(PROD, "two")]
    assert first.url == second.url


def test_each_target_and_purpose_has_its_own(github: GitHubServer, on_github: Host) -> None:
    applied = Marker(purpose="apply", project="vision", target="prod")
    for marker in (PROD, STAGING, applied):
        upsert_comment(on_github.comments(7), marker, body(marker, "x"))
    assert len(github.bodies()) == 3


def test_ours_is_found_on_the_last_page(github: GitHubServer, on_github: Host) -> None:
    for number in range(230):
        github.add_comment(f"chatter {number}", PERSON)
    github.add_comment(body(PROD, "old"))
    assert upsert_comment(on_github.comments(7), PROD, body(PROD, "new")).did is Did.UPDATED
    assert github.bodies()[-1] == body(PROD, "new")


def test_copies_go_and_the_oldest_stays(github: GitHubServer, on_github: Host) -> None:
    for text in ("a", "b", "c"):
        github.add_comment(body(PROD, text))
    done = upsert_comment(on_github.comments(7), PROD, body(PROD, "new"))
    assert (done.did, done.removed) == (Did.UPDATED, 2)
    assert github.bodies() == [body(PROD, "new")]


def test_a_copy_that_cannot_be_deleted_is_told_and_no_failure(github: GitHubServer, on_github: Host) -> None:
    for text in ("a", "b", "c"):
        github.add_comment(body(PROD, text))
    github.misbehave("DELETE", Reply(403, {"message": "no"}))
    github.misbehave("DELETE", Reply(404, {"message": "gone already"}))
    done = upsert_comment(on_github.comments(7), PROD, body(PROD, "new"))
    assert done.removed == 1
    assert len(done.kept) == 1


def test_a_comment_of_somebody_else_with_our_marker_is_left_alone(github: GitHubServer, on_github: Host) -> None:
    forged = github.add_comment(body(PROD, "all is well"), PERSON)
    assert upsert_comment(on_github.comments(7), PROD, body(PROD, "the plan")).did is Did.CREATED
    assert forged["body"] == body(PROD, "all is well")


def test_a_comment_that_quotes_ours_is_left_alone(github: GitHubServer, on_github: Host) -> None:
    github.add_comment(f"> see\n{body(PROD, 'quoted')}")
    assert upsert_comment(on_github.comments(7), PROD, body(PROD, "the plan")).did is Did.CREATED


def test_the_token_of_a_person_tells_who_we_are(bounds: Bounds) -> None:
    from ci.loopback import serving  # noqa: PLC0415

    host = GitHubServer(login="release-manager")
    with serving(host), open_host(github_place(host), bounds) as platform:
        host.add_comment(body(PROD, "a bot's"))
        upsert_comment(platform.comments(7), PROD, body(PROD, "one"))
        upsert_comment(platform.comments(7), PROD, body(PROD, "two"))
    assert host.bodies() == [body(PROD, "a bot's"), body(PROD, "two")]


NO_VIEWER = [
    Reply(200, {"data": {"viewer": each}}) for each in (None, {}, {"login": ""}, {"login": None}, {"login": 5})
]


@pytest.mark.parametrize("fault", [*NO_VIEWER, Reply(200, []), Reply(403, {}), Reply(502, {})])
def test_who_we_are_is_asked_before_anything_is_written(github: GitHubServer, on_github: Host, fault: Reply) -> None:
    github.misbehave("POST /graphql", fault)
    with pytest.raises(PlatformError, match="whose token this is cannot be found out"):
        upsert_comment(on_github.comments(7), PROD, body(PROD, "x"))
    assert github.bodies() == []
    assert [call for call in github.calls() if "/repos" in call] == []


def test_a_host_that_fails_is_not_taken_for_one_that_does_not_know_the_user(
    github: GitHubServer, on_github: Host
) -> None:
    github.misbehave("GET /user", Reply(502, {}), times=9)
    with pytest.raises(PlatformError, match="whose token this is cannot be found out"):
        on_github.account()
    assert github.calls("POST /graphql") == []


def test_a_pull_request_with_the_drift_label_is_no_drift_issue(github: GitHubServer, on_github: Host) -> None:
    """The host lists pull requests among the issues."""
    request = {"number": 1, "body": str(DRIFT), "state": "open", "labels": ["dlc-drift"], "user": BOT}
    github.issues.append({**request, "pull_request": {"url": "https://github.example/pulls/1"}})
    assert told(on_github.issues(), 1) == Did.CREATED
    assert len(github.issues) == 2


def test_another_bot_with_our_first_line_is_not_us(github: GitHubServer, on_github: Host) -> None:
    other = github.add_comment(body(PROD, "all is well"), {"login": "helper[bot]", "type": "Bot"})
    assert upsert_comment(on_github.comments(7), PROD, body(PROD, "the plan")).did is Did.CREATED
    assert other["body"] == body(PROD, "all is well")


def test_a_plan_with_nothing_to_do_makes_no_comment_but_edits_one(github: GitHubServer, on_github: Host) -> None:
    assert upsert_comment(on_github.comments(7), PROD, body(PROD, "x"), create=False).did is Did.NOTHING
    github.add_comment(body(PROD, "something to do"))
    assert upsert_comment(on_github.comments(7), PROD, body(PROD, "nothing"), create=False).did is Did.UPDATED


def test_a_comment_whose_answer_was_lost_is_looked_for(github: GitHubServer, on_github: Host) -> None:
    github.misbehave("POST /repos", Reply(502, {"message": "bad gateway"}, after_acting=True))
    assert upsert_comment(on_github.comments(7), PROD, body(PROD, "x")).did is Did.CREATED
    assert github.bodies() == [body(PROD, "x")]
    assert len(github.calls("POST /repos")) == 1


def test_a_comment_that_really_failed_is_an_error(github: GitHubServer, on_github: Host) -> None:
    github.misbehave("POST /repos", Reply(502, {"message": "bad gateway"}))
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
def test_a_refusal_says_what_would_help(github: GitHubServer, on_github: Host, fault: Reply, said: str) -> None:
    github.misbehave("POST /repos", fault)
    with pytest.raises(PlatformError) as refused:
        upsert_comment(on_github.comments(7), PROD, body(PROD, "x"))
    assert said in refused.value.hint
    assert TOKEN not in refused.value.message + refused.value.hint


def test_a_text_over_the_limit_is_not_even_sent(github: GitHubServer, on_github: Host) -> None:
    with pytest.raises(PlatformError, match=f"has {LONGEST + 1} characters, the limit is {LONGEST}"):
        upsert_comment(on_github.comments(7), PROD, "x" * (LONGEST + 1))
    assert github.calls("POST /repos") == []
    upsert_comment(on_github.comments(7), PROD, "\U0001f4a5" * (LONGEST // 2))
    with pytest.raises(PlatformError, match=f"has {LONGEST + 2} characters"):
        upsert_comment(on_github.comments(7), PROD, "\U0001f4a5" * (LONGEST // 2 + 1))


def told(texts: Texts, day: int, text: str = "", *, drifted: bool = True) -> Did:
    """What a run of the given day says about drift."""
    news = News(drifted=drifted, at=f"2026-03-{day:02} 05:23 UTC")
    return report_drift(texts, DRIFT, "Drift", lambda history: body(DRIFT, f"{text}\n{history}"), news).did


def test_drift_is_one_issue_that_closes_and_opens_again(github: GitHubServer, on_github: Host) -> None:
    forged = {"number": 1, "body": str(DRIFT), "state": "open", "labels": ["dlc-drift"], "user": PERSON}
    github.issues.append(forged)
    did = [told(on_github.issues(), day, text) for day, text in ((1, "a"), (2, "a"), (3, "b"))]
    assert did == [Did.CREATED, Did.UNCHANGED, Did.UPDATED]
    github.issues[1]["labels"].append("urgent")
    did = [told(on_github.issues(), day, drifted=drifted) for day, drifted in ((4, False), (5, False), (6, True))]
    assert did == [Did.CLOSED, Did.NOTHING, Did.REOPENED]
    ours = github.issues[1]
    assert (ours["state"], ours["labels"]) == ("open", ["dlc-drift", "urgent"])
    assert ours["body"].split("#### History\n\n")[1].splitlines() == [
        "- 2026-03-01 05:23 UTC: drift found",
        "- 2026-03-04 05:23 UTC: no drift any more",
        "- 2026-03-06 05:23 UTC: drift found",
    ]
    assert len(github.issues) == 2
    assert forged == {"number": 1, "body": str(DRIFT), "state": "open", "labels": ["dlc-drift"], "user": PERSON}


def test_a_history_is_short_and_takes_over_nothing_that_people_wrote_into_it() -> None:
    history = History()
    for day in range(1, 29):
        news = News(drifted=day % 2 == 1, at=f"2026-03-{day:02} 05:23 UTC")
        history = History.read(f"text\n{history}- <script> drift found\n- @everyone\n").after(news)
    assert [when[8:10] for when, _ in history.events] == [str(day) for day in range(19, 29)]
    assert "script" not in str(history)


def test_gitlab_has_one_note_and_one_issue_too(gitlab: GitLabServer, on_gitlab: Host) -> None:
    gitlab.add_note(body(PROD, "forged"), "mallory")
    gitlab.add_note(body(PROD, "of the system"), system=True)
    for number in range(120):
        gitlab.add_note(f"chatter {number}", "somebody")
    for text in ("one", "two"):
        upsert_comment(on_gitlab.comments(7), PROD, body(PROD, text))
    ours = [row["body"] for row in gitlab.notes[7] if row["author"]["username"] == "deploy-bot" and not row["system"]]
    assert ours == [body(PROD, "two")]
    states = []
    for day, drifted in enumerate((True, True, False, True), 1):
        told(on_gitlab.issues(), day, drifted=drifted)
        states.append([issue["state"] for issue in gitlab.issues])
    assert states == [["opened"], ["opened"], ["closed"], ["opened"]]


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


@pytest.mark.parametrize(
    ("shown", "total", "is_whole"),
    [((1, 299), 1, True), ((1, 300), 1, False), ((250, 1), 250, True), ((250, 1), 251, False), ((0, 0), 0, True)],
)
def test_a_comparison_is_whole_below_the_most_that_the_host_shows(
    github: GitHubServer, on_github: Host, shown: tuple[int, int], total: int, is_whole: bool
) -> None:
    """300 files may be the first 300 of more."""
    commits, files = shown
    body = {
        "status": "ahead",
        "total_commits": total,
        "commits": [{"sha": f"{number:040x}"} for number in range(commits)],
        "files": [{"filename": f"{number}.yaml"} for number in range(files)],
    }
    github.misbehave("GET .*/compare/", Reply(200, body))
    later = on_github.later("c" * 40, "main")
    assert later.is_whole is is_whole
    assert (len(later.commits), len(later.files)) == shown
