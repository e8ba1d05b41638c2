"""Launches and watches the jobs of an attempt, so that one job is left for each.

    look up --> launch --> look up again --> watch --> verdict        (Prover.prove)
    a job whose verdict is there is never launched again: the job itself is the memory

CreateJob has no idempotency token, so two runs may launch the same attempt at one moment, and a lost answer may hide a
job. Of several jobs with one number the oldest counts (of equally old ones the one with the smallest id). Whoever sees
another job stops and deletes it: its maker, or the next apply when the maker was killed. A run whose job was removed
like that continues with the one that counts.

    look up --> launch --> look up again --> watch --> verdict        (Prover.prove)
    a job whose verdict is there is never launched again: the job itself is the memory
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import field, replace
from datetime import datetime

from reconciler.errors import (
    ConnectionFailed,
    CredentialsRefused,
    Held,
    NotFound,
    ReconcilerError,
    ServiceError,
    StillWaiting,
    Throttled,
)
from reconciler.jobs.states import name_of
from reconciler.kinds.attempt import Attempt
from reconciler.kinds.base import Site
from reconciler.kinds.proof import JobGone, Proof, proof_in
from reconciler.kinds.waiting import made_once, within
from reconciler.live.operations import CREATE_JOB
from reconciler.live.port import Service
from reconciler.model import JsonObject
from reconciler.model.moments import instant
from reconciler.model.quick import dataclass
from reconciler.verification.cause import cause_of
from reconciler.verification.jobs import VerificationJobs, of_attempt
from reconciler.verification.memory import Memory
from reconciler.verification.verdict import State, Verdict, judge

GROWTH = 8
"""The longest wait between two looks, as a multiple of the first one."""
SLICE = 1.0
"""The longest sleep in seconds. After it a run notices that it has to end."""

Progress = Callable[[Attempt, str, Verdict], None]
"""Is told what each look at a job showed: the attempt, the job's id, the verdict so far."""


def _nobody(attempt: Attempt, job: str, verdict: Verdict) -> None:
    """Do nothing with a look at a job; the default listener."""
    del attempt, job, verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Prover:
    """Proves attempts in one workspace. Safe to call from several threads, for different attempts."""

    site: Site
    """`site.patience.interval` is the first wait between two looks, in seconds."""
    waits: bool = True
    """Whether a run stays until the verdict. Otherwise it ends once the job is launched."""
    again: frozenset[str] = frozenset()
    """Names of templates that have to be proved anew, whatever was proved before; "*" means all."""
    halted: Callable[[], bool] = lambda: False
    """Returns whether the run has to end. The job continues, and the next apply takes it up."""
    told: Progress = field(default=_nobody)
    hide: Callable[[str], str] = str
    """Removes from the service's words what must not be shown."""
    said: Callable[[str, str, str], None] = lambda _name, _job, _words: None
    """Is told what became of a job that was swept away: its template, its id, the result in words."""
    memory: Memory = field(default_factory=Memory)

    def at(self, service: Service) -> Prover:
        """See `kinds.proof.Prover.at`."""
        return replace(self, site=replace(self.site, service=service))

    @property
    def jobs(self) -> VerificationJobs:
        """The jobs of the workspace."""
        return VerificationJobs(self.site)

    def remembered(self, proofs: Sequence[Proof], attempt: Attempt) -> Proof | None:
        """Return the recorded proof that covers an attempt; None when there is none, or when it has to be proved
        anew."""
        return None if self._again(attempt) else proof_in(proofs, attempt)

    def prove(self, attempt: Attempt) -> Proof:
        """See `kinds.proof.Prover.prove`."""
        if (refusal := self.memory.refusal(attempt)) is not None:
            raise refusal
        id = self.memory.counting(attempt)
        if id is None or not self.waits:
            job = self._counting(attempt)
            verdict, id = judge(job, attempt.spec, self._now()), str(job["JobId"])
            self.told(attempt, id, verdict)
            if not self.waits and not verdict.is_final:
                raise StillWaiting(f"{name_of(job)} is under way: {verdict.why}", hint=_TAKE_UP)
            if not (verdict.is_final or verdict.stop):
                self._pause(self.site.patience.interval)
        return self._watched(attempt, id)

    def proof(self, attempt: Attempt) -> Proof:
        """See `kinds.proof.Prover.proof`."""
        if (known := self.memory.proof(attempt)) is not None:
            return known
        for job in self.jobs.of(attempt):
            verdict = judge(job, attempt.spec, self._now())
            if verdict.state is State.PASSED and verdict.is_final:
                return self._proof_of(attempt, job, verdict)
        raise Held(f"no job has proved what was to become the default of {attempt.template}", hint=_TAKE_UP)

    def settle(self, attempt: Attempt) -> tuple[str, ...]:
        """See `kinds.proof.Prover.settle`."""
        if attempt.spec.keep == "always":
            return self.left(attempt)
        try:
            known = self.memory.jobs(attempt)
            for job in self.jobs.of(attempt) if known is None else known:
                self._take_away(attempt, job)
        except ServiceError as error:
            self.memory.stays(attempt, f"the verification jobs of {attempt.template} stay: {error.message}")
        return self.left(attempt)

    def left(self, attempt: Attempt) -> tuple[str, ...]:
        """See `kinds.proof.Prover.left`."""
        return self.memory.left(attempt)

    def is_to_be_repeated(self, attempt: Attempt, job: JsonObject) -> bool:
        """Return whether a person asked to prove the version anew, whatever its last job says."""
        return bool(self._again(attempt)) and judge(job, attempt.spec, self._now()).is_final

    def _again(self, attempt: Attempt) -> bool:
        return bool(self.again & {attempt.template, "*"})

    def _counting(self, attempt: Attempt) -> JsonObject:
        """Return the job of an attempt that counts. It is launched now when there is none, or when a person asked
        for another try."""
        made = self.memory.made(attempt)
        if made is None:
            found = self.jobs.of(attempt)
            if found and not self.is_to_be_repeated(attempt, found[0]):
                return self._alone(attempt, found)
            made = self._launched(attempt, number=attempt.number_of(found[0] if found else {}) + 1)
        with _goes_on(made):
            return self._alone(attempt, self._listed_with(attempt, made))

    def _launched(self, attempt: Attempt, *, number: int) -> str:
        """Launch a new job with this number and return its id."""
        body = attempt.body(self.site.workspace_id, number)

        def landed() -> str | None:
            return next((str(job["JobId"]) for job in self.jobs.of(attempt) if attempt.number_of(job) == number), None)

        with self._refusals_remembered(attempt, number):
            made = made_once(
                self.site.patience, lambda: str(self.site.service.call(CREATE_JOB, **body)["JobId"]), landed
            )
        self.memory.made(attempt, made)
        return made

    def _listed_with(self, attempt: Attempt, made: str) -> list[JsonObject]:
        """Return the jobs of an attempt once the listing shows the one that was just made, and therefore others too."""
        patience = self.site.patience

        def shows(rows: Sequence[JsonObject]) -> bool:
            return any(row["JobId"] == made for row in rows)

        rows = within(patience, patience.listing, lambda: self.jobs.of(attempt), shows)
        return rows if shows(rows) else of_attempt([*rows, self.jobs.get(made)], attempt)

    @contextmanager
    def _refusals_remembered(self, attempt: Attempt, number: int) -> Iterator[None]:
        """Remember in this run that the service refused to make a job, or may have made it, so that it is not asked for
        again.

        Raises:
            Held: the service has judged the job; its words are in the message.
            ServiceError: the call says nothing about the job, or its end is not known.
        """
        try:
            yield
        except (ConnectionFailed, CredentialsRefused, Throttled):
            raise
        except ServiceError as error:
            if error.ambiguous:
                error.message = f"whether {attempt.name(number)} was launched is not known: {error.message}"
                self.memory.refusal(attempt, error)
                raise
            held = Held(f"the job that should prove it cannot be created: {error.message}", hint=error.hint or _REFUSED)
            self.memory.refusal(attempt, held)
            raise held from error

    def _alone(self, attempt: Attempt, rows: Sequence[JsonObject]) -> JsonObject:
        """Return the job of an attempt that counts. Others with its number are removed."""
        first, *others = rows
        earlier = [job for job in others if attempt.number_of(job) != attempt.number_of(first)]
        for job in others:
            if job not in earlier:
                self._take_away(attempt, job)
        self.memory.counts(attempt, str(first["JobId"]), earlier)
        return first

    def _take_away(self, attempt: Attempt, job: JsonObject) -> None:
        """Stop and delete a job. A failure changes no verdict and is reported with the outcome."""
        try:
            self.jobs.remove(job)
        except ReconcilerError as error:
            self.memory.stays(attempt, f"{name_of(job)} stays: {error.message}")

    def _watched(self, attempt: Attempt, id: str) -> Proof:
        """Look at a job until its verdict is there, stop it when necessary, and return its proof."""
        patience = self.site.patience
        began, asked = patience.clock(), ""
        while True:
            with _goes_on(id):
                job, verdict = self._seen(attempt, id)
                id = str(job["JobId"])
                self.told(attempt, id, verdict)
                if verdict.stop and asked != id:
                    asked = id
                    with suppress(NotFound):  # the next look judges what its absence means
                        self.jobs.ask_to_stop(id)
                    continue
            if verdict.is_final:
                return self._concluded(attempt, job, verdict)
            if self.halted():
                raise StillWaiting(f"{name_of(job)} goes on: {verdict.why}", hint=_TAKE_UP)
            waited = patience.clock() - began
            self._pause(min(max(waited / GROWTH, patience.interval), GROWTH * patience.interval))

    def _pause(self, seconds: float) -> None:
        """Wait so many seconds, but only a moment once the run has to end."""
        while seconds > 0 and not self.halted():
            self.site.patience.sleep(min(SLICE, seconds))
            seconds -= SLICE

    def _seen(self, attempt: Attempt, id: str) -> tuple[JsonObject, Verdict]:
        """Return a job and its verdict now. Where somebody removed it, return the job of its attempt that counts
        instead.

        Raises:
            JobGone: it is gone, and there is no other.
            ServiceError: a call failed.
        """
        try:
            job = self.jobs.get(id)
        except NotFound as error:
            instead = self.jobs.of(attempt)
            if not instead:
                gone = f"the job {id} that should prove it is gone: somebody deleted it"
                raise JobGone(gone, hint=_ANEW) from error
            job = instead[0]
        verdict = judge(job, attempt.spec, self._now())
        if verdict.state is State.UNPROVEN and verdict.is_final:
            rows = self.jobs.of(attempt)
            if rows and rows[0]["JobId"] != job["JobId"]:  # the job was one too many
                return rows[0], judge(rows[0], attempt.spec, self._now())
        return job, verdict

    def _concluded(self, attempt: Attempt, job: JsonObject, verdict: Verdict) -> Proof:
        if verdict.state is not State.PASSED:
            raise Held(cause_of(self.site, job, verdict, self.hide), hint=_ANEW)
        proof = self._proof_of(attempt, job, verdict)
        self.memory.proved(attempt, proof, job)
        return proof

    def _proof_of(self, attempt: Attempt, job: JsonObject, verdict: Verdict) -> Proof:
        return Proof.of(attempt, str(job["JobId"]), verdict.time or instant(self._now()))

    def _now(self) -> datetime:
        return self.site.now()


@contextmanager
def _goes_on(id: str) -> Iterator[None]:
    """Add the job's id to errors that are met while the job exists, so that nobody has to look for it."""
    try:
        yield
    except ServiceError as error:
        if id not in error.message:
            error.message = f"the job {id} goes on; {error.message}"
        raise


_TAKE_UP = "Run apply again: it takes up the job where it is."
_REFUSED = "Correct what it names, and run apply again."
_ANEW = "Correct the manifest, or try the same again with `--verify-again`."
