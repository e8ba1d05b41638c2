"""When and by whom a text was made: the commit, the run, the time. Other people wrote all of these data."""

from __future__ import annotations

from datetime import datetime

from reconciler.ci.platform import Job
from reconciler.model.quick import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """`at` is "2026-03-01 05:23 UTC"; the other fields are empty where the environment does not give them."""

    at: str
    commit: str = ""
    commit_url: str = ""
    run: str = ""
    run_url: str = ""

    @classmethod
    def of(cls, job: Job, now: datetime) -> Moment:
        """Return the moment of a job; `now` is in UTC."""
        return cls(
            at=f"{now:%Y-%m-%d %H:%M} UTC",
            commit=job.head,
            commit_url=job.commit_url,
            run=job.run,
            run_url=job.run_url,
        )
