"""From documents to Resources: values, environment, overrides, rules, positions, and what is examined only once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.codes import finding
from reconciler.kinds import KINDS
from reconciler.manifests import Desired, ManifestSet, ProcessEnvironment, UnknownEnvironment, load_project
from reconciler.model import Document, JsonObject, Limits, ResourceId, Severity, Target

from .helpers import PROJECT, TEMPLATE, desired, told, write

TRAIN = ResourceId("JobTemplate", "train")


def content(found: Desired) -> JsonObject:
    value: JsonObject = found.documents[TRAIN].spec["content"]
    return value


def test_the_project_as_values(tmp_path: Path) -> None:
    text = f"""{PROJECT}    local: {{endpoint: emulator, region: cn-hangzhou, workspaceId: "1"}}
  prune: {{jobTemplates: true, tensorBoards: true, tensorBoardPrefix: gitops-}}
  safety: {{maxDeletions: 1, maxReplacements: 0}}
  stamp: true
"""
    project = load_project(write(tmp_path, project=text))
    assert (project.name, project.root, project.stamp) == ("vision", tmp_path, True)
    assert project.limits == Limits(max_deletions=1, max_deletion_percent=30, max_replacements=0)
    assert tuple(map(project.prune.get, ("jobTemplates", "tensorBoards", "tensorBoardPrefix"))) == (
        True,
        True,
        "gitops-",
    )
    local = Target(name="local", region="cn-hangzhou", workspace_id="1", endpoint="emulator")
    assert project.target("local").target == local
    assert project.target("prod").values["size"] == 3


def test_a_reference_alone_takes_the_type_of_its_value(tmp_path: Path) -> None:
    text = TEMPLATE.replace("PodCount: 1", "PodCount: '${values.size}'")
    text += "    Envs: {SIZE: 'x${values.size}', N: '$${A}'}\n"
    found = desired(write(tmp_path, a=text))
    assert told(found) == []
    assert content(found)["JobSpecs"][0]["PodCount"] == 3
    assert content(found)["Envs"] == {"SIZE": "x3", "N": "${A}"}


def test_a_value_may_be_a_list(tmp_path: Path) -> None:
    text = TEMPLATE.replace(
        "[{Type: Worker, PodCount: 1, Image: registry/image:1, EcsSpec: ecs.g6.large}]", "${values.specs}"
    )
    write(tmp_path, a=text)
    assert content(desired(tmp_path))["JobSpecs"] == [{"Type": "Worker", "PodCount": 1}]
    # What the value is wrong about is told at the reference that brought it in.
    assert told(desired(tmp_path, "staging")) == ["templates/a.yaml:7:5: DLC025 JobSpecs is empty"]


def test_a_reference_without_quotes_in_a_flow_mapping_is_explained(tmp_path: Path) -> None:
    (line,) = told(desired(write(tmp_path, a=TEMPLATE.replace("PodCount: 1", "PodCount: ${values.size}"))))
    assert line.endswith("a reference inside { } or [ ] needs quotes")


def test_an_escaped_character_hides_no_reference(tmp_path: Path) -> None:
    found = desired(write(tmp_path, a=TEMPLATE.replace("python train.py", '"\\x24{values.size}0"')))
    assert content(found)["UserCommand"] == "30"


def test_paths_of_environment_values_are_sensitive(tmp_path: Path) -> None:
    text = TEMPLATE + "    Envs: {TOKEN: 'Bearer ${env.TOKEN}', OTHER: x, '$${K}': '${env.TOKEN}'}\n"
    found = desired(write(tmp_path, a=text), variables={"TOKEN": "12345"})
    envs = ("spec", "content", "Envs")
    assert content(found)["Envs"] == {"TOKEN": "Bearer 12345", "OTHER": "x", "${K}": "12345"}
    assert found.documents[TRAIN].sensitive == {(*envs, "TOKEN"), (*envs, "${K}")}


def test_an_environment_value_is_always_text(tmp_path: Path) -> None:
    text = TEMPLATE.replace("PodCount: 1", "PodCount: '${env.SIZE}'")
    found = desired(write(tmp_path, a=text), variables={"SIZE": "2"})
    assert told(found) == ["templates/a.yaml:7:31: DLC022 PodCount must be a whole number, not text"]


def test_an_unknown_environment_is_a_warning_and_the_rest_is_checked(tmp_path: Path) -> None:
    text = TEMPLATE.replace("JobType: PyTorchJob", "JobType: '${env.KIND}'")
    found = desired(
        write(tmp_path, a=text, b=TEMPLATE.replace("train", "b") + "    Foo: 1\n"), environ=UnknownEnvironment()
    )
    assert told(found) == [
        "templates/a.yaml:6:15: DLC032 environment variable KIND is not set",
        'templates/b.yaml:9:5: DLC020 unknown field "Foo"',
    ]
    assert [item.severity for item in found.findings] == [Severity.WARNING, Severity.ERROR]
    assert list(found.resources) == [TRAIN]


@pytest.mark.parametrize("value", ["TorchJob", "PyTorchJob", ""])
def test_nothing_that_is_said_depends_on_a_variable(tmp_path: Path, value: str) -> None:
    write(tmp_path, a=TEMPLATE.replace("JobType: PyTorchJob", "JobType: '${env.KIND}'"))
    assert told(desired(tmp_path, environ=UnknownEnvironment({"KIND": value}))) == []


def test_an_override_is_merged_and_kept_out_of_the_spec(tmp_path: Path) -> None:
    text = TEMPLATE + "    Priority: 1\n  overrides: {prod: {content: {Priority: 9, UserCommand: null}}}\n"
    write(tmp_path, a=text)
    assert content(desired(tmp_path, "prod"))["Priority"] == 9
    assert "UserCommand" not in content(desired(tmp_path, "prod"))
    assert content(desired(tmp_path, "staging"))["Priority"] == 1
    assert "overrides" not in desired(tmp_path).documents[TRAIN].spec


PATCHED = f"""{TEMPLATE}    Envs: {{A: x}}
  overrides: {{prod: {{content: {{Priority: 9, Settings: {{Tags: {{team: a}}}}}}}}}}
"""


@pytest.mark.parametrize(
    ("path", "line", "written"),
    [
        ((), 1, "apiVersion"),
        (("metadata", "name"), 3, "name"),
        (("spec",), 4, "spec"),
        (("spec", "description"), 4, "spec"),
        (("spec", "content"), 10, "content"),
        (("spec", "content", "JobSpecs", 0), 7, "{Type"),
        (("spec", "content", "JobSpecs", 0, "PodCount"), 7, "PodCount"),
        (("spec", "content", "JobSpecs", 5, "PodCount"), 7, "JobSpecs"),
        (("spec", "content", "Envs", "A"), 9, "A"),
        (("spec", "content", "Priority"), 10, "Priority"),
        (("spec", "content", "Settings", "Tags", "team"), 10, "team"),
        (("spec", "content", "Settings", "Missing"), 10, "Settings"),
    ],
)
def test_places_of_fields(tmp_path: Path, path: tuple[str | int, ...], line: int, written: str) -> None:
    place = desired(write(tmp_path, a=PATCHED)).documents[TRAIN].locate(path)
    assert (place.file, place.line) == ("templates/a.yaml", line)
    assert PATCHED.splitlines()[line - 1][place.column - 1 :].startswith(written)


def test_a_field_that_a_rule_refuses_is_never_suggested(tmp_path: Path) -> None:
    found = desired(write(tmp_path, a=TEMPLATE + "    CodeSource: {Urii: x}\n"))
    assert told(found) == ['templates/a.yaml:9:18: DLC020 unknown field "Urii"']


def test_rules_find_their_place_and_prevent_the_resource(tmp_path: Path) -> None:
    def refuse(document: Document) -> list[object]:
        return [finding("DLC029", "refused", path=("spec", "content", "UserCommand"))]

    kinds = [replace(kind, rules=(refuse,)) for kind in KINDS]  # type: ignore[arg-type]
    found = ManifestSet(load_project(write(tmp_path, a=TEMPLATE)), kinds).desired("prod", ProcessEnvironment({}))
    assert told(found) == ["templates/a.yaml:8:5: DLC029 refused"]
    assert found.findings[0].subject == TRAIN
    assert not found.resources


def test_documents_alike_for_all_targets_are_examined_once(tmp_path: Path) -> None:
    made: list[str] = []

    def count(document: Document) -> list[object]:
        made.append(document.name)
        return []

    kinds = [replace(kind, rules=(count,)) for kind in KINDS]  # type: ignore[arg-type]
    same, value = (
        TEMPLATE.replace("train", "same"),
        TEMPLATE.replace("python", "${values.size}").replace("train", "value"),
    )
    override = TEMPLATE.replace("train", "override") + "  overrides: {prod: {}}\n"
    project = load_project(write(tmp_path, a=same, b=value, c=override))
    manifests = ManifestSet(project, kinds)
    for target in project.targets:
        assert len(manifests.desired(target, ProcessEnvironment({})).resources) == 3
    assert sorted(made) == ["override", "override", "same", "value", "value"]


def test_a_name_used_twice_shows_both_places(tmp_path: Path) -> None:
    (item,) = desired(write(tmp_path, a=TEMPLATE, b=TEMPLATE)).findings
    assert (str(item.where), list(map(str, item.also))) == ("templates/b.yaml:3:12", ["templates/a.yaml:3:12"])


def test_resources_are_sorted_whatever_the_files_are_called(tmp_path: Path) -> None:
    write(tmp_path, a=TEMPLATE.replace("train", "z"), z=TEMPLATE.replace("train", "a"))
    assert [id_.name for id_ in desired(tmp_path).resources] == ["a", "z"]
