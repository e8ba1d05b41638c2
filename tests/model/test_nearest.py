"""The one judge of "did you mean": blind to case, steady, and never wrong about a name that differs by case only."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.commands import Commands, command
from support.project import ProjectFolder
from support.sources import modules_with

from reconciler.model.nearest import did_you_mean, meant, nearest

NAMES = st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12), max_size=8)


def test_the_nearest_comes_first_and_nothing_far_is_named() -> None:
    known = ["prod", "production", "staging"]
    assert nearest("product", known, 3) == ["production", "prod"]
    assert nearest("product", known) == ["production"]
    assert nearest("moon", known) == []
    assert meant("Stagin", known) == '; did you mean "staging"?'
    assert did_you_mean("Stagin", known) == 'Did you mean "staging"?'
    assert (meant("moon", known), did_you_mean("moon", known)) == ("", "")


def test_names_that_differ_by_case_only_are_all_known() -> None:
    assert nearest("usercommand", ["UserCommand", "USERCOMMAND", "Envs"], 3) == ["USERCOMMAND", "UserCommand"]


def test_what_is_no_text_is_near_to_nothing() -> None:
    for word in (None, 3, ["prod"], {"prod": 1}):
        assert nearest(word, ["prod"]) == []


def test_long_names_that_differ_at_the_end_come_near() -> None:
    image = "registry/" + "deep/" * 25 + "train:"
    assert nearest(image + "v1", [image + "v2", "other"]) == [image + "v2"]
    assert nearest("x" * 1_000_000, ["x" * 1_000_000 + "y"]) == ["x" * 1_000_000 + "y"]


@given(NAMES, st.data())
def test_a_name_in_another_case_finds_itself(known: list[str], data: st.DataObject) -> None:
    if not known:
        return
    name = data.draw(st.sampled_from(known))
    found = nearest(name.swapcase() if name.swapcase().casefold() == name.casefold() else name, known)
    assert found[0].casefold() == name.casefold()


@given(st.text(max_size=12), NAMES, st.randoms())
def test_the_order_of_what_is_known_changes_nothing(word: str, known: list[str], random: object) -> None:
    shuffled = list(known)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert nearest(word, known, 3) == nearest(word, shuffled, 3)


@pytest.mark.parametrize(
    "words", [("render", "RESNET"), ("adopt", "RESNET"), ("history", "RESNET"), ("plan", "--target", "TEST")]
)
def test_commands_ask_whether_another_case_was_meant(
    words: tuple[str, ...], project: ProjectFolder, cli: Commands
) -> None:
    project.template("resnet")
    assert cli.apply().code == 0
    offline = words[0] == "render"
    ended = command(*words, "--project", project.root, *(() if offline else ("--endpoint", cli.endpoint)))
    assert ended.code != 0
    assert f'did you mean "{words[-1].lower()}"?' in ended.err


def test_nobody_else_judges_nearness() -> None:
    judges = [
        name
        for name, tree in modules_with("get_close_matches")
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr == "get_close_matches")
        or (isinstance(node, ast.ImportFrom) and any(alias.name == "get_close_matches" for alias in node.names))
    ]
    assert judges == ["model/nearest.py"]
