"""JobTemplates and their versions as state: rows, versions that never change, changes of the default, lag.

The rules of the wire (fields, codes, paging) are in `template_calls`.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass, replace
from typing import Any

from .clock import to_seconds
from .errors import ServiceError, unknown_template, unknown_version
from .profile import Profile
from .service import Service
from .stored_form import stored_content, stored_metadata, stored_name, stored_text
from .wire import JsonObject, dump_json


@dataclass(frozen=True, slots=True)
class Template:
    """One template without its versions; times in seconds since the epoch."""

    id: str
    workspace: str
    name: str
    description: str | None
    metadata: JsonObject
    creator: str
    modifier: str
    created: float
    modified: float
    last_used: float | None
    default_version: int
    newest: int


@dataclass(frozen=True, slots=True)
class Version:
    """One version; `content` is exactly what was given, a string or an object."""

    number: int
    content: str | JsonObject
    constraints: JsonObject | None
    creator: str
    created: float


def create(
    service: Service,
    *,
    workspace: str,
    name: str,
    version: Version,
    description: str | None = None,
    metadata: JsonObject | None = None,
) -> Template:
    """Store a new template whose first version is `version`."""
    template = Template(
        id=service.new_id("tpl", 13),
        workspace=workspace,
        name=stored_name(name, service.profile),
        description=stored_text(description, service.profile),
        metadata=stored_metadata(metadata or {}, service.profile),
        creator=version.creator,
        modifier=version.creator,
        created=to_seconds(version.created),
        modified=to_seconds(version.created),
        last_used=None,
        default_version=1,
        newest=1,
    )
    with service.store.write() as db:
        _refuse_same_name(service, db, template)
        db.execute(
            """INSERT INTO template (id, workspace, name, folded, description, described, metadata, creator,
               modifier, created, modified, default_version, newest, looks, stale)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 1, ?, NULL)""",
            (*_columns(template)[:7], template.creator, template.modifier, template.created,
             template.modified, service.profile.lag_looks),
        )  # fmt: skip
        _insert_version(db, template.id, version, service.profile)
    return template


def _columns(template: Template) -> tuple[Any, ...]:
    return (
        template.id,
        template.workspace,
        template.name,
        template.name.casefold(),
        template.description,
        (template.description or "").casefold(),
        dump_json(template.metadata),
    )


def _insert_version(db: sqlite3.Connection, template_id: str, version: Version, profile: Profile) -> None:
    constraints = None if version.constraints is None else dump_json(version.constraints)
    db.execute(
        "INSERT INTO version VALUES (?, ?, ?, ?, ?, ?)",
        (template_id, version.number, dump_json(stored_content(version.content, profile)), constraints, version.creator,
         to_seconds(version.created)),
    )  # fmt: skip


def _refuse_same_name(service: Service, db: sqlite3.Connection, template: Template) -> None:
    if not service.profile.unique_template_names:
        return
    same = db.execute(
        "SELECT id FROM template WHERE workspace = ? AND name = ? AND id <> ?",
        (template.workspace, template.name, template.id),
    ).fetchone()
    if same is not None:
        message = f"A job template named {template.name} exists in workspace {template.workspace}."
        raise ServiceError(409, "AlreadyExists.JobTemplate", message)


def from_row(row: sqlite3.Row) -> Template:
    """Return the template as it is now."""
    return Template(
        id=row["id"],
        workspace=row["workspace"],
        name=row["name"],
        description=row["description"],
        metadata=json.loads(row["metadata"]),
        creator=row["creator"],
        modifier=row["modifier"],
        created=row["created"],
        modified=row["modified"],
        last_used=row["last_used"],
        default_version=row["default_version"],
        newest=row["newest"],
    )


def find(db: sqlite3.Connection, template_id: str) -> Template:
    """Return the template as it is now. Raise 404 if there is none."""
    row = db.execute("SELECT * FROM template WHERE id = ?", (template_id,)).fetchone()
    if row is None:
        raise unknown_template(template_id)
    return from_row(row)


def look(db: sqlite3.Connection, template_id: str) -> Template | None:
    """Return the template as a reader sees it: for the first looks after a write it is as before (None: not there)."""
    row = db.execute("SELECT * FROM template WHERE id = ?", (template_id,)).fetchone()
    return None if row is None else seen_by_reader(db, row)


def seen_by_reader(db: sqlite3.Connection, row: sqlite3.Row) -> Template | None:
    """Return what one more read shows of a row; None if it was created too recently to be seen."""
    if row["looks"] <= 0:
        return from_row(row)
    db.execute("UPDATE template SET looks = looks - 1 WHERE id = ?", (row["id"],))
    return None if row["stale"] is None else Template(**json.loads(row["stale"]))


def save(service: Service, before: Template, after: Template) -> None:
    """Replace the row of a template. Readers may see the old one for as long as the profile says."""
    profile = service.profile
    after = replace(
        after,
        name=stored_name(after.name, profile),
        description=stored_text(after.description, profile),
        metadata=stored_metadata(after.metadata, profile),
    )
    with service.store.write() as db:
        _refuse_same_name(service, db, after)
        db.execute(
            """UPDATE template SET workspace = ?, name = ?, folded = ?, description = ?, described = ?, metadata = ?,
               modifier = ?, created = ?, modified = ?, last_used = ?, default_version = ?, newest = ? WHERE id = ?""",
            (*_columns(after)[1:], after.modifier, after.created, after.modified, after.last_used,
             after.default_version, after.newest, after.id),
        )  # fmt: skip
        if service.profile.lag_looks:
            db.execute(
                "UPDATE template SET looks = ?, stale = ? WHERE id = ? AND looks = 0",
                (service.profile.lag_looks, dump_json(asdict(before)), after.id),
            )


def touched(template: Template, service: Service) -> Template:
    """Return the template as modified now by the caller."""
    return replace(template, modified=to_seconds(service.clock.now()), modifier=service.profile.user_id)


def add_version(service: Service, db: sqlite3.Connection, template: Template, version: Version) -> Template:
    """Store the next version, identical content or not; the default stays where it is."""
    number = template.newest + 1
    _insert_version(db, template.id, replace(version, number=number), service.profile)
    return replace(template, newest=number)


def versions(db: sqlite3.Connection, template: Template) -> list[Version]:
    """Return every version that this view of the template has, newest first."""
    rows = db.execute(
        "SELECT * FROM version WHERE template = ? AND number <= ? ORDER BY number DESC",
        (template.id, template.newest),
    ).fetchall()
    return [_version(row) for row in rows]


def version(db: sqlite3.Connection, template: Template, number: int) -> Version:
    """Return one version. Raise 404 if this view of the template does not have it."""
    row = None
    if 1 <= number <= template.newest:
        row = db.execute("SELECT * FROM version WHERE template = ? AND number = ?", (template.id, number)).fetchone()
    if row is None:
        raise unknown_version(template.id, number)
    return _version(row)


def _version(row: sqlite3.Row) -> Version:
    constraints = row["constraints"]
    return Version(
        number=row["number"],
        content=json.loads(row["content"]),
        constraints=None if constraints is None else json.loads(constraints),
        creator=row["creator"],
        created=row["created"],
    )


def delete(service: Service, template: Template, *, jobs: list[str]) -> None:
    """Remove a template with all its versions. Refuse it as long as `jobs` refer to it."""
    if jobs:
        message = f"Job template {template.id} ({template.name}) is used by {len(jobs)} jobs, for example {jobs[0]}."
        raise ServiceError(service.profile.in_use_status, service.profile.in_use_code, message)
    with service.store.write() as db:
        db.execute("DELETE FROM template WHERE id = ?", (template.id,))
