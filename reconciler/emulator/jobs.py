"""Jobs as state: what was asked for, and what happened to them since.

A job stores events (created, stop asked, priority asked, an outcome set from outside); its status, times and history
are computed from them and the clock in `job_life`. The wire is in `job_calls`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from .clock import to_seconds
from .errors import bad_request, invalid, not_found
from .job_life import TERMINAL, JobLife, course, progress, whole_life
from .mishaps import MISHAPS, VARIABLE, Mishap
from .profile import Profile
from .service import Service
from .wire import JsonObject, dump_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job. Times are seconds since the epoch; `body` is what CreateJob would take."""

    id: str
    workspace: str
    created: float
    started: float
    body: JsonObject
    user: str
    template: str | None = None
    template_name: str | None = None
    stop_asked: float | None = None
    fixed: str | None = None
    fixed_at: float | None = None
    priority: int | None = None
    priority_at: float | None = None
    tags: dict[str, str] = field(default_factory=dict)
    life: JobLife | None = None
    """The script that it follows; None for its natural course."""
    dequeued: float | None = None
    """When its quota has a place for it; None when its quota has no limit."""

    @property
    def mishap(self) -> Mishap | None:
        """What goes wrong with the job, by its variable EMULATOR_MISHAP."""
        return MISHAPS.get((self.body.get("Envs") or {}).get(VARIABLE, ""))


def _moment_of(job: Job, status: str, now: float, profile: Profile) -> float:
    """Return when a job that was created in the past would have entered a state by itself; at the latest now."""
    if job.started >= now:
        return job.started
    steps = course(job, profile)
    moment = next((moment for state, moment in steps if state == status), None)
    if moment is None:
        moment = steps[-1][1] + profile.job_delay if status in TERMINAL else job.started
    return min(now, moment)


def settled_priority(job: Job, now: float) -> int:
    """Return the priority that is shown at `now`."""
    if job.priority is not None and job.priority_at is not None and job.priority_at <= now:
        return job.priority
    return int(job.body.get("Priority", 1))


def create(
    service: Service,
    *,
    workspace: str,
    body: JsonObject,
    template: tuple[str, str] | None = None,
    created: float | None = None,
    status: str | None = None,
    user: str | None = None,
) -> Job:
    """Store a job, and mark its template (id, name) as used; `status` fixes its state from the start."""
    started = service.clock.now() if created is None else created
    job = Job(
        id=service.new_id("dlc", 13),
        workspace=workspace,
        created=to_seconds(started),
        started=started,
        body=body,
        user=user or service.profile.user_id,
        template=template[0] if template else None,
        template_name=template[1] if template else None,
        tags=dict((body.get("Settings") or {}).get("Tags") or {}),
    )
    if status is None:
        job = replace(job, life=_next_life(service, body["DisplayName"]))
    else:
        moment = _moment_of(job, status, service.clock.now(), service.profile)
        job = replace(job, fixed=status, fixed_at=moment)
    _check_mishap(job)
    with service.store.write() as db:
        db.execute(
            "INSERT INTO job (id, workspace, template, folded, type, created, document) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (job.id, workspace, job.template, body["DisplayName"].casefold(), body["JobType"], job.created,
             _document(job)),
        )  # fmt: skip
        db.execute(
            "UPDATE template SET last_used = max(coalesce(last_used, 0), ?) WHERE id = ?", (job.created, job.template)
        )
        _queue_again(service, db, job)
    return job


def add_life(service: Service, life: JobLife) -> None:
    """Let jobs with that name live like this from now on. A later script for the same jobs is used before an earlier
    one."""
    with service.store.write() as db:
        db.execute(
            "INSERT OR REPLACE INTO catalogue (kind, id, document) VALUES (?, ?, ?)",
            (_LIFE, life.job, dump_json(life.to_document())),
        )


_LIFE = "joblife"
_NEVER = 1e15
"""A moment that no clock reaches; JSON has no infinity."""


def _next_life(service: Service, name: str) -> JobLife | None:
    """Return the script for a new job with this name, and count its use where it has `times`."""
    with service.store.write() as db:
        rows = db.execute("SELECT id, document FROM catalogue WHERE kind = ? ORDER BY seq DESC", (_LIFE,)).fetchall()
        lives = [(row["id"], JobLife.from_document(json.loads(row["document"]))) for row in rows]
        key, life = next(((key, life) for key, life in lives if life.is_of(name)), ("", None))
        if life is None or life.times is None:
            return life
        if life.times <= 1:
            db.execute("DELETE FROM catalogue WHERE kind = ? AND id = ?", (_LIFE, key))
        else:
            fewer = replace(life, times=life.times - 1)
            db.execute(
                "UPDATE catalogue SET document = ? WHERE kind = ? AND id = ?",
                (dump_json(fewer.to_document()), _LIFE, key),
            )
    return life


def _queue_again(service: Service, db: sqlite3.Connection, changed: Job) -> None:
    """Give the jobs of a quota with a limit new places, in order of creation, after one of them changed."""
    quota = changed.body.get("ResourceId")
    places = service.profile.quota_places.get(str(quota))
    if places is None:
        return
    rows = db.execute("SELECT document FROM job WHERE workspace = ? ORDER BY seq", (changed.workspace,)).fetchall()
    free_at = [0.0] * places
    for job in map(from_row, rows):
        if job.body.get("ResourceId") != quota:
            continue
        first = min(range(places), key=free_at.__getitem__)
        placed = replace(job, dequeued=free_at[first])
        if placed.dequeued != job.dequeued:
            save(db, placed)
        free_at[first] = max(free_at[first], min(_NEVER, _leaves(placed, service.profile)))


def _leaves(job: Job, profile: Profile) -> float:
    """Return when a job gives its place back; infinity while that is not known."""
    state, moment = whole_life(job, profile)[-1]
    return moment if state in TERMINAL else _NEVER


def _check_mishap(job: Job) -> None:
    named = (job.body.get("Envs") or {}).get(VARIABLE)
    if named and named not in MISHAPS:
        raise invalid(f"{VARIABLE} must be one of {', '.join(MISHAPS)}.", "Envs")


def from_row(row: sqlite3.Row) -> Job:
    """Return the job as stored."""
    document = json.loads(row["document"])
    life = document.pop("life", None)
    return Job(**document, life=life and JobLife.from_document(life))


def _document(job: Job) -> str:
    return dump_json({**asdict(job), "life": job.life and job.life.to_document()})


def find(db: sqlite3.Connection, job_id: str) -> Job:
    """Return the job. Raise 404 if there is none."""
    row = db.execute("SELECT * FROM job WHERE id = ?", (job_id,)).fetchone()
    if row is None:
        raise not_found("Job", job_id)
    return from_row(row)


def save(db: sqlite3.Connection, job: Job) -> None:
    """Replace the stored job."""
    db.execute("UPDATE job SET document = ? WHERE id = ?", (_document(job), job.id))


def stop(service: Service, db: sqlite3.Connection, job: Job) -> None:
    """Ask a job to stop. Refuse it for a job that has finished."""
    now = service.clock.now()
    status = progress(job, now, service.profile).status
    if status in TERMINAL:
        raise bad_request(f"Job {job.id} is {status} and cannot be stopped.")
    if status != "Stopping":
        stopped = replace(job, stop_asked=now, fixed=None, fixed_at=None)
        save(db, stopped)
        _queue_again(service, db, stopped)


def delete(service: Service, db: sqlite3.Connection, job: Job) -> None:
    """Remove a finished job. Refuse it for a job that has not finished."""
    status = progress(job, service.clock.now(), service.profile).status
    if status not in TERMINAL:
        raise bad_request(f"Job {job.id} is {status}; only finished or stopped jobs can be deleted.")
    db.execute("DELETE FROM job WHERE id = ?", (job.id,))
    _queue_again(service, db, job)


def ids_of_template(db: sqlite3.Connection, template_id: str) -> list[str]:
    """Return the ids of all jobs, of any age and state, that were created from a template."""
    rows: Sequence[Any] = db.execute("SELECT id FROM job WHERE template = ? ORDER BY seq", (template_id,)).fetchall()
    return [row["id"] for row in rows]
