"""Proofs: the verdicts that jobs gave, how a template's marks remember them, and what an action asks of a prover."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from reconciler.errors import Held
from reconciler.kinds.attempt import Attempt
from reconciler.live.port import Service
from reconciler.model.expressions import expression
from reconciler.model.quick import dataclass

REMEMBERED = 10
"""How many passed verdicts a template's marks hold."""

_MARK = expression(r"([0-9a-f]{32})/([0-9a-f]{32})/([A-Za-z0-9-]{1,64})/([0-9TZ:.+-]{1,40})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A passed verdict: which version and which attempt, by which job, and when it ended (RFC 3339)."""

    version: str
    """The first 32 digits of the version's digest."""
    attempt: str
    """The first 32 digits of the attempt's digest."""
    job: str
    time: str

    @classmethod
    def of(cls, attempt: Attempt, job: str, time: str) -> Proof:
        """Return the proof that a job of an attempt gave."""
        return cls(version=_key(attempt.version), attempt=_key(attempt.digest), job=job, time=time)

    def proves(self, attempt: Attempt) -> bool:
        """Return whether the proof covers this attempt: the same version was proved, or the same content ran in the
        same way."""
        return self.version == _key(attempt.version) or self.attempt == _key(attempt.digest)


def _key(text: str) -> str:
    return text.removeprefix("sha256:")[:32]


def proof_in(proofs: Iterable[Proof], attempt: Attempt) -> Proof | None:
    """Return the newest proof that covers an attempt; `proofs` stand newest first. None when there is none."""
    return next((proof for proof in proofs if proof.proves(attempt)), None)


def proof_of_version(proofs: Iterable[Proof], version: str) -> Proof | None:
    """Return the newest proof of a version with this digest; `proofs` stand newest first. None when there is none."""
    return next((proof for proof in proofs if proof.version == _key(version)), None)


def proofs_text(proofs: Sequence[Proof]) -> str:
    """Return the newest proofs as the text of the mark `verified`."""
    kept = proofs[:REMEMBERED]
    return " ".join(f"{proof.version}/{proof.attempt}/{proof.job}/{proof.time}" for proof in kept)


def proofs_from(text: str) -> tuple[Proof, ...]:
    """Return the proofs in the text of a mark. Parts that cannot be read prove nothing and are left out."""
    found = (_MARK.fullmatch(word) for word in text.split()[:REMEMBERED])
    return tuple(
        Proof(version=match[1], attempt=match[2], job=match[3], time=match[4]) for match in found if match is not None
    )


def remembered(proofs: Sequence[Proof], new: Proof) -> tuple[Proof, ...]:
    """Return the proofs with a new one in front, of each version only the newest."""
    older = (proof for proof in proofs if (proof.version, proof.attempt) != (new.version, new.attempt))
    return (new, *older)[:REMEMBERED]


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What has to be proved before one action, and what the live object remembers of proofs."""

    attempt: Attempt
    proofs: Sequence[Proof] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one manifest asks to be proved, whatever is live."""

    attempt: Attempt
    is_exact: bool = True
    """False where a pin makes another version than the manifest's content the default, so that other versions may be
    proved."""


class JobGone(Held):
    """The job that was watched does not exist any more. Somebody who has seen its verdict may have deleted it."""


class Prover(Protocol):
    """What an action that moves a default asks before it does so; `verification.prover` is the real one."""

    def at(self, service: Service) -> Prover:
        """Return the same prover with calls through this service, so that its writes are counted as those of the
        action."""
        ...

    def prove(self, attempt: Attempt) -> Proof:
        """Launch the attempt's job unless it exists, watch it to its end, and return the proof that it gave.

        Raises:
            Held: it did not pass.
            StillWaiting: it is under way, and this run does not wait for it.
            ServiceError: a call failed.
        """
        ...

    def proof(self, attempt: Attempt) -> Proof:
        """Return the proof that a job of the attempt has given already. Nothing is launched.

        Raises:
            Held: no job of it has passed.
            ServiceError: the jobs could not be listed.
        """
        ...

    def settle(self, attempt: Attempt) -> tuple[str, ...]:
        """Remove the attempt's jobs once its proof is recorded, and return in words which could not be removed."""
        ...

    def left(self, attempt: Attempt) -> tuple[str, ...]:
        """Return in words which jobs of an attempt could not be removed so far. Each is reported once."""
        ...
