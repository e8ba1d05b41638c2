"""Writes schemas, RAM policies and a part of README.md here, and files of `examples/ci`; `--check` only compares.

Fields and types of the request bodies come from the installed official SDK, words and limits from the tables beside
this file, finding codes from `reconciler.codes`. The schemas written are the editor's: they accept a reference such
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
from composition import COMPOSED, SPOKEN, changes
from createjob_fields import CREATE_JOB, Notes, note
from envelopes import JOB_TEMPLATE, PROJECT, TENSOR_BOARD, Schema
from fleet_document import fleet
from policyset import POLICY_SET
from report_documents import reports
from tensorboard_fields import CREATE_TENSORBOARD, MANAGED

from reconciler.authoring.ci import Setting, Stage, repository_at, written
from reconciler.authoring.fields import all_fields
from reconciler.codes import CODE_TABLE
from reconciler.permissions import GROUPS, NEEDS, operations_of, policy_json
from reconciler.render.explain import codes_markdown, fields_markdown

HERE = Path(__file__).parent
DIALECT = "https://json-schema.org/draft/2020-12/schema"
REFERENCE: Schema = {
    # No title and no description: editors would show them beside those of every field.
    "$comment": "`${values.NAME}`, `${matrix.NAME}` or `${env.NAME}`",
    "type": "string",
    "pattern": r"\$\{",
}
WITHOUT_REFERENCES = ("project", "policyset")
SCALARS: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean"}
CONSOLE_KEYS: Schema = {"^_": True, "^ResourceType$": True}
"""Keys that the console writes into a content; they are carried along and never compared."""

MISPLACED: dict[str, dict[str, Notes]] = {
    # Not fields of the request, but written often: a rule says where the value belongs.
    "CreateJobRequestCodeSource": {"Uri": note("Not a field: register a code source and use CodeSourceId.")},
    "DataSourceItem": {"Uri": note("Not a field: use TensorboardDataSources for addresses.")},
}


PIPELINES = {
    "gitlab": "https://gitlab.com/acme/ai/models",
    "codeup": "https://codeup.aliyun.com/60d54f3daccf2bbd6659f3ad/ai/models",
    "gitee": "https://gitee.com/acme/models",
    "jenkins": "https://gitee.com/acme/models",
    "generic": "https://github.com/acme/models",
}
"""The CI systems whose files are examples too, and the repository of the example."""

IN_EXAMPLES = {".gitlab/dlc.yml": "gitlab-ci.yml", ".workflow/dlc.yml": "gitee/dlc.yml"}
"""Names in `examples/ci` that are not those in a repository below `ci`."""


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
        properties = {field: type_schema(hint) | told(table[name][field]) for field, hint in sorted(hints.items())}
        for field, notes in MISPLACED.get(name, {}).items():
            properties[field] = told({**notes, "deprecated": True, "doNotSuggest": True})
        schemas[name] = {"type": "object", "properties": properties, "additionalProperties": False}
    return schemas


def told(notes: Notes) -> Notes:
    """The notes of a field; a deprecation in the words that editors show beside the field."""
    return notes | ({"deprecationMessage": notes["description"]} if notes.get("deprecated") else {})


def job_template() -> Schema:
    """The schema of a JobTemplate document."""
    bodies = body_schemas(models.CreateJobRequest, CREATE_JOB)
    bodies["CreateJobRequest"] |= {
        "description": "The body of CreateJob that the template holds, with the service's own field names.",
        "patternProperties": CONSOLE_KEYS,
    }
    spec = JOB_TEMPLATE["properties"]["spec"]
    return JOB_TEMPLATE | {"$defs": bodies | changes("JobTemplate", spec, "CreateJobRequest", bodies)}


def tensor_board() -> Schema:
    """The schema of a TensorBoard document."""
    bodies = body_schemas(models.CreateTensorboardRequest, CREATE_TENSORBOARD, MANAGED)
    bodies["CreateTensorboardRequest"]["description"] = (
        "The body of CreateTensorboard, without the name (`metadata.name`) and the workspace (the target's)."
    )
    spec = TENSOR_BOARD["properties"]["spec"]
    return TENSOR_BOARD | {"$defs": bodies | changes("TensorBoard", spec, "CreateTensorboardRequest", bodies)}


def with_references(schema: Any, *, root: bool = False) -> Any:
    """The same schema, but a reference may stand for every value that is not free text already."""
    if not isinstance(schema, dict):
        return schema
    changed = dict(schema)
    for keyword in ("properties", "patternProperties", "$defs"):
        if keyword in changed:
            changed[keyword] = {name: with_references(part) for name, part in changed[keyword].items()}
    for keyword in ("additionalProperties", "items", "then", "else"):
        if keyword in changed:
            changed[keyword] = with_references(changed[keyword])
    if root or not restricts(changed):
        return changed
    spoken = {key: changed.pop(key) for key in SPOKEN if key in changed}
    alternatives = changed.pop("anyOf", None) or [changed]
    return spoken | {"anyOf": [*alternatives, {"$ref": "#/$defs/Reference"}]}


def restricts(schema: Schema) -> bool:
    """Whether the schema refuses a reference."""
    if schema.keys() & {"$ref", "anyOf", "enum", "pattern"}:
        return True
    return bool(schema.get("type", "string") != "string")


def editor_schema(name: str, schema: Schema) -> Schema:
    """A complete schema document for editors."""
    documented: Schema = titled({"$schema": DIALECT, **schema})
    if name in WITHOUT_REFERENCES:
        return documented
    marked: Schema = with_references(documented, root=True)
    for part in ("apiVersion", "kind", "metadata", "spec"):
        marked["properties"][part] = unmarked(marked["properties"][part])
    spec = marked["properties"]["spec"]["properties"]
    spec |= {part: documented["properties"]["spec"]["properties"][part] for part in COMPOSED}
    marked["$defs"] = {body: unmarked(part) for body, part in marked["$defs"].items()}
    marked["$defs"]["Reference"] = REFERENCE
    return marked


def titled(schema: Any) -> Any:
    """The same schema with the name of each field as its title, which editors show above the description."""
    if isinstance(schema, list):
        return [titled(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {
        key: titled(part) if key not in ("examples", "default", "enum") else part for key, part in schema.items()
    }
    if isinstance(properties := changed.get("properties"), dict):
        described = {field: part for field, part in properties.items() if "description" in part}
        changed["properties"] = properties | {field: {"title": field} | part for field, part in described.items()}
    return changed


def combined(schemas: dict[str, Schema]) -> Schema:
    """One schema for files with documents of several kinds: `kind` says which of the others holds.

    Raises:
        TableError: two schemas call different things by one name.
    """
    defs: Schema = {}
    for schema in schemas.values():
        for name, part in {**schema.get("$defs", {}), schema["title"]: without(schema, "$schema", "$defs")}.items():
            if defs.setdefault(name, part) != part:
                raise TableError(f"two different structures are called {name}")
    kinds = [schema["title"] for schema in schemas.values()]
    return {
        "$schema": DIALECT,
        "title": "Manifest",
        "description": "A document of dlc-reconciler; `kind` says what it describes.",
        "type": "object",
        "properties": {
            "apiVersion": schemas["project"]["properties"]["apiVersion"],
            "kind": {"title": "kind", "description": "What the document describes.", "enum": kinds},
        },
        "required": ["apiVersion", "kind"],
        "allOf": [
            {"if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]}, "then": {"$ref": f"#/$defs/{kind}"}}
            for kind in kinds
        ],
        "$defs": defs,
    }


def without(schema: Schema, *keys: str) -> Schema:
    """The schema without some of its keywords."""
    return {key: value for key, value in schema.items() if key not in keys}


def unmarked(schema: Schema) -> Schema:
    """Takes back the alternative of a reference at this one level: the place itself must be written out."""
    if schema.get("anyOf", [])[-1:] != [{"$ref": "#/$defs/Reference"}]:
        return schema
    spoken = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**spoken, **schema["anyOf"][0]}


def fields_sections(schemas: dict[str, Schema]) -> str:
    """The tables of fields, one for each kind."""
    titled_schemas = ((schema["title"], schema) for schema in schemas.values())
    return "\n".join(f"### {kind}\n\n{fields_markdown(all_fields(kind, schema))}" for kind, schema in titled_schemas)


def readme(current: str, schemas: dict[str, Schema]) -> str:
    """README.md with its generated parts filled in afresh: what `explain` says about codes and fields."""
    for name, text in (("fields", fields_sections(schemas)), ("finding codes", codes_markdown(CODE_TABLE.values()))):
        begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
        before, rest = current.split(begin)
        current = before + begin + text + end + rest.split(end)[1]
    return current


def pipelines() -> Iterator[tuple[str, str]]:
    """The files of `examples/ci` that `init --ci` writes for a project with two targets, by their names there."""
    for system, address in PIPELINES.items():
        setting = Setting(
            project="reconciler.yaml",
            stages=(Stage(target="staging"), Stage(target="prod", after=("staging",))),
            repository=repository_at(address),
            chat="dingtalk" if system == "codeup" else "wecom",
        )
        for name, text in written(system, setting).files.items():
            yield IN_EXAMPLES.get(name, name.removeprefix("ci/")), text


def outputs() -> Iterator[tuple[Path, str]]:
    """Every generated file with the text it should have."""
    sources = {
        "project": PROJECT,
        "jobtemplate": job_template(),
        "tensorboard": tensor_board(),
        "policyset": POLICY_SET,
    }
    schemas = {name: editor_schema(name, schema) for name, schema in sources.items()}
    for name, schema in {**schemas, "manifest": combined(schemas)}.items():
        yield HERE / f"{name}.schema.json", json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    plan = json.loads((HERE / "plan.schema.json").read_text(encoding="utf-8"))
    documents = {"fleet": fleet(plan), **reports(plan, fleet(plan))}
    for name, schema in documents.items():
        yield HERE / f"{name}.schema.json", json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    for name, commands in GROUPS.items():
        yield HERE / "ram" / f"{name}.json", policy_json(operations_of(commands, verifying=False))
    yield HERE / "ram" / "verify.json", policy_json(NEEDS["apply"].verifying)
    for name, text in pipelines():
        yield HERE.parent / "examples" / "ci" / name, text
    path = HERE / "README.md"
    yield path, readme(path.read_text(encoding="utf-8"), schemas)


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
