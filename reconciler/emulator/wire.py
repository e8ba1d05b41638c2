"""Reads requests strictly: JSON bodies, typed body fields, query values.

Unknown names and wrong types are refused here, so that operations see clean values. The module knows neither state nor
HTTP.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from .clock import parse_time
from .errors import invalid

JsonObject = dict[str, Any]
Fields = Mapping[str, str]
"""The JSON type of each field name: string, integer, boolean, object, array, any."""

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
    "any": (object,),
}
LARGEST = 2**31 - 1


def parse_json(data: bytes | str) -> Any:
    """Read strict JSON. Raise ValueError for NaN, bad UTF-8, lone surrogates and excessive nesting."""
    text = data if isinstance(data, str) else data.decode("utf-8")
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if "\\ud" in text.lower():
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def dump_json(value: object) -> str:
    """Return compact JSON in ASCII, safe to store and to send."""
    return json.dumps(value, separators=(",", ":"))


def read_body(data: bytes, fields: Fields | None, required: frozenset[str]) -> JsonObject:
    """Return the checked body of a write; `fields` None means that the operation has no body."""
    if fields is None:
        if data not in (b"", b"{}"):
            raise invalid("This operation takes no request body.")
        return {}
    try:
        body = parse_json(data) if data else {}
    except ValueError as error:
        raise invalid(f"The request body is not valid JSON: {error}.") from error
    if not isinstance(body, dict):
        raise invalid("The request body must be a JSON object.")
    return check_fields(body, fields, required)


def check_fields(body: JsonObject, fields: Fields, required: frozenset[str] = frozenset()) -> JsonObject:
    """Refuse unknown names, wrong types and missing required fields; drop nulls."""
    present = {name: value for name, value in body.items() if value is not None}
    for name, value in present.items():
        if name not in fields:
            raise invalid(f"Unknown parameter {name}.", name)
        if not has_type(value, fields[name]):
            raise invalid(f"{name} must be of type {fields[name]}.", name)
    for name in sorted(required):
        if present.get(name) in (None, ""):
            raise invalid(f"{name} is required.", name)
    return present


def has_type(value: object, kind: str) -> bool:
    """True if the JSON value is of the named type; a boolean is not an integer."""
    return isinstance(value, _TYPES[kind]) and not (kind == "integer" and isinstance(value, bool))


@dataclass(frozen=True, slots=True)
class Query:
    """The query string, decoded once; `+` is a space, the last of repeated names wins."""

    values: Mapping[str, str]

    @classmethod
    def parse(cls, text: str, allowed: frozenset[str]) -> Query:
        """Read a raw query string. Refuse names that the operation does not have."""
        values = dict(parse_qsl(text, keep_blank_values=True))
        for name in values:
            if name not in allowed and name.partition(".")[0] not in allowed:
                raise invalid(f"Unknown query parameter {name}.", name)
        return cls(values)

    def text(self, name: str) -> str | None:
        """Return the value, or None when absent or empty."""
        return self.values.get(name) or None

    def integer(self, name: str) -> int | None:
        """Return a decimal integer, or None when absent."""
        text = self.text(name)
        if text is None:
            return None
        if not text.isascii() or not text.removeprefix("-").isdigit() or len(text) > 10:
            raise invalid(f"{name} must be an integer.", name)
        return int(text)

    def boolean(self, name: str) -> bool | None:
        """Return the value of `True`, `true`, `False`, `false` in any case, or None when absent."""
        text = self.text(name)
        if text is None:
            return None
        if text.lower() not in ("true", "false"):
            raise invalid(f"{name} must be true or false.", name)
        return text.lower() == "true"

    def choice(self, name: str, choices: Mapping[str, str] | frozenset[str]) -> str | None:
        """Return one of the given spellings, or None when absent."""
        text = self.text(name)
        if text is not None and text not in choices:
            raise invalid(f"{name} must be one of {', '.join(sorted(choices))}.", name)
        return text

    def time(self, name: str, default: float) -> float:
        """Return a moment in seconds since the epoch."""
        text = self.text(name)
        if text is None:
            return default
        try:
            return parse_time(text)
        except (ValueError, OverflowError) as error:
            raise invalid(f"{name} is not a time: {text}.", name) from error

    def words(self, name: str) -> tuple[str, ...]:
        """Return a comma-separated list; empty when absent."""
        return tuple(word.strip() for word in (self.text(name) or "").split(",") if word.strip())

    def json(self, name: str, kind: str) -> Any:
        """Return a JSON value carried in one query value, or None when absent."""
        text = self.text(name)
        if text is None:
            return None
        try:
            value = parse_json(text)
        except ValueError as error:
            raise invalid(f"{name} is not valid JSON.", name) from error
        if not has_type(value, kind):
            raise invalid(f"{name} must be a JSON {kind}.", name)
        return value


def present(**fields: Any) -> JsonObject:
    """Return the given fields without those that are None: the service leaves them out."""
    return {name: value for name, value in fields.items() if value is not None}
