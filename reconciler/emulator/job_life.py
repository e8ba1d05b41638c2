"""The life of a job: the states that it goes through, and when, by itself or as a script says.

A script is a `JobLife`; it replaces the natural course for jobs whose DisplayName matches. Stops, limits and outcomes
that are set from outside apply to both. The module works on values; `jobs` stores them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .profile import Profile
from .wire import JsonObject, check_fields

if TYPE_CHECKING:
    from .jobs import Job

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

Step = tuple[str, float]
"""A state and the moment when it is entered, in seconds since the epoch; infinity means never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLife:
    """A scripted life of the jobs whose DisplayName matches `job`, a pattern with `*` and `?`."""

    job: str
    steps: tuple[tuple[str, float | None], ...]
    """States, each with the clock seconds that the job stays in it; None: until somebody stops it. The last state
    stays."""
    code: str = ""
    """ReasonCode of the last state."""
    message: str = ""
    """ReasonMessage of the last state."""
    log: tuple[str, ...] = ()
    """The last lines that the job's last pod writes."""
    times: int | None = None
    """How many jobs live like this; None: all of them."""

    @classmethod
    def from_document(cls, document: object) -> JobLife:
        """Read a life from plain data, as from a seed. TypeError or ValueError says what is wrong."""
        if not isinstance(document, dict):
            raise TypeError("a job life is an object with job and steps")
        given = check_fields(document, _FIELDS, frozenset({"job", "steps"}))
        steps = tuple(map(_step, given["steps"]))
        if not steps:
            raise ValueError("steps must name at least one state")
        return cls(
            job=given["job"],
            steps=steps,
            code=given.get("code", ""),
            message=given.get("message", ""),
            log=tuple(map(str, given.get("log", ()))),
            times=given.get("times"),
        )

    def to_document(self) -> JsonObject:
        """Return the life as plain data."""
        return {
            "job": self.job,
            "steps": [list(step) for step in self.steps],
            "code": self.code,
            "message": self.message,
            "log": list(self.log),
            **({} if self.times is None else {"times": self.times}),
        }

    def is_of(self, name: str) -> bool:
        """Return whether a job with this DisplayName lives like this."""
        return fnmatchcase(name, self.job)

    def course(self, started: float) -> list[Step]:
        """Return the states with the moments at which a job that was created at `started` enters them."""
        steps, moment = [], started
        for state, seconds in self.steps:
            steps.append((state, moment))
            moment += math.inf if seconds is None else seconds
        return steps


_FIELDS: Mapping[str, Any] = {
    "job": "string",
    "steps": "array",
    "code": "string",
    "message": "string",
    "log": "array",
    "times": "integer",
}


def _step(entry: object) -> tuple[str, float | None]:
    state, seconds = (entry, None) if isinstance(entry, str) else _pair(entry)
    if state not in STATES:
        raise ValueError(f"{state!r} is not a job state; known: {', '.join(sorted(STATES))}")
    if seconds is not None and (isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0):
        raise ValueError(f"{state}: the seconds must be a number from 0, or null for ever")
    return str(state), seconds


def _pair(entry: object) -> tuple[object, Any]:
    if not isinstance(entry, list | tuple) or len(entry) != 2:
        raise TypeError("a step is a state, or a state and its seconds")
    return entry[0], entry[1]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: the states that it went through, and when it entered each."""

    steps: tuple[Step, ...]

    @property
    def status(self) -> str:
        """The present state."""
        return self.steps[-1][0]

    def entered(self, *states: str) -> float | None:
        """Return when the job first entered one of the states."""
        return next((moment for state, moment in self.steps if state in states), None)

    @property
    def finished(self) -> float | None:
        """When the job reached its final state; None while it has not."""
        return self.steps[-1][1] if self.status in TERMINAL else None

    def history(self) -> list[tuple[str, float, float | None]]:
        """Return each state with the moments when it was entered and left (None for the present one)."""
        ended = [(state, since, until) for (state, since), (_, until) in pairwise(self.steps)]
        return [*ended, (*self.steps[-1], None)]


def progress(job: Job, now: float, profile: Profile) -> Progress:
    """Return the states that the job has reached by `now`."""
    steps = whole_life(job, profile)
    reached = [step for step in steps if step[1] <= now] or steps[:1]
    return Progress(tuple(reached))


def whole_life(job: Job, profile: Profile) -> list[Step]:
    """Return every state that the job went and will go through, as far as that is known now: its course, stops, set
    outcomes."""
    steps = course(job, profile)
    if job.stop_asked is not None:
        steps = [step for step in steps if step[1] <= job.stop_asked]
        if steps[-1][0] not in TERMINAL:
            steps += [("Stopping", job.stop_asked), ("Stopped", job.stop_asked + profile.job_delay)]
    if job.fixed is not None and job.fixed_at is not None:
        steps = [step for step in steps if step[1] < job.fixed_at and step[0] not in TERMINAL]
        steps.append((job.fixed, job.fixed_at))
    return steps


def course(job: Job, profile: Profile) -> list[Step]:
    """Return every state that the job goes through if nobody interferes, with the moments, up to its limit."""
    steps = job.life.course(job.started) if job.life is not None else _natural_course(job, profile)
    return _ended_at_bound(_held_in_queue(steps, job.dequeued), job.body.get("JobMaxRunningTimeMinutes"))


def _held_in_queue(steps: Sequence[Step], dequeued: float | None) -> list[Step]:
    """Return the course of a job whose quota is used up: the states after Queuing wait until a place is free."""
    places = [index for index, (state, _) in enumerate(steps) if state == "Queuing"]
    if dequeued is None or not places or places[0] + 1 >= len(steps):
        return list(steps)
    after = places[0] + 1
    late = max(0.0, dequeued - steps[after][1])
    return [*steps[:after], *((state, moment + late) for state, moment in steps[after:])]


def _ended_at_bound(steps: Sequence[Step], minutes: int | None) -> list[Step]:
    """Return the course, cut where the job has run for its JobMaxRunningTimeMinutes: the service stops it then."""
    running = next((moment for state, moment in steps if state == "Running"), None)
    if not minutes or running is None:
        return list(steps)
    bound = running + minutes * 60
    kept = [step for step in steps if step[1] <= bound]
    return kept if kept[-1][0] in TERMINAL | RESERVING or kept[-1][1] == math.inf else [*kept, ("Stopped", bound)]


def _natural_course(job: Job, profile: Profile) -> list[Step]:
    """Return the states of a job without a script, with the mishap that it names."""
    mishap = job.mishap
    states = _states_before_running(job)
    steps = _prepared(job, states, profile)
    if mishap is not None and mishap.phase in states:
        steps = steps[: states.index(mishap.phase) + 1]
        end = steps[-1][1] + profile.job_delay
        return steps if mishap.ends_in == mishap.phase else _ended(job, steps, mishap.ends_in, end)
    running = steps[-1][1]
    if mishap is not None:
        struck = running + (profile.job_run_seconds or 60.0) / 2
        if mishap.ends_in == "Failed":
            return _ended(job, steps, "Failed", struck)
        steps += [("Restarting", struck), ("Running", struck + profile.job_delay)]
    if profile.job_run_seconds is None:
        return steps
    return _ended(job, steps, "Succeeded", steps[-1][1] + profile.job_run_seconds)


def _prepared(job: Job, states: Sequence[str], profile: Profile) -> list[Step]:
    """Return the states up to Running. Each lasts the profile's delay; Bidding lasts as long as the profile lets
    spot jobs wait."""
    steps, moment = [], job.started
    for state in (*states, "Running"):
        steps.append((state, moment))
        moment += profile.job_delay
        if state == "Bidding":
            moment = math.inf if profile.spot_wait is None else moment + profile.spot_wait
    return steps


def _states_before_running(job: Job) -> list[str]:
    states = ["Creating", "Queuing"]
    if any(spec.get("SpotSpec") or spec.get("UseSpotInstance") for spec in job.body["JobSpecs"]):
        states.append("Bidding")
    states.append("EnvPreparing")
    if (job.body.get("Settings") or {}).get("EnableSanityCheck"):
        states.append("SanityChecking")
    return states


def _ended(job: Job, steps: list[Step], state: str, moment: float) -> list[Step]:
    """Return the steps with their end. Settings.JobReservedMinutes keeps the resources for a while before it."""
    minutes = (job.body.get("Settings") or {}).get("JobReservedMinutes")
    if not minutes or steps[-1][0] != "Running":
        return [*steps, (state, moment)]
    return [*steps, (f"{state}Reserving", moment), (state, moment + minutes * 60)]
