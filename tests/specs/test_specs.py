"""The schemas are what the installed SDK and the tables say, and the two validators agree about them."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.kinds import KINDS
from reconciler.manifests.schemas import schema_text, strict, validator

ROOT = Path(__file__).parents[2]
NAMES = ("project.schema.json", "jobtemplate.schema.json", "tensorboard.schema.json", "policyset.schema.json")

TEMPLATE: dict[str, Any] = {
    "apiVersion": "dlc-reconciler/v1",
    "kind": "JobTemplate",
    "metadata": {"name": "train", "labels": {"team": "vision"}},
    "spec": {
        "content": {
            "JobType": "PyTorchJob",
            "JobSpecs": [{"Type": "Worker", "PodCount": 2, "ImageConfig": {"Username": "u"}}],
            "DisplayName": "a-b",
            "Priority": 5,
            "Settings": {"Tags": {"a": "b"}, "AdvancedSettings": {"x": [1]}, "EnableRDMA": True},
            "_Console": 1,
        },
        "constraints": {"UserCommand": "locked"},
        "defaultVersion": 3,
    },
}


def paths(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(found for step, value in steps for found in paths(value, (*path, step)))]


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 10),
    st.sampled_from(
        [1.0, 2.5, "", "locked", "TFJob", "ä b", "x" * 300, "${values.x}", "manifest", [], [1], {}, {"a": 1}]
    ),
)


def test_checked_in_files_are_what_the_generator_writes() -> None:
    command = [sys.executable, str(ROOT / "specs" / "generate.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)}, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", [*NAMES, "manifest.schema.json"])
def test_schemas_are_valid_draft_2020_12(name: str) -> None:
    schema = json.loads(schema_text(name))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator.check_schema(strict(schema))
    assert "Reference" not in json.dumps(strict(schema) | {"$defs": {}})


def test_every_kind_has_its_schema() -> None:
    assert {kind.schema for kind in KINDS} == set(NAMES[1:3])


@pytest.mark.parametrize("name", [*NAMES, "manifest.schema.json"])
def test_every_field_is_described(name: str) -> None:
    def walk(schema: Any) -> list[str]:
        if not isinstance(schema, dict):
            return [found for part in schema for found in walk(part)] if isinstance(schema, list) else []
        here = [field for field, part in schema.get("properties", {}).items() if "description" not in part]
        conditions = ("if", "then", "else", "examples")
        return here + [found for key, part in schema.items() if key not in conditions for found in walk(part)]

    assert walk(json.loads(schema_text(name))) == []


def test_a_reference_is_for_editors_only() -> None:
    document = copy.deepcopy(TEMPLATE)
    content = document["spec"]["content"]
    content |= {"Priority": "${values.priority}", "JobType": "${values.type}", "Settings": "${values.settings}"}
    content["JobSpecs"][0]["PodCount"] = "${values.size}"
    assert jsonschema.Draft202012Validator(json.loads(schema_text(NAMES[1]))).is_valid(document)
    wrong = {error.path for error in validator(NAMES[1]).errors(document)}
    base = ("spec", "content")
    assert wrong == {(*base, "Priority"), (*base, "JobType"), (*base, "Settings"), (*base, "JobSpecs", 0, "PodCount")}


@given(st.data())
def test_the_fast_validator_and_jsonschema_agree(data: st.DataObject) -> None:
    document: Any = copy.deepcopy(TEMPLATE)
    path = data.draw(st.sampled_from(paths(document)[1:]))
    parent = document
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = data.draw(VALUES)
    compiled = validator(NAMES[1])
    errors = list(compiled.errors(document))
    assert bool(errors) is not jsonschema.Draft202012Validator(compiled.schema).is_valid(document)
    assert all(error.keyword for error in errors)


def test_the_unchanged_document_is_valid() -> None:
    assert list(validator(NAMES[1]).errors(TEMPLATE)) == []
