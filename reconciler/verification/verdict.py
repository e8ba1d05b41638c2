"""What a verification job says: passed, held, or still under way. It is a pure function of the job as the service shows
it.

All times are the service's own (GmtCreateTime, GmtRunningTime, GmtStoppedTime), so that every look gives the same
verdict at any time: a run that was killed between its stop and its verdict changes nothing.
"""

from __future__ import annotations

import enum
from datetime import datetime, timedelta

from reconciler.jobs.hidden import Hiding
from reconciler.jobs.states import RESERVING, TERMINAL, has_succeeded, name_of, status_of
from reconciler.kinds.attempt import VerifySpec
from reconciler.model import JsonObject
from reconciler.model.moments import moment_of
from reconciler.model.quick import dataclass

ROUNDING = timedelta(seconds=1)
"""Seconds. The service shows whole seconds, so a difference of two of its times may be one second too short."""
GRACE = timedelta(minutes=1)
"""Seconds that the service itself may need to end a job at its limit, before we stop it."""


class State(enum.StrEnum):
    """How far a verification is."""

    PASSED = "passed"
    FAILED = "failed"
    """It ran and did not do what it should."""
    UNPROVEN = "not proven"
    """It never ran, or somebody ended it, so that it says nothing about the content."""
    WAITING = "waiting"
    """It is under way and has no pods yet."""
    RUNNING = "running"


ENDED = frozenset({State.PASSED, State.FAILED, State.UNPROVEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one look at a job says."""

    state: State
    why: str
    """The reason for people: "it ran into its bound of 15 min"."""
    time: str = ""
    """When the job ended, as the service wrote it."""
    stop: bool = False
    """Whether the job has to be stopped now: it ran long enough to pass, or waited or ran too long."""

    @property
    def is_final(self) -> bool:
        """Whether there is nothing left to wait for."""
        return self.state in ENDED and not self.stop


def judge(job: JsonObject, spec: VerifySpec, now: datetime) -> Verdict:
    """Return the verdict on a job as GetJob or ListJobs shows it. `now` has a time zone and only decides what is
    overdue."""
    if has_succeeded(job):
        return Verdict(state=State.PASSED, why="it succeeded", time=_ended_at(job))
    status = status_of(job)
    if status == "Stopped":
        return _stopped(job, spec)
    if status in TERMINAL | RESERVING:
        return Verdict(state=State.FAILED, why=_reason(job) or f"it ended as {status}", time=_ended_at(job))
    if status == "Stopping":
        return Verdict(state=State.RUNNING, why="it is being stopped")
    return _under_way(job, spec, now)


def _stopped(job: JsonObject, spec: VerifySpec) -> Verdict:
    """Return the verdict on a job that was stopped by us, by the service at its limit, or by a person. Its times
    tell by whom."""
    created, running, stopped = (moment_of(job.get(key)) for key in ("GmtCreateTime", "GmtRunningTime", _STOPPED))
    time = _ended_at(job)
    if running is None:
        waited = _minutes(stopped - created) if stopped and created else 0.0
        why = f"it waited {waited:g} min for resources and never ran"
        return Verdict(state=State.UNPROVEN, why=why, time=time)
    ran = (stopped or running) - running + ROUNDING
    if spec.pass_after_minutes is not None and ran >= timedelta(minutes=spec.pass_after_minutes):
        return Verdict(state=State.PASSED, why=f"it ran for {_minutes(ran - ROUNDING):g} min", time=time)
    if ran >= timedelta(minutes=spec.max_minutes):
        return Verdict(state=State.FAILED, why=f"it did not end within {spec.max_minutes} min", time=time)
    why = f"it was stopped after {_minutes(ran - ROUNDING):g} min by somebody else"
    return Verdict(state=State.UNPROVEN, why=why, time=time)


_STOPPED = "GmtStoppedTime"


def _under_way(job: JsonObject, spec: VerifySpec, now: datetime) -> Verdict:
    created, running = moment_of(job.get("GmtCreateTime")), moment_of(job.get("GmtRunningTime"))
    status = status_of(job) or "in an unknown state"
    if running is None:
        waited = now - created if created else timedelta()
        overdue = waited >= timedelta(minutes=spec.queue_minutes)
        why = f"{status} {_minutes(waited):g} of {spec.queue_minutes:g} min" if _minutes(waited) else status
        return Verdict(state=State.UNPROVEN if overdue else State.WAITING, why=why, stop=overdue)
    ran = _ran(job, running, now)
    longest = spec.max_minutes if spec.pass_after_minutes is None else spec.pass_after_minutes
    why = f"{status} {_minutes(ran):g} of {longest:g} min"
    if spec.pass_after_minutes is not None and ran >= timedelta(minutes=spec.pass_after_minutes) + ROUNDING:
        return Verdict(state=State.PASSED, why=why, stop=True)
    if now - running >= timedelta(minutes=spec.max_minutes) + GRACE:
        return Verdict(state=State.FAILED, why=why, stop=True)
    return Verdict(state=State.RUNNING, why=why)


def _ran(job: JsonObject, running: datetime, now: datetime) -> timedelta:
    """Return how many seconds the job has run: by the service's own count where it shows one, since our clock may be
    ahead of its."""
    counted = job.get("Duration")
    if isinstance(counted, int | float) and not isinstance(counted, bool) and counted > 0:
        return timedelta(seconds=counted)
    return max(timedelta(), now - running)


def _minutes(span: timedelta) -> float:
    return round(max(0.0, span.total_seconds()) / 60, 1)


def _reason(job: JsonObject) -> str:
    """Return the service's own words, which may repeat values that the job was given."""
    told = " ".join(str(job[key]) for key in ("ReasonCode", "ReasonMessage") if job.get(key))
    return str(Hiding.of_verification(job).answer(told)) if told else ""


def _ended_at(job: JsonObject) -> str:
    for key in (_STOPPED, "GmtSuccessedTime", "GmtFailedTime", "GmtFinishTime"):
        if job.get(key):
            return str(job[key])
    return ""


def described(job: JsonObject, verdict: Verdict) -> str:
    """Return the verdict with the job's name, for people."""
    return f"{name_of(job)} {verdict.state}: {verdict.why}"


def words(verdict: Verdict) -> str:
    """Return the result of one look at a job, for people who watch it: "Running 2 of 15 min", "passed: it
    succeeded"."""
    return verdict.why if not verdict.is_final else f"{verdict.state}: {verdict.why}"
