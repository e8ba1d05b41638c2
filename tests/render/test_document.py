"""The JSON document: its schema describes every field there is, and a document is believed only when it fits."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from reconciler.cli.planfile import SCHEMA
from reconciler.errors import PlanFileError
from reconciler.manifests.schemas import schema_text
from reconciler.model import Moved, Plan, Reason, Severity, Verb
from reconciler.model.canonical import digest
from reconciler.plan.codec import FORMAT_VERSION, dumps, encode, loads, plan_id

from .plans import CASES, DELETE, ERRORS, NEW_VERSION, PROMOTE, plan


def closed(schema: Any) -> Any:
    """The schema with no room for fields that it does not describe."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(part) for key, part in schema.items()}
    return {**inner, "additionalProperties": False} if isinstance(schema.get("properties"), dict) else inner


@pytest.fixture(scope="module")
def schema() -> Any:
    return json.loads(schema_text(SCHEMA))


@pytest.mark.parametrize("made", CASES.values(), ids=CASES)
def test_the_schema_describes_every_field(made: Plan, schema: Any) -> None:
    jsonschema.Draft202012Validator(closed(schema)).validate(json.loads(dumps(made)))


def test_the_schema_knows_every_word(schema: Any) -> None:
    action = schema["$defs"]["Action"]["properties"]
    assert action["verb"]["enum"] == [verb.value for verb in Verb]
    assert action["reason"]["enum"] == [reason.value for reason in Reason]
    assert schema["$defs"]["Moved"]["enum"] == [moved.value for moved in Moved]
    assert schema["$defs"]["Finding"]["properties"]["severity"]["enum"] == [severity.value for severity in Severity]
    assert FORMAT_VERSION in schema["title"]


@pytest.mark.parametrize("made", CASES.values(), ids=CASES)
def test_a_document_gives_its_plan_back(made: Plan) -> None:
    assert loads(dumps(made)) == made
    dumps(made).encode("utf-8")


def test_whom_a_plan_reaches_does_not_change_its_id() -> None:
    assert plan_id(plan(replace(NEW_VERSION, impact=None))) == plan_id(plan(NEW_VERSION))
    assert plan_id(plan(replace(NEW_VERSION, notes=("x",)))) != plan_id(plan(NEW_VERSION))


def test_what_forbids_a_plan_belongs_to_its_id() -> None:
    assert plan_id(plan(DELETE, findings=ERRORS)) != plan_id(plan(DELETE))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("unchanged", 99),
        ("findings", []),
        ("blocked", False),
        ("tool_version", "9"),
        ("changed_since", "x"),
        ("new", 1),
    ],
)
def test_a_document_that_was_edited_anywhere_is_refused(field: str, value: Any) -> None:
    document = {**encode(plan(PROMOTE, findings=ERRORS)), field: value}
    with pytest.raises(PlanFileError, match="was changed after it was written"):
        loads(json.dumps(document))


def test_an_edited_impact_is_refused() -> None:
    document = encode(plan(PROMOTE))
    document["actions"][0]["impact"]["launches"]["jobs"] = 0
    with pytest.raises(PlanFileError, match="its checksum does not fit"):
        loads(json.dumps(document))


@pytest.mark.parametrize(
    "version", ["1.1", "1.2", "1.3", "1.4", "2.0", "0.9", "1", "1.0.0", "one", "", None, 1.0, ["1"], "-1.0", "1.\u0660"]
)
def test_only_formats_that_are_known_are_read(version: Any) -> None:
    document = {**encode(plan()), "format_version": version}
    if str(version) in ("1.0", "1.1", "1.2", FORMAT_VERSION):
        document["checksum"] = digest({key: value for key, value in document.items() if key != "checksum"})
        assert loads(json.dumps(document)) == plan()
        return
    with pytest.raises(PlanFileError, match="format"):
        loads(json.dumps(document))
