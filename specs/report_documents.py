"""The schemas of what `apply`, `drift` and `validate` print as JSON, of one target and of many."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
STATUSES = ("done", "failed", "skipped", "retained", "stale", "unknown", "held", "waiting")
_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_VERSION: Schema = {
    "description": "MAJOR.MINOR. A new MINOR only adds; a reader ignores what it does not know.",
    "type": "string",
    "pattern": "^1\\.[0-9]+$",
}


def reports(plan: Schema, fleet: Schema) -> dict[str, Schema]:
    """The schemas by name, made with the definitions that plan documents share with them."""
    shared = {name: plan["$defs"][name] for name in ("Digest", "Id", "Path", "Place", "Moved", "Finding")}
    target = plan["properties"]["target"] | {"description": "The workspace; `endpoint` is empty for the official one."}
    failed = fleet["properties"]["failed"] | {"description": "The targets that could not be looked at, and why."}
    return {
        "apply": _apply(shared, target, failed),
        "drift": _drift(shared, target, failed, plan["properties"]["broken"]),
        "validate": _validate(shared, failed),
    }


def _list(items: Schema, description: str) -> Schema:
    return {"description": description, "type": "array", "items": items}


def _flag(description: str) -> Schema:
    return {"description": description, "type": "boolean"}


def _object(properties: dict[str, Schema], optional: tuple[str, ...] = (), **more: Any) -> Schema:
    """An object whose fields are all there, but for the optional ones."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", **more, "required": required, "properties": properties}


def _document(title: str, description: str, body: Schema, definitions: dict[str, Schema]) -> Schema:
    return {"$schema": DIALECT, "title": title, "description": description, **body, "$defs": definitions}


def _counts(words: tuple[str, ...], description: str) -> Schema:
    """How many there are of each word."""
    return _object(dict.fromkeys(words, _COUNT), description=description)


def _apply(shared: dict[str, Schema], target: Schema, failed: Schema) -> Schema:
    outcome = _object(
        {
            "action": _TEXT | {"description": "The verb, the kind and the name."},
            "verb": _TEXT | {"description": "As in the plan."},
            "id": {"$ref": "#/$defs/Id"},
            "status": {"description": "How it ended. More may come.", "enum": list(STATUSES)},
            "detail": _TEXT | {"description": "For people: what was written, or why nothing was."},
            "error": _TEXT | {"description": "The service's error code, when it gave one."},
            "request_id": _TEXT | {"description": "The service's id of the request that failed; empty for none."},
            "seconds": {"type": "number", "minimum": 0},
            "writes": _COUNT | {"description": "How many writes the service accepted or may have accepted."},
        }
    )
    complete = _flag("True when every action is done, retained or waits.")
    interrupted = _flag("True when the run was stopped before its end.")
    summary = _counts(STATUSES, "How many actions ended so.")
    report = _object(
        {
            "format_version": _VERSION,
            "plan_id": {"$ref": "#/$defs/Digest"},
            "target": target,
            "interrupted": interrupted,
            "complete": complete,
            "summary": summary,
            "outcomes": _list({"$ref": "#/$defs/Outcome"}, "Every action of the plan, in its order."),
            "without_soak": _TEXT | {"description": "Only with --without-soak: the reason that was given."},
        },
        ("without_soak",),
        description="What an apply did on one target.",
    )
    many = _object(
        {
            "format_version": _VERSION,
            "fleet_id": {"$ref": "#/$defs/Digest"},
            "interrupted": interrupted,
            "complete": complete,
            "summary": summary,
            "reports": _list({"$ref": "#/$defs/Report"}, "The report of each target."),
            "failed": failed | {"description": "The targets on which nothing was begun, and why."},
        },
        description="What an apply did on many targets.",
    )
    definitions = {name: shared[name] for name in ("Digest", "Id", "Path", "Place", "Finding")}
    return _document(
        "What an apply did",
        "What `apply --format json` prints: a report of one target, or one of many around those of each.",
        {"anyOf": [{"$ref": "#/$defs/Report"}, {"$ref": "#/$defs/FleetReport"}]},
        {"Report": report, "FleetReport": many, "Outcome": outcome, **definitions},
    )


def _drift(shared: dict[str, Schema], target: Schema, failed: Schema, broken: Schema) -> Schema:
    change = _object(
        {"path": {"$ref": "#/$defs/Path"}, "before": {}, "after": {}},
        ("before", "after"),
        description="A field before and after. A side that does not have the field is absent.",
    )
    difference = _object(
        {
            "kind": _TEXT,
            "name": _TEXT,
            "aspects": _list(_TEXT, "What differs: content, default, absent, surplus, ... More may come."),
            "moved": {"$ref": "#/$defs/Moved"},
            "drift": _flag("False: it is worth knowing, and counts as no drift."),
            "changes": _list({"$ref": "#/$defs/Change"}, "From what is live to what Git asks."),
            "notes": _list(_TEXT, "For people."),
        }
    )
    one = _object(
        {
            "project": _TEXT | {"description": "metadata.name of the project."},
            "target": target,
            "drifted": _COUNT | {"description": "How many resources drifted."},
            "sides": _counts(("manifest", "service", "both", "unknown"), "How many of them changed on which side."),
            "unchanged": _COUNT | {"description": "Resources that are as Git asks."},
            "unmanaged": _list(_TEXT, "Live objects that are not this project's: the kind and the name."),
            "broken": broken | {"description": "Manifests with errors: what they describe was not compared."},
            "waived": _COUNT | {"description": "Findings about the manifests that are waived."},
            "switched_off": _COUNT | {"description": "Findings that rules would report that are switched off."},
            "differences": _list({"$ref": "#/$defs/Difference"}, "By resource: drift, and what is worth knowing."),
        }
    )
    return _document(
        "What differs from Git",
        "What `drift --format json` prints, of one target and of many.",
        _object(
            {
                "format_version": _VERSION,
                "drifted": _COUNT | {"description": "The sum over all targets."},
                "targets": _list({"$ref": "#/$defs/Target"}, "The targets that were looked at, in project order."),
                "failed": failed,
            }
        ),
        {
            "Target": one,
            "Difference": difference,
            "Change": change,
            **{name: shared[name] for name in ("Id", "Path", "Place", "Moved", "Finding")},
        },
    )


def _validate(shared: dict[str, Schema], failed: Schema) -> Schema:
    null: Schema = {"type": "null"}
    fields: dict[str, Schema] = {
        "code": _TEXT,
        "severity": {"enum": ["note", "warning", "error"]},
        "summary": _TEXT,
        "kind": {"type": ["string", "null"], "description": "Of the manifest; null: it is about something else."},
        "name": {"type": ["string", "null"]},
        "where": {"anyOf": [null, {"$ref": "#/$defs/Place"}]},
        "path": {"$ref": "#/$defs/Path"},
        "hint": _TEXT | {"description": "What to do about it; empty for none."},
        "also": _list({"$ref": "#/$defs/Place"}, "Other places that it is about."),
    }
    waiver = _object({"reason": _TEXT, "expires": _TEXT | {"format": "date"}})
    return _document(
        "What is wrong with the manifests",
        "What `validate --format json` prints, for one target and for many. Places are relative to the repository.",
        _object(
            {
                "format_version": _VERSION,
                "valid": _flag("True when no finding is an error. A target that failed does not change it."),
                "summary": _counts(("note", "warning", "error", "waived", "off"), "How many there are of each."),
                "findings": _list(_object(fields), "Each once, whatever the number of targets."),
                "waived": _list(_object({**fields, "waiver": waiver}), "Findings that `spec.waivers` accepts."),
                "failed": failed | {"description": "With --online: the targets that could not be asked, and why."},
            }
        ),
        {name: shared[name] for name in ("Id", "Path", "Place", "Finding")},
    )
