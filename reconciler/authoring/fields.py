"""What a manifest field means, read from the JSON Schemas: the same words that editors show.

A path is written `JobTemplate.spec.content.JobSpecs[].Image`; indexes may be left out or be numbers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.authoring.schemas import kind_called, schema_of
from reconciler.errors import UsageError
from reconciler.kinds import KINDS
from reconciler.model.nearest import meant
from reconciler.model.quick import dataclass

Schema = Mapping[str, Any]

ANY = "NAME"
"""A key that people choose."""

_REFERENCE = "#/$defs/Reference"
_OPERATIONS = {kind.name: kind.operation for kind in KINDS}
_TYPES = {
    "object": "object",
    "array": "list",
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
}
_COMPOSED = frozenset({"overrides"})
"""Fields whose own fields are those of the spec again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a kind of document."""

    path: str
    type: str
    """The type in plain words: "list of objects", "text"."""
    description: str
    default: str = ""
    allowed: tuple[str, ...] = ()
    bounds: str = ""
    examples: tuple[str, ...] = ()
    required: bool = False
    deprecated: bool = False
    source: str = ""
    """The operation of the service that the field belongs to, and its name there; empty for fields of our own."""
    fields: tuple[tuple[str, str], ...] = ()
    """Names and descriptions of the fields inside."""


def field_called(path: str) -> Field:
    """Return the field at a path.

    Raises:
        UsageError: there is none; the message says what was probably meant.
    """
    first, *names = [name for name in re.split(r"[.\[\]]", path) if name and not name.isdigit()]
    kind = kind_called(first)
    schema: Schema = json.loads(schema_of(kind))
    node = _Node(schema, kind, schema)
    for name in names:
        inside = node.inside()
        found = inside.get(name) or inside.get(ANY)
        if found is None:
            raise _no_such_field(node, name)
        node = found
    return node.told()


def all_fields(kind: str, schema: Schema) -> Iterator[Field]:
    """Yield every field of a kind with this schema, each before the ones inside it."""
    yield from _below(_Node(schema, kind, schema))


def _below(node: _Node) -> Iterator[Field]:
    for name, inner in node.inside().items():
        yield inner.told()
        if name not in _COMPOSED:
            yield from _below(inner)


def _no_such_field(node: _Node, name: str) -> UsageError:
    known = list(node.inside())
    hint = f"Fields: {', '.join(known)}." if known else f"{node.path} has no fields."
    return UsageError(f'{node.path} has no field "{name}"{meant(name, known)}', hint=hint)


@dataclass(frozen=True, slots=True)
class _Node:
    """A place in a schema, with its references followed."""

    document: Schema
    path: str
    schema: Schema
    required: bool = False

    def inside(self) -> dict[str, _Node]:
        """Return the fields of the object here, or of the objects in the list here."""
        path, schema = self.path, self.schema
        while schema.get("type") == "array" and "items" in schema:
            path, schema = f"{path}[]", self._plain(schema["items"])
        required = _required(schema)
        return {
            name: _Node(self.document, f"{path}.{name}", self._plain(part), name in required)
            for name, part in _properties(schema).items()
            if not part.get("doNotSuggest")
        }

    def _plain(self, part: Schema) -> Schema:
        """Return the schema without references to other schemas or to values, and without `null`; its own words have
        priority."""
        alternatives = [each for each in part.get("anyOf", ()) if each not in ({"$ref": _REFERENCE}, {"type": "null"})]
        if len(alternatives) == 1:
            inner = self._plain(alternatives[0])
            return {**inner, **{key: value for key, value in part.items() if key != "anyOf"}}
        if "$ref" in part:
            inner = self._plain(self.document["$defs"][part["$ref"].rpartition("/")[2]])
            return {**inner, **{key: value for key, value in part.items() if key != "$ref"}}
        return {**part, "anyOf": alternatives} if alternatives else part

    def told(self) -> Field:
        """Return the field with its description in words."""
        schema = self.schema
        value = schema.get("additionalProperties")
        described = schema.get("description") or (value.get("description", "") if isinstance(value, dict) else "")
        return Field(
            path=self.path,
            type=self._type(schema),
            description=described,
            default=_shown(schema["default"]) if "default" in schema else "",
            allowed=tuple(_shown(each) for each in _allowed(schema)),
            bounds=_bounds(schema),
            examples=tuple(_shown(each) for each in schema.get("examples", ())),
            required=self.required,
            deprecated=bool(schema.get("deprecated")),
            source=self._source(),
            fields=tuple((name, node.schema.get("description", "")) for name, node in self.inside().items()),
        )

    def _type(self, schema: Schema) -> str:
        if forms := schema.get("anyOf"):
            return " or ".join(dict.fromkeys(self._type(self._plain(each)) for each in forms))
        if "const" in schema:
            return _shown(schema["const"])
        named = schema.get("type", "string" if "enum" in schema else "object" if _properties(schema) else "any value")
        name = " or ".join(_TYPES.get(each, each) for each in ([named] if isinstance(named, str) else named))
        if name == "list":
            items = self._type(self._plain(schema.get("items", {})))
            return f"list of {items}s" if items in ("object", "whole number", "number") else f"list of {items}"
        value = schema.get("additionalProperties")
        if name == "object" and isinstance(value, dict) and not schema.get("properties"):
            return f"object: names with {self._type(self._plain(value))}"
        return name

    def _source(self) -> str:
        kind, _, rest = self.path.partition(".spec.content.")
        return f"{_OPERATIONS[kind]}, field {rest}" if rest and kind in _OPERATIONS else ""


def _properties(schema: Schema) -> dict[str, Any]:
    """Return the fields of an object, also those that a condition adds."""
    found: dict[str, Any] = dict(schema.get("properties", {}))
    for branch in (schema[name] for name in ("else", "then") if name in schema):
        for name, part in _properties(branch).items():
            found[name] = {**part, **found.get(name, {})}
    value = schema.get("additionalProperties")
    if not found and isinstance(value, dict) and "properties" in value:
        found = {ANY: value}
    return found


def _required(schema: Schema) -> set[str]:
    return {*schema.get("required", ()), *(_required(schema["else"]) if "else" in schema else ())}


def _allowed(schema: Schema) -> list[Any]:
    value = schema.get("additionalProperties")
    listed = schema.get("enum") or (value.get("enum") if isinstance(value, dict) else None)
    return list(listed or ()) or [each["const"] for each in schema.get("anyOf", ()) if "const" in each]


def _bounds(schema: Schema) -> str:
    parts = [
        f"{word} {schema[key]}{unit}"
        for key, word, unit in (
            ("minimum", "at least", ""),
            ("maximum", "at most", ""),
            ("minLength", "at least", " characters"),
            ("maxLength", "at most", " characters"),
            ("minItems", "at least", " entries"),
            ("maxItems", "at most", " entries"),
        )
        if key in schema and (key, schema[key]) not in (("minLength", 1), ("minItems", 0))
    ]
    return ", ".join(parts).replace("at least 1 entries", "at least 1 entry")


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
