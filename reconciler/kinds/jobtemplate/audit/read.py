"""Reads the templates of a workspace for an audit, one at a time with all its versions and its jobs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from reconciler.errors import BadAnswer, Forbidden, NotFound
from reconciler.kinds.audited import AuditedSite, Listed, Offered, SiteFacts, Unreadable, Version, is_gone
from reconciler.kinds.check import Problem, entries, mapping, without_value
from reconciler.kinds.history import Usage
from reconciler.kinds.jobtemplate.answers import ALL, ask_template, list_templates, with_rows
from reconciler.kinds.jobtemplate.audit.facts import Template, Use
from reconciler.kinds.jobtemplate.audit.inference import Defaults
from reconciler.kinds.jobtemplate.audit.proofs import proved
from reconciler.kinds.jobtemplate.audit.usage import gpu_count, template_usage
from reconciler.kinds.jobtemplate.canonical import (
    DesiredTemplate,
    LiveTemplate,
    LiveVersion,
)
from reconciler.kinds.jobtemplate.canonical import resource_id as template_id_of
from reconciler.kinds.jobtemplate.equality import holds
from reconciler.kinds.jobtemplate.launches import launches
from reconciler.kinds.jobtemplate.rules import CHECKS
from reconciler.live.operations import GET_CODE_SOURCE, GET_DATASET
from reconciler.live.port import Service
from reconciler.model import FieldPath, JsonObject, Resource
from reconciler.model.canonical import compact, version_digest
from reconciler.secrets.record import shown
from reconciler.secrets.trees import hides_nothing, plain_secrets, redact, redact_text


def listed(audited: AuditedSite) -> list[Listed[Template]]:
    """Return the id, the name and the row of every template of the workspace."""
    return [
        Listed(
            id=row["TemplateId"],
            name=row.get("TemplateName") or "",
            row=compact(row) if hides_nothing(row) else "",
        )
        for row in list_templates(audited.site.service, audited.site.workspace_id)
    ]


def ask(audited: AuditedSite, template_id: str) -> JsonObject | Unreadable | None:
    """Return the service's answer about one template and all its versions; None when it was deleted after it had been
    listed."""
    try:
        answer = ask_template(audited.site.service, template_id, ALL)
    except NotFound:
        return None
    except BadAnswer as error:
        return _unreadable(error)
    return {key: value for key, value in answer.items() if key != "RequestId"}  # another one for each question


def subject(audited: AuditedSite, site: SiteFacts, template_id: str, answer: JsonObject) -> Template | Unreadable:
    """Return one template with all its versions and their use."""
    try:
        live, rows = with_rows(template_id, answer, ALL)
    except BadAnswer as error:
        return _unreadable(error)
    described: Resource[DesiredTemplate] | None = audited.desired.get(template_id_of(live.name))
    newest_first = [live.versions[number] for number in sorted(live.versions, reverse=True)]
    usage = _usage(audited, live, newest_first)
    default = live.versions.get(live.default_version)
    return Template(
        site=site.key,
        id=template_id,
        name=live.name,
        default=live.default_version,
        created=live.created,
        modified=live.modified,
        created_by=live.created_by,
        modified_by=live.modified_by,
        last_used=live.last_used,
        owner=live.marks.project,
        manifest=described.where if described else None,
        recorded=live.marks.version,
        pinned=live.marks.pin,
        metadata=redact(live.metadata),
        versions=tuple(_version(live, each, described) for each in newest_first),
        use=None if usage is None else {number: _use(usage, number) for number in usage.versions},
        proved=proved(audited, site, live, described),
        users=len({job.user for job in usage.jobs}) if usage else 0,
        problems=tuple(problems_of(rows[live.default_version], live.sensitive)) if default else (),
        gone=frozenset(_gone(audited.site.service, site.offered, default.content)) if default else frozenset(),
    )


def _unreadable(error: BadAnswer) -> Unreadable:
    return Unreadable(redact_text(error.message))


def _version(live: LiveTemplate, version: LiveVersion, described: Resource[DesiredTemplate] | None) -> Version:
    return Version(
        number=version.number,
        created=version.created,
        created_by=version.created_by,
        digest=version_digest(version.content, version.constraints),
        in_git=described is not None and holds(live, version.number, described.body),
        by_console=version.by_console,
        content=shown(version.content, live.sensitive, "content"),
        constraints=shown(version.constraints, live.sensitive, "constraints"),
    )


def _usage(audited: AuditedSite, live: LiveTemplate, versions: list[LiveVersion]) -> Usage | None:
    try:
        rows = launches(audited.site.service, audited.site.workspace_id, live.template_id)
    except Forbidden:
        return None
    return template_usage(versions, Defaults.of(live), rows, gpu_count(audited.site.offers))


def _use(usage: Usage, number: int) -> Use:
    of = usage.versions[number]
    return Use(
        jobs=of.jobs,
        users=of.users,
        gpu_hours=of.gpu_hours,
        confidence={each.value: count for each, count in of.confidence.items() if count},
        last=of.last,
    )


def problems_of(row: JsonObject, sensitive: frozenset[FieldPath] = frozenset()) -> Iterable[Problem]:
    """Return the problems that the checks on manifests find in an element of Versions. No secret value gets into their
    texts.

    The checks see it as it is, not in canonical form: a constraint may name a field that is empty.
    """
    content, constraints = row.get("Content"), row.get("Constraints") or {}
    spec = {"content": json.loads(content) if isinstance(content, str) else content, "constraints": constraints}
    hidden = sensitive | frozenset(plain_secrets(spec))
    for check in CHECKS:
        for problem in check(spec):
            problem = without_value(problem, spec, hidden)  # noqa: PLW2901 - what is left of it
            yield replace(problem, summary=redact_text(problem.summary), hint=redact_text(problem.hint))
    for path in plain_secrets(constraints):
        summary = "a value among the constraints looks like a secret"
        yield Problem(code="DLC115", path=("constraints", *path), summary=summary)


def _gone(service: Service, offered: Offered, content: JsonObject) -> Iterable[str]:
    """Yield the ids of datasets and code sources that neither the workspace's list nor the service itself knows."""
    named = [
        (GET_DATASET, offered.datasets, source.get("DataSourceId")) for _, source in entries(content, "DataSources")
    ]
    named.append((GET_CODE_SOURCE, offered.code_sources, mapping(content.get("CodeSource")).get("CodeSourceId")))
    for operation, listed, id in named:
        if isinstance(id, str) and id and listed is not None and id not in listed and is_gone(service, operation, id):
            yield id
