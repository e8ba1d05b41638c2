"""Launches jobs: the CreateJob body, what is wrong with it, and the call that happens exactly once.

CreateJob has no idempotency token, so a job gets a name that no other job has; when the answer is lost, the job is
looked up by that name before anything else is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from reconciler.codes import finding
from reconciler.errors import AnswerLost, ReconcilerError, UsageError
from reconciler.jobs.lookup import template_called
from reconciler.jobs.naming import check_name, name_start, next_name
from reconciler.jobs.template_merge import Merged, merge
from reconciler.kinds.base import Site
from reconciler.kinds.check import without_value
from reconciler.kinds.jobtemplate.answers import ALL, fetch
from reconciler.kinds.jobtemplate.rules import CHECKS
from reconciler.kinds.waiting import made_once
from reconciler.live.fields import field_problem
from reconciler.live.operations import CREATE_JOB, LIST_JOBS
from reconciler.model import FieldPath, JsonObject, Severity
from reconciler.model.moments import instant
from reconciler.model.quick import dataclass
from reconciler.secrets.record import job_paths
from reconciler.secrets.trees import redact_text

_BEFORE_NOW = timedelta(days=1)
"""How far back a job of ours is looked for. Two clocks differ by less."""
_NOT_CONTENT = ("WorkspaceId", "DisplayName", "TemplateId", "TemplateVersion")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The version of a template that jobs are launched from."""

    template_id: str
    name: str
    version: int
    content: JsonObject
    constraints: JsonObject
    sensitive: frozenset[FieldPath] = frozenset()
    """Paths from the content whose values must not be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A launch that was not sent yet: the body of CreateJob, and the job that it would become."""

    body: JsonObject
    merged: Merged
    sensitive: frozenset[FieldPath] = frozenset()
    """Paths of the body and of the job whose values must not be shown."""

    @property
    def name(self) -> str:
        """The DisplayName of the job."""
        return str(self.body["DisplayName"])


def source_of(site: Site, wanted: str, version: int | None) -> Source:
    """Return a version of the live template that a name or an id means; without a number, the default one.

    Raises:
        ReconcilerError: there is no such template or version, or several templates have this name.
        ServiceError: a call failed.
    """
    found = fetch(site.service, template_called(site, wanted).remote_id, ALL)
    number = version or found.default_version
    if number not in found.versions:
        newest = max(found.versions)
        raise ReconcilerError(f'"{found.name}" has no version {number}; the newest is {newest}')
    chosen = found.versions[number]
    return Source(
        template_id=found.template_id,
        name=found.name,
        version=number,
        content=chosen.content,
        constraints=chosen.constraints,
        sensitive=job_paths(found.sensitive, chosen.content),
    )


def from_template(source: Source, fields: JsonObject, *, workspace_id: str, name: str) -> Draft:
    """Return a launch from a template. It always sends the version, so that exactly what was checked runs."""
    own = {**fields, "DisplayName": name, "WorkspaceId": workspace_id}
    body = {**own, "TemplateId": source.template_id, "TemplateVersion": source.version}
    return Draft(body=body, merged=merge(source.content, source.constraints, own), sensitive=source.sensitive)


def from_body(body: JsonObject, *, workspace_id: str, name: str) -> Draft:
    """Return a launch without a template.

    Raises:
        ReconcilerError: the body is for another workspace.
    """
    if body.get("WorkspaceId", workspace_id) != workspace_id:
        raise ReconcilerError(
            f"the body is for workspace {body['WorkspaceId']}, the target is workspace {workspace_id}",
            hint="Leave WorkspaceId out: the target decides.",
        )
    if "TemplateId" in body:
        raise ReconcilerError("the body names a template", hint="Use `launch TEMPLATE` for that.")
    full = {**body, "DisplayName": name, "WorkspaceId": workspace_id}
    return Draft(body=full, merged=Merged(job=full))


def check(draft: Draft) -> None:
    """Refuse, before anything is sent, what the service would refuse or silently drop.

    Raises:
        ReconcilerError: with every reason in one line.
    """
    reasons = list(_reasons(draft))
    if reasons:
        more = f" (and {len(reasons) - 1} more: {'; '.join(reasons[1:])})" if len(reasons) > 1 else ""
        raise ReconcilerError(f"not launched: {reasons[0]}{more}", hint="`--preview` shows the whole job.")


def _reasons(draft: Draft) -> Iterator[str]:
    for ignored in draft.merged.ignored:
        yield f"{ignored.path} is locked by the template, so the service would ignore what the launch sets there"
    for path in draft.merged.missing:
        yield f"{path} is required of every launch and missing; add `--set {path}=VALUE`"
    yield from problems(draft)


def problems(draft: Draft) -> tuple[str, ...]:
    """Return the problems of a complete job: fields that CreateJob does not know, and errors of the rules for
    templates."""
    unknown = field_problem(CREATE_JOB, draft.body)
    spec = {"content": {key: value for key, value in draft.merged.job.items() if key not in _NOT_CONTENT}}
    hidden = frozenset(("content", *path) for path in draft.sensitive)
    found = [without_value(problem, spec, hidden) for check_one in CHECKS for problem in check_one(spec)]
    errors = [each for each in found if finding(each.code, each.summary).severity is Severity.ERROR]
    return (*((unknown,) if unknown else ()), *(redact_text(each.summary) for each in errors))


def unique_name(site: Site, wanted: str, pattern: str, template: str) -> str:
    """Return the name of the next job: the wanted one, or the next one of the pattern.

    Raises:
        UsageError: the wanted name is taken or not a name.
    """
    now = site.now()
    start = (wanted, "") if wanted else name_start(pattern, template, now)
    rows = named_like(site, start[0], now - timedelta(days=30))
    taken = [str(row.get("DisplayName")) for row in rows]
    name = check_name(wanted or next_name(start, taken, pattern))
    if name in taken:
        ids = ", ".join(row["JobId"] for row in rows if row.get("DisplayName") == name)
        raise UsageError(
            f'a job "{name}" exists already: {ids}',
            hint="A lost launch is found by its name, so it must be a new one; choose another `--name`.",
        )
    return name


def named_like(site: Site, text: str, since: datetime) -> Sequence[JsonObject]:
    """Return the jobs since then whose name may contain the text. The service compares fuzzily, so the caller
    compares again."""
    fields = {"DisplayName": text} if text else {}
    return site.service.rows(
        LIST_JOBS,
        WorkspaceId=site.workspace_id,
        StartTime=instant(since),
        EndTime=instant(site.now() + _BEFORE_NOW),
        SortBy="GmtCreateTime",
        Order="desc",
        **fields,
    )


def launch(site: Site, draft: Draft) -> str:
    """Create the job once and return its id. The draft has to be checked first.

    Raises:
        AnswerLost: it is unknown whether the job was made; the message says its name.
        ServiceError: the service refused it.
        ReconcilerError: the body has a field that CreateJob does not know.
    """
    began = site.now() - _BEFORE_NOW
    known = {row["JobId"] for row in _of_name(site, draft.name, began)}

    def landed() -> str | None:
        new = [row["JobId"] for row in _of_name(site, draft.name, began) if row["JobId"] not in known]
        return str(new[0]) if len(new) == 1 else None

    try:
        return made_once(site.patience, lambda: str(site.service.call(CREATE_JOB, **draft.body)["JobId"]), landed)
    except TypeError as error:
        raise ReconcilerError(f"not launched: {error}") from error
    except AnswerLost as error:
        error.hint = f"Look for it before you launch again: `dlc-reconciler jobs list --name {draft.name}`."
        raise


def _of_name(site: Site, name: str, since: datetime) -> list[JsonObject]:
    return [row for row in named_like(site, name, since) if row.get("DisplayName") == name]
