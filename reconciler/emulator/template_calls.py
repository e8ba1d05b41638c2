"""The six JobTemplate operations: fields, checks and answers. State is in `templates`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from . import jobs, templates
from .clock import show_seconds
from .content import check_constraints, check_content
from .errors import invalid, unknown_template
from .paging import PAGING, Page, Where, descending
from .service import Call, Operation, Service
from .templates import Template, Version
from .wire import Fields, JsonObject, present

_MAX_TEXT = 1024
_BODY: Fields = {
    "Constraints": "object",
    "Content": "any",
    "Description": "string",
    "Metadata": "object",
    "TemplateName": "string",
}
_PATH = "/api/v1/jobtemplates"


def summary(template: Template, service: Service) -> JsonObject:
    """Return the fields that Create, Get and List share."""
    used = None if service.profile.omit_last_used_time else template.last_used
    return present(
        DefaultVersion=template.default_version,
        Description=template.description,
        GmtCreateTime=show_seconds(template.created),
        GmtModifyTime=show_seconds(template.modified),
        LastUsedTime=None if used is None else show_seconds(used),
        Metadata=template.metadata,
        ModifiedBy=template.modifier,
        TemplateId=template.id,
        TemplateName=template.name,
        TenantId=service.profile.tenant_id,
        UserId=template.creator,
        WorkspaceId=template.workspace,
    )


def _check(body: JsonObject) -> None:
    if "TemplateName" in body and not 1 <= len(body["TemplateName"]) <= _MAX_TEXT:
        raise invalid(f"TemplateName must have 1 to {_MAX_TEXT} characters.", "TemplateName")
    if len(body.get("Description", "")) > _MAX_TEXT:
        raise invalid(f"Description is longer than {_MAX_TEXT} characters.", "Description")
    if "Content" in body:
        check_content(body["Content"])
    elif "Constraints" in body:
        raise invalid("Constraints must come with Content.", "Constraints")
    check_constraints(body.get("Constraints", {}))


def _new_version(call: Call) -> Version:
    return Version(
        number=1,
        content=call.body["Content"],
        constraints=call.body.get("Constraints"),
        creator=call.service.profile.user_id,
        created=call.service.clock.now(),
    )


def create(call: Call) -> JsonObject:
    """Answer CreateJobTemplate."""
    body = call.body
    _check(body)
    template = templates.create(
        call.service,
        workspace=call.service.workspace(body["WorkspaceId"]),
        name=body["TemplateName"],
        version=_new_version(call),
        description=body.get("Description"),
        metadata=body.get("Metadata"),
    )
    answer = summary(template, call.service)
    del answer["ModifiedBy"]
    return {**answer, "Version": 1}


def get(call: Call) -> JsonObject:
    """Answer GetJobTemplate: the default version, one version, or all of them."""
    wanted = call.query.text("Version")
    if wanted not in (None, "all") and not (wanted.isascii() and wanted.isdigit() and len(wanted) < 10):
        raise invalid("Version must be a number or all.", "Version")
    with call.service.store.write() as db:
        template = templates.look(db, call.path["TemplateId"])
    if template is None:
        raise unknown_template(call.path["TemplateId"])
    with call.service.store.read() as db:
        if wanted == "all":
            found = templates.versions(db, template)
        else:
            found = [templates.version(db, template, int(wanted or template.default_version))]
    return {
        **summary(template, call.service),
        "TotalCount": len(found),
        "Versions": [_version(version) for version in found],
    }


def _version(version: Version) -> JsonObject:
    return present(
        Constraints=version.constraints,
        Content=version.content,
        CreatedBy=version.creator,
        GmtCreateTime=show_seconds(version.created),
        Version=version.number,
    )


def list_all(call: Call) -> JsonObject:
    """Answer ListJobTemplates: summaries of one workspace, of any age."""
    query = call.query
    page = Page.parse(query, call.service.profile)
    if query.text("SortBy") not in (None, "GmtCreateTime"):
        raise invalid("SortBy must be GmtCreateTime.", "SortBy")
    if query.text("WorkspaceId") is None:
        raise invalid("WorkspaceId is required.", "WorkspaceId")
    direction = "DESC" if descending(query, "desc") else "ASC"
    where = Where()
    where.equal(
        workspace=call.service.workspace(query.text("WorkspaceId")),
        id=query.text("TemplateId"),
        creator=query.text("UserId"),
    )
    where.contains("folded", query.text("TemplateName"))
    where.contains("described", query.text("Description"))
    where.add("(looks <= 0 OR stale IS NOT NULL)")
    if call.service.profile.listing_delay:
        where.add("created <= ?", call.service.clock.now() - call.service.profile.listing_delay)
    with call.service.store.write() as db:
        rows = where.rows(db, "template", f"created {direction}, seq {direction}", page)
        total = where.count(call.service.store, "template")
        seen = [templates.seen_by_reader(db, row) for row in rows]
        if call.service.profile.lag_looks:
            db.execute("UPDATE template SET looks = looks - 1 WHERE looks > 0 AND stale IS NULL")
    found = [summary(template, call.service) for template in seen if template is not None]
    return page.answer("JobTemplates", found, total, PageNumber=page.number, PageSize=page.size)


def update(call: Call) -> JsonObject:
    """Answer UpdateJobTemplate: changes in place, and one new version whenever Content is given."""
    body, service = call.body, call.service
    _check(body)
    with service.store.write() as db:
        before = templates.find(db, call.path["TemplateId"])
        after = before
        if "Content" in body:
            after = templates.add_version(service, db, before, _new_version(call))
            if body.get("SetAsDefault"):
                after = replace(after, default_version=after.newest)
        after = replace(after, **_changes(body))
        if body.keys() - {"version", "SetAsDefault"}:
            after = templates.touched(after, service)
            templates.save(service, before, after)
    return {
        "DefaultVersion": after.default_version,
        "GmtModifyTime": show_seconds(after.modified),
        "Version": after.newest if "Content" in body else after.default_version,
        "VersionCreated": "Content" in body,
    }


def _changes(body: JsonObject) -> dict[str, Any]:
    columns = {"TemplateName": "name", "Description": "description", "Metadata": "metadata"}
    return {column: body[field] for field, column in columns.items() if field in body}


def set_default(call: Call) -> JsonObject:
    """Answer SetJobTemplateDefaultVersion: any existing version, also an older one."""
    with call.service.store.write() as db:
        before = templates.find(db, call.path["TemplateId"])
        version = templates.version(db, before, call.body["Version"])
        after = templates.touched(replace(before, default_version=version.number), call.service)
        templates.save(call.service, before, after)
    return {"DefaultVersion": after.default_version, "GmtModifyTime": show_seconds(after.modified)}


def delete(call: Call) -> JsonObject:
    """Answer DeleteJobTemplate: refused while any job, finished or not, refers to it."""
    with call.service.store.write() as db:
        template = templates.find(db, call.path["TemplateId"])
        templates.delete(call.service, template, jobs=jobs.ids_of_template(db, template.id))
    return {"TemplateId": template.id}


OPERATIONS = (
    Operation(
        action="CreateJobTemplate",
        method="POST",
        path=_PATH,
        answer=create,
        body={**_BODY, "WorkspaceId": "string"},
        required=frozenset({"Content", "TemplateName", "WorkspaceId"}),
    ),
    Operation(
        action="ListJobTemplates",
        method="GET",
        path=_PATH,
        answer=list_all,
        query=PAGING | {"Description", "TemplateId", "TemplateName", "UserId", "WorkspaceId"},
    ),
    Operation(
        action="GetJobTemplate",
        method="GET",
        path=_PATH + "/{TemplateId}",
        answer=get,
        query=frozenset({"Version"}),
    ),
    Operation(
        action="UpdateJobTemplate",
        method="PUT",
        path=_PATH + "/{TemplateId}",
        answer=update,
        body={**_BODY, "SetAsDefault": "boolean", "version": "integer"},
    ),
    Operation(
        action="SetJobTemplateDefaultVersion",
        method="PUT",
        path=_PATH + "/{TemplateId}/defaultversion",
        answer=set_default,
        body={"Version": "integer"},
        required=frozenset({"Version"}),
    ),
    Operation(action="DeleteJobTemplate", method="DELETE", path=_PATH + "/{TemplateId}", answer=delete),
)
