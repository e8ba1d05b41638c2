"""Bases, matrices and values files: what comes out, and that every problem stands at the line the person wrote."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import ManifestError
from reconciler.kinds import KINDS
from reconciler.manifests import Desired, ManifestSet, ProcessEnvironment, composition, load_desired, load_project
from reconciler.manifests.merge_patch import merge_patch
from reconciler.model import ResourceId

PROJECT = """\
apiVersion: dlc-reconciler/v1
kind: Project
metadata: {name: vision}
spec:
  manifests: ["**/*.yaml"]
  targets:
    prod: {region: cn-shanghai, workspaceId: "2002", values: {gpu: ecs.gn7i-c8g1.2xlarge}}
    staging: {region: cn-hangzhou, workspaceId: "1001", values: {gpu: ecs.gn6i-c4g1.xlarge}}
"""

COMMON = """\
apiVersion: dlc-reconciler/v1
kind: JobTemplate
metadata: {name: common}
spec:
  description: Common
  protect: true
  content:
    JobType: PyTorchJob
    JobSpecs:
      - {Type: Worker, PodCount: 1, Image: "registry/image:1", EcsSpec: "${values.gpu}"}
    UserCommand: python train.py
    Envs: {A: "1", B: "2"}
  constraints: {UserCommand: locked}
  overrides: {prod: {content: {Priority: 7}}}
"""

DERIVED = """\
apiVersion: dlc-reconciler/v1
kind: JobTemplate
metadata: {name: derived}
spec:
  base: common
  content:
    UserCommand: python other.py
    Envs: {A: null, C: "3"}
"""

MATRIX = """\
apiVersion: dlc-reconciler/v1
kind: JobTemplate
metadata: {name: "train-${matrix.size}"}
spec:
  matrix:
    - {size: small, workers: 1, envs: {LR: "0.1"}}
    - {size: large, workers: 8, envs: {LR: "0.4"}}
  content:
    JobType: PyTorchJob
    JobSpecs:
      - Type: Worker
        PodCount: ${matrix.workers}
        Image: registry/image:1
        EcsSpec: ${values.gpu}
    UserCommand: python train.py --size ${matrix.size} --workers ${matrix.workers}
    Envs: ${matrix.envs}
"""


def write(root: Path, project: str = PROJECT, **files: str) -> Path:
    (root / "reconciler.yaml").write_text(project, encoding="utf-8")
    for name, text in files.items():
        (root / f"{name}.yaml").write_text(text, encoding="utf-8")
    return root


def desired(root: Path, target: str = "prod", variables: Mapping[str, str] | None = None) -> Desired:
    return ManifestSet(load_project(root), KINDS).desired(target, ProcessEnvironment(variables or {}))


def told(found: Desired) -> list[str]:
    return [f"{item.where}: {item.code} {item.summary}" for item in found.findings]


def spec(found: Desired, name: str) -> dict[str, Any]:
    assert told(found) == []
    return dict(found.documents[ResourceId("JobTemplate", name)].spec)


def test_a_derived_manifest_is_its_base_for_the_target_with_its_own_changes(tmp_path: Path) -> None:
    found = spec(desired(write(tmp_path, a=DERIVED, z=COMMON)), "derived")
    assert found == {
        "description": "Common",
        "content": {
            "JobType": "PyTorchJob",
            "JobSpecs": [
                {"Type": "Worker", "PodCount": 1, "Image": "registry/image:1", "EcsSpec": "ecs.gn7i-c8g1.2xlarge"}
            ],
            "UserCommand": "python other.py",
            "Envs": {"B": "2", "C": "3"},
            "Priority": 7,
        },
        "constraints": {"UserCommand": "locked"},
    }


def test_what_is_about_one_object_is_not_handed_on(tmp_path: Path) -> None:
    found = desired(write(tmp_path, a=DERIVED, b=COMMON))
    assert spec(found, "common")["protect"] is True
    assert "protect" not in spec(found, "derived")


def test_bases_have_bases_and_overrides_of_their_own(tmp_path: Path) -> None:
    third = (
        "apiVersion: dlc-reconciler/v1\nkind: JobTemplate\nmetadata: {name: third}\nspec:\n  base: derived\n"
        "  content: {Priority: 2}\n  overrides: {prod: {content: {Envs: {C: null}}}}\n"
    )
    write(tmp_path, a=third, b=DERIVED, c=COMMON)
    prod, staging = (spec(desired(tmp_path, target), "third")["content"] for target in ("prod", "staging"))
    assert (prod["Priority"], prod["Envs"]) == (2, {"B": "2"})
    assert staging["Envs"] == {"B": "2", "C": "3"}


@pytest.mark.parametrize(
    ("base", "code"), [("5", "DLC022"), ("[one]", "DLC022"), ("nowhere", "DLC043"), ("'${env.X}'", "DLC036")]
)
def test_a_wrong_base_is_told_at_its_own_place_and_not_for_what_is_built_on_it(
    base: str, code: str, tmp_path: Path
) -> None:
    head = "apiVersion: dlc-reconciler/v1\nkind: JobTemplate\n"
    one, two = (
        f"{head}metadata: {{name: {name}}}\nspec:\n  base: {on}\n" for name, on in (("one", base), ("two", "one"))
    )
    found = desired(write(tmp_path, a=one, b=two))
    assert [(item.code, str(item.where)) for item in found.findings] == [(code, "a.yaml:5:3")]


def test_loading_once_gives_the_same_resources(tmp_path: Path) -> None:
    project = load_project(write(tmp_path, a=DERIVED, b=COMMON, c=MATRIX))
    environment = ProcessEnvironment({})
    once = load_desired(project, "prod", kinds=KINDS, environ=environment)
    kept = ManifestSet(project, KINDS).desired("prod", environment)
    assert once.resources == kept.resources
    assert [id.name for id in once.resources] == ["common", "derived", "train-large", "train-small"]


@pytest.mark.parametrize(("rows", "allowed"), [(1, True), (3, True), (4, False)])
def test_a_matrix_may_have_as_many_rows_as_are_allowed(
    rows: int, allowed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composition, "MAX_ROWS", 3)
    matrix = "".join(f"    - {{size: s{number}, workers: 1, envs: {{LR: '1'}}}}\n" for number in range(rows))
    start, end = MATRIX.index("    - {size: small"), MATRIX.index("  content:")
    found = desired(write(tmp_path, a=MATRIX[:start] + matrix + MATRIX[end:]))
    assert [item.code for item in found.findings] == ([] if allowed else ["DLC025"])
    assert len(found.resources) == (rows if allowed else 0)


def test_each_row_makes_an_object_and_values_keep_their_type(tmp_path: Path) -> None:
    found = desired(write(tmp_path, a=MATRIX))
    assert [id.name for id in found.documents] == ["train-large", "train-small"]
    content = spec(found, "train-large")["content"]
    assert content["JobSpecs"][0]["PodCount"] == 8
    assert content["JobSpecs"][0]["EcsSpec"] == "ecs.gn7i-c8g1.2xlarge"
    assert content["UserCommand"] == "python train.py --size large --workers 8"
    assert content["Envs"] == {"LR": "0.4"}


@pytest.mark.parametrize("dollar", ["$", "\\x24", "\\u0024"])
def test_a_reference_may_be_spelled_with_escapes(dollar: str, tmp_path: Path) -> None:
    command = f'"echo {dollar}{{values.gpu}}"'
    text = COMMON.replace('"${values.gpu}"', "ecs.g7.large").replace("python train.py", command)
    assert ("${" in text) is (dollar == "$")
    assert spec(desired(write(tmp_path, a=text)), "common")["content"]["UserCommand"] == "echo ecs.gn7i-c8g1.2xlarge"


def test_rows_may_refer_to_values_and_secrets_which_stay_secret(tmp_path: Path) -> None:
    text = MATRIX.replace('{LR: "0.4"}', '{LR: "${env.RATE}", GPU: "${values.gpu}"}')
    found = desired(write(tmp_path, a=text), variables={"RATE": "0.25"})
    document = found.documents[ResourceId("JobTemplate", "train-large")]
    assert document.spec["content"]["Envs"] == {"LR": "0.25", "GPU": "ecs.gn7i-c8g1.2xlarge"}
    assert document.sensitive == {("spec", "content", "Envs", "LR")}


def test_a_row_of_a_matrix_can_be_a_base_and_a_row_can_choose_its_base(tmp_path: Path) -> None:
    text = (
        "apiVersion: dlc-reconciler/v1\nkind: JobTemplate\nmetadata: {name: 'tuned-${matrix.of}'}\n"
        "spec:\n  matrix: [{of: small}, {of: large}]\n  base: train-${matrix.of}\n  content: {Priority: 3}\n"
    )
    found = desired(write(tmp_path, a=text, b=MATRIX))
    assert spec(found, "tuned-large")["content"]["JobSpecs"][0]["PodCount"] == 8
    assert spec(found, "tuned-small")["content"]["JobSpecs"][0]["PodCount"] == 1


VALUES = PROJECT.replace(
    "values: {gpu: ecs.gn7i-c8g1.2xlarge}",
    "valuesFiles: [values/common.yaml, values/prod.yaml], values: {own: 1}",
).replace("values: {gpu: ecs.gn6i-c4g1.xlarge}", "valuesFiles: [values/common.yaml]")


def test_values_files_are_merged_in_order_and_are_no_manifests(tmp_path: Path) -> None:
    (tmp_path / "values").mkdir()
    common = "gpu: ecs.gn6i-c4g1.xlarge\nnested: {a: 1, b: 2}\nown: 0\ntext: $${HOME}\n"
    (tmp_path / "values" / "common.yaml").write_text(common, encoding="utf-8")
    (tmp_path / "values" / "prod.yaml").write_text("gpu: ecs.gn7i-c8g1.2xlarge\nnested: {b: null, c: 3}\n")
    project = load_project(write(tmp_path, VALUES, a=COMMON))
    assert project.targets["prod"].values == {
        "gpu": "ecs.gn7i-c8g1.2xlarge",
        "nested": {"a": 1, "c": 3},
        "own": 1,
        "text": "${HOME}",
    }
    assert project.targets["staging"].values["nested"] == {"a": 1, "b": 2}
    assert told(desired(tmp_path)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, 'reconciler.yaml:7:68: DLC002 values file "values/common.yaml": cannot be read: no such file'),
        ("- 1\n", "values/common.yaml:1:1: DLC042 the values file does not hold an object"),
        ("", "values/common.yaml:1:1: DLC042 a values file with no document"),
        ("a: 1\n---\nb: 1\n", "values/common.yaml:3:1: DLC042 a values file with more than one document"),
        ("a: 1\na: 2\n", 'values/common.yaml:2:1: DLC008 key "a" was written before, in line 1'),
        ("a: 1\nb: x-${env.HOME}\n", "values/common.yaml:2:6: DLC037 reference ${env.HOME} in a values file"),
        ("a: [1\n", "values/common.yaml:2:1: DLC001 not valid YAML"),
    ],
)
def test_a_values_file_that_cannot_be_used_says_why(tmp_path: Path, text: str | None, expected: str) -> None:
    (tmp_path / "values").mkdir()
    (tmp_path / "values" / "prod.yaml").write_text("a: 1\n", encoding="utf-8")
    if text is not None:
        (tmp_path / "values" / "common.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ManifestError) as caught:
        load_project(write(tmp_path, VALUES))
    (found,) = caught.value.findings
    assert f"{found.where}: {found.code} {found.summary}".startswith(expected)


def test_a_values_file_outside_the_project_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, VALUES.replace("values/common.yaml", "../secret.yaml"))
    with pytest.raises(ManifestError) as caught:
        load_project(tmp_path)
    assert caught.value.findings[0].summary == 'values file "../secret.yaml" is not inside the project'


HEAD = "apiVersion: dlc-reconciler/v1\nkind: JobTemplate\nmetadata: {name: NAME}\nspec:\n"


def derived(name: str, base: str) -> str:
    return HEAD.replace("NAME", name) + f"  base: {base}\n"


def with_matrix(text: str) -> str:
    return f"{HEAD.replace('NAME', 'm')}  matrix: {text}\n  content: {{JobType: PyTorchJob, JobSpecs: [{{}}]}}\n"


MISTAKES = {
    "no such base": (
        {"a": derived("a", "comon"), "b": COMMON},
        ['a.yaml:5:3: DLC043 there is no JobTemplate "comon" to build on; did you mean "common"?'],
    ),
    "a base of itself": (
        {"a": derived("a", "a")},
        ["a.yaml:5:3: DLC044 the base leads back to the manifest itself: a -> a"],
    ),
    "a circle is told once, with every name": (
        {"a": derived("a", "b"), "b": derived("b", "c"), "c": derived("c", "a"), "d": derived("d", "a")},
        ["a.yaml:5:3: DLC044 the base leads back to the manifest itself: a -> b -> c -> a"],
    ),
    "a secret in a base's name": (
        {"a": derived("a", "'x-${values.size}-${env.NAME}-${env.OTHER}'"), "b": COMMON},
        ["a.yaml:5:3: DLC036 ${env.NAME} is used outside of `spec.content` and `spec.verify.set`"],
    ),
    "base is a list": (
        {"a": derived("a", "[common]")},
        ["a.yaml:5:3: DLC022 base must be the name of another manifest"],
    ),
    "the base's own mistake is told once, at the base": (
        {"a": derived("a", "common"), "b": COMMON.replace("JobType: PyTorchJob", "JobType: PyTorch")},
        ['b.yaml:8:5: DLC023 JobType is "PyTorch"; did you mean "PyTorchJob"?'],
    ),
    "a mistake in the derived manifest is told there": (
        {"a": DERIVED + "    Priority: 12\n", "b": COMMON},
        ["a.yaml:9:5: DLC025 Priority is 12; it must be at most 9"],
    ),
    "what both take part in": (
        {"a": DERIVED + "    JobSpecs: [{Type: Wrker, Image: x, PodCount: 1, EcsSpec: y}]\n", "b": COMMON},
        ['a.yaml:9:17: DLC107 PyTorchJob has no role "Wrker"'],
    ),
    "no row": (
        {"a": with_matrix("[]")},
        ["a.yaml:5:3: DLC045 the matrix has no row, so the document describes nothing"],
    ),
    "matrix is an object": (
        {"a": with_matrix("{size: 1}")},
        ["a.yaml:5:3: DLC022 matrix must be a list of rows, each an object"],
    ),
    "a row is a text": ({"a": with_matrix("[a]")}, ["a.yaml:5:12: DLC022 row 1 of the matrix must be an object"]),
    "too many rows": (
        {"a": with_matrix(str([{"a": 1}] * 1001))},
        ["a.yaml:5:3: DLC025 the matrix has 1,001 rows; at most 1,000 are allowed"],
    ),
    "two rows of one name": (
        {"a": MATRIX.replace("size: large", "size: small")},
        ["a.yaml:7:7: DLC046 the row makes the same name as the one at a.yaml:6:7"],
    ),
    "a name that another manifest has": (
        {"a": MATRIX, "b": COMMON.replace("name: common", "name: train-small")},
        ["b.yaml:3:12: DLC017 the same name was used before, at a.yaml:3:12"],
    ),
    "a value that no row has": (
        {"a": MATRIX.replace("--workers ${matrix.workers}", "--workers ${matrix.worker}")},
        ['a.yaml:15:66: DLC047 the row has no value "worker"; did you mean "workers"?'],
    ),
    "a value that one row lacks": (
        {"a": MATRIX.replace("workers: 8, ", "")},
        [
            'a.yaml:12:19: DLC047 the row has no value "workers"',
            'a.yaml:15:66: DLC047 the row has no value "workers"',
        ],
    ),
    "a wrong value stands in its row": (
        {"a": MATRIX.replace("workers: 8", "workers: many")},
        ["a.yaml:7:21: DLC022 PodCount must be a whole number, not text"],
    ),
    "deep inside a row": (
        {"a": MATRIX.replace('LR: "0.4"', "LR: 0.4")},
        ["a.yaml:7:40: DLC022 LR must be text, not a number"],
    ),
    "an unknown value inside a row": (
        {"a": MATRIX.replace("workers: 8", 'workers: "${values.many}"')},
        [
            'a.yaml:7:31: DLC030 target "prod" has no value "many"',
            'a.yaml:15:18: DLC030 target "prod" has no value "many"',
        ],
    ),
    "a row's values do not see each other": (
        {"a": MATRIX.replace('LR: "0.4"', 'LR: "${matrix.size}"')},
        ["a.yaml:7:45: DLC047 ${matrix.size} stands in a row: the values of a row cannot refer to each other"],
    ),
    "an object inside a text": (
        {"a": MATRIX.replace("--size ${matrix.size}", "--size ${matrix.envs}")},
        ["a.yaml:15:41: DLC034 ${matrix.envs} is an object and cannot be put inside a text"],
    ),
    "no matrix at all": (
        {"a": COMMON.replace("train.py", "${matrix.x}")},
        ["a.yaml:11:25: DLC047 ${matrix.x}: the document has no matrix"],
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_one_clear_line_for_each_mistake(tmp_path: Path, name: str) -> None:
    files, expected = MISTAKES[name]
    assert told(desired(write(tmp_path, **files))) == expected


def test_a_circle_names_the_places_of_all_its_members(tmp_path: Path) -> None:
    files = {"a": derived("a", "b"), "b": derived("b", "c"), "c": derived("c", "d"), "d": derived("d", "a")}
    (found,) = desired(write(tmp_path, **files)).findings
    assert [str(found.where), *map(str, found.also)] == [f"{name}.yaml:5:3" for name in "abcd"]


@pytest.mark.parametrize("odd", ["  protect: true\n  protect: true\n", "  matrix: [a]\n"], ids=["twice", "matrix"])
def test_a_base_that_cannot_be_read_is_told_at_the_base_alone(odd: str, tmp_path: Path) -> None:
    text = COMMON.replace("  protect: true\n", odd)
    (line,) = told(desired(write(tmp_path, a=derived("a", "common"), b=text)))
    assert line.startswith("b.yaml:")


def test_of_many_values_of_a_row_twenty_are_named(tmp_path: Path) -> None:
    names = [f"v{number:02}" for number in range(25)]
    row = "{" + ", ".join(f"{name}: x" for name in names) + "}"
    text = with_matrix(f"[{row}]").replace("JobType: PyTorchJob", "UserCommand: '${matrix.other}', JobType: PyTorchJob")
    hints = [each.hint for each in desired(write(tmp_path, a=text)).findings if each.code == "DLC047"]
    assert hints == [f"Values of this row: {', '.join(names[:20])}."]


def test_places_through_a_base_and_a_matrix(tmp_path: Path) -> None:
    found = desired(write(tmp_path, a=DERIVED, b=COMMON, c=MATRIX))
    place = found.documents[ResourceId("JobTemplate", "derived")].locate
    content = ("spec", "content")
    assert str(place((*content, "UserCommand"))) == "a.yaml:7:5"
    assert str(place((*content, "JobSpecs", 0, "Image"))) == "b.yaml:10:37"
    assert str(place((*content, "Envs", "B"))) == "b.yaml:12:20"
    assert str(place((*content, "Envs", "C"))) == "a.yaml:8:21"
    assert str(place((*content, "Priority"))) == "b.yaml:14:32"
    assert str(place(("metadata", "name"))) == "a.yaml:3:12"
    assert str(place((*content, "Settings"))) == "a.yaml:6:3"
    place = found.documents[ResourceId("JobTemplate", "train-large")].locate
    assert str(place((*content, "JobSpecs", 0, "PodCount"))) == "c.yaml:7:21"
    assert str(place((*content, "Envs", "LR"))) == "c.yaml:7:40"
    assert str(place((*content, "UserCommand"))) == "c.yaml:15:5"


def test_a_long_chain_of_bases_is_no_problem(tmp_path: Path) -> None:
    texts = [COMMON, *(derived(f"d{n}", f"d{n - 1}" if n else "common") for n in range(150))]
    write(tmp_path, a="---\n".join(texts))
    found = desired(tmp_path)
    assert (told(found), len(found.resources)) == ([], 151)


OBJECTS = st.dictionaries(
    st.sampled_from("abc"),
    st.recursive(
        st.integers(0, 3) | st.none(), lambda inner: st.dictionaries(st.sampled_from("abc"), inner), max_leaves=5
    ),
)


@settings(deadline=None)
@given(base=OBJECTS, change=OBJECTS)
def test_composition_is_the_merge_patch_of_rfc_7386(
    tmp_path_factory: pytest.TempPathFactory, base: Any, change: Any
) -> None:
    """The data of a derived document is `merge_patch(base, change)`, whatever both are."""
    from reconciler.manifests.composition import Composed, Composer, variants  # noqa: PLC0415
    from reconciler.manifests.files import parse  # noqa: PLC0415

    documents = [
        {"kind": "JobTemplate", "metadata": {"name": "base"}, "spec": {"content": base}},
        {"kind": "JobTemplate", "metadata": {"name": "top"}, "spec": {"base": "base", "content": change}},
    ]
    described = [each for raw in parse("a", yaml.safe_dump_all(documents)).documents for each in variants(raw)]
    project = load_project(write(tmp_path_factory.getbasetemp()))
    composed = Composer(described, project.target("prod"), {kind.name: kind for kind in KINDS}).compose(described[1])
    assert isinstance(composed, Composed)
    assert composed.data["spec"] == {"content": merge_patch(base, change)}
