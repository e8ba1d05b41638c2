"""Applying many targets: wave after wave, what fails stops nothing else, and one report."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

import pytest
from support.commands import command

from reconciler.emulator import Fault

from .conftest import NOWHERE, FleetFolder

YES = ("--all-targets", "--yes")


def ends(report: Any) -> dict[str, list[str]]:
    return {each["target"]["name"]: [row["status"] for row in each["outcomes"]] for each in report["reports"]}


def test_all_targets_then_nothing_to_do(fleet: FleetFolder) -> None:
    fleet.add("dev", "east", "west")
    ended = fleet("apply", *YES, "--format", "json")
    assert ended.code == 0, ended.text
    assert (ends(ended.json), ended.json["complete"]) == ({"dev": ["done"], "east": ["done"], "west": ["done"]}, True)
    assert ended.json["summary"]["done"] == 3
    assert fleet("plan", *YES[:1], "--detailed-exitcode").code == 0
    assert fleet("plan", "--all-targets").out.endswith("Plan: 3 targets: nothing to do, 3 unchanged\n")
    assert fleet("plan", "--all-targets", "--target", "x").code == 64


def test_a_saved_document_is_applied_as_it_was_reviewed(fleet: FleetFolder) -> None:
    fleet.add("dev", "east")
    file = fleet.saved("--all-targets")
    assert command("plan", "show", file).code == 0
    ended = fleet("apply", file, "--format", "json")
    assert ended.code == 0, ended.text
    assert ends(ended.json) == {"dev": ["done"], "east": ["done"]}
    assert ended.json["fleet_id"] == json.loads(file.read_text())["fleet_id"]


def test_what_moved_since_refuses_the_whole_before_anything_is_written(fleet: FleetFolder) -> None:
    fleet.add("dev", "east")
    file = fleet.saved("--all-targets")
    assert fleet("apply", "--target", "east", "--yes").code == 0
    fleet.emulator.clear_log()
    ended = fleet("apply", file)
    assert (ended.code, "east: " in ended.err, fleet.emulator.writes()) == (3, True, [])
    left_out = fleet("apply", file, "--allow-missing", "east")
    assert left_out.code == 0, left_out.text
    assert fleet.names("dev") == ["train"]
    assert fleet("apply", file, "--allow-shrink").code == 0, "all of it is done"


def test_other_manifests_or_another_place_refuse_the_whole(fleet: FleetFolder) -> None:
    fleet.add("dev", "east")
    file = fleet.saved("--all-targets")
    fleet.project.template(command="python other.py")
    changed = fleet("apply", file)
    assert changed.code == 3
    why = "JobTemplate/train: its manifest changed since the plan was made"
    assert [line.strip(" -") for line in changed.err.splitlines() if why in line] == [f"dev: {why}", f"east: {why}"]
    fleet.project.template(content={"Unknown": 1})
    wrong = fleet("apply", file)
    assert (wrong.code, "does not fit" in wrong.err, wrong.err.count("1 error")) == (3, True, 2), wrong.err
    fleet.project.template()
    fleet.change("east", workspaceId="1077")
    moved = fleet("apply", file)
    assert (moved.code, "workspace 1077" in moved.err) == (3, True)
    assert fleet.emulator.writes() == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--target", "dev"), "the document is for dev, east, this run is for dev"),
        (("--targets-with", "env=x"), "no target of vision has env=x"),
        (("--select", "team=x"), "the plan was made with no selection"),
        (("--allow-missing", "eats"), 'did you mean "east"?'),
    ],
)
def test_the_command_line_and_the_document_have_to_agree(words: tuple[str, ...], told: str, fleet: FleetFolder) -> None:
    fleet.add("dev", "east")
    file = fleet.saved("--all-targets")
    ended = fleet("apply", file, *words)
    assert (ended.code in (3, 64), told in ended.err) == (True, True), ended.err
    assert fleet.emulator.writes() == []
    assert fleet("apply", file, "--all-targets").code == 0


def test_a_document_that_lacks_a_target_is_refused_unless_that_is_meant(fleet: FleetFolder) -> None:
    fleet.add("dev", "wrong")
    fleet.project.template(overrides={"wrong": {"content": {"UserComand": "x"}}})
    file = fleet.saved("--all-targets")
    refused = fleet("apply", file)
    assert (refused.code, "--allow-missing wrong" in refused.err, fleet.emulator.writes()) == (3, True, [])
    ended = fleet("apply", file, "--allow-missing", "wrong", "--format", "json")
    assert ended.code == 0, ended.text
    assert ([each["target"] for each in ended.json["failed"]], ends(ended.json)) == (["wrong"], {"dev": ["done"]})
    assert fleet("apply", "--target", "dev", "--yes", "--allow-missing", "dev").code == 64


def test_a_document_for_a_target_that_the_project_does_not_have_any_more(fleet: FleetFolder) -> None:
    fleet.add("dev", "east")
    file = fleet.saved("--all-targets")
    del fleet.targets["east"]
    fleet.write()
    ended = fleet("apply", file)
    assert ended.code == 3
    told = "error: the document is for east too, and reconciler.yaml has no such target\n  Make the plan again.\n"
    assert ended.err == told
    one = fleet.saved("--target", "dev")
    assert fleet("apply", one, "--allow-missing", "east").err.endswith("\n  Leave it out.\n")


def test_what_is_left_out_because_of_errors_is_told_in_every_format(fleet: FleetFolder) -> None:
    fleet.add("dev", "east")
    fleet.project.template("wrong", overrides={"east": {"content": {"JobType": "Nope"}}})
    for form in ("text", "markdown", "html"):
        ended = fleet("plan", "--all-targets", "--keep-going", "--format", form)
        assert ended.code == 1
        assert ended.out.count("Leaves out 1 manifest with errors.") == 1
        assert "DLC023" in ended.out
        assert 'JobType is "Nope"' in html.unescape(ended.out)
        assert form == "html" or "neither changed nor deleted: 1 error" in ended.out
    applied = fleet("apply", "--all-targets", "--keep-going", "--yes")
    assert applied.code == 4
    assert applied.out.endswith("Applied on 2 targets: 3 done, 1 left out because of its errors\n")
    again = fleet("apply", "--all-targets", "--keep-going", "--yes")
    assert (again.code, again.out) == (1, "Applied on 2 targets: 1 left out because of its errors\n")


def test_where_no_target_has_a_plan_nothing_is_applied(fleet: FleetFolder) -> None:
    fleet.add("dev", "east")
    fleet.project.template(content={"Unknown": 1})
    ended = fleet("apply", "--all-targets", "--yes")
    assert (ended.code, fleet.emulator.writes()) == (1, [])
    assert ended.out.endswith("\nNothing applied: 2 targets failed\n"), ended.out
    listed = fleet("list", "--all-targets")
    assert listed.err.count("note: the manifests have 1 error") == 1, "the same manifests for all"


def test_many_targets_without_a_plan_are_all_named_in_what_leaves_them_out(fleet: FleetFolder) -> None:
    """The line that is printed is one that works, however many targets it takes."""
    wrong = [f"wrong{number}" for number in range(7)]
    fleet.add("dev", *wrong)
    fleet.project.template(overrides={name: {"content": {"UserComand": "x"}} for name in wrong})
    file = fleet.saved("--all-targets")
    refused = fleet("apply", file)
    (line,) = (line for line in refused.err.splitlines() if "--allow-missing" in line)
    words = line.replace("`", "").partition("add ")[2].partition(" to apply")[0].split()
    assert words[1::2] == wrong
    assert fleet("apply", file, *words).code == 0


def test_where_no_target_has_a_plan_nothing_says_that_there_is_nothing_to_do(fleet: FleetFolder) -> None:
    fleet.add("one", "two")
    fleet.project.template(content={"UserComand": "x"})
    plan = fleet("plan", "--all-targets")
    assert plan.out.endswith("Plan: 2 targets, all without a plan\n"), plan.out
    refused = fleet("apply", fleet.saved("--all-targets"))
    assert (refused.code, "Make it again: it has a plan of no target." in refused.err) == (3, True), refused.err


def test_writing_here_and_failing_there_is_4(fleet: FleetFolder) -> None:
    """A target that cannot be reached, one whose manifests are wrong: the others are applied all the same."""
    fleet.add("dev", "wrong").add("gone", endpoint=NOWHERE)
    fleet.project.template(overrides={"wrong": {"content": {"UserComand": "x"}}})
    ended = fleet("apply", *YES, "--format", "json")
    assert ended.code == 4, ended.text
    assert ends(ended.json) == {"dev": ["done"]}
    assert {each["target"]: each["code"] for each in ended.json["failed"]} == {
        "wrong": "manifests",
        "gone": "unreachable",
    }
    again = fleet("apply", *YES)
    assert again.code == 1, "nothing was written this time"
    assert "Applied on 1 target: nothing to do; 2 targets failed" in again.out


def test_a_target_that_dies_after_the_plan_stops_no_other(fleet: FleetFolder) -> None:
    fleet.add("dev", "east")
    file = fleet.saved("--all-targets")
    fleet.change("east", endpoint=fleet.emulator.url.replace("127.0.0.1", "localhost"))
    refused = fleet("apply", file)
    assert refused.code == 3, "another address is another place"
    fleet.change("east", endpoint=fleet.emulator.url)
    fleet.emulator.faults.add(Fault(kind="error_before", action="CreateJobTemplate", status=400, code="Bad", times=1))
    ended = fleet("apply", file, "--format", "json", "--parallel", "1")
    assert ended.code == 4, ended.text
    assert sorted(each for rows in ends(ended.json).values() for each in rows) == ["done", "failed"]


def test_blocked_targets_are_refused_and_the_others_applied(fleet: FleetFolder) -> None:
    fleet.add("dev", "east")
    for name in "abc":
        fleet.project.template(name, overrides={})
    assert fleet("apply", *YES).code == 0
    for name in "abc":
        fleet.project.remove(name)
    fleet.project.template("new")
    fleet.write(safety={"maxDeletions": 2, "maxDeletionPercent": 100})
    assert fleet("apply", "--target", "dev", "--yes", "--allow-deletions", "3").code == 0
    ended = fleet("apply", *YES, "--format", "json")
    assert ended.code == 3, "dev was done before, east is blocked"
    (failed,) = ended.json["failed"]
    assert (failed["target"], failed["code"]) == ("east", "refused")
    assert fleet("apply", *YES, "--allow-deletions", "3").code == 0
    assert fleet.names("east") == fleet.names("dev") == ["new", "train"]


def test_waves_go_one_after_the_other(fleet: FleetFolder) -> None:
    fleet.add("prod", after={"targets": ["staging"]}).add("staging", after={"targets": ["dev"]}).add("dev", "other")
    log = fleet.project.root / "log.jsonl"
    assert fleet("apply", *YES, "--log-json", log).code == 0
    events = [json.loads(line) for line in log.read_text().splitlines()]
    assert (events[0]["event"], events[0]["targets"]) == ("began", ["dev", "other", "prod", "staging"])
    finished = [each["target"] for each in events if each["event"] == "finished"]
    assert sorted(finished) == ["dev", "other", "prod", "staging"]
    assert finished.index("dev") < finished.index("staging") < finished.index("prod")
    assert events[-1]["event"] == "ended"
    assert "target" not in events[-1]


def test_fail_fast_begins_no_further_wave(fleet: FleetFolder) -> None:
    fleet.add("dev").add("prod", after={"targets": ["dev"]})
    fleet.emulator.faults.add(Fault(kind="error_before", action="CreateJobTemplate", status=400, code="Bad"))
    ended = fleet("apply", *YES, "--fail-fast", "--format", "json")
    assert ends(ended.json)["prod"] in ([], ["skipped"]), ended.text
    assert len(fleet.emulator.writes()) == 1


def test_one_question_for_all(fleet: FleetFolder) -> None:
    fleet.add("dev", "east")
    ended = fleet("apply", "--all-targets")
    assert (ended.code, "Apply 2 actions on 2 targets?" in ended.err) == (64, True)
    assert fleet.emulator.writes() == []


def test_embedded_emulators_of_many_targets_are_one(tmp_path: Path, fleet: FleetFolder) -> None:
    """Targets of the embedded emulator share its state file, also side by side."""
    del tmp_path
    fleet.add("dev", "east", "west", endpoint="emulator")
    assert fleet("apply", *YES).code == 0
    assert fleet("plan", "--all-targets", "--detailed-exitcode").code == 0


def test_what_waited_for_an_earlier_wave_goes_on_in_the_same_run(fleet: FleetFolder) -> None:
    """When the wave begins, staging has it, and prod gets it. Where hours are asked for, it goes on waiting."""
    fleet.add("staging").add("prod", after={"targets": ["staging"]})
    file = fleet.saved("--all-targets")
    document = json.loads(file.read_text())
    assert {each["target"]["name"]: each["summary"]["waiting"] for each in document["plans"]} == {
        "prod": 1,
        "staging": 0,
    }
    asked = fleet("apply", "--all-targets")
    assert "Apply 1 action on 1 target, and what waits for them (1)?" in asked.err
    ended = fleet("apply", file, "--format", "json")
    assert ended.code == 0, ended.text
    assert ends(ended.json) == {"prod": ["done"], "staging": ["done"]}
    assert "[2/2] prod: create JobTemplate/train: done" in ended.err
    fleet.change("prod", after={"targets": ["staging"], "soakHours": 24})
    fleet.project.template(command="python two.py")
    soaking = fleet("apply", *YES, "--format", "json")
    assert soaking.code == 0, soaking.text
    assert ends(soaking.json) == {"prod": ["waiting"], "staging": ["done"]}


def test_what_fails_first_holds_back_what_waits_for_it(fleet: FleetFolder) -> None:
    fleet.add("staging").add("prod", after={"targets": ["staging"]}).add("other")
    fleet.emulator.faults.add(Fault(kind="error_before", action="CreateJobTemplate", status=400, code="Bad", times=1))
    fleet.change("other", after={"targets": ["staging"]})
    ended = fleet("apply", *YES, "--format", "json")
    assert ended.code == 1, "nothing was written anywhere"
    assert ends(ended.json) == {"other": ["waiting"], "prod": ["waiting"], "staging": ["failed"]}
