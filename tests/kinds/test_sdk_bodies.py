"""A law over CreateJob bodies made of the official SDK's own models: whatever field the SDK knows goes all the way.

The models are walked by the types of their fields, so that a field which the SDK gets is tried without a line here. A
value is one that the schema allows for its field (an `enum`, a range); `legal` keeps the rules about several fields.
"""

from __future__ import annotations

import functools
import json
import re
import tempfile
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from alibabacloud_pai_dlc20201203.models import CreateJobRequest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.commands import Commands, command
from support.laws import examples
from support.project import API, ProjectFolder

from reconciler.emulator import Emulator
from reconciler.kinds.jobtemplate.roles import ROLES
from reconciler.manifests.schemas import schema_text, strict

ALLOWED = strict(json.loads(schema_text("jobtemplate.schema.json")))["$defs"]
NOT_OF_A_TEMPLATE = frozenset({"WorkspaceId", "TemplateId", "TemplateVersion"})
"""What the target and the launch decide."""
CREDENTIAL = "c4n4ry-of-a-credential"
SECRET = frozenset({"AccessKeyId", "SecurityToken", "Password", "Auth"})
"""Fields that hold a credential: a manifest names a variable there."""
ODD = ("yes", "0x10", "1e3", "null", " - a: b ", "# no comment", "$HOME `id`", '{"a": [1]}', "a\nb\n", "测试", "é")
TEXTS = st.one_of(st.sampled_from(ODD), st.text("aZ09-_./:= '\"", min_size=1, max_size=8))
KEYS = st.sampled_from(["team", "A_B", "x.y/z", "yes", "1", "é"])
SCALARS = {
    bool: st.booleans(),
    str: TEXTS,
    Any: st.one_of(TEXTS, st.integers(-5, 5), st.lists(st.booleans(), max_size=2)),
}


def arguments_of(model: type) -> dict[str, Any]:
    """The types of the fields of one of the SDK's models."""
    return typing.get_type_hints(getattr(model, "__init__"))  # noqa: B009 - the SDK is untyped


def wire_names(model: type) -> dict[str, str]:
    """The names on the wire by those of the constructor: where a value comes out that was put in."""
    known = {name.lower(): name for name in ALLOWED[model.__name__]["properties"]}
    return {field: known[field.replace("_", "")] for field in arguments_of(model)}


@functools.cache
def objects(model: type) -> st.SearchStrategy[Any]:
    """Objects of one of the SDK's models, each of its fields there or not."""
    hints, names = arguments_of(model), wire_names(model)
    fields = {
        field: values(hint, ALLOWED[model.__name__]["properties"][names[field]], names[field])
        for field, hint in hints.items()
        if names[field] not in NOT_OF_A_TEMPLATE
    }
    # Few of many fields: a body with all of them is larger than the service takes.
    some = st.lists(st.sampled_from(sorted(fields)), unique=True, min_size=min(3, len(fields)), max_size=8)
    return some.flatmap(lambda chosen: st.builds(model, **{field: fields[field] for field in chosen}))


def values(hint: Any, allowed: dict[str, Any], name: str) -> st.SearchStrategy[Any]:
    """Values of a field by its type, within what is allowed for it."""
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) is list:
        return st.lists(
            values(arguments[0], allowed.get("items", {}), ""), min_size=allowed.get("minItems", 0), max_size=2
        )
    if typing.get_origin(hint) is dict:
        return st.dictionaries(KEYS, SCALARS[arguments[1]], max_size=2)
    if hasattr(hint, "to_map"):
        return objects(hint)
    return scalars(hint, allowed, name)


def scalars(hint: Any, allowed: dict[str, Any], name: str) -> st.SearchStrategy[Any]:
    """Values that are no structure."""
    if "enum" in allowed:
        return st.sampled_from(allowed["enum"])
    if name in SECRET:
        return st.just("${env.CREDENTIAL}")
    if "pattern" in allowed:
        return st.from_regex(allowed["pattern"].replace("*", "{1,9}"), fullmatch=True)
    if hint in (int, float):
        least, most = allowed.get("minimum", -3), allowed.get("maximum", 100_000)
        return st.integers(least, most) if hint is int else st.floats(least, most, width=32)
    return SCALARS[hint]


def legal(body: dict[str, Any], job_type: str) -> dict[str, Any]:
    """The body as the rules between fields want it."""
    body["JobType"] = job_type
    if job_type != "TFJob":
        body.pop("SuccessPolicy", None)
    roles = ROLES[job_type] or ("Any",)
    for number, spec in enumerate(body["JobSpecs"]):
        spec["Type"] = roles[number % len(roles)]
        if number:
            spec.pop("IsChief", None)
            spec.pop("IsCheif", None)
        spec.pop("EcsSpec" if body.get("ResourceId") else "ResourceConfig", None)
        exclude(spec.get("SpotSpec", {}), "SpotDiscountLimit", "SpotPriceLimit")
    for source in body.get("DataSources", []):
        exclude(source, "Uri", "DataSourceId")
    return body


def exclude(fields: dict[str, Any], one: str, other: str) -> None:
    """Of two fields that exclude each other, only one."""
    if one in fields:
        fields.pop(other, None)


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """Legal CreateJob bodies as the SDK would send them."""
    request = draw(objects(CreateJobRequest))
    hints = arguments_of(CreateJobRequest)
    request.job_specs = draw(values(hints["job_specs"], {"minItems": 1}, "JobSpecs"))
    return legal(request.to_map(), draw(st.sampled_from(sorted(ROLES))))


def told(project: ProjectFolder) -> Iterator[str]:
    """The errors that `validate` has, and whatever it says about fields that nobody knows."""
    ended = command("validate", "--project", project.root, "--format", "json")
    for found in ended.json["findings"]:
        if found["severity"] == "error" or "unknown field" in found["summary"]:
            yield f"{found['code']} {found['path']} {found['summary']}"


def goes_all_the_way(body: dict[str, Any]) -> None:
    """Validated, applied, planned empty, exported, and the export planned empty."""
    manifest = {"apiVersion": API, "kind": "JobTemplate", "metadata": {"name": "body"}, "spec": {"content": body}}
    with (
        tempfile.TemporaryDirectory() as root,
        pytest.MonkeyPatch.context() as patch,
        Emulator() as emulator,
    ):
        patch.setenv("CREDENTIAL", CREDENTIAL)
        project = ProjectFolder(Path(root) / "project")
        project.write("body", manifest)
        assert list(told(project)) == []
        cli = Commands(project.root, emulator.url)
        applied = cli.apply()
        assert applied.code == 0, applied.text
        assert cli.verbs() == cli.verbs("--fetch-all") == []
        exported = command(
            "export", "body", "--out", Path(root) / "again", "--project", project.root, "--endpoint", emulator.url
        )
        assert exported.code == 0, exported.text
        (again,) = (Path(root) / "again" / "templates").glob("*.yaml")
        text = again.read_text(encoding="utf-8")
        for variable in re.findall(r"\$\{env\.(\w+)\}", text):
            patch.setenv(variable, CREDENTIAL)  # what was hidden is named after its field
        project.write("body", yaml.safe_load(text))
        assert cli.verbs() == cli.verbs("--fetch-all") == []
        assert CREDENTIAL not in applied.text + exported.text + text


@settings(max_examples=examples(4))
@given(bodies())
def test_a_body_of_the_sdks_models_goes_all_the_way(body: dict[str, Any]) -> None:
    goes_all_the_way(body)


@pytest.mark.slow
@settings(max_examples=200)
@given(bodies())
def test_many_bodies_of_the_sdks_models_go_all_the_way(body: dict[str, Any]) -> None:
    goes_all_the_way(body)
