"""Launching, stopping and failing jobs is use: no plan, review, apply or drift is another because of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.commands import Commands, command
from support.laws import examples
from support.outside import launch
from support.project import ProjectFolder

from reconciler.audit.drift import drift_report
from reconciler.ci.cover import Coverage
from reconciler.emulator import Emulator, ManualClock, Profile
from reconciler.kinds.base import Scope
from reconciler.kinds.tensorboard import TENSORBOARD
from reconciler.kinds.tensorboard.canonical import KIND_NAME, DesiredBoard
from reconciler.live.port import Operation
from reconciler.model import JsonObject, JsonValue, Limits, Plan, Resource, ResourceId, SourceRef, Target, Verb
from reconciler.plan.build import Sides, build_plan
from reconciler.plan.codec import plan_id
from reconciler.plan.safety import Allowances, refusals
from reconciler.plan.selection import Selection
from reconciler.plan.stale import Staleness, compare

TEMPLATE, OTHER = "tpltrain", "tplother"
TARGET = Target(name="test", region="cn-hangzhou", workspace_id="1001")


@dataclass(frozen=True)
class Jobs:
    """The service as the reading of boards sees it: two templates, their jobs (eldest first) and the boards."""

    jobs: Sequence[JsonObject]
    boards: Sequence[JsonObject]
    calls_in_flight: int = 1
    place: str = ""

    def call(self, operation: Operation, *ids: str, **fields: JsonValue) -> JsonObject:
        """The first page of the jobs."""
        found = self.rows(operation, *ids, **{k: v for k, v in fields.items() if not k.startswith("Page")})
        return {"Jobs": found[:10], "TotalCount": len(found)}

    def rows(self, operation: Operation, *_: str, **fields: JsonValue) -> list[JsonObject]:
        """A listing with those of the service's filters that are used."""
        if operation.name == "ListTensorboards":
            return list(self.boards)
        if operation.name == "ListJobTemplates":
            rows = [{"TemplateId": TEMPLATE, "TemplateName": "train"}, {"TemplateId": OTHER, "TemplateName": "other"}]
            return [row for row in rows if fields.get("TemplateName", row["TemplateName"]) == row["TemplateName"]]
        wanted = str(fields["JobIds"]).split(",") if "JobIds" in fields else None
        return [
            row
            for row in reversed(self.jobs)
            if fields.get("TemplateId", row["TemplateId"]) == row["TemplateId"]
            and (wanted is None or row["JobId"] in wanted)
        ]


def job(number: int, template: str, status: str, *, ran: bool, verifies: bool = False) -> JsonObject:
    """A row of ListJobs."""
    tags = {"Settings": {"Tags": {"dlc-reconciler-verify": "0123456789ab"}}} if verifies else {}
    since = {"GmtRunningTime": "2026-03-01T12:00:00Z"} if ran else {}
    return {"JobId": f"dlc{number}", "TemplateId": template, "Status": status, **since, **tags}


def board(name: str, job_id: str, **fields: Any) -> JsonObject:
    """A row of ListTensorboards."""
    return {
        "TensorboardId": f"tb-{name}",
        "DisplayName": name,
        "JobId": job_id,
        "Status": "Running",
        "Accessibility": "PUBLIC",
        "Options": "{}",
        **fields,
    }


def asked(name: str, *, follows: bool, template: str = "train", **content: Any) -> Resource[DesiredBoard]:
    """What a manifest asks for."""
    body = DesiredBoard(
        content=content, written=content, job_template=template, follows=follows, state="running", remote_id=""
    )
    where = SourceRef(file=f"{name}.yaml", line=1, column=1)
    return Resource(id=ResourceId(KIND_NAME, name), body=body, origin=where)


ASKED = [
    resource
    for follows in (False, True)
    for word in ("follows" if follows else "keeps",)
    for resource in (
        asked(f"{word}-as-it-is", follows=follows, Accessibility="PUBLIC"),
        asked(f"{word}-with-an-update", follows=follows, Accessibility="PRIVATE"),
        asked(f"{word}-with-a-replacement", follows=follows, Options='{"mountpath": "/x/"}'),
        asked(f"{word}-of-another-template", follows=follows, template="other"),
        asked(f"{word}-and-is-new", follows=follows),
    )
]


def planned(service: Jobs) -> Plan:
    """The plan of all boards."""
    scope = Scope(project="vision", workspace_id="1001", described=frozenset(each.id for each in ASKED))
    desired = {each.id: each for each in ASKED}
    sides = Sides(
        kind=TENSORBOARD,
        scope=scope,
        desired=desired,
        digests={id: TENSORBOARD.digest(resource) for id, resource in desired.items()},
        reading=TENSORBOARD.read(service, scope, desired),
        doubt=lambda _: None,
    )
    return build_plan("vision", TARGET, Limits(max_replacements=4), [sides], Selection())


STATES = [
    ("Queuing", False),
    ("Running", True),
    ("Succeeded", True),
    *((ended, ran) for ended in ("Stopped", "Failed") for ran in (False, True)),
]
"""States of jobs, and whether a job in it has run."""
JOB = st.tuples(st.sampled_from(STATES), st.sampled_from([TEMPLATE, OTHER]), st.booleans())


@given(before=st.lists(JOB, max_size=4), since=st.lists(JOB, max_size=12), ends=st.lists(st.sampled_from(STATES)))
@settings(max_examples=examples(50))
def test_what_jobs_do_changes_no_plan_review_or_drift(
    before: list[Any], since: list[Any], ends: list[tuple[str, bool]]
) -> None:
    """Between the moment of a plan and any later one, jobs are launched, start, stop and fail."""
    first = [job(0, TEMPLATE, "Running", ran=True)]  # the one that the live boards show
    first += [job(n, where, status, ran=ran, verifies=v) for n, ((status, ran), where, v) in enumerate(before, 1)]
    live = [board(each.id.name, "dlc0") for each in ASKED if not each.id.name.endswith("-and-is-new")]
    then = planned(Jobs(first, live))

    changed = [
        {**row, **job(n, row["TemplateId"], status, ran=ran or "GmtRunningTime" in row)}
        for n, (row, (status, ran)) in enumerate(zip(first, ends, strict=False))
    ] + first[len(ends) :]
    later = [
        job(n, where, status, ran=ran, verifies=v) for n, ((status, ran), where, v) in enumerate(since, len(first))
    ]
    now = planned(Jobs([*changed, *later], live))

    assert plan_id(now) == plan_id(then)
    assert compare(then, now) == Staleness()
    assert Coverage.of(then).uncovered(now) == ()
    assert refusals(now, Allowances()) == refusals(then, Allowances())
    assert now.has_drift == then.has_drift
    assert drift_report(now, {}, {}).drifted == drift_report(then, {}, {}).drifted
    followed = {str(each.intended["jobId"]) for each in now.actions if each.verb is Verb.FOLLOW}
    assert followed <= {row["JobId"] for row in [*changed, *later] if "GmtRunningTime" in row}
    assert not followed & {row["JobId"] for row in later if "Settings" in row}


@pytest.mark.parametrize("follow", [False, True])
def test_a_board_waits_for_the_first_job_and_the_review_holds_when_it_comes(
    follow: bool, project: ProjectFolder, cli: Commands, emulator: Emulator, tmp_path: Path
) -> None:
    project.template()
    project.board(content={"Accessibility": "PUBLIC"}, job={"template": "train", "follow": follow})
    reviewed, fresh = tmp_path / "reviewed.json", tmp_path / "fresh.json"
    saved = cli.document("--out", reviewed)
    assert (saved["summary"]["waiting"], saved["blocked"]) == (1, False)
    assert cli.apply(reviewed).code == 0
    again = cli.document("--out", reviewed)
    for format_name in ("text", "markdown", "html"):
        assert "1 waiting" in cli.plan("--format", format_name).out
    assert cli.plan("--detailed-exitcode").code == 0

    launch(emulator, "train")
    now = cli.document("--out", fresh)
    assert [each["verb"] for each in now["actions"]] == ["create"]
    assert now["plan_id"] == again["plan_id"]
    assert command("ci", "verify", "--file", fresh, "--reviewed", reviewed).code == 0
    assert command("drift", *cli._service(), "--detailed-exitcode").code == 0
    assert cli.apply(reviewed).code == 0
    assert [each.body["JobId"] for each in emulator.store.boards()] == [emulator.store.jobs()[0].id]


def test_a_board_that_follows_goes_over_to_a_job_that_runs_and_one_that_keeps_does_not(
    project: ProjectFolder, tmp_path: Path, clock: ManualClock
) -> None:
    """Also with limits that allow no replacement, from a plan file made before the job, and without a review."""
    project.settings(safety={"maxReplacements": 0})
    project.template()
    project.board("keeps", content={"Accessibility": "PUBLIC"}, job={"template": "train"})
    project.board("follows", content={"Accessibility": "PUBLIC"}, job={"template": "train", "follow": True})
    with Emulator(clock=clock, profile=Profile(board_delay=0.0)) as emulator:
        cli, saved = Commands(project.root, emulator.url), tmp_path / "saved.json"
        cli.apply()
        first = launch(emulator, "train")
        clock.advance(5)
        cli.apply()
        project.template("second")
        before = cli.document("--out", saved)

        second = launch(emulator, "train")
        clock.advance(5)
        emulator.store.create_job("job", template_id=emulator.store.templates()[0].id, status="Failed")
        now = cli.document("--out", tmp_path / "now.json")
        assert [each["verb"] for each in now["actions"]] == ["create", "follow"]
        assert now["plan_id"] == before["plan_id"]
        assert command("ci", "verify", "--file", tmp_path / "now.json", "--reviewed", saved).code == 0
        ended = cli.apply(saved)
        assert (ended.code, {each.name: each.body["JobId"] for each in emulator.store.boards()}) == (
            0,
            {"keeps": first, "follows": second},
        ), ended.text

        third = launch(emulator, "train")
        clock.advance(5)
        assert cli.verbs() == ["follow TensorBoard/follows"]
        assert cli.plan("--detailed-exitcode").code == 0
        assert command("drift", *cli._service(), "--detailed-exitcode").code == 0
        assert cli.apply().code == 0
        assert third in [each.body["JobId"] for each in emulator.store.boards()]


def test_a_template_that_nobody_knows_is_an_error_with_the_nearest(
    project: ProjectFolder, cli: Commands, emulator: Emulator
) -> None:
    """However many boards there are, the live templates are listed once more for the guess."""
    emulator.store.create_template("training")
    for name, wrong in (("one", "trainign"), ("two", "trainign"), ("three", "traning")):
        project.board(name, content={"Accessibility": "PUBLIC"}, job={"template": wrong})
    emulator.clear_log()
    ended = cli.plan()
    assert ended.code == 3
    assert ended.out.count('there is no template "trainign"; did you mean "training"?') == 2
    assert ended.out.count('there is no template "traning"; did you mean "training"?') == 1
    listings = [each.query for each in emulator.requests if each.action == "ListJobTemplates"]
    assert len([query for query in listings if "TemplateName" not in query]) == 2, "one of them for the plan"
