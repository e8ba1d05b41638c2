"""`dlc-reconciler ci ...` as a job runs it: what is written where, what is refused, and every message of a mistake."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from render.test_markdown import PARSER, leaves
from support.commands import Ended, command

from ci.github_server import LONGEST, TOKEN, GitHubServer
from ci.loopback import Reply
from reconciler.ci import Coverage, Marker
from reconciler.codes import finding
from reconciler.model import Action, FieldChange, Impact, Plan, Reason, ResourceId, SourceRef, Target, Verb
from reconciler.plan.codec import dumps, plan_id

HOSTILE = "```\n</details> <script>alert(1)</script> @everyone \x1b[31m \u202e"


def digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def action(name: str, verb: Verb = Verb.CREATE, text: str = "x") -> Action:
    return Action(
        verb=verb,
        id=ResourceId("JobTemplate", name),
        reason=Reason.ABSENT,
        changes=(FieldChange(path=("content", "UserCommand"), before="a", after=text),),
        intended={"digest": digest(name + text)},
    )


def a_plan(*actions: Action, target: str = "prod") -> Plan:
    where = Target(name=target, region="cn-shanghai", workspace_id="2002")
    manifests = {str(each.id): digest(each.id.name) for each in actions}
    return Plan(project="vision", target=where, actions=actions, manifests=manifests)


@pytest.fixture
def ci(tmp_path: Path) -> CI:
    return CI(tmp_path)


class CI:
    """Plans as files, and the commands on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, plan: Plan, name: str = "plan.json") -> Path:
        file = self.folder / name
        file.write_text(dumps(plan), encoding="utf-8")
        return file

    def run(self, name: str, plan: Plan, *arguments: str | Path) -> Ended:
        return command("ci", name, "--file", self.save(plan), *arguments)


def test_a_comment_is_edited_in_place_and_the_marker_covers_the_plan(ci: CI, github_job: GitHubServer) -> None:
    first = ci.run("comment", a_plan(action("a")))
    assert (first.code, first.err) == (0, "")
    assert first.out.startswith("Comment created: https://github.example/")
    plan = a_plan(action("a"), action("b"))
    assert ci.run("comment", plan).out.startswith("Comment updated")
    (body,) = github_job.bodies()
    marker = Marker.read(body)
    assert marker is not None
    assert (marker.project, marker.target, marker.covers) == ("vision", "prod", Coverage.of(plan))


def test_an_empty_plan_makes_no_comment(ci: CI, github_job: GitHubServer) -> None:
    assert ci.run("comment", a_plan()).out == "Comment not needed\n"
    ci.run("comment", a_plan(action("a")))
    assert ci.run("comment", a_plan()).out.startswith("Comment updated")


def test_two_thousand_actions_fit(ci: CI, github_job: GitHubServer) -> None:
    plan = a_plan(*(action(f"t{number:04}", text="long line\n" * 30) for number in range(2000)))
    done = ci.run("comment", plan, "--artifact-url", "https://github.example/a/1")
    assert done.code == 0, done.err
    (body,) = github_job.bodies()
    assert len(body.encode("utf-16-le")) // 2 <= LONGEST
    assert "https://github.example/a/1" in body
    covered = Marker.read(body)
    assert covered is not None
    assert covered.covers.uncovered(plan) == ()
    assert ci.run("verify", plan).code == 0
    smaller = ci.run("comment", plan, "--max-chars", "4000")
    assert smaller.code == 0, smaller.err
    assert len(github_job.bodies()[0]) <= 4000


def report(ci: CI, plan: Plan, status: str = "done", detail: str = "") -> Path:
    """What `apply --format json` would have printed."""
    outcomes = [{"action": str(each.key), "status": status, "detail": detail, "writes": 1} for each in plan.actions]
    file = ci.folder / "report.json"
    file.write_text(json.dumps({"plan_id": plan_id(plan), "outcomes": outcomes}), encoding="utf-8")
    return file


def test_hostile_texts_stay_texts(
    ci: CI, github_job: GitHubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = a_plan(action(HOSTILE, text=HOSTILE + "y" * 100_000))
    for name in ("GITHUB_WORKFLOW", "GITHUB_SHA", "GITHUB_RUN_ID", "GITHUB_REF_NAME", "GITHUB_SERVER_URL"):
        monkeypatch.setenv(name, HOSTILE)
    said = tmp_path / "said.txt"
    said.write_text(f"error: {HOSTILE}\n````\n", encoding="utf-8")
    for arguments in ((), ("--report", report(ci, plan, "failed", HOSTILE))):
        assert ci.run("comment", plan, *arguments).code == 0
        assert ci.run("summary", plan, *arguments).code == 0
    for state in ("planning", "outdated", "refused"):
        assert command("ci", "mark", state, "--file", ci.save(plan), "--said", said).code == 0
    texts = [*github_job.bodies(), (tmp_path / "summary.md").read_text(encoding="utf-8")]
    for text in texts:
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "<script>" not in "".join(
            token.content for token in leaves(PARSER.parse(text)) if token.type.startswith("html")
        )
    assert "`````text" in texts[0]


def test_the_summary_holds_the_plan(ci: CI, github_job: GitHubServer, tmp_path: Path) -> None:
    assert ci.run("summary", a_plan(action("a"))).code == 0
    assert "JobTemplate/a" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    (tmp_path / "summary.md").write_bytes(b"x" * 1024 * 1024)
    full = ci.run("summary", a_plan(action("a")))
    assert (full.code, "longer than 1048576 bytes" in full.err) == (1, True)


def test_a_summary_needs_a_file(ci: CI) -> None:
    assert ci.run("summary", a_plan(action("a"))).code == 64


def test_findings_of_a_plan_are_annotated_on_their_lines(ci: CI) -> None:
    found = finding("DLC001", "wrong", where=SourceRef("a.yaml", 3, 2))
    done = ci.run("annotate", replace(a_plan(action("a")), findings=(found,)), "--project", ci.folder)
    assert done.out.startswith("::error file=a.yaml,line=3,col=2,title=DLC001::wrong")


def test_drift_opens_edits_and_closes_one_issue(ci: CI, github_job: GitHubServer) -> None:
    plans = (a_plan(action("a")), a_plan(action("b")), a_plan(), a_plan(), a_plan(action("c")))
    said = [ci.run("issue", plan).out for plan in plans]
    assert [text.split(":")[0].strip() for text in said] == [
        "Issue created", "Issue updated", "Issue closed", "Issue not needed", "Issue opened again",
    ]  # fmt: skip
    (issue,) = github_job.issues
    assert issue["title"] == "Drift of vision at prod"
    assert issue["labels"] == ["dlc-drift"]


# ---- what a review covers ----


def reviewed(ci: CI, then: Plan, now: Plan) -> Ended:
    return command("ci", "verify", "--reviewed", ci.save(then, "then.json"), "--file", ci.save(now))


def test_the_rest_of_a_half_done_plan_is_covered(ci: CI) -> None:
    done = reviewed(ci, a_plan(action("a"), action("b")), a_plan(action("b")))
    assert (done.code, done.out.startswith("Every action (1) was reviewed in ")) == (0, True)


def test_who_is_reached_may_change_after_the_review(ci: CI) -> None:
    later = replace(action("a"), impact=Impact(notes=("37 jobs",)), notes=("another day",))
    assert reviewed(ci, a_plan(action("a")), a_plan(later)).code == 0


@pytest.mark.parametrize(
    "now",
    [
        a_plan(action("a"), action("new")),
        a_plan(action("a", Verb.UPDATE)),
        a_plan(action("a", text="other content")),
        a_plan(replace(action("a"), observed={"defaultVersion": 4})),
        a_plan(action("a"), target="staging"),
        replace(a_plan(action("a")), project="another"),
        replace(a_plan(action("a")), manifests={"JobTemplate/a": digest("edited")}),
    ],
)
def test_anything_else_is_refused_by_name(ci: CI, now: Plan) -> None:
    refused = reviewed(ci, a_plan(action("a")), now)
    assert refused.code == 3
    assert "were not reviewed in" in refused.err
    assert f"JobTemplate/{now.actions[-1].id.name}" in refused.err


def test_nothing_to_apply_needs_no_review(ci: CI) -> None:
    assert ci.run("verify", a_plan()).code == 0


def test_an_edited_plan_file_is_refused(ci: CI, github_job: GitHubServer) -> None:
    file = ci.save(a_plan(action("a")))
    document = json.loads(file.read_text(encoding="utf-8"))
    document["actions"][0]["id"]["name"] = "b"
    file.write_text(json.dumps(document), encoding="utf-8")
    for name in ("comment", "summary", "issue", "verify", "annotate"):
        assert command("ci", name, "--file", file).code == 3
    assert github_job.calls() == []


def test_the_plan_is_an_argument_and_the_old_option_still_works(ci: CI) -> None:
    file = ci.save(a_plan(action("a")))
    assert command("ci", "counts", file).out == command("ci", "counts", "--file", file).out != ""
    assert "--file" not in command("ci", "counts", "--help").out
    twice = command("ci", "counts", file, "--file", file)
    assert (twice.code, "named twice" in twice.err) == (64, True)
    none = command("ci", "counts")
    assert (none.code, "Missing argument 'PLAN'" in none.err) == (64, True)


# ---- mistakes ----


def test_a_forbidden_comment_is_two_lines_and_exit_code_1(ci: CI, github_job: GitHubServer) -> None:
    github_job.read_only = True
    done = ci.run("comment", a_plan(action("a")))
    assert done.code == 1
    assert done.out == ""
    first, second = done.err.splitlines()
    assert first.startswith("error: pull request acme/models#7: ")
    assert "answered 403: Resource not accessible by integration" in first
    assert "`pull-requests: write`" in second
    assert TOKEN not in done.err


def test_a_rate_limit_says_when_to_come_back(ci: CI, github_job: GitHubServer) -> None:
    github_job.misbehave("GET /repos", Reply(403, {"message": "API rate limit exceeded"}, {"Retry-After": "1800"}))
    done = ci.run("comment", a_plan(action("a")))
    assert (done.code, "it asks to wait 1800 s" in done.err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "environ", "code", "said"),
    [
        ((), {"GITHUB_TOKEN": ""}, 64, "GITHUB_TOKEN or GH_TOKEN is not set"),
        ((), {"GITHUB_TOKEN": "a\nb"}, 64, "holds characters that no token has"),
        ((), {"GITHUB_TOKEN": "wrong"}, 1, "Bad credentials"),
        ((), {"GITHUB_ACTIONS": ""}, 64, "this is no job of GitHub, GitLab, Codeup or Gitee"),
        ((), {"GITHUB_ACTIONS": "", "TF_BUILD": "True"}, 64, "Azure Pipelines is no code host that is known here"),
        ((), {"GITEA_ACTIONS": "true"}, 64, "Gitea Actions is no code host that is known here"),
        ((), {"GITLAB_CI": "true"}, 64, "the environment is of several code hosts: github, gitlab"),
        ((), {"GITHUB_REPOSITORY": "nonsense"}, 64, "which repository? 'nonsense' is not one"),
        ((), {"GITHUB_REPOSITORY": "../../x"}, 64, "which repository?"),
        ((), {"GITHUB_API_URL": "http://github.example"}, 64, "plain HTTP on another machine"),
        ((), {"GITHUB_EVENT_PATH": "", "GITHUB_SHA": ""}, 64, "which request?"),
        ((), {"GITHUB_EVENT_PATH": "", "GITHUB_SHA": "feedc0de"}, 64, "commit feedc0de came with no merged request"),
        (("--number", "8"), {}, 1, "There is no pull request acme/models#8"),
        (("--number", "0"), {}, 64, "Invalid value for '--number'"),
        (("--artifact-url", "javascript:alert(1)"), {}, 64, "is not an address"),
        (("--max-chars", "1000"), {}, 1, "1000 characters are too few for a comment"),
        (("--platform", "bitbucket"), {}, 64, "'bitbucket' is no code host that is known here"),
        (("--report", "/nowhere/report.txt"), {}, 1, "cannot be read"),
    ],
)
def test_a_mistake_is_named(
    ci: CI,
    github_job: GitHubServer,
    monkeypatch: pytest.MonkeyPatch,
    *,
    arguments: tuple[str, ...],
    environ: dict[str, str],
    code: int,
    said: str,
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    done = ci.run("comment", a_plan(action("a")), *arguments)
    assert (done.code, said in done.err, done.out) == (code, True, ""), done.err
    assert github_job.bodies() == []
    assert "Traceback" not in done.err


def test_the_oidc_token_goes_to_a_file_of_ours_and_nowhere_else(
    github: GitHubServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "token"
    refused = command("ci", "oidc-token", "--out", out)
    assert (refused.code, "`id-token: write`" in refused.err) == (64, True)
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"{github.url}/oidc/token?api-version=2.0")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", TOKEN)
    out.write_text("somebody else's", encoding="utf-8")
    done = command("ci", "oidc-token", "--out", out, "--audience", "sts.example")
    assert (done.code, done.text) == (0, "")
    assert out.read_text(encoding="utf-8") == "token-for-sts.example"
    assert out.stat().st_mode & 0o777 == 0o600
    assert github.seen[0].query == {"api-version": "2.0", "audience": "sts.example"}
