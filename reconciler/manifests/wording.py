"""Schema errors in words for a person: what is wrong, at which field, and what was probably meant."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from reconciler.manifests.schemas import SchemaError
from reconciler.model import FieldPath, JsonValue
from reconciler.model.expressions import expression
from reconciler.model.nearest import meant
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True)
class Worded:
    """One schema error as a person should read it."""

    code: str
    path: FieldPath
    summary: str
    hint: str = ""


MANAGED = {
    "renamedFrom": "A TensorBoard cannot be renamed: the service has no call that does it, so a new one is made under "
    "the new name. Only the metadata of a JobTemplate has this field.",
    "DisplayName": "The name comes from `metadata.name`.",
    "WorkspaceId": "The workspace comes from the target.",
}
_BEYOND = {"JobMaxRunningTimeMinutes": "Leave the field out for a job without a limit."}
"""What people mean when they write a number below the lowest one."""
_TYPES = {
    "object": "an object",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def word(error: SchemaError) -> Iterator[Worded]:
    """Yield one or more worded errors for an error of the schema."""
    wording = _WORDINGS.get(error.keyword)
    path = error.path
    if wording is None:
        yield Worded("DLC029", path, f"{_name(path)} does not fulfil `{error.keyword or 'all'}` of its schema")
        return
    yield from wording(error, path, _shown(error.value))


def _shown(value: JsonValue) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def _name(path: FieldPath) -> str:
    """Return the last named field of a path, with the indexes after it: `JobSpecs[0]`."""
    text = ""
    for step in reversed(path):
        if isinstance(step, str):
            return f"{step}{text}"
        text = f"[{step}]{text}"
    return text or "the document"


def _type_of(value: JsonValue) -> str:
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return "a number"
    return _TYPES["string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"]


def _unknown_fields(error: SchemaError, path: FieldPath, _: str) -> Iterator[Worded]:
    known = error.schema.get("properties", {})
    patterns = error.schema.get("patternProperties", {})
    for key in error.value:
        if key in known or any(re.search(pattern, key) for pattern in patterns):
            continue
        suggestion = meant(key, [name for name in known if not known[name].get("doNotSuggest")])
        yield Worded("DLC020", (*path, key), f'unknown field "{key}"{suggestion}', MANAGED.get(key, ""))


def _missing(error: SchemaError, path: FieldPath, _: str) -> Iterator[Worded]:
    # jsonschema reports each missing name separately, and only as the first word of its message.
    for name in error.wanted:
        if name not in error.value and error.message.startswith(repr(name)):
            yield Worded("DLC021", path, f'missing field "{name}"' + (f" in {_name(path)}" if path else ""))


_UNQUOTED = expression(r"true|false|-?[0-9]+(?:\.[0-9]+)?")


def _wrong_type(error: SchemaError, path: FieldPath, _: str) -> Iterator[Worded]:
    wanted = error.wanted
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    expected = " or ".join(_TYPES[name] for name in names)
    hint = ""
    if names == ["string"] and isinstance(error.value, bool | int | float):
        hint = "Put the value in quotes."
    elif error.value is None:
        hint = "Give the field a value, or remove it."
    elif isinstance(error.value, str) and _UNQUOTED.fullmatch(error.value):
        hint = "Write the value without quotes."
    elif names == ["boolean"] and str(error.value).lower() in ("yes", "no", "on", "off", "y", "n"):
        hint = "Write true or false; in YAML 1.2 yes, no, on and off are text."
    yield Worded("DLC022", path, f"{_name(path)} must be {expected}, not {_type_of(error.value)}", hint)


def _not_allowed(error: SchemaError, path: FieldPath, shown: str) -> Iterator[Worded]:
    allowed = error.wanted if error.keyword == "enum" else [error.wanted]
    near = ""
    if isinstance(error.value, str):
        near = meant(error.value, [str(value) for value in allowed])
    choice = ", ".join(str(value) for value in allowed)
    yield Worded("DLC023", path, f"{_name(path)} is {shown}{near}", f"Allowed: {choice}.")


def _pattern(error: SchemaError, path: FieldPath, shown: str) -> Iterator[Worded]:
    summary = f"{_name(path)} is {shown}, which does not match {error.wanted}"
    blank = "It begins or ends with a blank." if str(error.value) != str(error.value).strip() else ""
    yield Worded("DLC024", path, summary, " ".join(filter(None, (blank, error.schema.get("description", "")))))


def _length(error: SchemaError, path: FieldPath, _: str) -> Iterator[Worded]:
    limit = error.wanted
    if not error.value:
        summary = f"{_name(path)} is empty"
    else:
        bound = "at least" if error.keyword == "minLength" else "at most"
        summary = f"{_name(path)} has {len(error.value)} characters; {bound} {limit} are allowed"
    yield Worded("DLC024", path, summary)


def _bound(error: SchemaError, path: FieldPath, shown: str) -> Iterator[Worded]:
    bound = "at least" if error.keyword == "minimum" else "at most"
    summary = f"{_name(path)} is {shown}; it must be {bound} {error.wanted}"
    yield Worded("DLC025", path, summary, _BEYOND.get(_name(path), ""))


def _too_few(error: SchemaError, path: FieldPath, _: str) -> Iterator[Worded]:
    if not error.value:
        yield Worded("DLC025", path, f"{_name(path)} is empty")
    else:
        yield Worded("DLC025", path, f"{_name(path)} needs at least {error.wanted} entries")


def _alternatives(error: SchemaError, path: FieldPath, shown: str) -> Iterator[Worded]:
    forms = " or ".join(_form(form) for form in error.wanted)
    yield Worded("DLC026", path, f"{_name(path)} is {shown}; it must be {forms}")


def _form(schema: Mapping[str, Any]) -> str:
    if "const" in schema:
        return _shown(schema["const"])
    bound = f" from {schema['minimum']} on" if "minimum" in schema else ""
    return _TYPES.get(str(schema.get("type")), "another form") + bound


_WORDINGS: Mapping[str, Callable[[SchemaError, FieldPath, str], Iterator[Worded]]] = {
    "additionalProperties": _unknown_fields,
    "required": _missing,
    "type": _wrong_type,
    "enum": _not_allowed,
    "const": _not_allowed,
    "pattern": _pattern,
    "minLength": _length,
    "maxLength": _length,
    "minimum": _bound,
    "maximum": _bound,
    "minItems": _too_few,
    "minProperties": _too_few,
    "anyOf": _alternatives,
}
