"""Finds, launches, watches and takes away the jobs of an attempt, so that one job is left for each.

    look up --> launch --> look up again --> watch --> verdict        (Prover.prove)
    a job whose verdict is there is never launched again: the job itself is the memory

CreateJob has no idempotency token, so two runs may launch the same attempt at one moment, and a lost answer may hide a
job. Of several jobs of one number the oldest counts (of equally old ones the one with the smallest id), and whoever
launched another stops and deletes it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.errors import Forbidden, Held, NotFound, ReconcilerError, ServiceError, StillWaiting
from reconciler.jobs.diagnosis import Caps, diagnose
from reconciler.jobs.hidden import Hiding
from reconciler.jobs.site import Site
from reconciler.jobs.states import has_ended, name_of
from reconciler.kinds.proof import NAME_START, Attempt, JobGone, Proof, proof_in
from reconciler.kinds.waiting import age, made_once
from reconciler.live.operations import CREATE_JOB, DELETE_JOB, GET_JOB, LIST_JOBS, STOP_JOB
from reconciler.model import JsonObject
from reconciler.model.moments import THE_BEGINNING, instant
from reconciler.verification.verdict import State, Verdict, described, judge

GROWTH = 8
"""How many times the first wait a later one may be."""
LAST_LINES = 5
"""How many log lines a failed verification shows."""

Progress = Callable[[Attempt, str, Verdict], None]
"""Is told what each look at a job showed: the attempt, the job's id, the verdict so far."""


def _nobody(attempt: Attempt, job: str, verdict: Verdict) -> None:
    """Who is told when nobody listens."""
    del attempt, job, verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Prover:
    """Proves attempts in one workspace. Safe to call from several threads, for different attempts."""

    place: Site
    """`place.patience.interval` is the first wait between two looks, in seconds."""
    waits: bool = True
    """Whether a run stays until the verdict; else it ends once the job is launched."""
    again: frozenset[str] = frozenset()
    """Templates that are to be proved anew, whatever was proved before; "*" stands for all."""
    halted: Callable[[], bool] = lambda: False
    """Whether the run is to end: the job goes on, and the next apply takes it up."""
    told: Progress = field(default=_nobody)
    said: Callable[[str, str, str], None] = lambda _name, _job, _words: None
    """Is told what became of a job that is swept away: its name, its id, in words."""
    launched: dict[str, str] = field(default_factory=dict)
    """The ids of the jobs that this run launched, by the digests of their attempts: they are taken up, not repeated."""

    def jobs(self, attempt: Attempt) -> list[JsonObject]:
        """The jobs of an attempt, of any age: highest number first, the one that counts first among equals.

        Raises:
            ServiceError: they could not be listed.
        """
        return of_attempt(self._listed(attempt.name_start), attempt)

    def all_jobs(self) -> list[JsonObject]:
        """Every verification job of the workspace that bears a name of ours, whoever launched it.

        Raises:
            ServiceError: they could not be listed.
        """
        return self._listed(NAME_START)

    def remembered(self, proofs: Sequence[Proof], attempt: Attempt) -> Proof | None:
        """The recorded proof that covers an attempt; None when there is none, or it is to be proved anew."""
        return None if self._again(attempt) else proof_in(proofs, attempt)

    def prove(self, attempt: Attempt) -> Proof:
        """Launch the attempt's job unless it is there, watch it to its end; the proof it gave.

        Raises:
            Held: it did not pass.
            StillWaiting: it is under way, and this run does not wait for it.
            ServiceError: a call failed.
        """
        if self.waits and attempt.digest in self.launched:
            return self._watched(attempt, self.launched[attempt.digest])
        found = self.jobs(attempt)
        job = found[0] if found else None
        if job is None or self.is_to_be_repeated(attempt, job):
            job = self._launched(attempt, number=attempt.number_of(job or {}) + 1)  # no job has this number yet
        if not self.waits:
            verdict = judge(job, attempt.spec, self._now())
            if not verdict.is_final:
                raise StillWaiting(f"{name_of(job)} is under way: {verdict.why}", hint=_TAKE_UP)
        return self._watched(attempt, str(job["JobId"]))

    def proof(self, attempt: Attempt) -> Proof:
        """The proof that a job of the attempt has given already; nothing is launched.

        Raises:
            Held: no job of it has passed.
            ServiceError: the jobs could not be listed.
        """
        for job in self.jobs(attempt):
            verdict = judge(job, attempt.spec, self._now())
            if verdict.state is State.PASSED and not verdict.stop:
                return Proof.of(attempt, str(job["JobId"]), verdict.time or instant(self._now()))
        raise Held(f"no job has proved what was to become the default of {attempt.template}", hint=_TAKE_UP)

    def settle(self, attempt: Attempt) -> tuple[str, ...]:
        """Take away the attempt's jobs once its proof is recorded; what could not be taken away, in words."""
        if attempt.spec.keep == "always":
            return ()
        left = []
        try:
            for job in self.jobs(attempt):
                try:
                    self.remove(job)
                except ReconcilerError as error:
                    left.append(f"{name_of(job)} stays: {error.message}")
        except ServiceError as error:
            left.append(f"the verification jobs of {attempt.template} stay: {error.message}")
        return tuple(left)

    def remove(self, job: JsonObject) -> None:
        """Stop a job where needed, wait for that, and delete it; one that is gone already counts as deleted.

        Raises:
            ServiceError: a call failed.
            ReconcilerError: it did not stop in time.
        """
        with contextlib.suppress(NotFound):
            self._stopped(job)
            self.place.service.call(DELETE_JOB, str(job["JobId"]))

    def stop(self, job: JsonObject) -> None:
        """Stop a job and wait until it has; one that is gone already counts as stopped.

        Raises:
            ServiceError: a call failed.
            ReconcilerError: it did not stop in time.
        """
        with contextlib.suppress(NotFound):
            self._stopped(job)

    def _stopped(self, job: JsonObject) -> None:
        """Stop a job and wait until it has."""
        id = str(job["JobId"])
        patience = self.place.patience
        began = patience.clock()
        asked = False
        while not has_ended(job):
            if not asked:
                self._stop(id)
                asked = True
            elif patience.clock() - began > patience.deadline:
                raise ReconcilerError(f"{name_of(job)} does not stop")
            else:
                patience.sleep(patience.interval)
            job = self.place.service.call(GET_JOB, id)

    def _stop(self, id: str) -> None:
        """Ask a job to stop; the refusal of one that has just ended is no error."""
        try:
            self.place.service.call(STOP_JOB, id)
        except NotFound:
            raise
        except ServiceError:
            if not has_ended(self.place.service.call(GET_JOB, id)):
                raise

    def is_to_be_repeated(self, attempt: Attempt, job: JsonObject) -> bool:
        """Whether a person asked to prove it anew, whatever its last job says."""
        return bool(self._again(attempt)) and judge(job, attempt.spec, self._now()).is_final

    def _again(self, attempt: Attempt) -> bool:
        return bool(self.again & {attempt.template, "*"})

    def _launched(self, attempt: Attempt, *, number: int) -> JsonObject:
        """The job of this number that counts once ours was launched; ours is taken back when another was first."""
        body = attempt.body(self.place.workspace_id, number)

        def landed() -> str | None:
            return next((str(job["JobId"]) for job in self._numbered(attempt, number)), None)

        try:
            made = made_once(
                self.place.patience, lambda: str(self.place.service.call(CREATE_JOB, **body)["JobId"]), landed
            )
        except Forbidden:
            raise
        except ServiceError as error:
            if error.ambiguous:
                raise
            raise Held(f"the job that should prove it cannot be created: {error.message}", hint=error.hint) from error
        jobs = self._numbered(attempt, number)
        mine = next((job for job in jobs if job["JobId"] == made), None)
        if mine is None:  # the listing lags behind our own write
            mine = self.place.service.call(GET_JOB, made)
            jobs = sorted([*jobs, mine], key=_counts_first)
        if jobs[0]["JobId"] != made:
            self.remove(mine)
        self.launched[attempt.digest] = str(jobs[0]["JobId"])
        return jobs[0]

    def _numbered(self, attempt: Attempt, number: int) -> list[JsonObject]:
        return [job for job in self.jobs(attempt) if attempt.number_of(job) == number]

    def _watched(self, attempt: Attempt, id: str) -> Proof:
        """Look at a job until its verdict is there, stopping it when it is due."""
        patience = self.place.patience
        began, asked = patience.clock(), False
        while True:
            try:
                job = self.place.service.call(GET_JOB, id)
            except NotFound as error:
                raise JobGone(f"the job {id} that should prove it is gone: somebody deleted it", hint=_ANEW) from error
            verdict = judge(job, attempt.spec, self._now())
            self.told(attempt, id, verdict)
            if verdict.stop and not asked:
                self._stop(id)
                asked = True
                continue
            if verdict.is_final:
                return self._proof_of(attempt, job, verdict)
            if self.halted():
                raise StillWaiting(f"{name_of(job)} goes on: {verdict.why}", hint=_TAKE_UP)
            waited = patience.clock() - began
            patience.sleep(min(max(waited / GROWTH, patience.interval), GROWTH * patience.interval))

    def _proof_of(self, attempt: Attempt, job: JsonObject, verdict: Verdict) -> Proof:
        if verdict.state is State.PASSED:
            return Proof.of(attempt, str(job["JobId"]), verdict.time or instant(self._now()))
        raise Held(self.cause(job, verdict), hint=_ANEW)

    def cause(self, job: JsonObject, verdict: Verdict) -> str:
        """Why a job did not pass: its verdict, the likely cause and its last log lines, without what is secret."""
        told = described(job, verdict)
        try:
            found = diagnose(self.place, str(job["JobId"]), Caps(pods=1, lines=LAST_LINES))
        except ReconcilerError as error:
            return f"{told} (nothing more could be seen: {error.message})"
        causes = [f"likely cause: {cause.cause}. {cause.advice}" for cause in found.causes[:1]]
        lines = [f"| {line}" for pod in found.pods for line in list(pod.logs)[-LAST_LINES:]]
        shown = Hiding.of_verification(job).answer("\n".join([told, *causes, *lines]))
        return str(shown)

    def _listed(self, name: str) -> list[JsonObject]:
        return self.place.service.rows(
            LIST_JOBS, WorkspaceId=self.place.workspace_id, StartTime=THE_BEGINNING, DisplayName=name
        )

    def _now(self) -> datetime:
        return self.place.now()


_TAKE_UP = "Run apply again: it takes up the job where it is."
_ANEW = "Correct the manifest, or try the same again with `--verify-again`."


def of_attempt(rows: Sequence[JsonObject], attempt: Attempt) -> list[JsonObject]:
    """The jobs of an attempt among rows of ListJobs: highest number first, the one that counts first among equals."""
    mine = sorted((row for row in rows if attempt.is_of(row)), key=_counts_first)
    return sorted(mine, key=attempt.number_of, reverse=True)


def _counts_first(job: JsonObject) -> tuple[tuple[datetime, str], str]:
    return age(job, "JobId")
