"""The verification jobs of a workspace: finding them by attempt, stopping and deleting them. `verdict` judges what
they say."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime

from reconciler.errors import NotFound, ReconcilerError, ServiceError
from reconciler.jobs.states import has_ended, name_of, status_of
from reconciler.kinds.attempt import NAME_START, Attempt
from reconciler.kinds.base import Site
from reconciler.kinds.waiting import age, once
from reconciler.live.operations import DELETE_JOB, GET_JOB, LIST_JOBS, STOP_JOB
from reconciler.model import JsonObject
from reconciler.model.moments import THE_BEGINNING
from reconciler.model.quick import dataclass


def of_attempt(rows: Sequence[JsonObject], attempt: Attempt) -> list[JsonObject]:
    """Return the jobs of an attempt among rows of ListJobs, the highest number first; of equal numbers the one that
    counts first."""
    mine = sorted((row for row in rows if attempt.is_of(row)), key=counts_first)
    return sorted(mine, key=attempt.number_of, reverse=True)


def counts_first(job: JsonObject) -> tuple[tuple[datetime, str], str]:
    """Return a key that sorts jobs of one number: the oldest counts, of equally old ones the one with the smallest
    id."""
    return age(job, "JobId")


@dataclass(frozen=True, slots=True)
class VerificationJobs:
    """The verification jobs of one workspace."""

    site: Site

    def of(self, attempt: Attempt) -> list[JsonObject]:
        """Return the jobs of an attempt, of any age, the highest number first; of equal numbers the one that counts
        first.

        Raises:
            ServiceError: they could not be listed.
        """
        return of_attempt(self._listed(attempt.name_start), attempt)

    def all(self) -> list[JsonObject]:
        """Return every job of the workspace that has a name of ours, whoever launched it.

        Raises:
            ServiceError: they could not be listed.
        """
        return self._listed(NAME_START)

    def _listed(self, name: str) -> list[JsonObject]:
        return self.site.service.rows(
            LIST_JOBS, WorkspaceId=self.site.workspace_id, StartTime=THE_BEGINNING, DisplayName=name
        )

    def get(self, id: str) -> JsonObject:
        """Return one job as it is now.

        Raises:
            NotFound: there is none of this id any more.
            ServiceError: the call failed.
        """
        return self.site.service.call(GET_JOB, id)

    def remove(self, job: JsonObject) -> None:
        """Stop a job where needed, wait until it has stopped, and delete it. One that is gone counts as deleted.

        Raises:
            ServiceError: a call failed.
            ReconcilerError: it did not stop in time.
        """
        with contextlib.suppress(NotFound):
            self._stopped(job)
            self._delete(str(job["JobId"]))

    def stop(self, job: JsonObject) -> None:
        """Stop a job and wait until it has stopped. One that is gone counts as stopped.

        Raises:
            ServiceError: a call failed.
            ReconcilerError: it did not stop in time.
        """
        with contextlib.suppress(NotFound):
            self._stopped(job)

    def ask_to_stop(self, id: str) -> None:
        """Ask a job to stop. A job that has just ended may refuse; that is no error.

        Raises:
            NotFound: there is none of this id any more.
            ServiceError: the call failed, or its answer was lost and the job goes on.
        """

        def landed() -> bool | None:
            return _is_over(self.get(id)) or None

        def send() -> bool:
            self.site.service.call(STOP_JOB, id)
            return True

        try:
            once(self.site.patience, send, landed)
        except NotFound:
            raise
        except ServiceError:
            if not has_ended(self.get(id)):
                raise

    def _stopped(self, job: JsonObject) -> None:
        """Stop a job, wait until it has stopped, and return it."""
        patience, began = self.site.patience, self.site.patience.clock()
        if not _is_over(job):
            self.ask_to_stop(str(job["JobId"]))
        while not has_ended(job):
            job = self.get(str(job["JobId"]))
            if has_ended(job):
                return
            if patience.clock() - began > patience.deadline:
                raise ReconcilerError(f"{name_of(job)} does not stop")
            patience.sleep(patience.interval)

    def _delete(self, id: str) -> None:
        def landed() -> bool | None:
            with contextlib.suppress(NotFound):
                self.get(id)
                return None
            return True

        def send() -> bool:
            self.site.service.call(DELETE_JOB, id)
            return True

        once(self.site.patience, send, landed)


def _is_over(job: JsonObject) -> bool:
    """Return whether a job ends without being asked again."""
    return has_ended(job) or status_of(job) == "Stopping"
