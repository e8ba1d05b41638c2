"""What the project file says about rules: grades, waivers, and what is for audits alone; made from the tables."""

from __future__ import annotations

from typing import Any

from reconciler.audit.rule_table import parameters_of
from reconciler.codes import CODE_TABLE, GRADED
from reconciler.kinds import JUDGED, KINDS

Schema = dict[str, Any]

PARAMETERS = parameters_of(KINDS)

_SEVERITY: Schema = {"type": "string", "enum": ["error", "warning", "note"]}
_GRADE: Schema = {"type": "string", "enum": ["error", "warning", "note", "off"]}


def audit() -> Schema:
    """The schema of `spec.audit`."""
    numbered = sorted(code for code, parameters in PARAMETERS.items() if parameters)
    return _fields(
        "Numbers for the rules of audits, and rules of your own.",
        {
            "rules": _fields("Numbers of rules, by the rule's code.", {code: _rule(code) for code in numbered}),
            "custom": {"type": "array", "description": "Rules of this project.", "items": _custom()},
        },
    )


def rules() -> Schema:
    """The schema of `spec.rules`."""
    return {
        "type": "object",
        "description": "How findings are graded, in every command, by code: rules about contents (DLC1xx), policies,"
        " rules of audits. `off` switches a rule off.",
        "properties": {code: _grade(code) for code in sorted(GRADED)},
        "additionalProperties": {**_GRADE, "description": "A policy, or an audit rule of your own."},
        "examples": [{"DLC107": "off", "DLC118": "note", "TEAM001": "warning"}],
    }


def waivers() -> Schema:
    """The schema of `spec.waivers`."""
    return {"type": "array", "description": "Findings that are accepted for a while.", "items": _waiver()}


def _fields(description: str, properties: dict[str, Schema], *required: str) -> Schema:
    schema: Schema = {
        "type": "object",
        "description": description,
        "properties": properties,
        "additionalProperties": False,
    }
    return schema | ({"required": list(required)} if required else {})


def _grade(code: str) -> Schema:
    entry = CODE_TABLE[code]
    return {**_GRADE, "description": f"{entry.title}.", "default": entry.severity.value}


def _rule(code: str) -> Schema:
    numbers = {
        each.name: {
            "type": "integer",
            "description": each.meaning,
            "default": each.default,
            "minimum": each.minimum,
            **({} if each.maximum is None else {"maximum": each.maximum}),
        }
        for each in PARAMETERS[code]
    }
    return _fields(f"{CODE_TABLE[code].title}.", numbers)


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
                "enum": [kind.name for kind in KINDS if kind.audit is not None],
                "default": JUDGED,
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
                "minLength": 1,
                "examples": ["DLC305", "TEAM001"],
            },
            "name": {
                "type": "string",
                "description": "Names of templates or TensorBoards, in manifests or live; `*` and `?` stand for"
                " anything.",
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
