"""The part of the project file that is about audits: rules, custom rules and waivers, made from the table of rules."""

from __future__ import annotations

from typing import Any

from reconciler.audit.table import codes_of, parameters_of
from reconciler.codes import CODE_TABLE
from reconciler.kinds import KINDS

Schema = dict[str, Any]

PARAMETERS = parameters_of(KINDS)

_SEVERITY: Schema = {"type": "string", "enum": ["error", "warning", "note"]}


def audit() -> Schema:
    """The schema of `spec.audit`."""
    return _fields(
        "What an audit looks at: rules switched, graded and given numbers; rules of your own; waivers.",
        {
            "rules": _fields("Rules by code; `off` switches one off.", {code: _rule(code) for code in codes_of(KINDS)}),
            "custom": {"type": "array", "description": "Rules of this project.", "items": _custom()},
            "waivers": {"type": "array", "description": "Findings that are accepted for a while.", "items": _waiver()},
        },
    )


def _fields(description: str, properties: dict[str, Schema], *required: str) -> Schema:
    schema: Schema = {
        "type": "object",
        "description": description,
        "properties": properties,
        "additionalProperties": False,
    }
    return schema | ({"required": list(required)} if required else {})


def _rule(code: str) -> Schema:
    numbers = {
        each.name: {
            "type": "integer",
            "description": each.meaning,
            "default": each.default,
            "minimum": each.minimum,
            **({} if each.maximum is None else {"maximum": each.maximum}),
        }
        for each in PARAMETERS.get(code, ())
    }
    entry = CODE_TABLE[code]
    severity = {**_SEVERITY, "description": "How much it matters here.", "default": entry.severity.value}
    settings = _fields(f"{entry.title}.", {"severity": severity, **numbers})
    # Not `anyOf`: a wrong number is then explained itself, not as "none of the forms".
    return {"description": f"{entry.title}.", "if": {"type": "object"}, "then": settings, "else": {"const": "off"}}


def _custom() -> Schema:
    return _fields(
        "A JSON Schema or a JMESPath expression that every object of a kind has to fulfil.",
        {
            "code": {
                "type": "string",
                "description": "A code of your own.",
                "pattern": "^X[0-9]{3}$",
                "examples": ["X001"],
            },
            "severity": {**_SEVERITY, "description": "How much it matters."},
            "message": {"type": "string", "description": "What is wrong when it is not fulfilled.", "minLength": 1},
            "hint": {"type": "string", "description": "What to do about it."},
            "kind": {
                "description": "Which objects it is about.",
                "enum": ["JobTemplate", "TensorBoard"],
                "default": "JobTemplate",
            },
            "jmespath": {
                "type": "string",
                "description": "An expression that has to be true of {kind, name, target, content, constraints, ...}.",
                "minLength": 1,
                "examples": ["content.Settings.EnableRDMA == `true`"],
            },
            "schema": {
                "type": ["object", "boolean"],
                "description": "A JSON Schema of {kind, name, target, content, constraints, metadata}.",
            },
        },
        "code",
        "severity",
        "message",
    )


def _waiver() -> Schema:
    return _fields(
        "A finding that is accepted, why, and until when.",
        {
            "code": {
                "type": "string",
                "description": "The rule's code.",
                "pattern": "^(DLC|X)[0-9]{3}$",
                "examples": ["DLC305"],
            },
            "name": {
                "type": "string",
                "description": "Names of templates or TensorBoards; `*` and `?` stand for anything.",
                "minLength": 1,
                "examples": ["resnet*"],
            },
            "target": {
                "type": "string",
                "description": "Only these targets; a pattern like `name`.",
                "minLength": 1,
                "default": "*",
            },
            "reason": {"type": "string", "description": "Why it is accepted.", "minLength": 1},
            "expires": {
                "type": "string",
                "description": "The last day on which it is accepted.",
                "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                "examples": ["2027-01-01"],
            },
        },
        "code",
        "name",
        "reason",
        "expires",
    )
