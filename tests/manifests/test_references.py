"""Resolving changes nothing but what refers: the rest is the tree that was read, not a copy of it."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests import ProcessEnvironment
from reconciler.manifests.environment import PLACEHOLDER, UnknownEnvironment
from reconciler.manifests.references import Resolver
from reconciler.manifests.spots import spots_of
from reconciler.model import JsonValue

TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab$ {}.", max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=4),
    max_leaves=12,
)
VALUES = {"gpu": "ecs.gn6i", "size": 3}


def resolve(tree: JsonValue) -> JsonValue:
    return Resolver("prod", VALUES, ProcessEnvironment({})).resolve(tree)


@given(TREES)
def test_nothing_that_was_read_is_changed(tree: JsonValue) -> None:
    before = copy.deepcopy(tree)
    resolve(tree)
    assert tree == before


@given(TREES.filter(lambda tree: "${" not in str(tree)))
def test_a_tree_without_references_is_itself(tree: JsonValue) -> None:
    assert resolve(tree) is tree


@given(TREES.filter(lambda tree: "${" not in str(tree)), st.integers(min_value=0, max_value=2))
def test_around_a_reference_everything_else_is_kept(tree: JsonValue, at: int) -> None:
    items = [tree, tree, tree]
    items[at] = {"EcsSpec": "${values.gpu}", "beside": tree}
    resolved = resolve({"JobSpecs": items, "Envs": tree})
    assert resolved["JobSpecs"][at] == {"EcsSpec": "ecs.gn6i", "beside": tree}
    assert resolved["JobSpecs"][at]["beside"] is tree
    assert resolved["Envs"] is tree
    assert items[at]["EcsSpec"] == "${values.gpu}"


PIECES = ("plain", "${values.gpu}", "${values.size}", "a ${values.gpu}", "${values.wrong}", "$${", "${env.A} b", "${")
REFERRING = st.recursive(
    st.none() | st.integers() | st.sampled_from(PIECES),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "b", "c", "${values.gpu}"]), inner)
    ),
    max_leaves=12,
)


@given(REFERRING)
def test_where_the_references_are_has_to_be_found_only_once(tree: JsonValue) -> None:
    """At the known spots the same is found as by a walk through everything, and the same is noted about it."""
    before, spots = copy.deepcopy(tree), spots_of(tree)
    for values in (VALUES, {"gpu": ["a"], "wrong": True}):
        walking, knowing = (Resolver("prod", values, ProcessEnvironment({"A": "x"})) for _ in range(2))
        assert knowing.resolve_at({"spec": tree}, {"spec": spots}) == walking.resolve({"spec": tree})
        assert knowing.flaws == walking.flaws
        assert (knowing.sensitive, knowing.unresolved) == (walking.sensitive, walking.unresolved)
    assert tree == before


@given(st.lists(st.tuples(REFERRING, st.sampled_from([{}, {"a": "x"}, {"a": ["x"]}])), max_size=4))
def test_what_the_documents_of_a_target_share_changes_nothing(
    documents: list[tuple[JsonValue, dict[str, JsonValue]]],
) -> None:
    """Texts that an earlier document resolved are the same in the next one, whatever rows and variables they have."""
    known: dict[str, JsonValue] = {}
    for tree, row in documents:
        own, sharing = (
            Resolver("prod", VALUES, ProcessEnvironment({"A": "x"}), row, known=texts) for texts in ({}, known)
        )
        before = {
            "spec": {"content": {"Envs": tree, "Row": "${matrix.a}", "Env": "${env.A}", "Image": "${values.gpu}"}}
        }
        assert sharing.resolve(before) == own.resolve(before)
        assert sharing.flaws == own.flaws
        assert (sharing.sensitive, sharing.unresolved) == (own.sensitive, own.unresolved)
        assert known["${values.gpu}"] == "ecs.gn6i"
    assert not any("${env" in text or "${matrix" in text for text in known)


def test_a_literal_that_is_escaped_is_one_in_keys_and_in_values() -> None:
    assert resolve({"$${A}": "b"}) == {"${A}": "b"}
    assert resolve({"a": ["$${B}"]}) == {"a": ["${B}"]}


def test_an_unknown_variable_is_taken_for_a_placeholder() -> None:
    resolver = Resolver("prod", {}, UnknownEnvironment())
    tree: JsonValue = {"spec": {"content": {"UserCommand": "${env.SOME}", "Envs": {"B": "a ${env.SOME} b"}}}}
    content = {"UserCommand": PLACEHOLDER, "Envs": {"B": f"a {PLACEHOLDER} b"}}
    assert resolver.resolve(tree) == {"spec": {"content": content}}
    assert {flaw.code for flaw in resolver.flaws} == {UnknownEnvironment().unset}


@pytest.mark.parametrize(("count", "is_cut"), [(20, False), (21, True)])
def test_twenty_known_values_are_named(count: int, is_cut: bool) -> None:
    values: dict[str, JsonValue] = {f"v{number:02}": "x" for number in range(count)}
    resolver = Resolver("prod", values, ProcessEnvironment({}))
    resolver.resolve("${values.unknown}")
    (flaw,) = resolver.flaws
    assert flaw.hint.count("v") >= 20
    assert flaw.hint.endswith(", ...." if is_cut else "v19.")


@pytest.mark.parametrize(("count", "end"), [(1, "v00."), (20, "v19."), (21, "v19, ...."), (30, "v19, ....")])
def test_of_the_known_values_twenty_are_told(count: int, end: str) -> None:
    values: dict[str, JsonValue] = {f"v{number:02}": number for number in range(count)}
    resolver = Resolver("prod", values, ProcessEnvironment({}))
    resolver.resolve({"spec": {"content": {"UserCommand": "${values.wrong}"}}})
    (flaw,) = resolver.flaws
    assert flaw.hint.endswith(end), flaw.hint
    assert flaw.hint.count("v") == min(count, 20) + 1


def test_without_any_values_it_is_said_where_they_would_stand() -> None:
    resolver = Resolver("prod", {}, ProcessEnvironment({}))
    resolver.resolve({"spec": {"content": {"UserCommand": "${values.wrong}"}}})
    (flaw,) = resolver.flaws
    assert "under `values` of the target" in flaw.hint


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("${values}", "DLC033", "${values} is neither a value nor an environment variable"),
        ("${env}", "DLC033", "${env} is neither a value nor an environment variable"),
        ("${matrix}", "DLC033", "${matrix} is neither a value nor an environment variable"),
        ("${other.x}", "DLC033", "${other.x} is neither a value nor an environment variable"),
        ("${value.x}", "DLC033", "did you mean ${values.x}?"),
        ("${values.x}", "DLC030", 'target "prod" has no value "x"'),
        ("${env.X}", "DLC031", "environment variable X is not set"),
        ("${matrix.x}", "DLC047", "${matrix.x}: the document has no matrix"),
    ],
)
def test_what_kind_of_reference_it_is_decides_who_is_asked(text: str, code: str, says: str) -> None:
    resolver = Resolver("prod", VALUES, ProcessEnvironment({}))
    resolver.resolve({"spec": {"content": {"UserCommand": text}}})
    (flaw,) = resolver.flaws
    assert (flaw.code, says in flaw.summary) == (code, True), flaw
