"""`spec.rules` and `spec.waivers`: one table for every command, and nothing in it that silently does nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.commands import Commands, command
from support.project import API, ProjectFolder

from reconciler.audit.rule_table import codes_of
from reconciler.codes import CODE_TABLE, GRADED, rules
from reconciler.codes.grading import Waiver
from reconciler.kinds import KINDS
from reconciler.manifests import load_project
from reconciler.manifests.files import parse

BAD_ROLE = {"JobSpecs": [{"Type": "Captain", "PodCount": 1, "Image": "r/i:1", "EcsSpec": "ecs.g6.large"}]}
TOMORROW = (datetime.now(UTC).date() + timedelta(days=1)).isoformat()
TEAM_RULE = {
    "code": "TEAM001",
    "severity": "error",
    "message": "a job may run for two days at most",
    "jmespath": "content.JobMaxRunningTimeMinutes <= `2880`",
}
CASES = Path(__file__).parents[1] / "kinds" / "cases"


def waiver(code: str, name: str = "train", **other: Any) -> dict[str, Any]:
    return {"code": code, "name": name, "reason": "the old cluster", "expires": TOMORROW, **other}


def policies(project: ProjectFolder, *found: dict[str, Any]) -> None:
    whole = {"apiVersion": API, "kind": "PolicySet", "metadata": {"name": "team"}, "spec": {"rules": list(found)}}
    (project.root / "team.yaml").write_text(yaml.safe_dump(whole), encoding="utf-8")


def told(project: ProjectFolder) -> list[str]:
    document = command("validate", "--project", project.root, "--format", "json").json
    return [f"{each['severity']} {each['code']}" for each in document["findings"]]


@pytest.mark.parametrize(
    ("grade", "expected"),
    [("off", []), ("note", ["note DLC107"]), ("warning", ["warning DLC107"]), ("error", ["error DLC107"])],
)
def test_a_rule_has_the_projects_grade_in_every_command(
    project: ProjectFolder, cli: Commands, grade: str, expected: list[str]
) -> None:
    project.settings(rules={"DLC107": grade})
    project.template(content=BAD_ROLE)
    assert told(project) == expected
    codes = {name: getattr(cli, name)().code for name in ("plan", "apply")}
    drift = command("drift", "--project", project.root, "--endpoint", cli.endpoint).code
    audit = command(
        "audit", "--project", project.root, "--endpoint", cli.endpoint, "--format", "json", "--fail-on", "never"
    )
    if grade == "error":
        assert codes == {"plan": 1, "apply": 1}
        return
    assert ({*codes.values()}, drift) == ({0}, 0)
    found = [f"{each['severity']} {each['code']}" for each in audit.json["findings"] if each["code"] == "DLC107"]
    assert found == expected
    assert audit.json["summary"]["off"] == (grade == "off")


def test_policies_packaged_and_own_are_graded_by_their_codes(project: ProjectFolder, cli: Commands) -> None:
    policies(project, TEAM_RULE)
    project.template(content={"JobMaxRunningTimeMinutes": 9999})
    project.settings(policies=["team.yaml", "recommended"])
    before = told(project)
    assert {"error TEAM001", "warning REC004"} <= {*before}
    project.settings(
        policies=["team.yaml", "recommended"], rules={"TEAM001": "note", "REC004": "off", "REC006": "error"}
    )
    after = told(project)
    assert "note TEAM001" in after
    assert not [each for each in after if "REC004" in each]
    assert cli.plan().code == 0


def test_waived_and_switched_off_findings_are_counted_everywhere(
    project: ProjectFolder, cli: Commands, tmp_path: Path
) -> None:
    project.template(content={**BAD_ROLE, "IsCheif": True} | {"WorkspaceId": "1001"})
    project.template("other", content=BAD_ROLE)
    project.settings(rules={"DLC120": "off"}, waivers=[waiver("DLC107", "tr*"), waiver("DLC107", "other")])
    (project.root / "manifests" / "train.yaml").write_text(
        (project.root / "manifests" / "train.yaml").read_text().replace("    IsCheif: true\n", "")
    )
    validated = command("validate", "--project", project.root)
    assert (validated.code, validated.out.splitlines()[-1]) == (
        0,
        "Valid: no problems found; 2 waived, 1 switched off.",
    )
    document = command("validate", "--project", project.root, "--format", "json").json
    assert (document["summary"]["waived"], document["summary"]["off"]) == (2, 1)
    assert [(each["code"], each["name"], each["waiver"]) for each in document["waived"]] == [
        ("DLC107", name, {"reason": "the old cluster", "expires": TOMORROW}) for name in ("other", "train")
    ]
    line = "Findings about manifests that are not told: 2 waived, 1 switched off."
    plan = cli.plan()
    assert plan.code == 0
    assert line in plan.out
    for name in ("markdown", "html"):
        assert line in cli.plan("--format", name).out
    assert [cli.document()[key] for key in ("waived", "switched_off")] == [2, 1]
    saved = tmp_path / "plan.json"
    assert cli.plan("--out", saved).code == 0
    assert line in command("plan", "show", saved).out
    assert cli.apply(saved).code == 0
    drift = command("drift", "--project", project.root, "--endpoint", cli.endpoint)
    assert drift.out.splitlines()[-1] == "No drift; 2 in step; findings not told: 2 waived, 1 switched off."
    audit = command("audit", "--project", project.root, "--endpoint", cli.endpoint)
    assert "2 waived; 1 switched off" in audit.out.splitlines()[-1]


def test_a_waiver_is_for_its_name_and_its_target_alone(project: ProjectFolder) -> None:
    targets = {
        "prod": {"region": "cn-hangzhou", "workspaceId": "1"},
        "staging": {"region": "cn-hangzhou", "workspaceId": "2"},
    }
    project.settings(targets=targets, waivers=[waiver("DLC107", target="st*")])
    project.template(content=BAD_ROLE)
    codes = [
        command("validate", "--project", project.root, "--target", name).code for name in ("staging", "prod", "staging")
    ]
    assert codes == [0, 1, 0]
    assert command("validate", "--project", project.root).code == 1


def test_an_expired_waiver_says_so_and_what_it_waived_stands(project: ProjectFolder, cli: Commands) -> None:
    project.settings(waivers=[waiver("DLC107", expires="2026-01-31")])
    project.template(content=BAD_ROLE)
    assert told(project) == ["error DLC107", "warning DLC330"] or told(project) == ["warning DLC330", "error DLC107"]
    plan = cli.plan()
    assert plan.code == 1
    assert "the waiver of DLC107 for train expired on 2026-01-31: the old cluster" in plan.err
    project.settings(rules={"DLC107": "warning"}, waivers=[waiver("DLC107", expires="2026-01-31")])
    assert cli.plan().code == 0  # an expired waiver stops nothing by itself
    project.template()
    assert told(project) == ["warning DLC330"]


def test_a_waiver_counts_on_its_last_day() -> None:
    last = Waiver(code="DLC315", name="a*", reason="r", expires=date(2026, 5, 1))
    assert not last.is_expired(date(2026, 5, 1))
    assert last.is_expired(date(2026, 5, 2))


def test_a_waiver_that_waives_nothing_is_a_note(project: ProjectFolder) -> None:
    project.template()
    project.settings(waivers=[waiver("DLC107"), waiver("DLC305")])
    assert told(project) == ["note DLC331"]  # whether DLC305 is found only an audit can tell


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"rules": {"DLC170": "off"}}, 'there is no rule DLC170; did you mean "DLC317"?'),
        (
            {"rules": {"DLC020": "off"}},
            "DLC020 can be neither graded nor waived: it says that something cannot be read",
        ),
        ({"rules": {"DLC201": "note"}}, "DLC201 can be neither graded nor waived: it guards ownership"),
        ({"rules": {"DLC330": "off"}}, "DLC330 can be neither graded nor waived: it is about audits and waivers"),
        ({"rules": {"DLC402": "off"}}, "DLC402 can be neither graded nor waived: it comes from `validate --online`"),
        ({"rules": {"DLC501": "off"}}, "DLC501 can be neither graded nor waived: it says that a policy has not judged"),
        ({"rules": {"REC044": "off"}}, "no policy or audit rule of the project has the code REC044; did you mean"),
        ({"rules": {"TEAM001": "off"}}, "no policy or audit rule of the project has the code TEAM001"),
        ({"rules": {"DLC107": "of"}}, 'DLC107 is "of"; did you mean "off"?'),
        ({"rules": {"DLC107": {"severity": "note"}}}, "DLC107 must be text, not an object"),
        ({"rules": {"DLC107": False}}, "DLC107 must be text, not false"),
        ({"rules": ["DLC107"]}, "rules must be an object"),
        ({"waivers": [{**waiver("DLC107"), "code": "DLC201"}]}, "DLC201 can be neither graded nor waived"),
        ({"waivers": [{**waiver("DLC107"), "code": "DLC999"}]}, "there is no rule DLC999"),
        (
            {"waivers": [{**waiver("DLC107"), "code": "X999"}]},
            "no policy or audit rule of the project has the code X999",
        ),
        ({"waivers": [{**waiver("DLC107"), "expires": "2026-02-30"}]}, '"2026-02-30" is not a day'),
        ({"waivers": [{"code": "DLC107", "name": "train", "expires": TOMORROW}]}, 'missing field "reason"'),
        ({"waivers": [{"code": "DLC107", "name": "train", "reason": "r"}]}, 'missing field "expires"'),
    ],
    ids=str,
)
def test_what_would_silently_do_nothing_is_an_error_at_its_place(
    project: ProjectFolder, cli: Commands, spec: dict[str, Any], said: str
) -> None:
    project.settings(**spec)
    project.template()
    ended = command("validate", "--project", project.root)
    assert ended.code == 1
    assert said in ended.out
    assert ended.out.startswith("reconciler.yaml:")
    assert (cli.plan().code, cli.apply().code) == (1, 1)


def test_the_former_places_are_errors_that_say_what_to_write_where(project: ProjectFolder) -> None:
    former = {"code": "DLC315", "name": "n*", "reason": "ends", "expires": TOMORROW}
    audit = {"rules": {"DLC305": {"severity": "error", "days": 30}, "DLC309": "off"}, "waivers": [former]}
    project.settings(rules={"DLC107": "note"}, audit=audit)
    project.template()
    ended = command("validate", "--project", project.root)
    assert [line.split(": ")[1] for line in ended.out.splitlines() if line.startswith("reconciler")] == [
        "error DLC059"
    ] * 2
    lines = [line.split("`")[1] for line in ended.out.splitlines() if "Write `" in line]
    spec: dict[str, Any] = {}
    for line in lines:
        (document,) = parse("x", line).documents
        spec |= document.data
    assert spec == {"rules": {"DLC305": "error", "DLC309": "off", "DLC107": "note"}, "waivers": [former]}
    project.settings(audit={"rules": {"DLC305": {"days": 30}}}, **spec)
    assert load_project(project.root).grading.severities["DLC309"] is None
    assert command("validate", "--project", project.root).code == 0


def test_what_is_graded_is_what_rules_and_audits_find() -> None:
    assert {entry.code for entry in rules.ENTRIES} | {*codes_of(KINDS)} == GRADED
    assert all(code in CODE_TABLE for code in GRADED)


def test_nothing_breaks_without_the_rules(project: ProjectFolder, cli: Commands) -> None:
    """What a rule would have refused goes to the service, whose answer is then told like any other."""
    project.settings(rules={entry.code: "off" for entry in rules.ENTRIES})
    for folder in sorted(CASES.glob("DLC1*")):
        for number, raw in enumerate(parse("x", (folder / "bad.yaml").read_text("utf-8")).documents):
            name = f"gitops-{folder.name[:6]}-{number}"
            project.write(name, {"apiVersion": API, **raw.data, "metadata": {"name": name}})
    document = command("validate", "--project", project.root, "--format", "json").json
    assert {each["code"][:4] for each in document["findings"]} == {"DLC0"}
    assert document["summary"]["off"] > len(rules.ENTRIES)
    for file in {each["where"]["file"] for each in document["findings"]}:
        (project.root / file).unlink(missing_ok=True)
    assert len(list((project.root / "manifests").iterdir())) > 30
    here = ("--project", project.root, "--endpoint", cli.endpoint)
    plan = cli.plan()
    assert plan.code in (0, 3), plan.text
    for ended in (
        plan,
        cli.apply("--wait", "0", "--no-wait"),
        cli.plan(),
        command("drift", *here),
        command("audit", *here, "--fail-on", "never"),
        command("export", *here, "--out", project.root / "out"),
    ):
        assert "internal error" not in ended.text
