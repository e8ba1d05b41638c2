"""The parts of the schemas that are about composition: a base, a matrix, overrides, and what may be changed by them.

A change is a JSON merge patch: nothing in it is required and `null` removes a field, so its schema differs from the
one of the whole spec. Lists are replaced whole; what is inside them is described by the ordinary schemas.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

MAX_ROWS = 1000
COMPOSED = ("base", "matrix", "overrides")
"""Fields of a spec that are read before any reference is resolved, and are gone afterwards."""

SPOKEN = ("title", "description", "default", "examples", "deprecated", "deprecationMessage", "doNotSuggest")
"""Keywords that tell people something and refuse nothing."""


def composed_fields(kind: str) -> dict[str, Schema]:
    """The fields of a kind's spec that say how it is put together."""
    return {
        "base": {
            "type": "string",
            "description": f"Name of another {kind} of the project: this spec is merged into that one's as a JSON "
            "merge patch (RFC 7386). `defaultVersion` and `protect` are not handed on.",
            "minLength": 1,
            "examples": ["common-train"],
        },
        "matrix": {
            "type": "array",
            "description": "Makes one object of each row: `${matrix.NAME}` stands for the row's value, also in "
            "`metadata.name`, which every row has to make different.",
            "items": {"type": "object", "description": "The values of one object.", "minProperties": 1},
            "minItems": 1,
            "maxItems": MAX_ROWS,
            "examples": [[{"size": "small", "workers": 1}, {"size": "large", "workers": 8}]],
        },
        "overrides": {
            "type": "object",
            "description": "For each target, a JSON merge patch (RFC 7386) of this spec: objects are merged, `null` "
            "removes, everything else replaces.",
            "additionalProperties": {"$ref": f"#/$defs/{changes_name(kind)}"},
        },
    }


def changes_name(name: str) -> str:
    """What the schema of changes of a structure is called."""
    return f"{name}Changes"


def changes(kind: str, spec: Schema, body: str, defs: dict[str, Schema]) -> dict[str, Schema]:
    """The schemas of changes: of the kind's spec and of every structure below its body that is merged, not replaced."""
    found: dict[str, Schema] = {}
    own = {name: part for name, part in spec["properties"].items() if name not in COMPOSED}
    own["content"] = {**own["content"], "$ref": f"#/$defs/{body}"}
    found[changes_name(kind)] = _change({"type": "object", "properties": own, "additionalProperties": False})
    waiting = [body]
    while waiting:
        name = waiting.pop()
        if changes_name(name) not in found:
            found[changes_name(name)] = _change(defs[name])
            waiting += [_target(part) for part in defs[name]["properties"].values() if "$ref" in part]
    return dict(sorted(found.items()))


def _target(part: Schema) -> str:
    return str(part["$ref"]).rpartition("/")[2]


def _change(schema: Schema) -> Schema:
    changed = {key: value for key, value in schema.items() if key != "required"}
    changed["properties"] = {name: _removable(part) for name, part in schema["properties"].items()}
    return changed


def _removable(part: Schema) -> Schema:
    """The same field, but `null` removes it, and an object in it is a change again."""
    spoken = {key: value for key, value in part.items() if key in SPOKEN}
    form = {key: value for key, value in part.items() if key not in SPOKEN}
    if "$ref" in form:
        form["$ref"] = f"#/$defs/{changes_name(_target(form))}"
    if not form:
        return spoken
    if isinstance(form.get("additionalProperties"), dict):
        form["additionalProperties"] = _removable(form["additionalProperties"])
    return spoken | {"anyOf": [*form.get("anyOf", [form]), {"type": "null"}]}


def unless_abstract(body: str, condition: Schema) -> Schema:
    """The condition of a document: of an abstract one nothing is required, because others are built on it."""
    is_abstract = {"properties": {"abstract": {"const": True}}, "required": ["abstract"]}
    changed = {"properties": {"content": {"$ref": f"#/$defs/{changes_name(body)}"}}}
    return {
        "if": {"properties": {"metadata": is_abstract}, "required": ["metadata"]},
        "then": {"properties": {"spec": changed}},
        "else": {"properties": {"spec": condition}},
    }


def content_unless_base(body: str, *, required: list[str], absent: bool = False) -> Schema:
    """The condition of a spec: whole content, or with a base only changes; `absent` is a tombstone without content."""
    whole: Schema = {
        "required": ["content"],
        "properties": {"content": {"$ref": f"#/$defs/{body}"} | ({"required": required} if required else {})},
    }
    if absent:
        gone = {"properties": {"state": {"const": "absent"}}, "required": ["state"]}
        whole = {"if": gone, "then": {"properties": whole["properties"]}, "else": whole}
    return {
        "if": {"required": ["base"]},
        "then": {"properties": {"content": {"$ref": f"#/$defs/{changes_name(body)}"}}},
        "else": whole,
    }
