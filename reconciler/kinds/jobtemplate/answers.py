"""What the service says about a template, checked: rows of ListJobTemplates, and GetJobTemplate with its versions.

Everything that reads versions (plan, apply, history, diff, drift, audit, export) reads them here. So an answer that
cannot be believed is the same line everywhere: the template, the version, and what is wrong with it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import replace

from reconciler.errors import BadAnswer
from reconciler.kinds import text_equality
from reconciler.kinds.base import Scope
from reconciler.kinds.jobtemplate.canonical import LiveTemplate, LiveVersion
from reconciler.kinds.jobtemplate.marks import Marks
from reconciler.kinds.jobtemplate.operations import GET_JOB_TEMPLATE, LIST_JOB_TEMPLATES
from reconciler.kinds.lookalikes import skeleton
from reconciler.live.port import Operation, Service
from reconciler.model import JsonObject, JsonValue
from reconciler.model.canonical import canonical

ALL = "all"
"""The value of GetJobTemplate's `Version` that stands for every version."""

_HINT = "nothing is planned or judged from such an answer; if it stays so, ask the service's support"


def list_templates(service: Service, workspace_id: str) -> list[JsonObject]:
    """Return the rows of all templates of a workspace, newest first.

    Raises:
        IncompleteListing: not every template could be listed.
    """
    operation, fields = every_template(workspace_id)
    return service.rows(operation, **fields)


def every_template(workspace_id: str) -> tuple[Operation, JsonObject]:
    """Return the listing of all templates of a workspace, newest first."""
    return LIST_JOB_TEMPLATES, {"WorkspaceId": workspace_id, "SortBy": "GmtCreateTime", "Order": "desc"}


def of_name(service: Service, scope: Scope, name: str) -> list[JsonObject]:
    """Return the live templates of a name, in whatever Unicode form the service stores it; its own filter is fuzzy."""
    rows = _filtered(service, scope, name)
    return [row for row in rows if text_equality.same(str(row.get("TemplateName") or ""), name)]


def rows_alike(service: Service, scope: Scope, name: str) -> list[JsonObject]:
    """Return the live templates whose names people can take for this one, those that have it included."""
    rows = _filtered(service, scope, name)
    return [row for row in rows if skeleton(str(row.get("TemplateName") or "")) == skeleton(name)]


def _filtered(service: Service, scope: Scope, name: str) -> Collection[JsonObject]:
    return {
        row["TemplateId"]: row
        for asked in dict.fromkeys((name, text_equality.settled(name)))
        for row in service.rows(LIST_JOB_TEMPLATES, WorkspaceId=scope.workspace_id, TemplateName=asked)
    }.values()


def fetch(service: Service, template_id: str, version: str = "") -> LiveTemplate:
    """Return one template with its default version, the named one, or `ALL` of them.

    Raises:
        NotFound: no such template or version.
        BadAnswer: the versions are not what they should be.
    """
    return fetch_with_rows(service, template_id, version)[0]


def fetch_with_rows(
    service: Service, template_id: str, version: str = ""
) -> tuple[LiveTemplate, Mapping[int, JsonObject]]:
    """Return what `fetch` returns, and the versions as the service shows them, by number. Some rules look at what the
    canonical form leaves out.

    Raises:
        NotFound: no such template or version.
        BadAnswer: the versions are not what they should be.
    """
    return with_rows(template_id, ask_template(service, template_id, version), version)


def ask_template(service: Service, template_id: str, version: str = "") -> JsonObject:
    """Return what GetJobTemplate answers about a template with its default version, the named one, or `ALL` of them.

    Raises:
        NotFound: no such template or version.
        BadAnswer: the answer has no versions at all.
    """
    return service.call(GET_JOB_TEMPLATE, template_id, **({"Version": version} if version else {}))


def with_rows(template_id: str, answer: JsonObject, version: str = "") -> tuple[LiveTemplate, Mapping[int, JsonObject]]:
    """Return what `fetch_with_rows` returns, from the answer to the question for that version.

    Raises:
        BadAnswer: the versions are not what they should be.
    """
    rows = rows_by_number(template_id, versions_shown(answer))
    versions = {number: live_version(template_id, row) for number, row in rows.items()}
    return replace(live_summary(answer), versions=versions, all_versions=version == ALL), rows


def versions_shown(answer: JsonObject) -> list[JsonValue]:
    """Return the elements of Versions as the service shows them."""
    found: list[JsonValue] = answer["Versions"]
    return found


def rows_by_number(template_id: str, rows: list[JsonValue]) -> dict[int, JsonObject]:
    """Return the elements of Versions by their numbers, in order."""
    found: dict[int, JsonObject] = {}
    for row in rows:
        if not isinstance(row, Mapping):
            raise _bad(f"{template_id}: a version is not an object")
        number = _number(template_id, row, "Version")
        if number in found:
            raise _bad(f"{template_id}: version {number} is there twice")
        found[number] = row
    if not found:
        raise _bad(f"{template_id} is shown without any version")
    return dict(sorted(found.items()))


def live_summary(row: JsonObject) -> LiveTemplate:
    """Return a live template without versions, from a row of ListJobTemplates or from the head of GetJobTemplate's
    answer.

    Raises:
        BadAnswer: its metadata or its default version are not what they should be.
    """
    id = row["TemplateId"]
    metadata = _object(id, row, "Metadata")
    return LiveTemplate(
        template_id=id,
        name=str(row.get("TemplateName") or ""),
        description=str(row.get("Description") or ""),
        metadata=metadata,
        default_version=_number(id, row, "DefaultVersion"),
        marks=Marks.of(id, metadata),
        created=str(row.get("GmtCreateTime") or ""),
        created_by=str(row.get("UserId") or ""),
        modified=str(row.get("GmtModifyTime") or ""),
        modified_by=str(row.get("ModifiedBy") or ""),
        last_used=str(row.get("LastUsedTime") or ""),
    )


def live_version(template_id: str, row: JsonObject) -> LiveVersion:
    """Return one element of Versions. Content made by the console is an object, other content a text of JSON.

    Raises:
        BadAnswer: its number, content or constraints are not what they should be.
    """
    number = _number(template_id, row, "Version")
    place = f"{template_id}, version {number}"
    try:
        content = canonical(_content(place, row.get("Content")))
        constraints = canonical(_object(place, row, "Constraints"))
    except (
        RecursionError
    ) as error:  # how deep the parser goes depends on Python's version, and is another limit than ours
        raise _bad(f"{place} is nested too deeply") from error
    return LiveVersion(
        number=number,
        content=content,
        constraints=constraints,
        created_by=str(row.get("CreatedBy") or ""),
        created=str(row.get("GmtCreateTime") or ""),
        by_console=isinstance(row.get("Content"), Mapping),
    )


def _object(place: str, row: JsonObject, name: str) -> JsonObject:
    value = row.get(name)
    if value in (None, ""):
        return {}
    if not isinstance(value, Mapping):
        raise _bad(f"{place}: {name} is not an object")
    return value


def _number(place: str, row: JsonObject, name: str) -> int:
    """Return a version number, from 1; it may come as digits in a text."""
    value = row.get(name)
    text = str(value)
    if not isinstance(value, int | str) or not (text.isascii() and text.isdigit() and len(text) < 19) or not int(text):
        raise _bad(f"{place}: {name} {'is missing' if value is None else 'is not a version number'}")
    return int(text)


def _content(place: str, content: JsonValue) -> JsonObject:
    if isinstance(content, str):
        try:
            content = json.loads(content, parse_constant=_refused, parse_float=_finite)
        except (ValueError, RecursionError) as error:
            raise _bad(f"{place}: Content is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise _bad(f"{place}: Content is {'missing' if content is None else 'not an object'}")
    return content


def _refused(constant: str) -> JsonValue:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refused(text)


def _bad(what: str) -> BadAnswer:
    return BadAnswer(f"GetJobTemplate: {what}", operation="GetJobTemplate", hint=_HINT)
