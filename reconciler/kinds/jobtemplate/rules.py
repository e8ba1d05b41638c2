"""Rules on JobTemplates: what CreateJob and CreateJobTemplate refuse, ignore or misread, found before anything is sent.

Each check is a function over the spec (see `kinds.check`), so it works on a version read from the service as well.
Types and unknown fields are the schema's business; constraints have their own module.
"""

from __future__ import annotations

import json
import marshal
from collections.abc import Iterator

from reconciler.kinds.base import Rule
from reconciler.kinds.check import (
    Check,
    Problem,
    as_rule,
    check_secrets,
    content_of,
    entries,
    is_given,
    mapping,
    pins_no_workspace,
    quote,
)
from reconciler.kinds.jobtemplate.constraints import CONSTRAINT_CHECKS, is_required
from reconciler.kinds.jobtemplate.roles import JOB_TYPES, ROLES, describe_roles, is_role
from reconciler.kinds.jobtemplate.verify_rules import VERIFY_CHECKS, laid_problems
from reconciler.model import JsonObject, JsonValue
from reconciler.model.expressions import expression
from reconciler.model.nearest import did_you_mean

MAX_CONTENT_BYTES = 65_536
"""The limit of CreateJob for the total size of its parameters."""

_DISPLAY_NAME = expression(r"[0-9A-Za-z_.-]{1,256}")
_DEFAULT_POLICY = "AllWorkers"
_IGNORED_FIELDS = ("DebuggerConfigContent", "ElasticSpec")


def check_completeness(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC109: JobType and JobSpecs are there."""
    content = content_of(spec)
    for key in ("JobType", "JobSpecs"):
        if not is_given(content, key):
            yield Problem(code="DLC109", path=("content", key), summary=f"content has no {key}")


def check_job_type(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC106: JobType is one of the nine."""
    content = content_of(spec)
    job_type = content.get("JobType")
    if is_given(content, "JobType") and job_type not in JOB_TYPES:
        hint = did_you_mean(job_type, JOB_TYPES) or f"Choose one of {', '.join(JOB_TYPES)}."
        yield Problem(
            code="DLC106", path=("content", "JobType"), summary=f"{quote(job_type)} is not a JobType", hint=hint
        )


def check_roles(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC107: each JobSpec's role is one of the JobType. It reports nothing while the JobType itself is wrong."""
    content = content_of(spec)
    job_type = content.get("JobType")
    if not isinstance(job_type, str) or job_type not in ROLES:
        return
    for index, job_spec in entries(content, "JobSpecs"):
        role = job_spec.get("Type")
        if is_given(job_spec, "Type") and not (isinstance(role, str) and is_role(job_type, role)):
            legal = f"Legal roles: {describe_roles(job_type)}."
            yield Problem(
                code="DLC107",
                path=("content", "JobSpecs", index, "Type"),
                summary=f"{job_type} has no role {quote(role)}",
                hint=f"{did_you_mean(role, ROLES[job_type])} {legal}".lstrip(),
            )


def check_chief(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC108: at most one JobSpec is the chief, in whichever way the field is spelled."""
    chiefs = [
        (index, key)
        for index, job_spec in entries(content_of(spec), "JobSpecs")
        for key in ("IsChief", "IsCheif")
        if job_spec.get(key) is True
    ]
    first = chiefs[0][0] if chiefs else None
    for index, key in chiefs:
        if index != first:
            summary = f"JobSpecs[{first}] is the chief already"
            yield Problem(code="DLC108", path=("content", "JobSpecs", index, key), summary=summary)


def check_resources(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC101, DLC102 and DLC103: EcsSpec, ResourceConfig and ResourceId fit together."""
    content = content_of(spec)
    quota = is_given(content, "ResourceId")
    for index, job_spec in entries(content, "JobSpecs"):
        path = ("content", "JobSpecs", index)
        if is_given(job_spec, "ResourceConfig"):
            if is_given(job_spec, "EcsSpec"):
                summary = "EcsSpec and ResourceConfig exclude each other in one JobSpec"
                yield Problem(code="DLC101", path=(*path, "ResourceConfig"), summary=summary)
            if not quota and not is_required(spec, "ResourceId"):
                summary = "ResourceConfig needs the content's ResourceId, which is missing"
                yield Problem(code="DLC102", path=(*path, "ResourceConfig"), summary=summary)
        if quota and is_given(job_spec, "EcsSpec"):
            summary = "EcsSpec asks for public resources, but the content's ResourceId names a quota"
            yield Problem(code="DLC103", path=(*path, "EcsSpec"), summary=summary)


def check_spot_limits(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC116: a spot bid has a discount or a price, not both."""
    for index, job_spec in entries(content_of(spec), "JobSpecs"):
        spot = mapping(job_spec.get("SpotSpec"))
        if is_given(spot, "SpotDiscountLimit") and is_given(spot, "SpotPriceLimit"):
            path = ("content", "JobSpecs", index, "SpotSpec", "SpotPriceLimit")
            yield Problem(code="DLC116", path=path, summary="SpotDiscountLimit and SpotPriceLimit exclude each other")


def check_sources(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC104 and DLC105: data comes from a Uri or a dataset; code comes from a code source."""
    content = content_of(spec)
    for index, source in entries(content, "DataSources"):
        if is_given(source, "Uri") and is_given(source, "DataSourceId"):
            summary = "Uri and DataSourceId exclude each other in one data source"
            yield Problem(code="DLC104", path=("content", "DataSources", index, "Uri"), summary=summary)
    if "Uri" in mapping(content.get("CodeSource")):
        summary = "CodeSource has no field Uri; code is named by CodeSourceId"
        yield Problem(code="DLC105", path=("content", "CodeSource", "Uri"), summary=summary)


def check_size(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC114: the content as compact UTF-8 JSON is within the limit."""
    content = spec.get("content")
    if _is_certainly_small(content):
        return
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str)
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_CONTENT_BYTES:
        summary = f"content is {size:,} bytes long; the limit is {MAX_CONTENT_BYTES:,}"
        yield Problem(code="DLC114", path=("content",), summary=summary)


def _is_certainly_small(content: JsonValue) -> bool:
    """Return whether a content is within the limit without writing its JSON, which takes four times as long.

    JSON has at most six bytes for one of `marshal`: a control character becomes "\\u0000", and `false,` is one byte
    there. In its version 2 a part that occurs twice is written twice, as in JSON.
    """
    try:
        return 6 * len(marshal.dumps(content, 2)) <= MAX_CONTENT_BYTES
    except ValueError:  # something that is no JSON, or that lies too deep
        return False


def check_priority(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC117: a job's Priority is an integer from 1 to 9 (a TensorBoard's is a text)."""
    priority = content_of(spec).get("Priority")
    if priority is None or (type(priority) is int and 1 <= priority <= 9):
        return
    summary = f"Priority is an integer from 1 to 9, not {quote(priority)}"
    yield Problem(code="DLC117", path=("content", "Priority"), summary=summary)


def check_vpc(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC118: a switch comes with its address ranges. It is a warning, because the official examples leave
    them out (API.md section 10)."""
    vpc = mapping(content_of(spec).get("UserVpc"))
    if is_given(vpc, "SwitchId") and not is_given(vpc, "ExtendedCIDRs"):
        hint = (
            'Write "ExtendedCIDRs"; "ExtendedCidrs" is its spelling in answers only.' if "ExtendedCidrs" in vpc else ""
        )
        path = ("content", "UserVpc", "SwitchId")
        yield Problem(code="DLC118", path=path, summary="UserVpc has a SwitchId but no ExtendedCIDRs", hint=hint)


def check_display_name(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC119: a job's DisplayName has the form that CreateJob demands."""
    name = content_of(spec).get("DisplayName")
    if isinstance(name, str) and name and not _DISPLAY_NAME.fullmatch(name):
        summary = f"{quote(name)} cannot be a job's DisplayName"
        yield Problem(code="DLC119", path=("content", "DisplayName"), summary=summary)


def check_success_policy(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC121: SuccessPolicy is for TFJob; its default value changes nothing and is allowed everywhere."""
    content = content_of(spec)
    job_type = content.get("JobType")
    policy = content.get("SuccessPolicy")
    if (
        is_given(content, "SuccessPolicy")
        and job_type in JOB_TYPES
        and job_type != "TFJob"
        and policy != _DEFAULT_POLICY
    ):
        summary = f"SuccessPolicy has a meaning for TFJob only, not for {job_type}"
        yield Problem(code="DLC121", path=("content", "SuccessPolicy"), summary=summary)


def check_ignored_fields(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC122 and DLC123: fields that the service ignores, and the misspelled one that it has replaced."""
    content = content_of(spec)
    for key in _IGNORED_FIELDS:
        if is_given(content, key):
            yield Problem(code="DLC122", path=("content", key), summary=f"the service does not support {key}")
    for index, job_spec in entries(content, "JobSpecs"):
        if job_spec.get("IsCheif") is not None:
            path = ("content", "JobSpecs", index, "IsCheif")
            yield Problem(code="DLC123", path=path, summary="IsCheif is the old misspelling of IsChief")


CHECKS: tuple[Check, ...] = (
    check_completeness,
    check_job_type,
    check_roles,
    check_chief,
    check_resources,
    check_spot_limits,
    check_sources,
    check_size,
    check_priority,
    check_vpc,
    check_display_name,
    pins_no_workspace("DLC120"),
    check_success_policy,
    check_ignored_fields,
    *CONSTRAINT_CHECKS,
    check_secrets,
)
"""All checks. They can also be run on content that is in no manifest."""


def check_laid(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC128: what the verification runs breaks no rule that the content itself keeps."""
    yield from laid_problems(spec, CHECKS)


RULES: tuple[Rule, ...] = (as_rule(*CHECKS, *VERIFY_CHECKS, check_laid),)
"""All checks, as rules on documents."""
