"""A JSON Schema from the checkout as a judge that opens nothing and always comes to an end.

References lead to places of the same schema, and never back to their beginning without going deeper into the object.
Keywords are counted while they run, because references can also double the work at every step. Patterns run in linear
time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Any

from reconciler.kinds.budget import Budget, NotJudged
from reconciler.kinds.patterns import PatternError, linear
from reconciler.model import FieldPath, JsonObject, JsonValue
from reconciler.model.paths import lookup
from reconciler.model.quick import dataclass

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MAX_DEPTH, MAX_PARTS, MAX_PLACES = 64, 5_000, 100

_ONE = ("not", "if", "then", "else")
_ONE_BELOW = (
    *("additionalProperties", "propertyNames", "items", "contains", "unevaluatedProperties", "unevaluatedItems"),
    "contentSchema",
)
_LIST, _LIST_BELOW = ("allOf", "anyOf", "oneOf"), ("prefixItems",)
_MAP, _MAP_BELOW = ("dependentSchemas",), ("properties", "patternProperties", "$defs", "definitions")
_REFUSED = ("$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$vocabulary", "id")


class SchemaProblem(ValueError):
    """A value is no JSON Schema that a rule may have."""


@dataclass(slots=True)
class Parts:
    """The schemas inside a schema: those that judge the same value, and those that judge values inside it."""

    root: JsonValue
    same: dict[FieldPath, list[FieldPath]] = field(default_factory=dict)
    """For each part the parts that judge the same value. A circle of them would never end."""

    def walk(self) -> None:
        """Find all parts and what is wrong with them.

        Raises:
            SchemaProblem: one of them is wrong.
        """
        waiting: list[FieldPath] = [()]
        references: list[tuple[FieldPath, str]] = []
        while waiting:
            path = waiting.pop()
            part = lookup(self.root, path)
            self.same[path] = []
            if len(path) > 2 * MAX_DEPTH or len(self.same) > MAX_PARTS:
                raise SchemaProblem(f"it is nested too deeply or has more than {MAX_PARTS:,} parts")
            if not isinstance(part, Mapping):
                continue
            _check_keywords(part, path)
            waiting += _below(part, path)
            beside = _beside(part, path)
            waiting += beside
            self.same[path] += beside
            if "$ref" in part:
                references.append((path, str(part["$ref"])))
        for path, reference in references:
            self.same[path].append(self._target(reference))
        self._check_ends()

    def _target(self, reference: str) -> FieldPath:
        """Return the part to which a `$ref` leads."""
        path: FieldPath = ()
        if reference not in ("#", "#/") and not reference.startswith("#/"):
            raise SchemaProblem(f"$ref {reference!r} leads out of the schema; write it as `#/$defs/name`")
        for step in reference[2:].split("/") if len(reference) > 2 else ():
            step_ = step.replace("~1", "/").replace("~0", "~")
            at = lookup(self.root, path)
            path = (*path, int(step_) if isinstance(at, list) and step_.isdecimal() and len(step_) < 6 else step_)
        if path not in self.same:
            raise SchemaProblem(f"$ref {reference!r} does not lead to a schema in it")
        return path

    def _check_ends(self) -> None:
        done: set[FieldPath] = set()
        for start in self.same:
            if start not in done:
                self._follow(start, done)

    def _follow(self, start: FieldPath, done: set[FieldPath]) -> None:
        """Follow a part to all parts that judge the same value. Parts that come to an end are added to `done`."""
        way = {start: iter(self.same[start])}
        while way:
            path = next(reversed(way))
            following = next(way[path], None)
            if following is None:
                del way[path]
                done.add(path)
            elif following in way:
                raise SchemaProblem("its references lead in a circle, so that judging by it never ends")
            elif following not in done:
                way[following] = iter(self.same[following])


def _beside(part: Mapping[str, JsonValue], path: FieldPath) -> list[FieldPath]:
    return _found(part, path, _ONE, _LIST, _MAP)


def _below(part: Mapping[str, JsonValue], path: FieldPath) -> list[FieldPath]:
    return _found(part, path, _ONE_BELOW, _LIST_BELOW, _MAP_BELOW)


def _found(
    part: Mapping[str, JsonValue], path: FieldPath, ones: tuple[str, ...], lists: tuple[str, ...], maps: tuple[str, ...]
) -> list[FieldPath]:
    found: list[FieldPath] = [(*path, name) for name in ones if name in part]
    found += [(*path, name, at) for name in lists if isinstance(part.get(name), list) for at in range(len(part[name]))]
    found += [(*path, name, key) for name in maps if isinstance(part.get(name), Mapping) for key in part[name]]
    return found


def _check_keywords(part: Mapping[str, JsonValue], path: FieldPath) -> None:
    refused = next((name for name in _REFUSED if isinstance(part.get(name), str)), None)
    if refused is not None:
        raise SchemaProblem(f"{refused} is not possible here: references lead to places of this schema only, by `#/`")
    if part.get("$schema", DIALECT) != DIALECT or (path and "$schema" in part):
        raise SchemaProblem(f"$schema is {DIALECT} or left out")
    patterns = [part["pattern"]] if isinstance(part.get("pattern"), str) else []
    named = part.get("patternProperties")
    for pattern in (*patterns, *(named if isinstance(named, Mapping) else ())):
        try:
            linear(pattern)
        except PatternError as error:
            raise SchemaProblem(str(error)) from error


def schema_problem(schema: JsonValue) -> str:
    """Return why a value is no JSON Schema that a rule may have; empty when it is one."""
    import jsonschema  # noqa: PLC0415 - only projects with such rules pay for it

    try:
        Parts(schema).walk()
        # No format is checked: the format `regex` would compile patterns with the engine that is not linear.
        jsonschema.Draft202012Validator.check_schema(schema, format_checker=jsonschema.FormatChecker(formats=()))
    except SchemaProblem as error:
        return str(error)
    except jsonschema.SchemaError as error:
        return error.message if len(error.message) <= 200 else f"{error.message[:197]}..."
    except RecursionError:
        return "it is nested too deeply"
    return ""


def broken(schema: JsonValue, data: JsonObject) -> list[FieldPath]:
    """Return the places at which data does not fulfil a schema without problems, sorted, at most `MAX_PLACES`.

    Raises:
        NotJudged: it takes too long.
    """
    budget, found = Budget(), set[FieldPath]()
    try:
        for error in _validator(budget)(schema).iter_errors(data):
            found.add(tuple(error.absolute_path))
            if len(found) == MAX_PLACES:
                break
    except RecursionError as error:
        raise NotJudged("it goes too deep", is_final=True) from error
    return sorted(found, key=str)


def _validator(budget: Budget) -> Callable[[JsonValue], Any]:
    """Return the validator of the schema's dialect, which counts its keywords and uses linear patterns."""
    import jsonschema.validators  # noqa: PLC0415 - only projects with such rules pay for it

    own = {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
        "uniqueItems": _unique_items,
    }
    every = {**jsonschema.Draft202012Validator.VALIDATORS, **own}
    counted = {name: _counted(keyword, budget) for name, keyword in every.items()}
    made: Callable[[JsonValue], Any] = jsonschema.validators.extend(jsonschema.Draft202012Validator, counted)  # type: ignore[no-untyped-call]
    return made


Keyword = Callable[[Any, Any, Any, Any], Any]


def _counted(keyword: Keyword, budget: Budget) -> Keyword:
    def run(validator: Any, wanted: Any, value: Any, schema: Any) -> Iterator[Any]:
        # Long lists on either side are looked through, and an error quotes the value.
        budget.spend(1 + (len(wanted) if isinstance(wanted, list) else 0) + _size(value) // 100)
        yield from keyword(validator, wanted, value, schema) or ()

    return run


def _size(value: JsonValue) -> int:
    return len(value) if isinstance(value, dict | list | str) else 1


def _pattern(_: Any, pattern: str, value: JsonValue, __: Any) -> Iterator[Any]:
    if isinstance(value, str) and not linear(pattern)(value):
        yield _error(f"does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: JsonObject, value: JsonValue, _: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for pattern, schema in patterns.items():
            for key in filter(linear(pattern), value):
                yield from validator.descend(value[key], schema, path=key, schema_path=pattern)


def _additional_properties(validator: Any, wanted: JsonValue, value: JsonValue, schema: JsonObject) -> Iterator[Any]:
    if not isinstance(value, dict):
        return
    patterns = [linear(pattern) for pattern in schema.get("patternProperties", {})]
    extra = [
        key for key in value if key not in schema.get("properties", {}) and not any(fits(key) for fits in patterns)
    ]
    if isinstance(wanted, dict):
        for key in extra:
            yield from validator.descend(value[key], wanted, path=key)
    elif not wanted and extra:
        yield _error("has fields that are not expected")


def _unique_items(_: Any, wanted: JsonValue, value: JsonValue, __: Any) -> Iterator[Any]:
    if wanted and isinstance(value, list):
        spelled = [json.dumps(item, sort_keys=True) for item in value]
        if len(set(spelled)) < len(spelled):
            yield _error("has the same item twice")


def _error(message: str) -> Any:
    import jsonschema  # noqa: PLC0415 - only projects with such rules pay for it

    return jsonschema.ValidationError(message)
