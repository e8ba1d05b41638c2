"""Rules on TensorBoards: what CreateTensorboard refuses or drops silently, found before anything is sent.

Each check is a function over the spec (see `kinds.check`): `content`, `job` and `state`.
"""

from __future__ import annotations

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
    pins_no_workspace,
    quote,
)
from reconciler.model import JsonObject

_PRIORITIES = tuple("123456789")
_SOURCES = ("JobId", "SourceId", "DataSourceId", "DataSources", "Uri", "TensorboardDataSources")


def check_sources(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC151 and DLC152: the events come from a job or from data sources, and the job is named once."""
    content = content_of(spec)
    if is_given(content, "JobId") and is_given(content, "DataSources"):
        summary = "JobId and DataSources exclude each other"
        yield Problem(code="DLC151", path=("content", "DataSources"), summary=summary)
    if is_given(spec, "job"):
        for key in ("JobId", "DataSources"):
            if is_given(content, key):
                yield Problem(
                    code="DLC152", path=("content", key), summary=f"`job` and content.{key} exclude each other"
                )


def check_any_source(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC156: there is something to show, unless the TensorBoard is to be removed."""
    content = content_of(spec)
    if spec.get("state") == "absent" or is_given(spec, "job") or any(is_given(content, key) for key in _SOURCES):
        return
    yield Problem(code="DLC156", path=("content",), summary="the TensorBoard has no source of events")


def check_uris(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC153: a Uri stands in TensorboardDataSources, not in DataSources."""
    for index, source in entries(content_of(spec), "DataSources"):
        if "Uri" in source:
            summary = "the service drops a Uri inside DataSources silently; it belongs in TensorboardDataSources"
            yield Problem(code="DLC153", path=("content", "DataSources", index, "Uri"), summary=summary)


def check_priority(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC154: a TensorBoard's Priority is a text from "1" to "9" (a job's is an integer)."""
    priority = content_of(spec).get("Priority")
    if priority is None or priority in _PRIORITIES:
        return
    is_unquoted = type(priority) is int and 1 <= priority <= 9
    hint = f'Write it in quotes: Priority: "{priority}".' if is_unquoted else ""
    summary = f'Priority is a string from "1" to "9", not {quote(priority)}'
    yield Problem(code="DLC154", path=("content", "Priority"), summary=summary, hint=hint)


def check_summary_path(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC155 and DLC159: there is one summary path, and a Uri has the one that it needs."""
    content = content_of(spec)
    absolute, relative = is_given(content, "SummaryPath"), is_given(content, "SummaryRelativePath")
    if absolute and relative:
        summary = "SummaryPath and SummaryRelativePath exclude each other"
        yield Problem(code="DLC155", path=("content", "SummaryRelativePath"), summary=summary)
    if is_given(content, "Uri") and not absolute and not relative:
        summary = "Uri is given without SummaryRelativePath"
        yield Problem(code="DLC159", path=("content", "Uri"), summary=summary)


def check_display_name(spec: JsonObject) -> Iterator[Problem]:
    """Check DLC158: the name stands in the metadata."""
    content = content_of(spec)
    if "DisplayName" in content:
        summary = "DisplayName is taken from metadata.name and cannot stand in content"
        yield Problem(code="DLC158", path=("content", "DisplayName"), summary=summary)


CHECKS: tuple[Check, ...] = (
    check_sources,
    check_any_source,
    check_uris,
    check_priority,
    check_summary_path,
    pins_no_workspace("DLC157"),
    check_display_name,
    check_secrets,
)
"""All checks. They can also be run on content that is in no manifest; a live board is checked without its
`DisplayName`."""

RULES: tuple[Rule, ...] = (as_rule(*CHECKS),)
"""All checks, as rules on documents."""
