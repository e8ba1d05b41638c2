"""The schema of a policy set: rules of your own that every manifest of a project has to fulfil."""

from __future__ import annotations

from envelopes import Schema, document, fields, text

from reconciler.kinds import JUDGED, KINDS

_RULE = fields(
    "A JSON Schema or a JMESPath expression that every manifest of a kind has to fulfil.",
    {
        "code": text(
            "A code of your own; DLC is taken.",
            pattern="^(?!DLC)[A-Z][A-Z0-9]{0,7}-?[0-9]{3}$",
            examples=["TEAM001"],
        ),
        "severity": {
            "type": "string",
            "description": "How much it matters: an error blocks plan and apply too.",
            "enum": ["error", "warning", "note"],
        },
        "message": text("What is wrong when it is not fulfilled.", minLength=1),
        "why": text("Why it matters; shown by `explain`."),
        "hint": text("What to do about it."),
        "kind": {
            "type": "string",
            "description": "Which manifests it is about.",
            "enum": [kind.name for kind in KINDS],
            "default": JUDGED,
        },
        "jmespath": text(
            "An expression that has to be true of {kind, name, target, labels, spec, content, constraints, locked}.",
            minLength=1,
            examples=["content.JobMaxRunningTimeMinutes <= `2880`"],
        ),
        "schema": {
            "type": ["object", "boolean"],
            "description": "A JSON Schema of {kind, name, target, labels, spec, content, constraints}.",
            "examples": [{"properties": {"name": {"pattern": "^team-"}}}],
        },
        "path": text(
            "The field that the finding of an expression points to.",
            minLength=1,
            examples=["content.JobMaxRunningTimeMinutes"],
        ),
    },
    "code",
    "severity",
    "message",
) | {"oneOf": [{"required": ["jmespath"]}, {"required": ["schema"]}]}

POLICY_SET: Schema = document(
    "PolicySet",
    "Rules that manifests have to fulfil, shared by the projects that name this file in `spec.policies`.",
    "PolicySet",
    fields("Which set this is.", {"name": text("Name of the set.", minLength=1, examples=["team"])}, "name"),
    fields(
        "What the set asks for.",
        {"rules": {"type": "array", "description": "The rules.", "items": _RULE, "minItems": 1}},
        "rules",
    ),
)
