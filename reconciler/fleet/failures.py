"""An error that ended the work on one target, as a line of the document: its sort, for programs and people."""

from __future__ import annotations

from reconciler import errors
from reconciler.errors import ManifestError, ReconcilerError, RefusedError
from reconciler.model import Failure

REFUSED = "refused"
MISSING = "missing"
"""The code where no plan was given although one was expected."""
INTERNAL = "internal"

_CODES: tuple[tuple[type[ReconcilerError], str], ...] = (
    (ManifestError, "manifests"),
    (RefusedError, REFUSED),
    (errors.CredentialsRefused, "credentials"),
    (errors.CredentialsError, "credentials"),
    (errors.Forbidden, "forbidden"),
    (errors.ConnectionFailed, "unreachable"),
    (errors.AnswerLost, "unreachable"),
    (errors.Throttled, "throttled"),
    (errors.NotFound, "not-found"),
    (errors.IncompleteListing, "incomplete"),
    (errors.ServiceError, "service"),
    (errors.ProjectError, "project"),
    (ReconcilerError, "error"),
)
"""The code of each class of errors; the first row that fits counts, so a class stands before its base classes."""
CODES = (*dict.fromkeys(code for _, code in _CODES), MISSING, INTERNAL)
"""Every code there is."""


def failure_of(target: str, error: Exception) -> Failure:
    """Return what a document says about a target on which this error ended the work.

    Of a mistake of this program only the type is told, because its text may quote anything.
    """
    error = errors.missing_package(error) or error
    if not isinstance(error, ReconcilerError):
        message = f"internal error: {type(error).__name__}"
        return Failure(target=target, code=INTERNAL, message=message, hint="Run this target alone with -vv.")
    code = next(code for kind, code in _CODES if isinstance(error, kind))
    reasons = "; ".join(getattr(error, "reasons", ()))
    return Failure(
        target=target,
        code=code,
        message=f"{error.message}: {reasons}" if reasons else error.message,
        hint=error.hint,
        findings=error.findings if isinstance(error, ManifestError) else (),
    )


def exit_code_of(failure: Failure) -> int:
    """Return the exit code that the failure means for its target alone."""
    return RefusedError.exit_code if failure.code == REFUSED else ReconcilerError.exit_code
