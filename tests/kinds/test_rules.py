"""Every rule against documents it accepts and documents it refuses: one folder in `cases` for each code.

`good.yaml` brings no finding at all, `bad.yaml` exactly those in `expected.txt`, all of the folder's code.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from support.laws import examples

from reconciler.codes import CODE_TABLE, rules
from reconciler.kinds.base import Rule
from reconciler.kinds.jobtemplate import rules as jobtemplate
from reconciler.kinds.tensorboard import rules as tensorboard
from reconciler.model import Document, FieldPath, Finding, JsonValue, PositionSource, SourceRef
from reconciler.model.paths import format_path

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.name.startswith("DLC1"))
RULES: dict[str, tuple[Rule, ...]] = {"JobTemplate": jobtemplate.RULES, "TensorBoard": tensorboard.RULES}


class Lines(PositionSource):
    """Gives every path a line of its own, so that a test can tell which path was located."""

    def locate(self, path: FieldPath) -> SourceRef:
        return SourceRef("case.yaml", 1 + len(path))


def document(kind: str, spec: JsonValue, *, sensitive: frozenset[FieldPath] = frozenset()) -> Document:
    return Document(
        kind=kind,
        name="case",
        metadata={"name": "case"},
        spec=spec,
        written=spec,
        where=SourceRef("case.yaml"),
        source=Lines(),
        sensitive=sensitive,
    )


def findings(file: Path) -> Iterator[Finding]:
    for loaded in yaml.safe_load_all(file.read_text(encoding="utf-8")):
        for rule in RULES[loaded["kind"]]:
            yield from rule(document(loaded["kind"], loaded["spec"]))


def shown(found: Finding) -> str:
    return f"{found.severity} {found.code} {format_path(found.path)}: {found.summary}\n  {found.hint}\n"


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text('a\0"é\n', max_size=40)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.text(max_size=3), inner, max_size=9)
)


@settings(max_examples=examples(8))
@given(st.dictionaries(st.text(max_size=3), TREES, max_size=9), st.sampled_from([2, 3, 10, 100, 1000]))
def test_a_content_is_too_long_when_its_json_is(content: dict[str, JsonValue], most: int) -> None:
    """The quick look that most contents get never lets one pass that is too long."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobtemplate, "MAX_CONTENT_BYTES", most)
        found = list(jobtemplate.check_size({"content": content}))
    assert bool(found) is (len(text.encode("utf-8", "surrogatepass")) > most)


@pytest.mark.parametrize(
    "part", [None, True, False, 0, -(2**31), 10**40, -1.7976931348623157e308, "", "\0" * 9, [], {}]
)
def test_no_part_of_a_content_is_so_much_longer_in_json_that_it_passes(part: JsonValue) -> None:
    """A content of equal parts alone, at the length from which it is too long."""
    content = {"a": [part] * 9000}
    size = len(json.dumps(content, ensure_ascii=False, separators=(",", ":")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobtemplate, "MAX_CONTENT_BYTES", size - 1)
        assert len(list(jobtemplate.check_size({"content": content}))) == 1


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_the_rule_accepts_good_documents(case: Path) -> None:
    assert [shown(found) for found in findings(case / "good.yaml")] == []


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_the_rule_refuses_bad_documents(case: Path) -> None:
    found = list(findings(case / "bad.yaml"))
    assert {finding.code for finding in found} == {case.name.partition("-")[0]}
    assert "".join(map(shown, found)) == (case / "expected.txt").read_text(encoding="utf-8")


def test_every_code_has_its_cases() -> None:
    assert [case.name.partition("-")[0] for case in CASES] == sorted(entry.code for entry in rules.ENTRIES)


def test_codes_are_used_once_and_texts_are_sentences() -> None:
    codes = [entry.code for entry in rules.ENTRIES]
    assert len(codes) == len(set(codes))
    for entry in rules.ENTRIES:
        assert CODE_TABLE[entry.code] is entry
        assert entry.source, entry.code
        assert not entry.title.endswith("."), entry.code
        for sentence in (entry.why, entry.fix):
            assert sentence.endswith("."), entry.code
            assert sentence[0].isupper(), entry.code


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_findings_have_subject_and_place(case: Path) -> None:
    for found in findings(case / "bad.yaml"):
        assert found.subject is not None
        assert found.subject.name == "case"
        assert found.where == SourceRef("case.yaml", 1 + len(found.path))


def test_secrets_are_never_quoted() -> None:
    case = next(case for case in CASES if case.name.startswith("DLC115"))
    assert "hunter2" not in "".join(shown(found) for found in findings(case / "bad.yaml"))


def test_values_from_the_environment_are_no_plain_secrets() -> None:
    spec = {"content": {"JobType": "TFJob", "JobSpecs": [{}], "Envs": {"A_TOKEN": "x", "B_TOKEN": "y"}}}
    sensitive = frozenset({("spec", "content", "Envs", "A_TOKEN")})
    found = [f for rule in jobtemplate.RULES for f in rule(document("JobTemplate", spec, sensitive=sensitive))]
    assert [finding.path for finding in found] == [("spec", "content", "Envs", "B_TOKEN")]


def test_nothing_is_said_about_a_value_from_the_environment() -> None:
    spec = {"content": {"JobType": "from-env", "JobSpecs": [{"Type": "Worker"}]}}
    sensitive = frozenset({("spec", "content", "JobType")})
    found = [f for rule in jobtemplate.RULES for f in rule(document("JobTemplate", spec, sensitive=sensitive))]
    assert found == []


def test_checks_work_on_content_that_is_in_no_manifest() -> None:
    spec = {"content": {"JobType": "RayJob", "JobSpecs": [{"Type": "Tail"}]}, "constraints": {"A": "locked"}}
    found = [problem for check in jobtemplate.CHECKS for problem in check(spec)]
    assert [(problem.code, problem.path) for problem in found] == [
        ("DLC107", ("content", "JobSpecs", 0, "Type")),
        ("DLC111", ("constraints", "A")),
    ]


FIELD_NAMES = """
    JobType JobSpecs Type EcsSpec ResourceConfig ResourceId DataSources CodeSource Uri DataSourceId IsChief IsCheif
    SpotSpec SpotPriceLimit SpotDiscountLimit Priority UserVpc SwitchId DisplayName WorkspaceId Envs CustomEnvs Key
    Value JobId SummaryPath SummaryRelativePath UserCommand JobSpecs[0].Type $.x PASSWORD
"""
KNOWN_KEYS = st.sampled_from(FIELD_NAMES.split())
KNOWN_TEXTS = st.sampled_from(["TFJob", "RayJob", "Worker-", "required", "locked", "absent", "1"])
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | KNOWN_TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KNOWN_KEYS | st.text(max_size=3), inner, max_size=5),
    max_leaves=20,
)
ODD_SPECS = st.dictionaries(st.sampled_from(["content", "constraints", "job", "state"]), ODD)


@given(ODD_SPECS)
def test_no_shape_of_a_document_breaks_a_rule(spec: JsonValue) -> None:
    for kind, kind_rules in RULES.items():
        for rule in kind_rules:
            for found in rule(document(kind, spec)):
                assert found.path[0] == "spec"
                assert "\n" not in found.summary
