"""`spec.allowFields`: the way through for fields that CreateJob got last month; one rule at every depth."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from support.commands import Commands, command
from support.outside import act
from support.project import ProjectFolder

from manifests.helpers import PROJECT, TEMPLATE, desired, told, write
from reconciler.emulator import Emulator
from reconciler.errors import ManifestError
from reconciler.kinds.jobtemplate.canonical import comparable
from reconciler.manifests.allowed import AllowedFields, field_pattern
from reconciler.manifests.project import load_project

NEW = TEMPLATE.replace("PodCount: 1,", "PodCount: 1, Foo: {Bar: [1]},") + (
    "    Settings: {NewKnob: 7, Tags: {a: b}}\n    Brand: {New: [{Thing: 1}]}\n"
)


def allowing(*entries: str) -> str:
    return f"{PROJECT}  allowFields: {list(entries)}\n"


def test_an_unknown_field_is_an_error_that_says_the_way_through(tmp_path: Path) -> None:
    found = desired(write(tmp_path, train=NEW)).findings
    assert [(item.code, item.hint.rpartition("add ")[2]) for item in found] == [
        ("DLC020", "`JobSpecs[].Foo` to `spec.allowFields` of the project."),
        ("DLC020", "`Settings.NewKnob` to `spec.allowFields` of the project."),
        ("DLC020", "`Brand` to `spec.allowFields` of the project."),
    ]


def test_what_the_project_names_is_a_note_and_so_is_everything_below(tmp_path: Path) -> None:
    project = allowing("JobSpecs[].Foo", "Settings.NewKnob", "Brand")
    found = desired(write(tmp_path, project=project, train=NEW))
    assert [item.code for item in found.findings] == ["DLC051"] * 3
    (resource,) = found.resources.values()
    assert resource.body.content["Brand"] == {"New": [{"Thing": 1}]}
    assert resource.body.content["JobSpecs"][0]["Foo"] == {"Bar": [1]}


def test_a_typo_is_still_a_typo(tmp_path: Path) -> None:
    typo = TEMPLATE.replace("UserCommand", "usercommand")
    assert 'did you mean "UserCommand"?' in told(desired(write(tmp_path, project=allowing("Brand"), train=typo)))[0]


@pytest.mark.parametrize(
    ("entry", "better"),
    [
        ("JobSpecs[0].Foo", "JobSpecs[].Foo"),
        ("JobSpecs[*].Foo", "JobSpecs[].Foo"),
        ("$.Settings.X", "Settings.X"),
        ("spec.content.Settings.X.", "Settings.X"),
        ("a b", ""),
        ("a..b", ""),
    ],
)
def test_an_entry_that_is_no_path_is_an_error_at_its_place(tmp_path: Path, entry: str, better: str) -> None:
    write(tmp_path, project=f'{PROJECT}  allowFields: ["{entry}"]\n')
    with pytest.raises(ManifestError) as raised:
        load_project(tmp_path)
    (found,) = raised.value.findings
    assert (found.code, str(found.where)) == ("DLC053", "reconciler.yaml:9:17")
    assert not better or found.hint == f"Write `{better}`."


def test_an_entry_that_allows_nothing_is_a_note(tmp_path: Path) -> None:
    write(tmp_path, project=allowing("Settings.NewKnob", "Settings.EnableRDMA", "Brand"), train=NEW)
    ended = command("validate", "--project", tmp_path, "--format", "json")
    assert [found["summary"].partition(" ")[0] for found in ended.json["findings"] if found["code"] == "DLC052"] == [
        "Settings.EnableRDMA"
    ]


NAMES = st.text(string.ascii_letters, min_size=1, max_size=4)
PATHS = st.lists(NAMES | st.integers(0, 3), min_size=1, max_size=5).filter(lambda path: isinstance(path[0], str))


@given(PATHS, st.integers(1, 5))
def test_a_path_allows_itself_and_everything_below(path: list[str | int], length: int) -> None:
    above = tuple(path[:length])
    assert AllowedFields((field_pattern(above),)).entry_for(tuple(path)) == field_pattern(above)
    assert AllowedFields((field_pattern((*path, "Below")),)).entry_for(tuple(path)) == ""


@given(st.dictionaries(NAMES | st.just("_Console") | st.just("ResourceType"), st.integers(1, 9), max_size=5))
def test_every_field_of_a_live_content_counts_but_the_consoles(content: dict[str, int]) -> None:
    console = {key for key in content if key.startswith("_") or key == "ResourceType"}
    assert comparable(content, {}).keys() == content.keys() - console


def test_a_live_version_with_a_new_field_is_seen_everywhere_and_exported(tmp_path: Path, emulator: Emulator) -> None:
    project = ProjectFolder(tmp_path / "project")
    document = yaml.safe_load(TEMPLATE)
    project.write("train", document)
    cli = Commands(project.root, emulator.url)
    assert cli.apply().code == 0
    body = {**document["spec"]["content"], "Brand": 1, "Settings": {"NewKnob": 2}}
    act(emulator, {"do": "add-version", "template": "train", "content": body, "default": True})
    place = ("--project", project.root, "--endpoint", emulator.url)
    assert "Brand: 1" in command("drift", *place).text
    assert "Brand" in command("diff", "train", "1", "2", *place).text
    exported = command("export", "train", "--out", tmp_path / "out", *place)
    assert exported.code == 0, exported.text
    assert '  allowFields:\n    - "Brand"\n    - "Settings.NewKnob"\n' in exported.text
    (file,) = (tmp_path / "out").rglob("*.yaml")
    project.write("train", yaml.safe_load(file.read_text(encoding="utf-8")))
    project.settings(allowFields=["Brand", "Settings.NewKnob"])
    assert [verb for verb in cli.verbs() if not verb.startswith("update")] == []
