"""What a CreateJob body may hold, and how a template's content, its constraints and a call become one job.

Used when a template is written and when a job is created. Values only, no state.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from .errors import bad_request, invalid
from .wire import Fields, JsonObject, dump_json, parse_json

MAX_CONTENT_BYTES = 65_536
JOB_FIELDS: Fields = {
    "Accessibility": "string",
    "CodeSource": "object",
    "CredentialConfig": "object",
    "CustomEnvs": "array",
    "DataSources": "array",
    "DebuggerConfigContent": "string",
    "Description": "string",
    "DisplayName": "string",
    "ElasticSpec": "object",
    "Envs": "object",
    "JobMaxRunningTimeMinutes": "integer",
    "JobSpecs": "array",
    "JobType": "string",
    "Options": "string",
    "Priority": "integer",
    "ResourceId": "string",
    "SchedulingStrategy": "string",
    "Settings": "object",
    "SuccessPolicy": "string",
    "TemplateId": "string",
    "TemplateVersion": "integer",
    "ThirdpartyLibDir": "string",
    "ThirdpartyLibs": "array",
    "UserCommand": "string",
    "UserVpc": "object",
    "WorkspaceId": "string",
}
_WORKER_ROLES = frozenset({"Worker", "Master"})
_ROLES: Mapping[str, frozenset[str] | None] = {
    "TFJob": frozenset({"Chief", "Master", "PS", "Worker", "Evaluator", "GraphLearn"}),
    "PyTorchJob": _WORKER_ROLES,
    "MPIJob": _WORKER_ROLES,
    "XGBoostJob": _WORKER_ROLES,
    "OneFlowJob": _WORKER_ROLES,
    "ElasticBatchJob": _WORKER_ROLES,
    "RayJob": frozenset({"Head", "Worker"}),
    "SlurmJob": None,
    "DataJuicerJob": None,
}
JOB_TYPES = frozenset(_ROLES)
_RESERVED = frozenset({"Always", "OnFailure", "OnSucceed"})
_CONSTRAINTS = frozenset({"locked", "overridable", "required"})
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,256}")
_PATH = re.compile(r"[^.\[\]$]+(\[\d{1,6}\])*(\.[^.\[\]]+(\[\d{1,6}\])*)*")
_STEP = re.compile(r"[^.\[\]]+|\[\d+\]")

Path = tuple[str | int, ...]


def check_content(content: object) -> JsonObject:
    """Return the CreateJob body inside a template's Content; the parsed tree is for checking only."""
    if not isinstance(content, str | dict):
        raise invalid("Content must be a JSON string or an object.", "Content")
    text = content if isinstance(content, str) else dump_json(content)
    if len(text.encode("utf-8")) > MAX_CONTENT_BYTES:
        raise invalid(f"Content is longer than {MAX_CONTENT_BYTES} bytes.", "Content")
    try:
        tree = parse_json(text)
    except ValueError as error:
        raise invalid(f"Content is not valid JSON: {error}.", "Content") from error
    if not isinstance(tree, dict) or not tree.get("JobType") or not tree.get("JobSpecs"):
        raise invalid("Content must be a JSON object with JobType and JobSpecs.", "Content")
    return tree


def check_constraints(constraints: JsonObject) -> None:
    """Refuse constraints unless their keys are paths without `$.` and their values are locked, overridable or
    required."""
    for path, value in constraints.items():
        if not _PATH.fullmatch(path):
            raise invalid(f"{path} is not a field path.", "Constraints")
        if value not in _CONSTRAINTS if isinstance(value, str) else True:
            raise invalid(f"{path}: must be locked, overridable or required.", "Constraints")


def parse_path(path: str) -> Path:
    """Return `JobSpecs[0].Image` as keys and indexes."""
    return tuple(int(step[1:-1]) if step[0] == "[" else step for step in _STEP.findall(path))


def merge(template: JsonObject, constraints: Mapping[str, str], call: JsonObject) -> JsonObject:
    """Return the job that a call on a template makes.

    Top-level keys of the call replace the template's whole. Then JobType and every locked path silently get the
    template's value again. A required path that neither side gives is refused.
    """
    known = {key: value for key, value in template.items() if key in JOB_FIELDS}
    merged = copy.deepcopy({**known, **call})
    merged["JobType"] = template["JobType"]
    for path, rule in constraints.items():
        if rule == "locked":
            _restore(merged, known, parse_path(path))
    for path, rule in constraints.items():
        if rule == "required" and _get(merged, parse_path(path)) in (None, "", [], {}):
            raise invalid(f"{path} is required by the job template.", path)
    return merged


def _get(tree: Any, path: Path) -> Any:
    for step in path:
        if isinstance(step, int):
            if not isinstance(tree, list) or step >= len(tree):
                return None
        elif not isinstance(tree, dict) or step not in tree:
            return None
        tree = tree[step]
    return tree


def _restore(merged: JsonObject, template: JsonObject, path: Path) -> None:
    """Put the template's value back at one locked path; where the call left no place for it, put back its whole
    top-level key."""
    wanted = copy.deepcopy(_get(template, path))
    parent = _get(merged, path[:-1])
    last = path[-1]
    if isinstance(parent, dict) and isinstance(last, str):
        parent.pop(last, None)
        if wanted is not None:
            parent[last] = wanted
    elif isinstance(parent, list) and isinstance(last, int) and last < len(parent) and wanted is not None:
        parent[last] = wanted
    elif wanted is not None:
        merged[str(path[0])] = copy.deepcopy(template[str(path[0])])


def check_job(job: JsonObject) -> None:
    """Apply the rules of CreateJob that look at several fields of the complete job."""
    for field in ("DisplayName", "JobType", "JobSpecs", "UserCommand"):
        if not job.get(field):
            raise invalid(f"{field} is required.", field)
    if not _NAME.fullmatch(job["DisplayName"]):
        raise invalid("DisplayName: letters, digits, '_', '.', '-', at most 256.", "DisplayName")
    if job["JobType"] not in _ROLES:
        raise invalid(f"JobType {job['JobType']} is unknown.", "JobType")
    _check_values(job)
    for spec in job["JobSpecs"]:
        _check_spec(spec, job["JobType"])
    _check_sources(job)
    if len(dump_json(job)) > MAX_CONTENT_BYTES:
        raise invalid(f"The parameters are larger than {MAX_CONTENT_BYTES} bytes.")


def _check_values(job: JsonObject) -> None:
    if job.get("Accessibility", "PRIVATE") not in ("PUBLIC", "PRIVATE"):
        raise invalid("Accessibility must be PUBLIC or PRIVATE.", "Accessibility")
    if not 1 <= job.get("Priority", 1) <= 9:
        raise invalid("Priority must be 1 to 9.", "Priority")
    if not all(isinstance(value, str) for value in job.get("Envs", {}).values()):
        raise invalid("Envs must map strings to strings.", "Envs")
    if job.get("JobMaxRunningTimeMinutes", 1) < 1:
        raise invalid("JobMaxRunningTimeMinutes must be at least 1.", "JobMaxRunningTimeMinutes")
    reserved = (job.get("Settings") or {}).get("JobReservedPolicy")
    if reserved is not None and reserved not in _RESERVED:
        raise invalid(f"JobReservedPolicy must be one of {', '.join(sorted(_RESERVED))}.", "Settings")


def _check_sources(job: JsonObject) -> None:
    for source in job.get("DataSources", ()):
        if not isinstance(source, dict):
            raise bad_request("src property must be a valid json object")
        if source.get("Uri") and source.get("DataSourceId"):
            raise invalid("Uri and DataSourceId exclude each other.", "DataSources")


def _check_spec(spec: object, job_type: str) -> None:
    if not isinstance(spec, dict):
        raise invalid("JobSpecs must hold objects.", "JobSpecs")
    role, roles = spec.get("Type"), _ROLES[job_type]
    suffixed = job_type == "RayJob" and isinstance(role, str) and role.startswith("Worker-")
    if role is not None and roles is not None and role not in roles and not suffixed:
        raise invalid(f"{job_type} has no role {role}.", "JobSpecs")
    if spec.get("EcsSpec") and spec.get("ResourceConfig"):
        raise invalid("EcsSpec and ResourceConfig exclude each other.", "JobSpecs")
    count = spec.get("PodCount", 1)
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise invalid("PodCount must be a number from 0.", "JobSpecs")
