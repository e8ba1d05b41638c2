"""What is particular about Codeup and Gitee: what they lack is said, scopes are named, copies are kept in order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.commands import command

from ci.codeup_server import CodeupServer
from ci.gitee_server import GiteeServer
from ci.loopback import Reply, serving
from ci.scene import Scene
from ci.test_ci_commands import CI, a_plan, action
from reconciler.ci import Marker


@pytest.fixture
def ci(tmp_path: Path) -> CI:
    return CI(tmp_path)


@pytest.fixture
def codeup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    host = CodeupServer()
    with serving(host):
        yield Scene(host, tmp_path, monkeypatch)


@pytest.fixture
def gitee(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    host = GiteeServer()
    with serving(host):
        yield Scene(host, tmp_path, monkeypatch)


def test_a_codeup_token_without_the_scope_is_told_which(codeup: Scene, ci: CI) -> None:
    assert isinstance(codeup.host, CodeupServer)
    codeup.on_request()
    codeup.host.scopes = {"requests: read"}
    done = ci.run("comment", a_plan(action("a")))
    assert done.code == 1
    assert "merge request 60d54f3daccf2bbd6659f3ad/ai/models!7: " in done.err
    assert "answered 403: token has no permission" in done.err
    assert "`Code management / Merge requests: read and write` (代码管理 / 合并请求 / 读写)" in done.err
    codeup.host.scopes = {"requests: read", "requests: write"}
    assert ci.run("comment", a_plan(action("a"))).code == 0
    codeup.host.merge(7, "7" * 40)
    codeup.on_commit("7" * 40)
    done = ci.run("verify", a_plan(action("a")))
    assert (done.code, "`Code comparison`" in done.err) == (1, True), done.err


def test_a_codeup_token_that_expired_is_told(codeup: Scene, ci: CI, monkeypatch: pytest.MonkeyPatch) -> None:
    codeup.on_request()
    monkeypatch.setenv("YUNXIAO_TOKEN", "pt-old")
    done = ci.run("comment", a_plan(action("a")))
    assert (done.code, "wrong or has expired" in done.err, "pt-old" in done.err) == (1, True, False)
    monkeypatch.delenv("YUNXIAO_TOKEN")
    done = ci.run("comment", a_plan(action("a")))
    assert (done.code, "YUNXIAO_TOKEN or YUNXIAO_ACCESS_TOKEN is not set" in done.err) == (64, True)
    assert "合并请求" in done.err


def test_a_repository_of_codeup_begins_with_its_organization(codeup: Scene, ci: CI) -> None:
    codeup.on_request()
    done = ci.run("comment", a_plan(action("a")), "--repository", "acme/models")
    assert (done.code, "Add `--repository ORGANIZATION_ID/PATH`." in done.err) == (64, True)


def test_codeup_has_no_issues_and_says_what_there_is_instead(codeup: Scene, ci: CI) -> None:
    codeup.on_commit("7" * 40)
    done = ci.run("issue", a_plan(action("a")))
    assert (done.code, "Codeup keeps no issues" in done.err, "ci notify PLAN --drift" in done.err) == (1, True, True)


def test_copies_on_codeup_are_emptied_because_nothing_deletes_them(codeup: Scene, ci: CI) -> None:
    plan = a_plan(action("a"))
    codeup.on_request()
    assert ci.run("comment", plan).code == 0
    assert isinstance(codeup.host, CodeupServer)
    codeup.host.add_comment(codeup.only())
    codeup.host.add_comment(codeup.host.bodies()[0])
    done = ci.run("comment", a_plan(action("b")))
    assert done.out == "Comment updated, 2 older removed\n"
    assert Marker.read(codeup.host.bodies()[0]) is not None, "the oldest stays, whatever its id"
    assert [row["resolved"] for row in codeup.host.comments[7]] == [False, True, True]
    assert ci.run("comment", a_plan(action("b"))).out == "Comment unchanged\n"


def test_a_comment_of_codeup_whose_answer_is_lost_is_written_once(codeup: Scene, ci: CI) -> None:
    codeup.on_request()
    codeup.host.misbehave("POST .*/comments$", Reply(502, after_acting=True))
    assert ci.run("comment", a_plan(action("a"))).out == "Comment created\n"
    assert len(codeup.host.bodies()) == 1


def test_a_listing_of_codeup_is_asked_for_again_although_it_is_a_post(codeup: Scene, ci: CI) -> None:
    codeup.on_request()
    codeup.host.misbehave("POST .*/comments/list$", Reply(502))
    assert ci.run("comment", a_plan(action("a"))).code == 0


def test_a_request_that_flow_does_not_tell_is_found_by_its_branch_or_named(codeup: Scene, ci: CI) -> None:
    assert isinstance(codeup.host, CodeupServer)
    codeup.on_request(7)
    codeup.host.opened.clear()
    done = ci.run("comment", a_plan(action("a")), "--index-wait", "0")
    assert (done.code, "Add `--number N`." in done.err) == (64, True), done.err
    assert ci.run("comment", a_plan(action("a")), "--number", "7").code == 0
    codeup.host.opened[8] = "topic7"
    codeup.open(8)
    refused = ci.run("verify", a_plan(action("a")), "--index-wait", "0")
    assert refused.code == 3, "an open request is no review"


def test_drift_is_one_issue_on_gitee(gitee: Scene, ci: CI) -> None:
    gitee.on_commit("7" * 40)
    assert isinstance(gitee.host, GiteeServer)
    plans = (a_plan(action("a")), a_plan(action("b")), a_plan(), a_plan(action("c")))
    said = [ci.run("issue", plan).out.split(":")[0].strip() for plan in plans]
    assert said == ["Issue created", "Issue updated", "Issue closed", "Issue opened again"]
    (issue,) = gitee.host.issues
    assert (issue["labels"], issue["state"], issue["number"]) == ("dlc-drift", "open", "I5ABCD")


def test_a_gitee_repository_needs_its_owner(gitee: Scene, ci: CI, monkeypatch: pytest.MonkeyPatch) -> None:
    gitee.on_request()
    monkeypatch.delenv("GITEE_REPOSITORY")
    done = ci.run("comment", a_plan(action("a")))
    assert (done.code, "which repository? 'models' is not one" in done.err) == (64, True)
    assert ci.run("comment", a_plan(action("a")), "--repository", "acme/models").code == 0


@pytest.mark.parametrize("where", ["request", "branch"])
def test_jenkins_says_the_job_and_the_command_line_the_host(
    gitee: Scene, ci: CI, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    gitee.on_request()
    for name in ("GITEE_PIPELINE_NAME", "GITEE_PULL_ID", "GITEE_COMMIT", "GITEE_SOURCE_COMMIT", "GITEE_BRANCH"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("JENKINS_URL", "https://jenkins.example/")
    monkeypatch.setenv("JOB_NAME", "dlc")
    monkeypatch.setenv("BUILD_NUMBER", "12")
    monkeypatch.setenv("BUILD_URL", "https://jenkins.example/job/dlc/12/")
    monkeypatch.setenv("GIT_COMMIT", "7" * 40)
    unknown = ci.run("comment", a_plan(action("a")))
    assert (unknown.code, "Add `--platform NAME` for where the code is" in unknown.err) == (64, True)
    monkeypatch.setenv("DLC_RECONCILER_PLATFORM", "gitee")
    monkeypatch.setenv("CHANGE_ID", "7")
    assert ci.run("comment", a_plan(action("a"))).code == 0
    assert "[`dlc #12`](https://jenkins.example/job/dlc/12/)" in gitee.only()
    if where == "branch":
        gitee.host.merge(7, "7" * 40)
        monkeypatch.delenv("CHANGE_ID")
        monkeypatch.setenv("BRANCH_NAME", "main")
        done = ci.run("verify", a_plan(action("a")))
        assert (done.code, "acme/models 7" in done.out) == (0, True), done.err


def test_every_platform_can_be_named(ci: CI) -> None:
    done = command("ci", "comment", "--file", ci.save(a_plan(action("a"))), "--platform", "x")
    assert "Known are: github, gitlab, codeup, gitee." in done.err
