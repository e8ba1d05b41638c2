"""What one run of apply knows of the attempts that it has worked on, for all of its actions."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import field
from typing import TypeVar

from reconciler.errors import ReconcilerError
from reconciler.kinds.attempt import Attempt
from reconciler.kinds.proof import Proof
from reconciler.model import JsonObject
from reconciler.model.quick import dataclass

Key = tuple[str, str]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Memory:
    """The knowledge of one run, by attempt. Safe for several threads."""

    _made: dict[Key, str] = field(default_factory=dict)
    _counting: dict[Key, tuple[str, Sequence[JsonObject]]] = field(default_factory=dict)
    _refusals: dict[Key, ReconcilerError] = field(default_factory=dict)
    _proofs: dict[Key, tuple[Proof, JsonObject]] = field(default_factory=dict)
    _left: dict[Key, list[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def made(self, attempt: Attempt, id: str | None = None) -> str | None:
        """Return the id of the job that this run launched; given an `id`, record it."""
        return self._known(self._made, attempt, id)

    def counting(self, attempt: Attempt) -> str | None:
        """Return the id of the job that counts, once this run has checked whether it is alone."""
        found = self._known(self._counting, attempt)
        return found and found[0]

    def counts(self, attempt: Attempt, id: str, earlier: Sequence[JsonObject]) -> None:
        """Record the job that counts, and those of lower numbers that existed then."""
        self._known(self._counting, attempt, (id, tuple(earlier)))

    def refusal(self, attempt: Attempt, error: ReconcilerError | None = None) -> ReconcilerError | None:
        """Return why no job could be made; given an error, record it. A call whose end is unknown, or that the
        service refused, is not repeated."""
        return self._known(self._refusals, attempt, error)

    def proof(self, attempt: Attempt) -> Proof | None:
        """Return the proof that a job gave in this run."""
        found = self._known(self._proofs, attempt)
        return found and found[0]

    def proved(self, attempt: Attempt, proof: Proof, job: JsonObject) -> None:
        """Record that a job gave this proof; it has ended."""
        self._known(self._proofs, attempt, (proof, job))

    def jobs(self, attempt: Attempt) -> Sequence[JsonObject] | None:
        """Return the jobs of an attempt that was proved in this run, as they were seen last; None when it was not."""
        proved, counting = self._known(self._proofs, attempt), self._known(self._counting, attempt)
        return proved and (proved[1], *(counting[1] if counting else ()))

    def stays(self, attempt: Attempt, words: str) -> None:
        """Record that a job could not be removed."""
        with self._lock:
            self._left.setdefault(_key(attempt), []).append(words)

    def left(self, attempt: Attempt) -> tuple[str, ...]:
        """Return in words which jobs could not be removed. Each is reported once."""
        with self._lock:
            return tuple(self._left.pop(_key(attempt), ()))

    def _known(self, table: dict[Key, _T], attempt: Attempt, new: _T | None = None) -> _T | None:
        with self._lock:
            if new is not None:
                table[_key(attempt)] = new
            return table.get(_key(attempt))


def _key(attempt: Attempt) -> Key:
    """Return what identifies an attempt. Two templates may ask for the same content: each has an attempt, and a job,
    of its own."""
    return attempt.template, attempt.digest
