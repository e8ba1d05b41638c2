"""`after` of a target: which others go first. Names that are none, and circles, are errors of the project file."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.commands import command
from support.project import ProjectFolder

from reconciler.manifests import load_project
from reconciler.manifests.waves import _circles


def targets(after: Mapping[str, Any]) -> dict[str, Any]:
    """Targets of these names, each a workspace of its own, with what each waits for."""
    return {
        name: {"region": "cn-hangzhou", "workspaceId": str(number), **({"after": each} if each is not None else {})}
        for number, (name, each) in enumerate(after.items(), start=1)
    }


def test_what_a_target_waits_for(project: ProjectFolder) -> None:
    project.template()
    project.settings(
        targets=targets(
            {
                "staging": None,
                "prod": {"targets": ["staging", "staging"], "soakHours": 1.5},
                "dr": {"targets": ["prod"]},
            }
        )
    )
    assert command("validate", "--project", project.root).code == 0
    read = load_project(project.root).targets
    assert [(name, each.after.targets, each.after.soak_hours) for name, each in sorted(read.items())] == [
        ("dr", ("prod",), 0.0),
        ("prod", ("staging",), 1.5),
        ("staging", (), 0.0),
    ]


@pytest.mark.parametrize(
    ("after", "code", "said"),
    [
        (
            {"staging": None, "prod": {"targets": ["stagin"]}},
            "DLC060",
            'target "prod" waits for "stagin", which is no target; did you mean "staging"?',
        ),
        ({"staging": None, "prod": {"targets": ["prod"]}}, "DLC061", 'target "prod" waits for itself'),
        (
            {"prod": {"targets": ["canary"]}, "canary": {"targets": ["staging"]}, "staging": {"targets": ["prod"]}},
            "DLC061",
            "targets wait for each other: canary waits for staging waits for prod waits for canary",
        ),
        ({"staging": None, "prod": {"targets": ["staging"], "soakHours": -0.5}}, "DLC025", "it must be at least 0"),
        ({"staging": None, "prod": {"targets": ["staging"], "soakHours": 1e300}}, "DLC025", "at most 8760"),
        ({"staging": None, "prod": {"targets": ["staging"], "soakHours": "24"}}, "DLC022", "soakHours"),
        ({"staging": None, "prod": {"targets": []}}, "DLC025", "targets is empty"),
        ({"staging": None, "prod": {"targets": "staging"}}, "DLC022", "targets"),
        ({"staging": None, "prod": {"soakHours": 3}}, "DLC021", "targets"),
        ({"staging": None, "prod": {"targets": ["staging"], "soakHour": 3}}, "DLC020", "soakHour"),
        ({"staging": None, "prod": None, "dr": {"targets": ["${values.first}"]}}, "DLC037", "${values.first}"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_it(after: Mapping[str, Any], code: str, said: str, project: ProjectFolder) -> None:
    project.template()
    project.settings(targets=targets(after))
    ended = command("validate", "--project", project.root, "--format", "json")
    assert ended.code == 1
    found = {each["code"]: each for each in ended.json["findings"]}
    assert code in found, found
    assert said in found[code]["summary"]


def test_a_name_is_told_where_it_stands_and_a_circle_with_all_its_places(project: ProjectFolder) -> None:
    project.template()
    project.settings(
        targets=targets({"a": {"targets": ["b"]}, "b": {"targets": ["a"]}, "c": {"targets": ["a", "nowhere"]}})
    )
    lines = (project.root / "reconciler.yaml").read_text(encoding="utf-8").splitlines()
    ended = command("validate", "--project", project.root, "--format", "json")
    found = {each["code"]: each for each in ended.json["findings"]}
    assert lines[found["DLC060"]["where"]["line"] - 1].strip() == "- nowhere"
    assert lines[found["DLC061"]["where"]["line"] - 1].strip() == "- b"
    assert lines[found["DLC061"]["also"][0]["line"] - 1].strip() == "after:"
    assert found["DLC061"]["also"][0]["line"] > found["DLC061"]["where"]["line"]


def test_every_circle_and_every_unknown_name_is_told_at_once(project: ProjectFolder) -> None:
    project.template()
    after = {
        "a": {"targets": ["b", "x"]},
        "b": {"targets": ["a"]},
        "c": {"targets": ["c", "a"]},
        "d": {"targets": ["y"]},
    }
    project.settings(targets=targets(after))
    ended = command("validate", "--project", project.root)
    for said in ('waits for "x"', 'waits for "y"', "a waits for b waits for a", 'target "c" waits for itself'):
        assert said in ended.text


@given(st.dictionaries(st.sampled_from("abcde"), st.lists(st.sampled_from("abcde"), unique=True), min_size=1))
def test_a_circle_is_found_exactly_where_there_is_one(before: dict[str, list[str]]) -> None:
    before = {name: [each for each in names if each in before] for name, names in before.items()}
    found = list(_circles(before))
    for first, *others in found:
        assert all(later in before[name] for name, later in zip([first, *others], others, strict=False))
        assert others[-1] == first
    try:
        list(TopologicalSorter(before).static_order())
    except CycleError:
        assert found
    else:
        assert not found
