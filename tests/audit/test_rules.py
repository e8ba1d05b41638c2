"""Every rule of audits against fleets it accepts and fleets it complains about: one folder in `cases` for each code.

`good.yaml` brings no standing finding at all, `bad.yaml` exactly those in `expected.txt`, all of the folder's code.
`worlds` explains the files. Rules that audits share with manifests are proved on the cases of those.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from reconciler.audit.rule_table import codes_of, names_of, parameters_of
from reconciler.codes import CODE_TABLE, audit
from reconciler.kinds import KINDS
from reconciler.kinds.jobtemplate.audit.content_rules import CONTENT_CODES
from reconciler.kinds.jobtemplate.audit.read import problems_of

from .worlds import audited, shown

CODES, NAMES, PARAMETERS = codes_of(KINDS), names_of(KINDS), parameters_of(KINDS)
CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
MANIFEST_CASES = Path(__file__).parents[1] / "kinds" / "cases"


def world(file: Path) -> dict[str, object]:
    loaded = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_sound_fleet_brings_no_finding(case: Path, tmp_path: Path) -> None:
    found = audited(world(case / "good.yaml"), tmp_path).found
    assert [shown(each) for each in found if each.stands] == []


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_fault_brings_exactly_its_findings(case: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    found = audited(world(case / "bad.yaml"), tmp_path).found
    told = "".join(shown(each) for each in found)
    if request.config.getoption("--update-cases"):
        (case / "expected.txt").write_text(told, encoding="utf-8")
    assert told == (case / "expected.txt").read_text(encoding="utf-8")
    assert {each.finding.code for each in found} == {case.name.partition("-")[0]}


def test_every_code_has_its_cases() -> None:
    here = {case.name.partition("-")[0] for case in CASES if case.name.startswith("DLC")}
    settings = {"DLC334"}  # a finding about the project file: see test_rules_settings
    assert here | settings == {entry.code for entry in audit.ENTRIES}
    assert set(CODES) == set(PARAMETERS) | set(CONTENT_CODES)
    assert set(PARAMETERS) == here - {"DLC330", "DLC331", "DLC332", "DLC333"}
    assert len(set(NAMES.values())) == len(NAMES)


def manifest_specs(code: str, name: str) -> list[dict[str, object]]:
    (folder,) = (path for path in MANIFEST_CASES.iterdir() if path.name.startswith(code))
    documents = yaml.safe_load_all((folder / name).read_text(encoding="utf-8"))
    return [each["spec"] for each in documents if each["kind"] == "JobTemplate"]


def codes_in(spec: dict[str, object]) -> set[str]:
    row = {"Version": 1, "Content": json.dumps(spec.get("content")), "Constraints": spec.get("constraints")}
    return {problem.code for problem in problems_of(row)}


@pytest.mark.parametrize("code", CONTENT_CODES)
def test_rules_on_manifests_hold_for_live_versions(code: str) -> None:
    bad = manifest_specs(code, "bad.yaml")
    assert any(codes_in(spec) == {code} for spec in bad if isinstance(spec.get("content"), dict))
    for spec in manifest_specs(code, "good.yaml"):
        assert code not in codes_in(spec) or code == "DLC115"  # what ${env.NAME} hides in Git is plain on the service


def test_a_secret_among_constraints_is_found_and_not_told() -> None:
    row = {
        "Version": 1,
        "Content": '{"JobType": "TFJob", "JobSpecs": [{}]}',
        "Constraints": {"API_TOKEN": "s3cr3t-value"},
    }
    (problem,) = (each for each in problems_of(row) if each.code == "DLC115")
    assert problem.path == ("constraints", "API_TOKEN")
    assert "s3cr3t" not in repr(problem)


def test_texts_of_codes_are_sentences() -> None:
    for entry in audit.ENTRIES:
        assert CODE_TABLE[entry.code] is entry
        assert not entry.title.endswith("."), entry.code
        for sentence in (entry.why, entry.fix):
            assert sentence.endswith("."), entry.code
            assert sentence[0].isupper(), entry.code


def test_every_number_has_a_unit_and_bounds() -> None:
    for parameters in PARAMETERS.values():
        for each in parameters:
            assert each.minimum <= each.default <= (each.maximum or each.default)
            assert each.meaning.endswith(".")
