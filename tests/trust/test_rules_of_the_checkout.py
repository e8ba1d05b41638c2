"""Policies and audit rules come with the checkout: they see no secret, open nothing, and always come to an end."""

from __future__ import annotations

import time
from typing import Any

import pytest
from support.commands import Commands, command
from support.project import API, CONTENT, ProjectFolder

from reconciler.kinds.judges import NotJudged, by_expression, by_schema, expression_problem, schema_problem
from reconciler.model import JsonValue

SECRET = "canary-s3cret"
DOUBLING = {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(60)} | {"a60": {"type": "object"}}
DEEP_DOUBLING = {"node": {"additionalProperties": {"allOf": [{"$ref": "#/$defs/node"}] * 3}}}


def deep(levels: int) -> JsonValue:
    tree: JsonValue = "end"
    for _ in range(levels):
        tree = {"x": tree}
    return tree


ENDLESS: list[JsonValue] = [
    {"$ref": "#"},
    {"allOf": [{"$ref": "#"}]},
    {"not": {"$ref": "#"}},
    {"if": {"$ref": "#"}, "then": False},
    {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"anyOf": [{"$ref": "#/$defs/a"}]}}, "$ref": "#/$defs/a"},
    {"dependentSchemas": {"x": {"$ref": "#"}}},
]
OUTSIDE: list[JsonValue] = [
    {"$ref": "http://127.0.0.1:9/a"},
    {"$ref": "https://json-schema.org/draft/2020-12/schema"},
    {"$ref": "file:///etc/passwd"},
    {"$ref": "other.json"},
    {"$ref": "//127.0.0.1:9/a"},
    {"$ref": "#anchor"},
    {"$ref": "#/properties/missing"},
    {"$ref": "#/enum/0", "enum": [{"type": "string"}]},
    {"$id": "http://127.0.0.1:9/", "$ref": "a"},
    {"properties": {"a": {"$id": "http://127.0.0.1:9/a"}}},
    {"$dynamicRef": "http://127.0.0.1:9/a"},
    {"$dynamicRef": "#x", "$dynamicAnchor": "x"},
    {"$anchor": "x"},
    {"$schema": "http://127.0.0.1:9/meta"},
    {"$schema": "http://json-schema.org/draft-07/schema#"},
    {"$vocabulary": {"http://127.0.0.1:9/v": True}, "$recursiveRef": "#"},
    {"if": {"pattern": "a"}, "then": {"$ref": "http://127.0.0.1:9/a"}},
]
NOT_LINEAR = ["^(?!x)a", "(?=x)", "(?<=x)y", r"(a)\1", "((a{1000}){1000}){1000}", "(", "[z-a]"]


@pytest.mark.parametrize("schema", ENDLESS, ids=str)
def test_references_in_a_circle_are_told(schema: JsonValue) -> None:
    assert "in a circle" in schema_problem(schema)


@pytest.mark.parametrize("schema", OUTSIDE, ids=str)
def test_references_lead_to_the_same_schema_only(schema: JsonValue) -> None:
    assert schema_problem(schema)


@pytest.mark.parametrize("pattern", NOT_LINEAR)
@pytest.mark.parametrize("key", ["pattern", "patternProperties"])
def test_patterns_that_are_not_linear_are_refused(pattern: str, key: str) -> None:
    assert "linear time" in schema_problem({key: pattern if key == "pattern" else {pattern: True}})


def test_harmless_schemas_are_none_of_these() -> None:
    tree = {"type": "object", "additionalProperties": {"$ref": "#"}}
    names = {"properties": {"$ref": {"type": "string"}, "$id": {"const": {"$ref": "http://127.0.0.1:9/"}}}}
    to_it = {"$ref": "#/$defs/a b~1c"}
    shared = {"$defs": {"a b/c": {"minLength": 1}}, "items": to_it, "contains": to_it}
    for schema in (True, False, {}, tree, names, shared, {"pattern": r"^[a-z]+(-\d{1,3})?$"}, {"format": "regex"}):
        assert schema_problem(schema) == ""
    assert list(by_schema(tree)({"a": {"b": 1}})) == [("a", "b")]
    assert list(by_schema(names)({"$ref": 1})) == [("$id",)] or list(by_schema(names)({"$ref": 1})) == [("$ref",)]


def test_the_keywords_that_are_ours_mean_what_the_standard_says() -> None:
    """The same answers as jsonschema's own, on values that tell the alternatives apart."""
    import jsonschema  # noqa: PLC0415

    schemas: list[JsonValue] = [
        {"properties": {"a": {}}, "patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": False},
        {"properties": {"a": {}}, "additionalProperties": {"type": "string"}},
        {"properties": {"l": {"uniqueItems": True}}},
        {"properties": {"a": {"pattern": "b$"}}},
        {"propertyNames": {"pattern": "^[a-z]+$"}, "unevaluatedProperties": False, "properties": {"a": {}}},
    ]
    values: list[Any] = [{}, {"a": "ab"}, {"a": "ba"}, {"x1": 1}, {"x1": "s"}, {"y": "s"}, {"y": 1}, {"l": [1, 2, 1]}]
    values += [{"l": [{"a": 1}, {"a": 1}]}, {"l": [1, "1", [1]]}, {"A": 1}]
    for schema in schemas:
        for value in values:
            known = {tuple(e.absolute_path) for e in jsonschema.Draft202012Validator(schema).iter_errors(value)}
            assert set(by_schema(schema)(value)) == known, (schema, value)


MANY_NAMES: JsonValue = {"items": {"required": [str(number) for number in range(1000)]}}
MANY_VALUES: JsonValue = {"properties": {"l": {"items": {"enum": list(range(9999))}}}}
HEAVY: list[tuple[Any, JsonValue]] = [
    ({"$defs": DOUBLING, "$ref": "#/$defs/a0"}, {}),
    ({"$defs": DEEP_DOUBLING, "$ref": "#/$defs/node"}, deep(40)),
    ({"properties": {"l": MANY_NAMES}}, {"l": [{}] * 10_000}),
    (MANY_VALUES, {"l": [-1] * 10_000}),
    ("[@,@]" + "|[@,@]" * 60, {"a": 1}),
    ("to_string([@,@]" + "|[@,@]" * 90 + ")", {"a": 1}),
    ("join(a, b)", {"a": "x" * 50_000, "b": ["y"] * 50_000}),
    ("a[*].[join('', @.b)]", {"a": [{"b": ["x" * 900]}] * 5_000}),
    ("a[?@ == b]", {"a": [[1] * 100] * 100_000}),
    ("a[*].to_string(@)", {"a": [["x" * 1000] * 100] * 1000}),
]


@pytest.mark.parametrize("number", range(len(HEAVY)))
def test_a_rule_that_explodes_is_stopped(number: int) -> None:
    rule, data = HEAVY[number]
    judge = by_expression(rule) if isinstance(rule, str) else by_schema(rule)
    with pytest.raises(NotJudged, match="more than"):
        list(judge(data))
    assert list(judge(data)) == []  # it is not tried a second time


NESTED = ("[" * 5000 + "a" + "]" * 5000, "!" * 300 + "a", "(" * 900 + "a" + ")" * 900, "|".join(["a"] * 900))


@pytest.mark.parametrize("text", [*NESTED, "a" * 20_000, "a[", ""])
def test_an_expression_has_bounds(text: str) -> None:
    assert expression_problem(text)


@pytest.mark.parametrize(
    ("text", "data", "is_true"),
    [
        ("a", {"a": 0}, True),
        ("a", {"a": ""}, False),
        ("a", {"a": {}}, False),
        ("a == b", {"a": [1], "b": [1]}, True),
        ("join(',', a)", {"a": ["x"]}, True),
    ],
)
def test_truth_is_that_of_jmespath(text: str, data: JsonValue, is_true: bool) -> None:
    assert list(by_expression(text)(data)) == ([] if is_true else [()])


@pytest.mark.parametrize("text", ["ceil(to_number('1e999'))", "a[::0]", "sort(a)", "nothing(a)", "abs('x')"])
def test_what_a_function_cannot_take_is_told_and_never_a_crash(text: str) -> None:
    with pytest.raises(NotJudged):
        list(by_expression(text)({"a": [1, "x"]}))


def test_a_pattern_takes_linear_time() -> None:
    judge = by_schema({"properties": {"a": {"pattern": "^(a+)+$"}}})
    begun = time.process_time()
    assert list(judge({"a": "a" * 36 + "!"})) == [("a",)]
    assert list(judge({"a": "a" * 1_000_000 + "!"})) == [("a",)]
    assert time.process_time() - begun < 5


def policy(project: ProjectFolder, *rules: dict[str, Any]) -> None:
    usual = {"severity": "error", "message": "evil"}
    filled = [{"code": f"EVIL{number:03}", **usual, **rule} for number, rule in enumerate(rules)]
    document = {"apiVersion": API, "kind": "PolicySet", "metadata": {"name": "evil"}, "spec": {"rules": filled}}
    project.write("../policy", document)
    project.settings(policies=["policy.yaml"])


def asks(pattern: str) -> dict[str, Any]:
    """A rule that is broken where the value has the pattern."""
    wanted: JsonValue = {"not": {"pattern": pattern}}
    for name in ("A", "Envs", "content"):
        wanted = {"properties": {name: wanted}}
    return {"schema": wanted}


def test_a_policy_sees_no_value_of_the_environment(
    project: ProjectFolder, cli: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten rules ask for each letter of the secret; all see `(sensitive)` instead, also inside a longer text."""
    monkeypatch.setenv("CANARY", SECRET)
    project.template("train", content={**CONTENT, "Envs": {"A": "${env.CANARY}", "B": "to ${env.CANARY} go"}})
    letters = [asks(f"^.{{{number}}}{letter}") for number, letter in enumerate(SECRET)]
    seen = [
        {"jmespath": "content.Envs.A != '(sensitive)'"},
        {"jmespath": "content.Envs.B != 'to (sensitive) go'"},
        {"jmespath": f"length(content.Envs.A) != `{len(SECRET)}`"},
    ]
    policy(project, *letters, *seen)
    told = cli.plan().text
    assert SECRET not in told
    codes = {word for word in told.replace(":", " ").split() if word.startswith("EVIL")}
    masked = {f"EVIL{n:03}" for n, letter in enumerate(SECRET) if "(sensitive)"[n : n + 1] == letter}
    assert codes == masked | {f"EVIL{len(letters):03}", f"EVIL{len(letters) + 1:03}"}


def test_a_policy_that_takes_too_much_is_one_error_with_its_place(project: ProjectFolder) -> None:
    for name in ("one", "two", "three"):
        project.template(name)
    policy(project, {"jmespath": "[@,@]" + "|[@,@]" * 60})
    ended = command("validate", "--project", project.root)
    assert ended.code == 1
    assert ended.text.count("DLC502") == 1
    assert "policy EVIL000 could not be evaluated: it makes a value of more than" in ended.text
    policy(project, {"schema": {"$ref": "#"}})
    ended = command("validate", "--project", project.root)
    assert "policy.yaml:" in ended.text
    assert "in a circle" in ended.text
