"""Reads a seed document (plain data, as from JSON or YAML) into the state; ages are in days before now.

{"jobTemplates": [{"TemplateName": "t", "Versions": [{"Content": {...}, "Constraints": {...}}],
                   "DefaultVersion": 1, "Metadata": {}, "ageDays": 30}],
 "jobs": [{"TemplateName": "t", "ageDays": 400, "Status": "Succeeded"}],
 "tensorboards": [{"DisplayName": "b", "ageDays": 30, "Status": "Running"}],
 "workspaces": ["3003"],
 "jobLives": [{"job": "verify-*", "steps": [["Creating", 1], ["Queuing", null]], "times": 1}]}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .board_calls import BODY as BOARD_FIELDS
from .clock import Clock
from .content import JOB_FIELDS
from .errors import ServiceError
from .job_life import JobLife
from .state import State
from .wire import Fields, JsonObject, check_fields

_DAY = 86400.0
_COMMON: Fields = {"ageDays": "any", "WorkspaceId": "string"}
_TEMPLATE: Fields = {
    **_COMMON,
    "TemplateName": "string",
    "Description": "string",
    "Metadata": "object",
    "Content": "any",
    "Constraints": "object",
    "Versions": "array",
    "DefaultVersion": "integer",
    "UserId": "string",
}
_VERSION: Fields = {"Content": "any", "Constraints": "object", "ageDays": "any"}
_JOB: Fields = {**JOB_FIELDS, **_COMMON, "TemplateName": "string", "Status": "string"}
_BOARD: Fields = {**BOARD_FIELDS, **_COMMON, "Status": "string"}


def load(state: State, clock: Clock, document: object) -> dict[str, int]:
    """Add what the document describes, and return how many of each kind. ValueError or TypeError says what is wrong."""
    if not isinstance(document, dict):
        raise TypeError("a seed is an object with jobTemplates, jobs, tensorboards, workspaces, jobLives")
    loaders: Mapping[str, Callable[[State, float, Any], None]] = {
        "workspaces": _workspace,
        "jobLives": _life,
        "jobTemplates": _template,
        "jobs": _job,
        "tensorboards": _board,
    }
    unknown = sorted(set(document) - set(loaders))
    if unknown:
        raise ValueError(f"unknown in a seed: {', '.join(unknown)}; known: {', '.join(loaders)}")
    counts = {}
    for key, loader in loaders.items():
        entries = [] if document.get(key) is None else document[key]
        if not isinstance(entries, list):
            raise TypeError(f"{key} must be a list")
        for index, entry in enumerate(entries):
            try:
                loader(state, clock.now(), entry)
            except (ServiceError, TypeError, ValueError, KeyError) as error:
                message = error.message if isinstance(error, ServiceError) else error
                raise ValueError(f"{key}[{index}]: {message}") from error
        counts[key] = len(entries)
    return counts


def _checked(entry: object, fields: Fields, *required: str) -> JsonObject:
    if not isinstance(entry, dict):
        raise TypeError("must be an object")
    return check_fields(entry, fields, frozenset(required))


def _created(entry: JsonObject, now: float) -> float:
    age = entry.pop("ageDays", 0)
    if isinstance(age, bool) or not isinstance(age, int | float):
        raise TypeError("ageDays must be a number")
    return now - age * _DAY


def _workspace(state: State, _now: float, entry: object) -> None:
    document = entry if isinstance(entry, dict) else {"WorkspaceId": str(entry)}
    state.add_entry("workspace", str(document["WorkspaceId"]), document)


def _life(state: State, _now: float, entry: object) -> None:
    state.add_job_life(JobLife.from_document(entry))


def _template(state: State, now: float, entry: object) -> None:
    given = _checked(entry, _TEMPLATE, "TemplateName")
    created = _created(given, now)
    versions = given.get("Versions") or [{key: given[key] for key in ("Content", "Constraints") if key in given}]
    first, *later = (_checked(version, _VERSION) for version in versions)
    template_id = state.create_template(
        given["TemplateName"],
        first.get("Content"),
        workspace=given.get("WorkspaceId"),
        constraints=first.get("Constraints"),
        description=given.get("Description"),
        metadata=given.get("Metadata"),
        created=created,
        user=given.get("UserId"),
    )
    for version in later:
        moment = _created(version, now) if "ageDays" in version else created
        state.add_version(template_id, version.get("Content"), constraints=version.get("Constraints"), created=moment)
    if given.get("DefaultVersion", 1) != 1:
        state.update_template(template_id, default_version=given["DefaultVersion"])


def _job(state: State, now: float, entry: object) -> None:
    given = _checked(entry, _JOB)
    created, status = _created(given, now), given.pop("Status", "Succeeded")
    name, workspace = given.pop("TemplateName", None), given.pop("WorkspaceId", None)
    version, template_id = given.pop("TemplateVersion", None), given.pop("TemplateId", None)
    if name is not None:
        template_id = next((t.id for t in reversed(state.templates()) if t.name == name), None)
        if template_id is None:
            raise ValueError(f"no job template named {name}")
    state.create_job(
        given.pop("DisplayName", name or "job"),
        template_id=template_id,
        template_version=version,
        workspace=workspace,
        body=given,
        status=status,
        created=created,
    )


def _board(state: State, now: float, entry: object) -> None:
    given = _checked(entry, _BOARD, "DisplayName")
    created, status = _created(given, now), given.pop("Status", "Running")
    workspace, name = given.pop("WorkspaceId", None), given.pop("DisplayName")
    state.create_board(name, workspace=workspace, body=given, status=status, created=created)
