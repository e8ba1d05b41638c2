"""Policies: rules of people's own on every manifest, the packaged set, and what is wrong with policies themselves."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from support.commands import Commands, command
from support.project import API, ProjectFolder

RULE: dict[str, Any] = {
    "code": "TEAM001",
    "severity": "error",
    "message": "a job may run for two days at most",
    "hint": "Lower it.",
    "jmespath": "content.JobMaxRunningTimeMinutes <= `2880`",
    "path": "content.JobMaxRunningTimeMinutes",
}


@pytest.fixture
def team(project: ProjectFolder) -> ProjectFolder:
    """A project with a policy file of its own, which a pattern of manifests matches too."""
    project.settings(policies=["manifests/team.yaml"], manifests=["**/*.yaml"])
    return project


def policies(project: ProjectFolder, *rules: dict[str, Any]) -> None:
    whole = {"apiVersion": API, "kind": "PolicySet", "metadata": {"name": "team"}, "spec": {"rules": list(rules)}}
    file = project.root / "manifests" / "team.yaml"
    file.write_text(yaml.safe_dump(whole, sort_keys=False), encoding="utf-8")


def told(project: ProjectFolder) -> list[str]:
    ended = command("validate", "--project", project.root, "--format", "json")
    return [f"{each['severity']} {each['code']} {each['summary']}" for each in json.loads(ended.out)["findings"]]


def test_an_expression_is_judged_and_points_at_its_field(team: ProjectFolder) -> None:
    policies(team, RULE)
    team.template(content={"JobMaxRunningTimeMinutes": 2880})
    assert told(team) == []
    team.template(content={"JobMaxRunningTimeMinutes": 2881})
    ended = command("validate", "--project", team.root)
    place, _, rest = ended.out.splitlines()[0].partition(": ")
    assert (ended.code, rest) == (1, 'error TEAM001: JobTemplate "train": a job may run for two days at most')
    line = int(place.split(":")[1])
    written = (team.root / "manifests" / "train.yaml").read_text(encoding="utf-8").splitlines()[line - 1]
    assert written.strip() == "JobMaxRunningTimeMinutes: 2881"


def test_a_schema_points_at_what_does_not_fit(team: ProjectFolder) -> None:
    schema = {"properties": {"name": {"pattern": "^team-"}}}
    policies(team, {"code": "TEAM002", "severity": "warning", "message": "not as the team wants it", "schema": schema})
    team.template("other")
    assert told(team) == ["warning TEAM002 not as the team wants it"]


def test_an_error_blocks_plan_and_apply_and_a_warning_does_not(team: ProjectFolder, cli: Commands) -> None:
    policies(team, RULE)
    team.template(content={"JobMaxRunningTimeMinutes": 9999})
    assert (cli.plan().code, cli.apply().code) == (1, 1)
    assert "TEAM001" in cli.plan().err
    policies(team, {**RULE, "severity": "warning"})
    assert cli.apply().code == 0


def test_every_format_knows_a_policy(team: ProjectFolder) -> None:
    policies(team, RULE)
    team.template(content={"JobMaxRunningTimeMinutes": 9999})
    for name in ("json", "sarif", "github", "junit"):
        assert "TEAM001" in command("validate", "--project", team.root, "--format", name).out


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([{**RULE, "jmespath": "content.["}], "DLC501 not a JMESPath expression"),
        (
            [{"code": "A001", "severity": "note", "message": "m", "schema": {"type": "objct"}}],
            "DLC501 not a JSON Schema",
        ),
        ([RULE, RULE], "DLC501 the code TEAM001 is there twice"),
        ([{**RULE, "path": "$.x"}], "DLC501 not a path"),
        ([{**RULE, "code": "DLC001"}], "DLC024 code is"),
        ([{**RULE, "severity": "fatal"}], 'DLC023 severity is "fatal"'),
        ([], "DLC025 rules is empty"),
        ([{**RULE, "jmespath": "length(content.Priority)"}], "DLC502 policy TEAM001 could not be evaluated"),
    ],
)
def test_a_policy_that_makes_no_sense_is_an_error(
    team: ProjectFolder, rules: list[dict[str, Any]], expected: str
) -> None:
    policies(team, *rules)
    team.template()
    assert [line for line in told(team) if line.startswith(f"error {expected}")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "recomended",
            'DLC501 there is neither a file nor a packaged policy set "recomended"; did you mean "recommended"?',
        ),
        ("../outside.yaml", 'DLC005 policy file "../outside.yaml" is not inside the project'),
        ("manifests/train.yaml", 'DLC015 a policy file holds documents of kind "PolicySet"'),
    ],
)
def test_a_policy_that_is_not_there(project: ProjectFolder, name: str, expected: str) -> None:
    project.settings(policies=[name])
    project.template()
    project.template("second")
    assert told(project) == [f"error {expected}"]


GOOD: dict[str, Any] = {
    "JobSpecs": [{"Type": "Worker", "PodCount": 1, "Image": "a:1", "EcsSpec": "ecs.gn7i-c8g1.2xlarge"}],
    "JobMaxRunningTimeMinutes": 60,
    "Settings": {"EnableSanityCheck": True},
    "DataSources": [{"DataSourceId": "d-1", "MountPath": "/m"}],
    "Envs": {"A": "1"},
}
LOCKED = {"JobSpecs[0].Image": "locked", "DataSources": "locked"}
QUOTA = {"Type": "Worker", "PodCount": 1, "Image": "a:1", "ResourceConfig": {"CPU": "1", "GPU": "1", "Memory": "1Gi"}}


@pytest.mark.parametrize(
    ("change", "constraints", "codes"),
    [
        ({}, LOCKED, []),
        ({}, {"JobSpecs": "locked", "DataSources[0].DataSourceId": "locked"}, []),
        ({}, {**LOCKED, "UserCommand": "overridable", "Envs.A": "locked"}, []),
        ({"JobMaxRunningTimeMinutes": None}, {**LOCKED, "JobMaxRunningTimeMinutes": "required"}, []),
        ({"JobMaxRunningTimeMinutes": None}, LOCKED, ["REC002"]),
        ({"Settings": {}}, LOCKED, ["REC003"]),
        ({"Settings": {}, "JobSpecs": [QUOTA], "ResourceId": "quota123"}, LOCKED, ["REC003"]),
        ({"Settings": {}, "JobSpecs": [{**GOOD["JobSpecs"][0], "EcsSpec": "ecs.g7.xlarge"}]}, LOCKED, []),
        ({"JobSpecs": GOOD["JobSpecs"] * 2}, LOCKED, ["REC004"]),
        ({}, {"DataSources": "locked"}, ["REC004"]),
        ({}, {"JobSpecs[0].Image": "locked"}, ["REC005"]),
        ({}, {**LOCKED, "UserCommand": "locked"}, ["REC006"]),
        ({}, {**LOCKED, "Envs": "locked"}, ["REC007"]),
    ],
)
def test_the_recommended_set(
    project: ProjectFolder, change: dict[str, Any], constraints: dict[str, str], codes: list[str]
) -> None:
    project.settings(policies=["recommended"])
    content = {key: value for key, value in {**GOOD, **change}.items() if value is not None}
    project.template("vision-resnet50-20260401", content=content, constraints=constraints)
    assert [line.split()[1] for line in told(project)] == codes
