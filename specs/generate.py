"""Writes the JSON Schemas of this folder and the generated part of README.md; `--check` only compares.

Fields and types of the request bodies come from the installed official SDK, words and limits from the tables beside
this file, finding codes from `reconciler.catalogue`. The schemas written are the editor's: they accept a reference such
as `${values.gpu}` wherever a value stands. `reconciler.manifests.schemas.strict` derives from them what a resolved
document must fulfil.
"""

from __future__ import annotations

import argparse
import inspect
import json
import re
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alibabacloud_pai_dlc20201203 import models
from createjob_fields import CREATE_JOB, Notes, note
from envelopes import JOB_TEMPLATE, PROJECT, TENSOR_BOARD, Schema
from tensorboard_fields import CREATE_TENSORBOARD, MANAGED

from reconciler.catalogue import CATALOGUE

HERE = Path(__file__).parent
DIALECT = "https://json-schema.org/draft/2020-12/schema"
REFERENCE: Schema = {
    "title": "Reference",
    "description": "`${values.NAME}` from the target's values, or `${env.NAME}` from the environment.",
    "type": "string",
    "pattern": r"\$\{",
}
SCALARS: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}
CONSOLE_KEYS: Schema = {"^_": True, "^ResourceType$": True}
"""Keys that the console writes into a content; they are carried along and never compared."""

MISPLACED: dict[str, dict[str, Notes]] = {
    # Not fields of the request, but written often: a rule says where the value belongs.
    "CreateJobRequestCodeSource": {"Uri": note("Not a field: register a code source and use CodeSourceId.")},
    "DataSourceItem": {"Uri": note("Not a field: use TensorboardDataSources for addresses.")},
}


class TableError(Exception):
    """The hand-written tables and the SDK do not have the same fields."""


def wire_names(model: type) -> dict[str, str]:
    """The field name on the wire for each constructor argument of an SDK model."""
    written = re.findall(r"result\['(\w+)'\]", inspect.getsource(getattr(model, "to_map")))  # noqa: B009 - the SDK is untyped
    by_folded = {name.lower(): name for name in written}
    return {argument: by_folded[argument.replace("_", "")] for argument in arguments(model)}


def arguments(model: type) -> dict[str, Any]:
    """The types of the constructor arguments of an SDK model."""
    return typing.get_type_hints(getattr(model, "__init__"))  # noqa: B009 - the SDK is untyped


def is_model(hint: object) -> bool:
    """Whether a type is one of the SDK's structures."""
    return isinstance(hint, type) and hasattr(hint, "to_map")


def reachable(model: type, seen: dict[str, type]) -> dict[str, type]:
    """The model and all structures below it, by class name."""
    if model.__name__ in seen:
        return seen
    seen[model.__name__] = model
    for hint in arguments(model).values():
        for part in (hint, *typing.get_args(hint)):
            if is_model(part):
                reachable(part, seen)
    return seen


def type_schema(hint: Any) -> Schema:
    """The schema of a type as the SDK annotates it."""
    if hint in SCALARS:
        return {"type": SCALARS[hint]}
    if is_model(hint):
        return {"$ref": f"#/$defs/{hint.__name__}"}
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is list:
        return {"type": "array", "items": type_schema(parts[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": True if parts[1] is Any else type_schema(parts[1])}
    raise TableError(f"no schema for {hint!r}")


def body_schemas(root: type, table: dict[str, dict[str, Notes]], managed: tuple[str, ...] = ()) -> dict[str, Schema]:
    """The `$defs` of a request body: one schema for each structure, sorted by name."""
    found = reachable(root, {})
    if unknown := sorted(table.keys() - found.keys()):
        raise TableError(f"the SDK has no structures {unknown}")
    schemas: dict[str, Schema] = {}
    for name, model in sorted(found.items()):
        wire = wire_names(model)
        hidden = managed if model is root else ()
        hints = {wire[argument]: hint for argument, hint in arguments(model).items() if wire[argument] not in hidden}
        if difference := sorted(hints.keys() ^ table.get(name, {}).keys()):
            raise TableError(f"{name}: the table and the SDK differ in {difference}")
        properties = {field: type_schema(hint) | table[name][field] for field, hint in sorted(hints.items())}
        for field, notes in MISPLACED.get(name, {}).items():
            properties[field] = {**notes, "deprecated": True, "doNotSuggest": True}
        schemas[name] = {"type": "object", "properties": properties, "additionalProperties": False}
    return schemas


def job_template() -> Schema:
    """The schema of a JobTemplate document."""
    bodies = body_schemas(models.CreateJobRequest, CREATE_JOB)
    bodies["CreateJobRequest"] |= {
        "description": "The body of CreateJob that the template holds, with the service's own field names.",
        "required": ["JobType", "JobSpecs"],
        "patternProperties": CONSOLE_KEYS,
    }
    return JOB_TEMPLATE | {"$defs": bodies}


def tensor_board() -> Schema:
    """The schema of a TensorBoard document."""
    bodies = body_schemas(models.CreateTensorboardRequest, CREATE_TENSORBOARD, MANAGED)
    bodies["CreateTensorboardRequest"]["description"] = (
        "The body of CreateTensorboard, without the name (`metadata.name`) and the workspace (the target's)."
    )
    return TENSOR_BOARD | {"$defs": bodies}


def with_references(schema: Any, *, root: bool = False) -> Any:
    """The same schema, but a reference may stand for every value that is not free text already."""
    if not isinstance(schema, dict):
        return schema
    changed = dict(schema)
    for keyword in ("properties", "patternProperties", "$defs"):
        if keyword in changed:
            changed[keyword] = {name: with_references(part) for name, part in changed[keyword].items()}
    for keyword in ("additionalProperties", "items"):
        if keyword in changed:
            changed[keyword] = with_references(changed[keyword])
    if root or not restricts(changed):
        return changed
    spoken = {key: changed.pop(key) for key in SPOKEN if key in changed}
    alternatives = changed.pop("anyOf", None) or [changed]
    return spoken | {"anyOf": [*alternatives, {"$ref": "#/$defs/Reference"}]}


SPOKEN = ("title", "description", "default", "examples", "deprecated", "doNotSuggest")


def restricts(schema: Schema) -> bool:
    """Whether the schema refuses a reference."""
    if schema.keys() & {"$ref", "anyOf", "enum", "pattern"}:
        return True
    return bool(schema.get("type", "string") != "string")


def editor_schema(name: str, schema: Schema) -> Schema:
    """A complete schema document for editors."""
    documented: Schema = {"$schema": DIALECT, **schema}
    if name == "project":
        return documented
    marked: Schema = with_references(documented, root=True)
    for part in ("apiVersion", "kind", "metadata", "spec"):
        marked["properties"][part] = unmarked(marked["properties"][part])
    overrides = marked["properties"]["spec"]["properties"]
    overrides["overrides"] = schema["properties"]["spec"]["properties"]["overrides"]
    marked["$defs"] = {body: unmarked(part) for body, part in marked["$defs"].items()}
    marked["$defs"]["Reference"] = REFERENCE
    return marked


def unmarked(schema: Schema) -> Schema:
    """Takes back the alternative of a reference at this one level: the place itself must be written out."""
    if schema.get("anyOf", [])[-1:] != [{"$ref": "#/$defs/Reference"}]:
        return schema
    spoken = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**spoken, **schema["anyOf"][0]}


def codes_table() -> str:
    """The table of all finding codes, as Markdown."""
    rows = ["| Code | Severity | Finding | Why it matters | What to do |", "|---|---|---|---|---|"]
    for entry in CATALOGUE.values():
        cells = (entry.code, str(entry.severity), entry.title, entry.why, entry.fix)
        rows.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def readme(current: str) -> str:
    """README.md with its generated part filled in afresh."""
    begin, end = "<!-- finding codes: begin -->\n", "<!-- finding codes: end -->"
    before, rest = current.split(begin)
    return before + begin + codes_table() + end + rest.split(end)[1]


def outputs() -> Iterator[tuple[Path, str]]:
    """Every generated file with the text it should have."""
    for name, schema in (("project", PROJECT), ("jobtemplate", job_template()), ("tensorboard", tensor_board())):
        text = json.dumps(editor_schema(name, schema), indent=2, ensure_ascii=False) + "\n"
        yield HERE / f"{name}.schema.json", text
    path = HERE / "README.md"
    yield path, readme(path.read_text(encoding="utf-8"))


def main() -> int:
    """Write the files, or with `--check` say which differ and return 1."""
    parser = argparse.ArgumentParser(description="Write the generated files of this folder.")
    parser.add_argument("--check", action="store_true", help="only compare; exit 1 when something differs")
    check = parser.parse_args().check
    stale = [(path, text) for path, text in outputs() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path, text in stale:
        if check:
            print(f"{path.name} is not what `python specs/generate.py` writes", file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.name}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
