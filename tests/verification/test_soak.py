"""Production waits for staging: what waits, for what, how long still, and what goes on meanwhile."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from faults.house import Silent
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.commands import Ended, command
from support.laws import examples
from support.project import CONTENT, ProjectFolder

from reconciler.emulator import Emulator, Fault, ManualClock, Profile
from reconciler.kinds.results import Standing
from reconciler.model import Awaited, Plan
from reconciler.model.moments import instant
from reconciler.pipeline import Run, Settings, apply_plan, connected, make_plan, open_workspace
from reconciler.plan.selection import Selection
from reconciler.plan.soak import missing

AFTER: dict[str, Any] = {"targets": ["staging"], "soakHours": 24}
VERIFY: dict[str, Any] = {"maxMinutes": 6, "set": {"JobSpecs[0].PodCount": 1}}


class Fleet:
    """Two workspaces of one service whose clock stands `hours` behind ours until it is moved."""

    def __init__(self, project: ProjectFolder, emulator: Emulator, clock: ManualClock) -> None:
        self.project, self.emulator, self.clock = project, emulator, clock
        self.after()

    def after(self, **more: Any) -> None:
        """Write the project file; `more` changes what prod waits for."""
        here = {"endpoint": self.emulator.url}
        staging = {"region": "cn-hangzhou", "workspaceId": "1001", **here}
        prod = {"region": "cn-shanghai", "workspaceId": "2002", **here, "after": {**AFTER, **more}}
        self.project.settings(targets={"staging": staging, "prod": prod})

    def ago(self, **back: float) -> None:
        """Set the service's clock to so long ago, by ours."""
        self.clock.set(datetime.now(UTC) - timedelta(**back))

    def run(self, *arguments: str | Path) -> Ended:
        return command(arguments[0], "--project", self.project.root, *arguments[1:])

    def staging(self) -> None:
        ended = self.run("apply", "--yes", "--target", "staging", "--interval", "0.01")
        assert ended.code == 0, ended.text

    def prod(self, *arguments: str | Path) -> dict[str, Any]:
        """The plan of prod."""
        ended = self.run("plan", "--target", "prod", "--format", "json", *arguments)
        assert ended.code == 0, ended.text
        plan: dict[str, Any] = ended.json
        return plan

    def missing(self, *arguments: str | Path) -> str:
        """What its one template waits for; empty when it does not."""
        plan = self.prod(*arguments)
        return "; ".join(each["why"] for waiting in plan.get("waiting", []) for each in waiting["awaits"])

    def templates(self, workspace: str) -> list[Any]:
        return [each for each in self.emulator.store.templates() if each.workspace == workspace]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


@pytest.fixture
def emulator(clock: ManualClock) -> Iterator[Emulator]:
    profile = Profile(job_delay=0.0, job_run_seconds=0.0, deterministic_ids=True)
    with Emulator(clock=clock, profile=profile) as running:
        yield running


@pytest.fixture
def fleet(project: ProjectFolder, emulator: Emulator, clock: ManualClock) -> Fleet:
    return Fleet(project, emulator, clock)


def test_the_walk_from_staging_to_prod(fleet: Fleet) -> None:
    fleet.project.template(command="python one.py")
    waits = fleet.run("apply", "--yes", "--target", "prod")
    assert (waits.code, fleet.templates("2002")) == (0, []), waits.text
    assert "waiting  create JobTemplate/train: waits for staging: the template is not there yet" in waits.out
    fleet.ago(hours=20)
    fleet.staging()
    found = fleet.prod()
    assert (found["actions"], [each["verb"] for each in found["waiting"][0]["actions"]]) == ([], ["create"])
    (awaited,) = found["waiting"][0]["awaits"]
    assert awaited["target"] == "staging"
    assert "version 1 is the default since" in awaited["why"]
    assert 3.9 < awaited["hours_left"] <= 4.01
    fleet.after(soakHours=19.5)
    assert [each["verb"] for each in fleet.prod()["actions"]] == ["create"]
    assert fleet.run("apply", "--yes", "--target", "prod").code == 0
    # The next version: prod keeps the first one until staging has had the second long enough.
    fleet.project.template(command="python two.py")
    assert fleet.missing() == "its default, version 1, is not what this commit asks there"
    fleet.ago(hours=1)
    fleet.staging()
    assert "version 2 is the default since" in fleet.missing()
    assert fleet.run("apply", "--yes", "--target", "prod").code == 0
    (row,) = fleet.templates("2002")
    assert row.default_version == 1
    # A revert is promoted on staging, and waits there like anything else.
    fleet.project.template(command="python one.py")
    assert fleet.prod()["unchanged"] == 1  # nothing is asked of prod, so nothing waits


def test_without_hours_only_the_version_counts(fleet: Fleet) -> None:
    fleet.project.template()
    fleet.after(soakHours=0)
    assert fleet.missing() == "the template is not there yet"
    fleet.staging()
    assert fleet.missing() == ""


def test_what_somebody_changes_there_starts_the_time_anew(fleet: Fleet) -> None:
    fleet.project.template(command="python one.py")
    fleet.ago(hours=60)
    fleet.staging()
    fleet.project.template(command="python two.py")
    fleet.ago(hours=50)
    fleet.staging()
    assert fleet.missing() == ""
    (row,) = fleet.templates("1001")
    fleet.ago(hours=5)
    fleet.emulator.store.update_template(row.id, default_version=1)
    assert fleet.missing() == "its default, version 1, is not what this commit asks there"
    fleet.emulator.store.update_template(row.id, default_version=2)
    assert "version 2 is the default since" in fleet.missing()
    assert fleet.missing("--without-soak", "it was only a look") == ""


def test_an_update_of_our_own_does_not(fleet: Fleet) -> None:
    fleet.project.template()
    fleet.ago(hours=30)
    fleet.staging()
    fleet.clock.set(datetime.now(UTC))
    fleet.project.template(description="trains")
    fleet.staging()
    (row,) = fleet.templates("1001")
    assert row.description == "trains"
    assert fleet.missing() == ""


def test_the_rest_of_the_plan_goes_on(fleet: Fleet) -> None:
    fleet.project.template("slow", command="python one.py")
    fleet.project.template("quick", description="first")
    fleet.project.template("gone")
    fleet.ago(days=3)
    fleet.staging()
    assert fleet.run("apply", "--yes", "--target", "prod").code == 0
    fleet.project.template("slow", command="python two.py")
    fleet.project.template("quick", description="second")
    fleet.project.remove("gone")
    done = fleet.run("apply", "--yes", "--target", "prod", "--format", "json")
    assert done.code == 0, done.text
    assert {each["action"]: each["status"] for each in done.json["outcomes"]} == {
        "delete JobTemplate/gone": "done",  # what waits is no failure
        "update JobTemplate/quick": "done",
        "new-version JobTemplate/slow": "waiting",
    }
    only_waiting = fleet.run("plan", "--target", "prod", "--detailed-exitcode")
    assert only_waiting.code == 0, only_waiting.text
    assert "Plan: nothing to do, 1 waiting, 1 unchanged" in only_waiting.out


def test_no_verification_is_launched_while_it_waits_and_its_cost_is_shown(fleet: Fleet) -> None:
    fleet.project.settings()
    fleet.after()
    fleet.project.template(verify=VERIFY)
    waits = fleet.run("apply", "--yes", "--target", "prod")
    assert (waits.code, fleet.emulator.store.jobs()) == (0, []), waits.text
    assert "verify, create JobTemplate/train waits for staging" in waits.text
    assert "for at most 6 min" in waits.text
    fleet.ago(days=2)
    fleet.staging()
    done = fleet.run("apply", "--yes", "--target", "prod", "--interval", "0.01")
    assert done.code == 0, done.text
    assert len(fleet.templates("2002")) == 1


def test_few_calls_tell_how_it_stands_there(fleet: Fleet) -> None:
    for name in ("one", "two", "three", "four", "five"):
        fleet.project.template(name)
    fleet.ago(days=2)
    fleet.staging()
    fleet.run("apply", "--yes", "--target", "prod")
    fleet.project.template("two", command="python new.py")
    fleet.emulator.clear_log()
    assert fleet.missing()
    asked = [f"{each.action} {each.query}" for each in fleet.emulator.requests if "1001" in each.query]
    assert len(asked) == 1, asked
    assert "TemplateName=two" in asked[0]
    fleet.project.template("two")
    fleet.emulator.clear_log()
    assert fleet.prod()["unchanged"] == 5
    assert not [each for each in fleet.emulator.requests if "1001" in each.query]  # nothing to publish, nobody asked


def test_a_target_that_cannot_be_looked_at_is_waited_for(fleet: Fleet) -> None:
    fleet.project.template()
    prod = {"region": "cn-shanghai", "workspaceId": "2002", "endpoint": fleet.emulator.url, "after": AFTER}
    with Emulator() as closed:
        closed.faults.add(
            Fault(kind="error_before", action="ListJobTemplates", status=403, code="Forbidden.RAM", times=None)
        )
        for endpoint, said in ((closed.url, "paidlc:ListJobTemplates"), ("http://127.0.0.1:9", "127.0.0.1")):
            staging = {"region": "cn-hangzhou", "workspaceId": "1001", "endpoint": endpoint}
            fleet.project.settings(targets={"staging": staging, "prod": prod})
            ended = fleet.run("apply", "--yes", "--target", "prod")
            assert ended.code == 0, ended.text
            assert "waits for staging: it cannot be looked at: " in ended.out
            assert said in ended.out
    assert fleet.templates("2002") == []


def test_a_manifest_that_cannot_be_read_for_the_other_target_is_waited_for(fleet: Fleet) -> None:
    fleet.project.template(overrides={"staging": {"content": {"UserCommand": "${values.nothing}"}}})
    assert "what is asked there cannot be told: the manifests have 1 error" in fleet.missing()


def test_each_side_is_compared_with_what_is_asked_of_it(fleet: Fleet) -> None:
    fleet.project.template(overrides={"staging": {"content": {"UserCommand": "python small.py"}}})
    fleet.ago(days=2)
    fleet.staging()
    assert fleet.missing() == ""


def test_a_saved_plan_is_judged_again(fleet: Fleet, tmp_path: Path) -> None:
    fleet.project.template(verify=VERIFY)
    file = tmp_path / "plan.json"
    fleet.prod("--out", file)
    waits = fleet.run("apply", file, "--target", "prod", "--yes")
    assert (waits.code, fleet.templates("2002")) == (0, []), waits.text
    fleet.ago(days=2)
    fleet.staging()
    done = fleet.run("apply", file, "--target", "prod", "--yes", "--interval", "0.01")
    assert (done.code, len(fleet.templates("2002"))) == (0, 1), done.text


def test_the_reason_is_kept_and_a_plan_made_with_it_needs_it_again(fleet: Fleet, tmp_path: Path) -> None:
    fleet.project.template()
    fleet.staging()
    file, log, report = tmp_path / "plan.json", tmp_path / "log.jsonl", tmp_path / "report.json"
    made = fleet.prod("--without-soak", "ticket 7", "--out", file)
    assert made["without_soak"] == "ticket 7"
    for shown in ("text", "markdown", "html"):
        page = command("plan", "show", file, "--format", shown).out
        assert "not waited for" in page
        assert "ticket 7" in page
    refused = fleet.run("apply", file, "--target", "prod", "--yes")
    assert (refused.code, fleet.templates("2002")) == (3, []), refused.text
    assert "--without-soak 'ticket 7'" in refused.text
    done = fleet.run(
        "apply", file, "--target", "prod", "--yes", "--without-soak", "ticket 7", "--log-json", log, "--format", "json"
    )
    assert done.code == 0, done.text
    report.write_text(done.out, encoding="utf-8")
    assert done.json["without_soak"] == "ticket 7"
    assert json.loads(log.read_text(encoding="utf-8").splitlines()[0])["without_soak"] == "ticket 7"
    for told in (report, log):
        summary = tmp_path / f"{told.stem}.md"
        command("ci", "summary", "--file", file, "--report", told, "--to", summary)
        assert "not waited for: `ticket 7`" in summary.read_text(encoding="utf-8")


def test_without_soak_skips_the_time_and_never_the_version(fleet: Fleet) -> None:
    fleet.project.template()
    assert fleet.missing("--without-soak", "in a hurry") == "the template is not there yet"
    for empty in ("", "   "):
        assert fleet.run("plan", "--target", "prod", "--without-soak", empty).code == 64


def test_the_comment_and_the_report_say_what_is_missing(fleet: Fleet, tmp_path: Path) -> None:
    fleet.project.template(command="python one.py")
    fleet.ago(hours=23)
    fleet.staging()
    file = tmp_path / "plan.json"
    fleet.prod("--out", file)
    comment = command("plan", "show", file, "--format", "markdown").out
    page = command("plan", "show", file, "--format", "html").out
    for shown in (comment, page):
        assert "and 24 h are asked; 1 h left" in shown
        assert "python one.py" in shown  # who reviews sees what will be published then
    report = tmp_path / "report.json"
    report.write_text(fleet.run("apply", file, "--target", "prod", "--yes", "--format", "json").out, encoding="utf-8")
    summary = tmp_path / "summary.md"
    command("ci", "summary", "--file", file, "--report", report, "--to", summary)
    told = summary.read_text(encoding="utf-8")
    assert "Nothing to do yet: 1 action waiting." in told
    assert "1 h left" in told


def test_drift_says_what_waits_and_calls_only_what_somebody_moved_drift(fleet: Fleet) -> None:
    fleet.project.template(command="python one.py", verify=VERIFY)
    fleet.ago(days=2)
    fleet.staging()
    assert fleet.run("apply", "--yes", "--target", "prod", "--interval", "0.01").code == 0
    fleet.project.template(command="python two.py", verify=VERIFY)
    drift = ("drift", "--target", "prod", "--detailed-exitcode")
    waits = fleet.run(*drift)
    assert waits.code == 0, waits.text
    assert "waits for staging: its default, version 1, is not what this commit asks there" in waits.out
    (live,) = fleet.templates("2002")
    fleet.emulator.store.add_version(live.id, content={**CONTENT, "UserCommand": "x"}, default=True)
    moved = fleet.run(*drift)
    assert moved.code == 2, moved.text
    assert "waits for staging" in moved.out


def test_an_audit_says_since_when_by_which_job_and_what_waits(fleet: Fleet, tmp_path: Path) -> None:
    fleet.project.template(command="python one.py", verify=VERIFY)
    fleet.ago(hours=60)
    fleet.staging()
    assert fleet.run("apply", "--yes", "--target", "prod", "--interval", "0.01").code == 0
    fleet.project.template(command="python two.py", verify=VERIFY)
    outs = {ending: tmp_path / f"audit.{ending}" for ending in ("txt", "json", "md", "html")}
    words = [word for out in outs.values() for word in ("--out", out)]
    ended = fleet.run("audit", "--all-targets", "--snapshot", tmp_path / "audit.sqlite3", *words)
    assert ended.code in (0, 1), ended.text
    prod, staging = sorted(json.loads(outs["json"].read_text())["templates"], key=lambda row: row["target"])
    why = "staging: its default, version 1, is not what this commit asks there"
    assert (prod["waits"], staging["waits"]) == (why, None)
    assert prod["asks_proof"]
    assert prod["proved"]["job"].startswith("dlc")
    assert f"train @prod: version 1 since {prod['since']}, {prod['proved']['job']} on" in outs["txt"].read_text()
    assert f"waits for {why}" in outs["txt"].read_text()
    assert "Default versions (2, 1 of them waiting for other targets)" in outs["md"].read_text()
    assert why in outs["html"].read_text()


def test_an_audit_goes_on_where_waiting_cannot_be_told(fleet: Fleet, tmp_path: Path) -> None:
    fleet.project.template()
    fleet.after(soakHours=0)
    fleet.staging()
    assert fleet.run("apply", "--yes", "--target", "prod").code == 0
    fleet.emulator.faults.add(Fault(kind="error_before", action="ListJobTemplates", status=403, code="Forbidden.RAM"))
    ended = fleet.run("audit", "--target", "prod", "--format", "json", "--snapshot", tmp_path / "audit.sqlite3")
    (target,) = ended.json["targets"]
    assert any("whether something waits for other targets cannot be told" in each for each in target["unread"])
    assert (target["templates"], ended.json["templates"][0]["waits"]) == (1, None)


def test_history_says_since_when_and_by_which_job(fleet: Fleet) -> None:
    fleet.project.template(command="python one.py", verify=VERIFY)
    fleet.staging()
    fleet.project.template(command="python two.py")
    fleet.staging()
    history = ("history", "train", "--target", "staging")
    text = fleet.run(*history).out
    assert text.count("default since ") == 1
    assert text.count("proved by dlc") == 1
    told = fleet.run(*history, "--format", "json").json
    second, first = told["versions"]
    assert (second["proved"], first["proved"]["job"][:3]) == (None, "dlc")
    assert told["default_since"]
    assert "proved by dlc" in fleet.run(*history, "--format", "markdown").out
    assert fleet.run(*history, "--format", "csv").out.splitlines()[0].endswith("default_since,proved_by,proved_on")


class Told:
    """What the law's own bookkeeping says of staging."""

    def __init__(self) -> None:
        self.version = ""
        """The command of the live default; empty while there is none."""
        self.touched = 0.0
        """When the default moved last, or anybody but us wrote the template."""


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("apply"), st.sampled_from(["one", "two"])),
        st.tuples(st.just("describe"), st.sampled_from(["short", "long"])),
        st.tuples(st.just("by hand"), st.sampled_from([1, 2])),
        st.tuples(st.just("to and fro"), st.just(0)),
        st.tuples(st.just("hours"), st.sampled_from([7, 13])),
    ),
    min_size=1,
    max_size=5,
)


@given(steps=STEPS, hours=st.sampled_from([0, 6.5, 12]))
@example(steps=[("hours", 13), ("to and fro", 0), ("hours", 7)], hours=12)
@example(steps=[("hours", 13), ("describe", "long"), ("by hand", 1), ("hours", 7), ("apply", "one")], hours=6.5)
@settings(max_examples=examples(3), deadline=None)
def test_nothing_is_published_before_it_has_soaked(steps: list[tuple[str, Any]], hours: float) -> None:
    """After every step: prod publishes exactly when staging has what is asked, for as long as is asked."""
    clock = ManualClock(datetime(2026, 3, 1, tzinfo=UTC))
    with tempfile.TemporaryDirectory() as folder, Emulator(clock=clock, profile=Profile()) as emulator:
        fleet, told = Fleet(ProjectFolder(Path(folder)), emulator, clock), Told()
        fleet.after(soakHours=hours)
        asked, description = "one", ""
        for step, value in [("apply", "one"), ("hours", 7), ("apply", "two"), *steps]:
            rows = fleet.templates("1001")
            if step == "hours":
                clock.advance(value * 3600)
            elif step in ("apply", "describe"):
                asked = value if step == "apply" else asked
                description = value if step == "describe" else description
                fleet.project.template(command=asked, description=description)
                _apply(fleet, "staging")
                told.touched = told.touched if told.version == asked else clock.now()
                told.version = asked
            elif rows and len(emulator.store.versions(rows[0].id)) > 1:
                clock.advance(300)  # what somebody does right after us counts as our own write
                before = rows[0].default_version
                emulator.store.update_template(rows[0].id, default_version=value or 3 - before)
                if step == "to and fro":
                    emulator.store.update_template(rows[0].id, default_version=before)
                told.touched = clock.now()
                told.version = _command(fleet)
            fleet.project.template(command=asked, description=description)
            plan = _plan(fleet, "prod")
            soaked = told.version == asked and clock.now() - told.touched >= hours * 3600
            assert bool(plan.actions) == soaked, (plan.waiting, told.__dict__)
            assert bool(plan.waiting) != soaked


def _settings(fleet: Fleet, target: str) -> Settings:
    now = lambda: datetime.fromtimestamp(fleet.clock.now(), UTC)  # noqa: E731 - the service's time is ours here
    return Settings(project_file=fleet.project.root / "reconciler.yaml", target=target, now=now, wall=now, environ={})


def _plan(fleet: Fleet, target: str) -> Plan:
    options = _settings(fleet, target)
    workspace = open_workspace(options)
    with connected(options, workspace) as service:
        return make_plan(options, workspace, service, Selection())


def _apply(fleet: Fleet, target: str) -> None:
    options = _settings(fleet, target)
    workspace = open_workspace(options)
    with connected(options, workspace) as service:
        plan = make_plan(options, workspace, service, Selection())
        assert apply_plan(options, workspace, service, plan, Run(watcher=Silent())).is_complete


def _command(fleet: Fleet) -> str:
    (row,) = fleet.templates("1001")
    version = fleet.emulator.store.versions(row.id)[row.default_version - 1]
    found: str = json.loads(version.content)["UserCommand"]
    return found


@given(
    began=st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2026, 2, 1)),
    hours=st.floats(min_value=0, max_value=8760),
    age=st.floats(min_value=-100, max_value=9000),
)
def test_the_time_is_told_exactly(began: datetime, hours: float, age: float) -> None:
    began = began.replace(tzinfo=UTC, microsecond=0)
    now = began + timedelta(hours=age)
    found = missing("staging", Standing(version=3, since=instant(began)), hours, now)
    if found is None:
        assert not hours or now >= began + timedelta(hours=hours)
    else:
        assert found.hours_left is not None
        assert found.hours_left > 0
        later = now + timedelta(hours=found.hours_left, seconds=1)
        assert missing("staging", Standing(version=3, since=instant(began)), hours, later) is None


@pytest.mark.parametrize(
    ("hours", "words"),
    [(24, "24 h"), (1.5, "1 h 30 min"), (0.001, "1 min"), (0.25, "15 min"), (23.9999, "24 h"), (8760, "8760 h")],
)
def test_how_long_still(hours: float, words: str) -> None:
    assert Awaited(target="staging", why="it is new", hours_left=hours).in_words == f"it is new; {words} left"


def test_since_when_cannot_be_told() -> None:
    found = missing("staging", Standing(version=3, since=""), 1, datetime(2026, 1, 1, tzinfo=UTC))
    assert found == Awaited(target="staging", why="since when version 3 is the default cannot be told")
    assert missing("staging", Standing(version=3, since=""), 0, datetime(2026, 1, 1, tzinfo=UTC)) is None
