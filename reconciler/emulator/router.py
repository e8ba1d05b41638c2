"""Finds the operation of a raw request target: it splits the path first and decodes each part afterwards.

A slash or a percent sign inside an id therefore stays part of the id. Paths are case-sensitive.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from .errors import ServiceError
from .service import Operation


@dataclass(frozen=True, slots=True)
class Match:
    """An operation and the decoded values of its path."""

    operation: Operation
    arguments: Mapping[str, str]


class Router:
    """The table of all operations."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._by_length: dict[int, list[tuple[list[str], Operation]]] = {}
        for operation in operations:
            segments = operation.path.split("/")
            self._by_length.setdefault(len(segments), []).append((segments, operation))

    def find(self, method: str, raw_path: str, action: str | None, version: str | None) -> Match:
        """Return the operation of a request. Raise 404 for an unknown path, 405 for a wrong method, 400 for a wrong
        action.

        PAI-DLC and AIWorkSpace share no path, so the path alone decides; `x-acs-action` and `x-acs-version`, where they
        are sent, must agree with it.
        """
        segments = raw_path.split("/")
        fits = [
            (operation, arguments)
            for pattern, operation in self._by_length.get(len(segments), ())
            if (arguments := _arguments(pattern, segments)) is not None
        ]
        if not fits:
            raise ServiceError(404, "InvalidAction.NotFound", f"No operation at {method} {raw_path}.")
        found = next(((operation, arguments) for operation, arguments in fits if operation.method == method), None)
        if found is None:
            raise ServiceError(405, "UnsupportedHTTPMethod", f"{method} is not supported at {raw_path}.")
        operation, arguments = found
        if action is not None and action != operation.action:
            raise ServiceError(
                400, "InvalidAction", f"x-acs-action says {action}, but {method} {raw_path} is {operation.action}."
            )
        if version is not None and version != operation.version:
            raise ServiceError(400, "InvalidVersion", f"x-acs-version of {operation.action} is {operation.version}.")
        return Match(operation, arguments)


def _arguments(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    arguments: dict[str, str] = {}
    for expected, given in zip(pattern, segments, strict=True):
        if expected.startswith("{"):
            try:
                arguments[expected[1:-1]] = unquote_to_bytes(given).decode("utf-8")
            except UnicodeDecodeError:
                return None
            if not given:
                return None
        elif expected != given:
            return None
    return arguments
