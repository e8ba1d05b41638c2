"""What the service refuses, and with which status and code.

Rules raise `ServiceError`, and the transport turns it into the JSON error body. Codes are spelled as the dotted names
of the service's guides; `Profile.error_codes` may change them to the generic ones of live answers.
"""

from __future__ import annotations

from collections.abc import Mapping


class ServiceError(Exception):
    """A refusal of the emulated service: HTTP status, code, message and extra headers."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


class StateFileError(ValueError):
    """The state file cannot be used: not an emulator's file, or one of another layout."""


def invalid(message: str, field: str = "") -> ServiceError:
    """Return a 400: a value has the wrong form, type or range. `field` becomes the last part of the code."""
    return ServiceError(400, f"InvalidParameter.{field}" if field else "InvalidParameter", message)


def bad_request(message: str) -> ServiceError:
    """Return a 400 with the generic code that the service uses for most semantic failures."""
    return ServiceError(400, "BadRequest", message)


def not_found(what: str, identifier: str, code: str = "NotFound") -> ServiceError:
    """Return a 404: there is no such object."""
    return ServiceError(404, code, f"{what} {identifier} does not exist.")


def unknown_template(template_id: str) -> ServiceError:
    """Return the 404 of the JobTemplate calls and of CreateJob."""
    return not_found("Job template", template_id, "NotFound.JobTemplate")


def unknown_version(template_id: str, version: object) -> ServiceError:
    """Return the 404 for a version number that a template does not have."""
    return not_found("Version", f"{version} of job template {template_id}", "NotFound.JobTemplateVersion")


def unknown_workspace(workspace: str) -> ServiceError:
    """Return the 404 for a workspace that the emulator does not know."""
    return not_found("Workspace", workspace)


def throttled(retry_after_ms: int) -> ServiceError:
    """Return a 429 with the service's hint, in milliseconds."""
    hint = {"x-acs-retry-after": str(max(1, retry_after_ms))}
    return ServiceError(429, "Throttling", "Request was denied due to request throttling.", hint)


def blunt(error: ServiceError) -> ServiceError:
    """Return the same refusal with generic codes: `BadRequest` for every 400, `NotFound` for every 404."""
    generic = {400: "BadRequest", 404: "NotFound"}.get(error.status)
    if generic is None or not error.code.startswith(("InvalidParameter", "NotFound")):
        return error
    return ServiceError(error.status, generic, error.message, error.headers)
