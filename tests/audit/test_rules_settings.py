"""Rules of audits switched, graded and given numbers; settings that make no sense are refused at their places."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support.commands import command

from reconciler.codes.grading import Waiver
from reconciler.emulator import Emulator

from .worlds import audited, service, write_project

ENDLESS = {"name": "endless", "versions": [{"change": {"JobMaxRunningTimeMinutes": None}}]}
WAIVER = {"code": "DLC315", "name": "endless", "reason": "a long run", "expires": "2026-05-01"}


def codes(folder: Path, **settings: Any) -> list[str]:
    found = audited({**settings, "templates": [ENDLESS]}, folder).found
    return [f"{each.finding.severity} {each.finding.code}" for each in found if each.stands]


def test_a_rule_is_switched_off_and_graded(tmp_path: Path) -> None:
    assert codes(tmp_path / "a") == ["note DLC315"]
    assert codes(tmp_path / "b", rules={"DLC315": "off"}) == []
    assert codes(tmp_path / "c", rules={"DLC315": "error"}) == ["error DLC315"]


def test_rules_shared_with_manifests_are_switched_too(tmp_path: Path) -> None:
    world = {"templates": [{"name": "odd", "versions": [{"change": {"spec": {"Type": "Captain"}}}]}]}
    (found,) = audited(world, tmp_path / "a").found
    assert found.finding.code == "DLC107"
    off = audited({**world, "rules": {"DLC107": "off"}}, tmp_path / "b")
    assert (off.found, off.off) == ((), 1)


def test_a_waiver_counts_on_its_last_day() -> None:
    waiver = Waiver(code="DLC315", name="a*", reason="r", expires=date(2026, 5, 1))
    assert not waiver.is_expired(date(2026, 5, 1))
    assert waiver.is_expired(date(2026, 5, 2))
    assert waiver.covers("DLC315", "prod", "abc")
    assert not waiver.covers("DLC315", "prod", "ABC")
    assert not waiver.covers("DLC316", "prod", "abc")


@pytest.mark.parametrize(
    ("settings", "place", "said"),
    [
        ({"rules": {"DLC999": {"days": 3}}}, "rules", "DLC999"),
        ({"rules": {"DLC305": {"hours": 3}}}, "rules", "hours"),
        ({"rules": {"DLC308": {"percent": 101}}}, "rules", "percent"),
        (
            {"custom": [{"code": "X001", "severity": "note", "message": "m", "jmespath": "a ||"}]},
            "custom",
            "not a JMESPath expression",
        ),
        (
            {"custom": [{"code": "X001", "severity": "note", "message": "m", "schema": {"type": "wrong"}}]},
            "custom",
            "not a JSON Schema",
        ),
        ({"custom": [{"code": "X001", "severity": "note", "message": "m"}]}, "custom", "one of the two"),
        ({"custom": [{"code": "X001", "severity": "note", "message": "m", "jmespath": "a"}] * 2}, "custom", "twice"),
    ],
    ids=str,
)
def test_settings_that_make_no_sense_are_refused_at_their_places(
    emulator: Emulator, tmp_path: Path, settings: dict[str, Any], place: str, said: str
) -> None:
    file = write_project({"audit": settings}, tmp_path / "project")
    ended = command("audit", "--project", file, "--endpoint", emulator.url)
    assert ended.code == 1
    assert ended.out == ""
    assert "reconciler.yaml:" in ended.err
    assert said in ended.err
    assert emulator.calls() == []


def test_all_workspaces_are_audited_and_all_targets(tmp_path: Path) -> None:
    world = {"templates": [ENDLESS]}
    with service(world) as emulator:
        emulator.store.create_template("elsewhere", workspace="2002")
        file = write_project(world, tmp_path / "project")
        common = ("--project", file, "--endpoint", emulator.url, "--format", "json", "--fail-on", "never")
        one = command("audit", *common).json
        assert [each["target"] for each in one["targets"]] == ["test"]
        every = json.loads(command("audit", "--all-workspaces", "--target", "all", *common).out)
    assert [each["target"] for each in every["targets"]] == ["cn-hangzhou/2002", "test"]
    assert {each["name"] for each in every["templates"]} == {"endless", "elsewhere"}
    assert [each["described"] for each in every["targets"]] == [False, True]
