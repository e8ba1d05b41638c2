"""Jobs as state: what was asked for, and the states that follow from the time since.

A job stores events (created, stop asked, priority asked, an outcome set from outside); its status, times and
history are computed from them and the clock. The wire is in `job_calls`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import pairwise
from typing import Any

from .clock import to_seconds
from .errors import bad_request, invalid, not_found
from .mishaps import MISHAPS, VARIABLE, Mishap
from .profile import Profile
from .service import Service
from .wire import JsonObject, dump_json

TERMINAL = frozenset({"Succeeded", "Failed", "Stopped"})
RESERVING = frozenset({"SucceededReserving", "FailedReserving"})
STATES = (
    TERMINAL
    | RESERVING
    | {
        "Creating",
        "Queuing",
        "Bidding",
        "EnvPreparing",
        "SanityChecking",
        "Running",
        "Restarting",
        "Stopping",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job; times in seconds since the epoch, `body` as CreateJob would take it."""

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

    @property
    def mishap(self) -> Mishap | None:
        """What goes wrong with it, by its variable EMULATOR_MISHAP."""
        return MISHAPS.get((self.body.get("Envs") or {}).get(VARIABLE, ""))


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a job stands: the states it went through and when it entered each."""

    steps: tuple[tuple[str, float], ...]

    @property
    def status(self) -> str:
        """The present state."""
        return self.steps[-1][0]

    def entered(self, *states: str) -> float | None:
        """When the job first entered one of the states."""
        return next((moment for state, moment in self.steps if state in states), None)

    @property
    def finished(self) -> float | None:
        """When the job reached its final state."""
        return self.steps[-1][1] if self.status in TERMINAL else None

    def history(self) -> list[tuple[str, float, float | None]]:
        """State, entered, left (None for the present one)."""
        ended = [(state, since, until) for (state, since), (_, until) in pairwise(self.steps)]
        return [*ended, (*self.steps[-1], None)]


def progress(job: Job, now: float, profile: Profile) -> Progress:
    """The states that the job has reached by `now`."""
    steps = _natural_course(job, profile)
    if job.stop_asked is not None:
        steps = [step for step in steps if step[1] <= job.stop_asked]
        if steps[-1][0] not in TERMINAL:
            steps += [("Stopping", job.stop_asked), ("Stopped", job.stop_asked + profile.job_delay)]
    if job.fixed is not None and job.fixed_at is not None:
        steps = [step for step in steps if step[1] < job.fixed_at and step[0] not in TERMINAL]
        steps.append((job.fixed, job.fixed_at))
    reached = [step for step in steps if step[1] <= now] or steps[:1]
    return Progress(tuple(reached))


def _natural_course(job: Job, profile: Profile) -> list[tuple[str, float]]:
    """Every state that the job will go through by itself, with the moments."""
    delay, mishap = profile.job_delay, job.mishap
    states = _states_before_running(job)
    steps = [(state, job.started + index * delay) for index, state in enumerate([*states, "Running"])]
    if mishap is not None and mishap.phase in states:
        steps = steps[: states.index(mishap.phase) + 1]
        return steps if mishap.ends_in == mishap.phase else _ended(job, steps, mishap.ends_in, steps[-1][1] + delay)
    running = steps[-1][1]
    if mishap is not None:
        struck = running + (profile.job_run_seconds or 60.0) / 2
        if mishap.ends_in == "Failed":
            return _ended(job, steps, "Failed", struck)
        steps += [("Restarting", struck), ("Running", struck + delay)]
    limit = job.body.get("JobMaxRunningTimeMinutes")
    if limit and (profile.job_run_seconds is None or limit * 60 < profile.job_run_seconds):
        return [*steps, ("Stopped", running + limit * 60)]
    if profile.job_run_seconds is None:
        return steps
    return _ended(job, steps, "Succeeded", steps[-1][1] + profile.job_run_seconds)


def _states_before_running(job: Job) -> list[str]:
    states = ["Creating", "Queuing"]
    if any(spec.get("SpotSpec") or spec.get("UseSpotInstance") for spec in job.body["JobSpecs"]):
        states.append("Bidding")
    states.append("EnvPreparing")
    if (job.body.get("Settings") or {}).get("EnableSanityCheck"):
        states.append("SanityChecking")
    return states


def _ended(job: Job, steps: list[tuple[str, float]], state: str, moment: float) -> list[tuple[str, float]]:
    """The steps with their end; Settings.JobReservedMinutes keeps the resources for a while before it."""
    minutes = (job.body.get("Settings") or {}).get("JobReservedMinutes")
    if not minutes or steps[-1][0] != "Running":
        return [*steps, (state, moment)]
    return [*steps, (f"{state}Reserving", moment), (state, moment + minutes * 60)]


def _moment_of(job: Job, status: str, now: float, profile: Profile) -> float:
    """When a job that was created in the past came into a state, as it would have by itself; at the latest now."""
    if job.started >= now:
        return job.started
    course = _natural_course(job, profile)
    moment = next((moment for state, moment in course if state == status), None)
    if moment is None:
        moment = course[-1][1] + profile.job_delay if status in TERMINAL else job.started
    return min(now, moment)


def settled_priority(job: Job, now: float) -> int:
    """The priority that shows at `now`."""
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
    """Stores a job, and marks its template (id, name) as used; `status` fixes its state from the start."""
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
    if status is not None:
        moment = _moment_of(job, status, service.clock.now(), service.profile)
        job = replace(job, fixed=status, fixed_at=moment)
    _check_mishap(job)
    with service.store.write() as db:
        db.execute(
            "INSERT INTO job (id, workspace, template, folded, type, created, document) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (job.id, workspace, job.template, body["DisplayName"].casefold(), body["JobType"], job.created,
             dump_json(asdict(job))),
        )  # fmt: skip
        db.execute(
            "UPDATE template SET last_used = max(coalesce(last_used, 0), ?) WHERE id = ?", (job.created, job.template)
        )
    return job


def _check_mishap(job: Job) -> None:
    named = (job.body.get("Envs") or {}).get(VARIABLE)
    if named and named not in MISHAPS:
        raise invalid(f"{VARIABLE} must be one of {', '.join(MISHAPS)}.", "Envs")


def from_row(row: sqlite3.Row) -> Job:
    """The job as stored."""
    return Job(**json.loads(row["document"]))


def find(db: sqlite3.Connection, job_id: str) -> Job:
    """The job; 404 if there is none."""
    row = db.execute("SELECT * FROM job WHERE id = ?", (job_id,)).fetchone()
    if row is None:
        raise not_found("Job", job_id)
    return from_row(row)


def save(db: sqlite3.Connection, job: Job) -> None:
    """Replaces the stored job."""
    db.execute("UPDATE job SET document = ? WHERE id = ?", (dump_json(asdict(job)), job.id))


def stop(service: Service, db: sqlite3.Connection, job: Job) -> None:
    """Asks a job to stop; refused once it is finished."""
    now = service.clock.now()
    status = progress(job, now, service.profile).status
    if status in TERMINAL:
        raise bad_request(f"Job {job.id} is {status} and cannot be stopped.")
    if status != "Stopping":
        save(db, replace(job, stop_asked=now, fixed=None, fixed_at=None))


def delete(service: Service, db: sqlite3.Connection, job: Job) -> None:
    """Removes a finished job; refused while it is not."""
    status = progress(job, service.clock.now(), service.profile).status
    if status not in TERMINAL:
        raise bad_request(f"Job {job.id} is {status}; only finished or stopped jobs can be deleted.")
    db.execute("DELETE FROM job WHERE id = ?", (job.id,))


def ids_of_template(db: sqlite3.Connection, template_id: str) -> list[str]:
    """Ids of every job, of any age and state, created from a template."""
    rows: Sequence[Any] = db.execute("SELECT id FROM job WHERE template = ? ORDER BY seq", (template_id,)).fetchall()
    return [row["id"] for row in rows]
