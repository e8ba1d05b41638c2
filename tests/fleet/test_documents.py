"""What commands on many targets print as JSON is what the shipped schemas describe, field by field."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from support.commands import Ended

from reconciler.emulator import Fault
from reconciler.manifests.schemas import schema_text

from .conftest import NOWHERE, FleetFolder


def closed(schema: Any) -> Any:
    """The schema where each object has the described fields and no others: a field that nobody described shows."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inside = {name: closed(each) for name, each in schema.items()}
    is_open = isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema
    return {**inside, "additionalProperties": False} if is_open else inside


def wrong(name: str, ended: Ended) -> list[str]:
    """What of a printed document its schema does not describe."""
    schema = closed(json.loads(schema_text(f"{name}.schema.json")))
    jsonschema.Draft202012Validator.check_schema(schema)
    errors = jsonschema.Draft202012Validator(schema).iter_errors(ended.json)
    return [f"{error.json_path}: {error.message}" for error in errors]


@pytest.fixture
def lively(fleet: FleetFolder) -> FleetFolder:
    """Three targets with work of every sort, one without an answer, and one with wrong manifests."""
    fleet.add("dev", "east", "west")
    fleet.project.template("old")
    fleet.project.template("used")
    assert fleet("apply", "--all-targets", "--yes").code == 0
    store, workspace = fleet.emulator.store, fleet.targets["dev"]["workspaceId"]
    used = next(each for each in store.templates() if (each.name, each.workspace) == ("used", workspace))
    store.create_job("run", template_id=used.id, workspace=workspace)
    store.create_template("foreign", workspace=workspace)
    store.create_board("gitops-left", workspace=workspace)
    fleet.project.remove("old")
    fleet.project.remove("used")
    fleet.project.template(command="python two.py", description="new", constraints={"UserCommand": "locked"})
    fleet.project.template("late", metadata={"labels": {"team": "vision"}})
    fleet.project.template("board-less", overrides={"broken": {"content": {"UserComand": "x"}}})
    fleet.write(
        safety={"maxDeletions": 50, "maxDeletionPercent": 100},
        waivers=[{"code": "DLC119", "name": "train", "reason": "later", "expires": "2099-01-01"}],
    )
    fleet.add("gone", endpoint=NOWHERE).add("broken")
    return fleet


@pytest.mark.parametrize("words", [("--all-targets",), ("--target", "dev")], ids=["many", "one"])
def test_every_document_is_the_one_that_its_schema_describes(lively: FleetFolder, words: tuple[str, ...]) -> None:
    names = ("dev", "east", "west", "gone", "broken")
    failing = [word for name in names[3:] for word in ("--allow-missing", name)] if len(words) == 1 else []
    read = {
        "fleet" if len(words) == 1 else "plan": ("plan", *words, "--keep-going"),
        "list": ("list", *words),
        "drift": ("drift", *words),
        "validate": ("validate", "--online", *words),
        "audit": ("audit", *words),
    }
    for schema, command in read.items():
        ended = lively(*command, "--format", "json")
        assert ended.out, (schema, ended.err)
        assert wrong(schema, ended) == [], schema
        if schema in ("drift", "list", "validate") and len(words) == 1:
            assert "gone" in [each["target"] for each in ended.json["failed"]], schema
    refusal = Fault(kind="error_before", action="CreateJobTemplate", status=400, code="Bad", message="no", times=1)
    lively.emulator.faults.add(refusal)
    ended = lively("apply", *words, *failing, "--yes", "--allow-deletions", "50", "--format", "json")
    assert ended.code == 4, ended.err
    assert wrong("apply", ended) == []
    assert {"done", "failed"} <= {status for status, count in ended.json["summary"].items() if count}


def test_a_field_that_no_schema_describes_is_noticed() -> None:
    schema = closed({"properties": {"a": {"properties": {"b": {}}}, "c": {"additionalProperties": {}}}})
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid({"a": {"b": 1}, "c": {"x": 1}})
    assert not validator.is_valid({"a": {"x": 1}})
    assert not validator.is_valid({"x": 1})
