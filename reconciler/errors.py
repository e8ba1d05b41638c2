"""Every error a user can meet, with the exit code it ends the command with.

    ReconcilerError                       1
      UsageError                         64   wrong option or argument
      ManifestError                       1   findings with places; nothing was sent
      ProjectError                        1   reconciler.yaml missing or unusable, unknown target
      GitError                            1   Git failed, took too long, or refuses the repository
        NoRepository                          not in a repository, or there is no Git
      RefusedError                        3   limits, protection, foreign owner, stale plan
      StaleError                          3   the live object is not what was seen when planning
      PlanFileError                       3   a plan that was cut or edited, newer format, other target or manifests
      LockBusy                            3   another run holds the lock; says who and since when
      LockLost                            3   the lock around an apply was lost while it ran
      LockError                           1   the place of the lock does not work
      FileError                           1   a file that cannot or may not be read or written, or is none of ours
      ServiceError                        1   the service or the way to it; `ambiguous` tells a lost answer apart
        ConnectionFailed                      never reached the service: safe to repeat
          UntrustedServer                     its TLS certificate is not trusted: repeating is no use
        AnswerLost                            sent, but no usable answer: the write may have happened
          BadAnswer                           an answer that is not what it should be (HTML, null, missing list)
        ApiError                              the service answered with an error of its own
          NotFound
          Forbidden
          CredentialsRefused                  unknown access key, wrong signature, expired token
          Throttled                           carries the wait the service asked for
          Conflict
          ServerFailed                        5xx: a write may have happened
        IncompleteListing                     fewer rows arrived than the service counted
      CredentialsError                    1   no credentials, or a profile that is not there
      PartlyApplied                       4   the report says what
      Held                                4   a version did not prove itself, so it was not published
      StillWaiting                        0   a version is being proved; the next apply takes it up
      MissingPackage                      1   a package that this program needs is not installed

Nothing here prints; `cli` has the one boundary that turns these into text and an exit code.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from reconciler.model import Finding, Severity

CHANGES_PENDING = 2
"""The exit code of `--detailed-exitcode` when there is something to do; no error."""

INTERRUPTED = 130
"""The exit code of whatever was ended by a signal, or by the end of the input at a question."""


class ReconcilerError(Exception):
    """Root of all errors of this program; its text is one line for a person."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ReconcilerError):
    """The command line asks for something that makes no sense."""

    exit_code = 64


class ManifestError(ReconcilerError):
    """Manifests with errors: all findings of the stage that found them."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(f"{_counted(findings)} in the manifests")
        self.findings = tuple(findings)


def _counted(findings: Sequence[Finding]) -> str:
    """Return `2 errors, 1 note`: how many findings of each severity there are."""
    count = Counter(each.severity for each in findings)
    told = (f"{count[each]} {each}{'s' if count[each] != 1 else ''}" for each in reversed(Severity) if count[each])
    return ", ".join(told) or "errors"


class ProjectError(ReconcilerError):
    """The project file cannot be used, or has no such target."""


class GitError(ReconcilerError):
    """A command of Git failed, took too long, or Git refuses to read the repository.

    `output` is what it had printed by then; `status` is its exit code, 0 when it did not end by itself.
    """

    def __init__(self, message: str, *, hint: str = "", output: bytes = b"", status: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.output = output
        self.status = status


class NoRepository(GitError):
    """The folder is in no Git repository, or there is no Git to ask."""


class RefusedError(ReconcilerError):
    """The tool refuses to act: a limit, a protection, a foreign owner, a plan that went stale."""

    exit_code = 3

    def __init__(self, message: str, *, hint: str = "", reasons: Sequence[str] = ()) -> None:
        super().__init__(message, hint=hint)
        self.reasons = tuple(reasons)


class StaleError(RefusedError):
    """The live object moved since it was looked at; nothing is overwritten silently."""


class PlanFileError(RefusedError):
    """A plan file that cannot be trusted: truncated, edited, of a newer format, or made for something else."""


class LockBusy(RefusedError):
    """Another run holds the lock; the message names it, and since when."""


class LockLost(RefusedError):
    """The lock expired or was taken away during the run; somebody else may have written meanwhile."""


class LockError(ReconcilerError):
    """The place where the lock is kept does not work, or there is no lock to remove."""


class FileError(ReconcilerError):
    """A file that cannot be read or written, or may not: a folder, a device, a link that leads out, a foreign one."""


class CredentialsError(ReconcilerError):
    """No usable credentials from the provider that was asked for."""


class ServiceError(ReconcilerError):
    """A call to the service did not succeed.

    `ambiguous` is True when a write may nevertheless have happened; it must then be looked up, never repeated blindly.
    """

    ambiguous: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        operation: str = "",
        status: int | None = None,
        code: str = "",
        request_id: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.operation = operation
        self.status = status
        self.code = code
        self.request_id = request_id


class ConnectionFailed(ServiceError):
    """The request never reached the service (refused, name not found, connect time-out, TLS): safe to repeat."""


class UntrustedServer(ConnectionFailed):
    """The server's TLS certificate is not trusted; nothing was sent and repeating would not help."""


class AnswerLost(ServiceError):
    """The request was sent but no answer arrived (read time-out, reset, deadline): a write may have happened."""

    ambiguous = True
    late = False
    """True when the time for it ran out."""


class BadAnswer(AnswerLost):
    """An answer arrived that cannot be believed: HTML, empty, `null`, a list, no RequestId, a missing field."""


class ApiError(ServiceError):
    """The service understood the request and refused it."""


class NotFound(ApiError):
    """The service knows no such object."""


class Forbidden(ApiError):
    """The credentials may not do this; the message names the RAM action."""


class CredentialsRefused(ApiError):
    """The service does not accept the credentials: unknown access key, wrong signature, expired or wrong clock."""


class Conflict(ApiError):
    """The object's state does not allow the operation (for example a template that jobs refer to)."""


class Throttled(ApiError):
    """Too many calls. The service did not act; `retry_after` is its hint in seconds (0 when it gave none)."""

    def __init__(self, message: str, *, retry_after: float = 0.0, **details: object) -> None:
        super().__init__(message, **details)  # type: ignore[arg-type]
        self.retry_after = retry_after


class ServerFailed(ApiError):
    """The service failed (5xx); a write may have happened. `retry_after` is its hint in seconds (0 when none)."""

    ambiguous = True

    def __init__(self, message: str, *, retry_after: float = 0.0, **details: object) -> None:
        super().__init__(message, **details)  # type: ignore[arg-type]
        self.retry_after = retry_after


class IncompleteListing(ServiceError):
    """A listing brought fewer rows than the service counted: nothing may be concluded from it."""


class PartlyApplied(ReconcilerError):
    """Some actions of the plan were done and some were not; the report says which."""

    exit_code = 4


class Held(ReconcilerError):
    """A version did not prove itself: the template stays byte for byte as it was."""

    exit_code = 4


class StillWaiting(ReconcilerError):
    """A version is being proved, and this run does not wait for the verdict; nothing is wrong."""

    exit_code = 0


class MissingPackage(ReconcilerError):
    """A package that this program needs is not installed beside it, or not in this Python."""

    def __init__(self, module: str) -> None:
        super().__init__(
            f"the Python module {module}, which dlc-reconciler needs, is not installed for {sys.executable}",
            hint="Install what is missing with `python -m pip install dlc-reconciler`, by that same Python.",
        )


def missing_package(error: BaseException) -> MissingPackage | None:
    """Return what an error says that was raised by importing a module of others; None for every other error."""
    if not isinstance(error, ModuleNotFoundError):
        return None
    module = (error.name or "").partition(".")[0]
    return MissingPackage(module) if module not in ("", __name__.partition(".")[0]) else None
