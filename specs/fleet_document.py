"""The schema of the document of many targets: what stands around the plans, which follow the schema of one plan."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_COUNT: Schema = {"$ref": "#/$defs/Count"}


def fleet(plan: Schema) -> Schema:
    """The schema of a fleet document around the one of a plan document, whose definitions it shares."""
    definitions = plan["$defs"]
    one = {key: value for key, value in plan.items() if key not in ("$schema", "$defs")}
    return {
        "$schema": plan["$schema"],
        "title": "dlc-reconciler plans of many targets, format 1.0",
        "description": "What `plan --all-targets --format json` prints, `plan --all-targets --out` writes and `apply` "
        'takes. See "The document of many targets" in README.md of this folder for what later versions may change.',
        "type": "object",
        "required": [
            "format_version",
            "tool_version",
            "fleet_id",
            "checksum",
            "blocked",
            "summary",
            "project",
            "chosen",
            "plans",
            "failed",
            "findings",
        ],
        "properties": {
            "format_version": {
                "description": "MAJOR.MINOR of this document's format; the plans in it have their own.",
                "type": "string",
                "pattern": "^1\\.[0-9]+$",
            },
            "tool_version": {
                "description": "The version of dlc-reconciler that made the document.",
                "type": "string",
            },
            "fleet_id": {
                "description": "Hash of the ids of the plans and of what failed, in any order.",
                "$ref": "#/$defs/Digest",
            },
            "checksum": {
                "description": "Hash of the whole document without this field.",
                "$ref": "#/$defs/Digest",
            },
            "blocked": {
                "description": "True when apply refuses the whole, or one of the plans.",
                "type": "boolean",
            },
            "summary": {
                "description": "Sums over all plans: actions of each verb, resources that stay as they are, targets.",
                "type": "object",
                "required": ["targets", "failed", "waiting", "unchanged"],
                "additionalProperties": _COUNT,
            },
            "project": {"description": "metadata.name of the project.", "type": "string"},
            "chosen": {
                "description": 'Which targets were asked for: "all", labels such as "env=prod", or their names.',
                "type": "string",
            },
            "plans": {
                "description": "A whole plan document for each target, in the order of the project file.",
                "type": "array",
                "items": {"$ref": "#/$defs/Plan"},
            },
            "failed": {
                "description": "The targets without a plan. `apply` and `ci verify` refuse the document, unless "
                "--allow-missing names each of them.",
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["target", "code", "message"],
                    "properties": {
                        "target": {"type": "string"},
                        "code": {
                            "description": "What kind of failure: unreachable, credentials, forbidden, throttled, "
                            "manifests, refused, missing, ... More may come.",
                            "type": "string",
                        },
                        "message": {"description": "The error, for people.", "type": "string"},
                        "hint": {"description": "Only when there is one: what to do about it.", "type": "string"},
                        "findings": {
                            "description": "Only when manifests are wrong: everything that is wrong with them.",
                            "type": "array",
                            "items": {"$ref": "#/$defs/Finding"},
                        },
                    },
                },
            },
            "findings": {
                "description": "Limits of `spec.safety.fleet` that all plans together break.",
                "type": "array",
                "items": {"$ref": "#/$defs/Finding"},
            },
        },
        "$defs": {**definitions, "Plan": one},
    }
