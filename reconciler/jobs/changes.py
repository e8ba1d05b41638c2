"""Changes jobs: what a state allows is checked before the call, and the result is observed afterwards.

UpdateJob answers with success also when it drops a change; StopJob and DeleteJob act later than they answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from reconciler.errors import AnswerLost, NotFound, ReconcilerError, ServiceError
from reconciler.jobs.states import PRIORITY_STATES, TERMINAL, name_of, status_of
from reconciler.kinds.base import Site
from reconciler.kinds.waiting import once
from reconciler.live.operations import DELETE_JOB, GET_JOB, STOP_JOB, UPDATE_JOB
from reconciler.model import JsonObject

ResultT = TypeVar("ResultT")

VERIFIED = ("Priority", "Accessibility", "Description")
"""Those fields that UpdateJob takes and GetJob shows."""


def check_update(job: JsonObject, changes: JsonObject) -> JsonObject:
    """Return the changes that are still to be made; none when the job has them all.

    Raises:
        ReconcilerError: the service would refuse one, or answer with success and drop it.
    """
    if changes.get("Accessibility") == "PRIVATE":
        raise ReconcilerError(f"{name_of(job)}: access can only be widened, to PUBLIC; nothing was changed")
    wanted = {key: value for key, value in changes.items() if (job.get(key) or "") != value}
    if "Priority" in wanted:
        _check_priority(job)
    return wanted


def _check_priority(job: JsonObject) -> None:
    dropped = "the service would answer with success and drop the change; nothing was sent"
    if not job.get("ResourceId"):
        raise ReconcilerError(f"{name_of(job)} is on public resources, where there is no priority: {dropped}")
    if status_of(job) not in PRIORITY_STATES:
        raise ReconcilerError(f"{name_of(job)} is {status_of(job)}, past submission: {dropped}")


def update(site: Site, job_id: str, changes: JsonObject) -> JsonObject:
    """Change a job, wait until the change shows, and return the job as it is then. For a priority the service takes up
    to a minute.

    Raises:
        ServiceError: a call failed, or the change was accepted but does not show in time.
    """

    def shows(job: JsonObject) -> bool:
        return all(job.get(key) == value for key, value in changes.items() if key in VERIFIED)

    def landed() -> JsonObject | None:
        job = site.service.call(GET_JOB, job_id)
        return job if shows(job) else None

    _once(site, job_id, lambda: site.service.call(UPDATE_JOB, job_id, **changes), landed)
    job = wait_for(site, job_id, shows)
    if job is None or not shows(job):
        kept = ", ".join(key for key, value in changes.items() if job is None or job.get(key) != value)
        state = "gone" if job is None else status_of(job)
        raise ServiceError(
            f"{job_id}: the change was accepted but does not show after {site.patience.deadline:g} s: {kept};"
            f" the job is {state}",
            operation="UpdateJob",
        )
    return job


def check_stop(job: JsonObject) -> None:
    """Raise a ReconcilerError unless there is something to stop."""
    status = status_of(job)
    if status in TERMINAL | {"Stopping"}:
        raise ReconcilerError(f"{name_of(job)} is {status}; there is nothing to stop")


def stop(site: Site, job_id: str) -> JsonObject:
    """Stop a job, wait until it has ended, and return the job as it is then.

    Raises:
        ServiceError: a call failed, or the job has not ended in time.
    """

    def landed() -> JsonObject | None:
        job = site.service.call(GET_JOB, job_id)
        return job if status_of(job) in TERMINAL | {"Stopping"} else None

    _once(site, job_id, lambda: site.service.call(STOP_JOB, job_id), landed)
    job = wait_for(site, job_id, lambda found: status_of(found) in TERMINAL)
    if job is None:
        raise ServiceError(f"{job_id} is gone: somebody deleted it", operation="GetJob")
    if status_of(job) not in TERMINAL:
        raise ServiceError(
            f"{job_id} is still {status_of(job)} after {site.patience.deadline:g} s", operation="StopJob"
        )
    return job


def check_delete(job: JsonObject) -> None:
    """Raise a ReconcilerError unless the job has ended."""
    if status_of(job) not in TERMINAL:
        hint = f"Stop it first: `dlc-reconciler jobs stop {job.get('JobId')}`."
        raise ReconcilerError(
            f"{name_of(job)} is {status_of(job)}; only a job that has ended can be deleted", hint=hint
        )


def delete(site: Site, job_id: str) -> None:
    """Delete a job and wait until it is gone.

    Raises:
        ServiceError: a call failed, or the job is still there.
    """

    def gone() -> bool | None:
        return True if _look(site, job_id) is None else None

    _once(site, job_id, lambda: bool(site.service.call(DELETE_JOB, job_id)), gone)
    if wait_for(site, job_id, lambda _job: False) is not None:
        raise ServiceError(f"{job_id} was deleted but is still there", operation="DeleteJob")


def wait_for(site: Site, job_id: str, shows: Callable[[JsonObject], bool]) -> JsonObject | None:
    """Return the job once it shows something, or as it is when the deadline has passed; None when it is gone."""
    patience = site.patience
    until = patience.clock() + patience.deadline
    while True:
        job = _look(site, job_id)
        if job is None or shows(job) or patience.clock() >= until:
            return job
        patience.sleep(patience.interval)


def _once(site: Site, job_id: str, send: Callable[[], ResultT], landed: Callable[[], ResultT | None]) -> ResultT:
    """Make a write by `kinds.waiting.once`, and give its errors the advice that fits these commands."""
    try:
        return once(site.patience, send, landed)
    except AnswerLost as error:
        error.hint = f"Look at it: `dlc-reconciler jobs show {job_id}`."
        raise


def _look(site: Site, job_id: str) -> JsonObject | None:
    try:
        return site.service.call(GET_JOB, job_id)
    except NotFound:
        return None
