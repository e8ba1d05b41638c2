"""What people read on a request, and what an apply may do, at every moment of a story: each on every code host."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.commands import Ended, command

from ci.gitee_server import GiteeServer
from ci.github_server import GitHubServer
from ci.loopback import Reply, serving
from ci.scene import SERVERS, Scene
from ci.test_ci_commands import CI, a_plan, action
from ci.test_ci_commands import report as written_report
from reconciler.ci import Marker, order, platforms
from reconciler.http.bounds import Bounds
from reconciler.model import Plan, Verb

HEAD, NEXT = "b" * 40, "d" * 40
C7, C8, C9 = "7" * 40, "8" * 40, "9" * 40


@pytest.fixture(params=SERVERS)
def scene(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setattr(order, "PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr(platforms, "Bounds", lambda: Bounds(sleep=lambda _seconds: None))
    host = SERVERS[request.param]()
    with serving(host):
        yield Scene(host, tmp_path, monkeypatch)


@pytest.fixture
def ci(tmp_path: Path) -> CI:
    return CI(tmp_path)


def shown(scene: Scene, ci: CI, number: int, plan: Plan) -> None:
    """The plan job of a request ran."""
    scene.on_request(number)
    done = ci.run("comment", plan)
    assert done.code == 0, done.err


def verified(scene: Scene, ci: CI, commit: str, plan: Plan, *more: str) -> Ended:
    """The apply job of a commit checks its plan."""
    scene.on_commit(commit)
    return ci.run("verify", plan, *more)


def applied(scene: Scene, ci: CI, commit: str, plan: Plan, status: str = "done") -> Ended:
    """The apply job of a commit tells how it ended."""
    scene.on_commit(commit)
    return ci.run("comment", plan, "--report", written_report(ci, plan, status))


# ---- whose words ----


def test_what_others_write_with_our_first_line_is_neither_believed_nor_edited(scene: Scene, ci: CI) -> None:
    plan = a_plan(action("a"))
    shown(scene, ci, 7, plan)
    forged = scene.only().replace("JobTemplate/a", "JobTemplate/harmless")
    scene.open(8)
    for number in range(130):
        scene.chatter(8, f"page of chatter {number}")
    scene.chatter(8, forged)
    scene.host.merge(8, C8)
    refused = verified(scene, ci, C8, plan)
    assert (refused.code, "no plan of vision for prod was shown on request 8" in refused.err) == (3, True)
    scene.on_request(8)
    assert ci.run("comment", plan).code == 0
    assert scene.host.bodies(8)[-2] == forged
    assert verified(scene, ci, C8, plan).code == 0


def test_a_token_that_may_not_say_whose_it_is_writes_nothing(scene: Scene, ci: CI) -> None:
    scene.on_request()
    refusals = Reply(403, {"message": "Resource not accessible"})
    scene.host.misbehave("(GET .*/user|POST /graphql)$", refusals, times=2)
    refused = ci.run("comment", a_plan(action("a")))
    assert refused.code == 1
    assert "whose token this is cannot be found out" in refused.err
    assert "`--author LOGIN`" in refused.err
    assert scene.host.bodies() == []
    login = "github-actions[bot]" if isinstance(scene.host, GitHubServer) else "deploy-bot"
    assert ci.run("comment", a_plan(action("a")), "--author", login).code == 0
    assert ci.run("comment", a_plan(action("b")), "--author", login).out.startswith("Comment updated")


# ---- a comment knows its moment ----


def test_a_comment_says_of_which_commit_run_and_time_it_is(scene: Scene, ci: CI) -> None:
    scene.on_request(head=HEAD, run="41")
    assert ci.run("comment", a_plan(action("a"))).code == 0
    body = scene.only()
    assert f"[`{HEAD[:12]}`]({scene.pages}" in body
    assert f"/commit/{HEAD})" in body
    # Gitee Go does not say where the page of a run is.
    assert ("#41`](https://" in body) is not isinstance(scene.host, GiteeServer)
    assert re.search(r" UTC by \[?`.*#41`", body)
    assert "Covers the whole target." in body
    narrowed = replace(a_plan(action("a")), selection=("team=vision",))
    assert ci.run("comment", narrowed).code == 0
    assert "Covers a part of the target only" in scene.only()


def findings(folder: Path, summary: str = "`UserComand` is no field of CreateJob") -> Path:
    """What `validate --format json` printed."""
    file = folder / "findings.json"
    row: dict[str, object] = {"code": "DLC020", "severity": "error", "summary": summary}
    row |= {
        "kind": "JobTemplate",
        "name": "a",
        "where": {"file": "a.yaml", "line": 3, "column": 2},
        "hint": "Did you mean UserCommand?",
    }
    file.write_text(json.dumps({"valid": False, "findings": [row]}), encoding="utf-8")
    return file


def test_a_push_that_cannot_be_planned_makes_the_comment_out_of_date_at_once(scene: Scene, ci: CI) -> None:
    plan = a_plan(action("a"))
    shown(scene, ci, 7, plan)
    scene.on_request(head=NEXT, run="42")
    assert command("ci", "mark", "planning", "--file", ci.save(plan)).code == 0
    begins = scene.only().splitlines()
    assert begins[1].startswith(f"> **Planning [`{NEXT[:12]}`]({scene.pages}")
    assert "JobTemplate/a" in scene.only()
    wrong = command("ci", "mark", "outdated", "--file", ci.save(plan), "--findings", findings(ci.folder))
    assert wrong.code == 0, wrong.err
    body = scene.only()
    assert body.splitlines()[1].startswith(f"> **Out of date: the manifests of [`{NEXT[:12]}`](")
    assert "Planning" not in body
    assert "`DLC020` `JobTemplate/a`: ``` `UserComand`" in body or "UserComand" in body
    assert "### Plan:" in body
    scene.host.merge(7, C7)
    refused = verified(scene, ci, C7, plan)
    assert (refused.code, "was out of date when it was merged" in refused.err) == (3, True)
    shown(scene, ci, 7, plan)
    assert "Out of date" not in scene.only()
    assert verified(scene, ci, C7, plan).code == 0


def test_a_service_that_is_down_is_told_and_a_first_push_gets_a_comment_too(scene: Scene, ci: CI) -> None:
    (ci.folder / "reconciler.yaml").write_text(
        "metadata: {name: vision}\nspec: {targets: {prod: {}, test: {}}}\n", encoding="utf-8"
    )
    said = ci.folder / "said.txt"
    said.write_text("error: ListJobTemplates: 503 ServiceUnavailable\n", encoding="utf-8")
    scene.on_request(head=NEXT)
    place = ("--project", ci.folder, "--target", "prod")
    assert command("ci", "mark", "planning", *place).code == 0
    assert scene.host.bodies() == []
    assert command("ci", "mark", "outdated", *place, "--said", said).code == 0
    body = scene.only()
    assert "could not be planned.**" in body
    assert "503 ServiceUnavailable" in body
    assert Marker.read(body) == Marker(purpose="plan", project="vision", target="prod")


def test_a_project_file_that_is_no_yaml_marks_what_its_target_showed(scene: Scene, ci: CI) -> None:
    (ci.folder / "reconciler.yaml").write_text("metadata: {name: [\n", encoding="utf-8")
    shown(scene, ci, 7, a_plan(action("a")))
    shown(scene, ci, 7, a_plan(action("a"), target="staging"))
    place = ("--project", ci.folder, "--target", "prod")
    assert command("ci", "mark", "outdated", *place, "--findings", findings(ci.folder)).code == 0
    stale = [Marker.read(body) for body in scene.host.bodies() if "Out of date" in body]
    assert [marker and marker.target for marker in stale] == ["prod"]


def test_a_request_that_is_closed_without_merging_says_so(scene: Scene, ci: CI) -> None:
    plan = a_plan(action("a"))
    shown(scene, ci, 7, plan)
    assert command("ci", "mark", "closed", "--file", ci.save(plan)).code == 0
    assert "> **Closed without merging: nothing of this plan is applied.**" in scene.only()
    shown(scene, ci, 7, plan)
    assert "Closed" not in scene.only()


# ---- order in time ----


def test_a_commit_that_was_overtaken_and_applied_later_is_refused_and_the_newest_is_not(scene: Scene, ci: CI) -> None:
    made, gone = a_plan(action("a")), a_plan(action("a", Verb.DELETE))
    shown(scene, ci, 7, made)
    scene.host.merge(7, C7)
    assert verified(scene, ci, C7, made).code == 0
    applied(scene, ci, C7, made)
    shown(scene, ci, 8, gone)
    scene.host.merge(8, C8)
    assert verified(scene, ci, C8, gone).code == 0
    applied(scene, ci, C8, gone)
    for _ in range(2):
        again = verified(scene, ci, C7, made)
        assert (again.code, f"commit {C7[:12]} was overtaken: commit {C8[:12]} was applied after it" in again.err) == (
            3,
            True,
        )
        assert verified(scene, ci, C8, gone).code == 0


@pytest.mark.parametrize("how", ["by a plan on its request", "by its files"])
def test_a_commit_whose_objects_a_later_one_changes_is_refused_before_that_is_applied(
    scene: Scene, ci: CI, how: str
) -> None:
    made = a_plan(action("a"))
    shown(scene, ci, 7, made)
    scene.host.merge(7, C7)
    if how == "by its files":
        (ci.folder / ".git").mkdir()
        project(ci.folder)
        scene.host.main.push(C8, files=("manifests/a.yaml",))
        place: tuple[str, ...] = ("--project", str(ci.folder))
    else:
        shown(scene, ci, 8, a_plan(action("a", Verb.UPDATE)))
        scene.host.merge(8, C8)
        place = ()
    refused = verified(scene, ci, C7, made, *place)
    assert (refused.code, "was overtaken" in refused.err) == (3, True), refused.err


def project(folder: Path) -> None:
    """A project with the manifest of JobTemplate a."""
    (folder / "manifests").mkdir()
    (folder / "reconciler.yaml").write_text(
        "apiVersion: dlc-reconciler/v1\nkind: Project\nmetadata: {name: vision}\n"
        "spec:\n  manifests: [manifests/*.yaml]\n"
        '  targets: {prod: {region: cn-shanghai, workspaceId: "2002"}}\n',
        encoding="utf-8",
    )
    (folder / "manifests" / "a.yaml").write_text(
        "apiVersion: dlc-reconciler/v1\nkind: JobTemplate\nmetadata: {name: a}\nspec:\n  content:\n"
        "    JobType: PyTorchJob\n    UserCommand: x\n    JobSpecs:\n"
        "      - {Type: Worker, PodCount: 1, Image: registry.example/a:1, EcsSpec: ecs.g6.large}\n",
        encoding="utf-8",
    )


def test_a_commit_that_others_left_alone_is_applied_in_its_turn(scene: Scene, ci: CI) -> None:
    (ci.folder / ".git").mkdir()
    project(ci.folder)
    made = a_plan(action("a"))
    shown(scene, ci, 7, made)
    scene.host.merge(7, C7)
    shown(scene, ci, 8, a_plan(action("b")))
    scene.host.merge(8, C8, "manifests/b.yaml", "README.md")
    assert verified(scene, ci, C7, made, "--project", str(ci.folder)).code == 0


def test_a_commit_that_the_branch_does_not_hold_any_more_is_refused(scene: Scene, ci: CI) -> None:
    made = a_plan(action("a"))
    shown(scene, ci, 7, made)
    scene.host.merge(7, C7)
    rewritten = scene.host.main.commits.pop()
    scene.host.main.push(C9)
    scene.host.main.gone.append(rewritten)
    refused = verified(scene, ci, C7, made)
    assert (refused.code, "branch main does not hold it any more" in refused.err) == (3, True), refused.err


def test_a_commit_that_the_branch_was_set_back_behind_is_refused(scene: Scene, ci: CI) -> None:
    made = a_plan(action("a"))
    scene.host.main.push(C9)
    shown(scene, ci, 7, made)
    scene.host.merge(7, C7)
    scene.host.main.gone.append(scene.host.main.commits.pop())
    scene.host.main.is_set_back = True
    refused = verified(scene, ci, C7, made)
    assert (refused.code, "branch main does not hold it any more" in refused.err) == (3, True), refused.err


def test_a_host_that_does_not_know_the_request_yet_is_asked_again_and_not_for_ever(scene: Scene, ci: CI) -> None:
    made = a_plan(action("a"))
    shown(scene, ci, 7, made)
    scene.host.merge(7, C7)
    scene.host.main.lag = 3
    assert verified(scene, ci, C7, made).code == 0
    scene.host.main.lag = 4
    refused = verified(scene, ci, C7, made)
    assert (refused.code, f"commit {C7[:12]} came with no merged request" in refused.err) == (3, True)


def test_three_quick_merges_are_reviewed_by_the_comments_of_all_three(scene: Scene, ci: CI) -> None:
    names = {7: "a", 8: "b", 9: "c"}
    for number, name in names.items():
        shown(scene, ci, number, a_plan(action(name)))
    for number, commit in zip(names, (C7, C8, C9), strict=True):
        scene.host.merge(number, commit)
    whole = a_plan(*(action(name) for name in names.values()))
    done = verified(scene, ci, C9, whole)
    assert done.code == 0, done.err
    assert "and on request 8, 7" in done.out
    applied(scene, ci, C9, whole)
    for number in names:
        marker = Marker.read(scene.only(number, "apply"))
        assert marker is not None
        assert (marker.commit, marker.ended) == (C9, "done")


def test_what_was_applied_before_does_not_count_for_later_commits(scene: Scene, ci: CI) -> None:
    made = a_plan(action("a"))
    shown(scene, ci, 7, made)
    scene.host.merge(7, C7)
    applied(scene, ci, C7, made)
    shown(scene, ci, 8, a_plan(action("b")))
    scene.host.merge(8, C8)
    again = verified(scene, ci, C8, a_plan(action("a"), action("b")))
    assert (again.code, "1 of 2 actions were not reviewed" in again.err) == (3, True)


def test_an_apply_that_ended_half_way_still_counts_what_was_reviewed_before_it(scene: Scene, ci: CI) -> None:
    made = a_plan(action("a"), action("x"))
    shown(scene, ci, 7, made)
    scene.host.merge(7, C7)
    applied(scene, ci, C7, made, "failed")
    shown(scene, ci, 8, a_plan(action("b")))
    scene.host.merge(8, C8)
    assert verified(scene, ci, C8, a_plan(action("x"), action("b"))).code == 0


def test_a_direct_push_is_refused(scene: Scene, ci: CI) -> None:
    made = a_plan(action("a"))
    shown(scene, ci, 7, made)
    scene.host.merge(7, C7)
    applied(scene, ci, C7, made)
    scene.host.main.push(C8)
    refused = verified(scene, ci, C8, made)
    assert (refused.code, "came with no merged request" in refused.err) == (3, True)


# ---- a refusal is told where the review was ----


def test_a_refused_apply_is_told_on_the_request_with_the_way_on(scene: Scene, ci: CI) -> None:
    shown(scene, ci, 7, a_plan(action("a")))
    scene.host.merge(7, C7)
    other = a_plan(action("a"), action("sneaked-in"))
    refused = verified(scene, ci, C7, other)
    said = ci.folder / "verify.txt"
    said.write_text(refused.err, encoding="utf-8")
    told = command("ci", "mark", "refused", "--file", ci.save(other), "--said", said)
    assert told.code == 0, told.err
    body = scene.only(7, "apply")
    assert "was refused, and nothing was written.**" in body
    assert "JobTemplate/sneaked-in" in body
    assert "review it again" in body
    marker = Marker.read(body)
    assert marker is not None
    assert marker.ended == "nothing"
    applied(scene, ci, C7, a_plan(action("a")))
    assert "refused" not in scene.only(7, "apply")
    assert command("ci", "mark", "refused", "--file", ci.save(other), "--said", said).code == 0
    kept = Marker.read(scene.only(7, "apply"))
    assert kept is not None
    assert (kept.ended, kept.commit) == ("done", C7)
    assert "Everything is done." in scene.only(7, "apply")


def test_two_projects_with_one_target_name_keep_apart(scene: Scene, ci: CI) -> None:
    for name in ("vision", "speech"):
        shown(scene, ci, 7, replace(a_plan(action("a")), project=name))
    marked = command("ci", "mark", "closed", "--file", ci.save(a_plan(action("a"))))
    assert marked.code == 0
    closed = [body for body in scene.host.bodies() if "Closed without merging" in body]
    assert [marker.project for body in closed if (marker := Marker.read(body))] == ["vision"]


@pytest.mark.parametrize("status", [500, 404, 200])
def test_a_host_that_lies_about_its_branch_ends_in_one_clear_line(scene: Scene, ci: CI, status: int) -> None:
    made = a_plan(action("a"))
    shown(scene, ci, 7, made)
    scene.host.merge(7, C7)
    scene.host.misbehave("compare", Reply(status, ["no", "comparison"]), times=9)
    refused = verified(scene, ci, C7, made)
    assert refused.code == 1
    assert "Traceback" not in refused.err
    assert "internal error" not in refused.err
    assert refused.err.startswith("error: ")
