"""The JSON Schemas of `specs/`: found, made strict, compiled once.

Two validators share the work: a fast one answers "valid?", and jsonschema explains what it refuses. For valid manifests
jsonschema alone would take as long as everything else together (`tests/benchmarks/loading.py`).
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.kinds.patterns import PatternError, linear
from reconciler.model import FieldPath, JsonObject, JsonValue
from reconciler.model.quick import dataclass

if TYPE_CHECKING:
    import jsonschema_rs

_PACKAGE = Path(__file__).parents[1]
REFERENCE = {"$ref": "#/$defs/Reference"}


def schema_text(name: str) -> str:
    """Return the schema file of this name as written for editors: in the installed package, else in the checkout beside
    it.

    Raises:
        FileNotFoundError: there is no such schema.
    """
    packaged = _PACKAGE / "specs" / name
    return (packaged if packaged.is_file() else _PACKAGE.parent / "specs" / name).read_text(encoding="utf-8")


def strict(schema: Any) -> Any:
    """Return the schema that a resolved document must fulfil: the editor's schema without the alternative "or a
    reference".

    Pure.
    """
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: strict(part) for key, part in schema.items() if part != REFERENCE}
    alternatives = schema.get("anyOf")
    if isinstance(alternatives, list) and REFERENCE in alternatives:
        rest = [strict(part) for part in alternatives if part != REFERENCE]
        del inner["anyOf"]
        return inner | (rest[0] if len(rest) == 1 else {"anyOf": rest})
    return inner


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One place where data does not fulfil its schema."""

    path: FieldPath
    keyword: str
    """The keyword of the schema that is not fulfilled; empty when only the fast validator refused."""
    wanted: Any
    """The value of the keyword."""
    value: JsonValue
    schema: Any
    """The part of the schema that holds the keyword."""
    message: str


@dataclass(frozen=True, slots=True)
class Validator:
    """One schema, compiled."""

    schema: JsonObject
    gate: jsonschema_rs.Draft202012Validator

    def errors(self, data: JsonValue) -> Iterator[SchemaError]:
        """Yield what is wrong with the data, from jsonschema; nothing when it is valid."""
        if self.gate.is_valid(data):
            return
        validator = _explaining()(self.schema)
        found = False
        for error in validator.iter_errors(data):
            found = True
            path = tuple(error.absolute_path)
            keyword = str(error.validator)
            yield SchemaError(path, keyword, error.validator_value, error.instance, error.schema, error.message)
        if not found:  # the two disagree: a document that one of them refuses never passes
            message = next(iter(self.gate.iter_errors(data))).message
            yield SchemaError((), "", None, data, self.schema, message)


@functools.cache
def _explaining() -> Any:
    """Return jsonschema's validator with patterns that run in linear time: long texts in a manifest are not trusted."""
    import jsonschema.validators  # noqa: PLC0415 - only documents with errors pay for it

    return jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]


def _pattern(_: Any, pattern: str, value: JsonValue, __: Any) -> Iterator[Any]:
    import jsonschema  # noqa: PLC0415

    if isinstance(value, str) and not _finds(pattern, value):
        yield jsonschema.ValidationError(f"does not match {pattern}")


def _finds(pattern: str, value: str) -> bool:
    try:
        return linear(pattern)(value)
    except PatternError:  # a look-ahead in our own schemas, where the text is bounded
        return re.search(pattern, value) is not None


@functools.cache
def validator(name: str) -> Validator:
    """Return the compiled strict schema of a file in `specs/`."""
    import jsonschema_rs  # noqa: PLC0415 - commands that read no manifests do not pay for it

    schema = strict(json.loads(schema_text(name)))
    return Validator(schema, jsonschema_rs.Draft202012Validator(schema))
