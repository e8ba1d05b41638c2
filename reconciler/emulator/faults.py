"""Scripted misbehaviour: what goes wrong, for which calls, before or after the service acted.

Faults are data (and so can be sent over HTTP), except for `rewrite`, which takes a function. The transport
asks the script once per request and does what the fault says.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from .wire import JsonObject

Rewrite = Callable[[JsonObject], Any]

BEFORE = frozenset({"error_before", "drop_before", "throttle"})
"""Kinds for which the service does not act. Any kind of `BODIES` with the suffix `_before` belongs here too."""
AFTER = frozenset({"error_after", "drop_after", "drop_during", "throttle_after"})
"""Kinds for which the service acts (and commits) before it answers badly."""
CUTS = frozenset({"drop_before", "drop_after", "drop_during"})
DELAYS = frozenset({"delay", "delay_after"})
BODIES: Mapping[str, tuple[int, str, bytes]] = {
    "html": (502, "text/html", b"<html><body><h1>502 Bad Gateway</h1></body></html>"),
    "html_ok": (200, "text/html", b"<html><body>Sign in</body></html>"),
    "empty": (200, "application/json", b""),
    "no_content": (204, "application/json", b""),
    "null": (200, "application/json", b"null"),
    "list": (200, "application/json", b"[]"),
    "text": (200, "application/json", b'"ok"'),
    "truncated": (200, "application/json", b'{"RequestId": "'),
}
_LISTS = ("JobTemplates", "Tensorboards", "Jobs", "EcsSpecs", "Versions", "Workspaces", "Images", "Datasets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One scripted fault.

    It fits a request by `action` (x-acs-action or the routed operation; None: any), `method` and `path` (a glob
    over the raw path). It lets `skip` fitting requests pass, then happens `times` times (None: always).

    kind: error_before, error_after, drop_before, drop_after, drop_during, throttle, throttle_after, delay,
    delay_after; html, html_ok, empty, no_content, null, list, text, truncated (the service acted; with the suffix
    `_before` it did not); empty_page, duplicate_rows, drop_rows, foreign_rows, strings, extra_fields, missing_list,
    total, patch, rewrite (the true answer, altered).
    """

    kind: str
    action: str | None = None
    method: str | None = None
    path: str | None = None
    status: int | None = None
    code: str | None = None
    message: str = "Injected fault."
    retry_after_ms: int | None = 100
    seconds: float = 1.0
    times: int | None = 1
    skip: int = 0
    value: Any = None
    rewrite: Rewrite | None = None

    def __post_init__(self) -> None:
        known = BEFORE | AFTER | DELAYS | BODIES.keys() | {f"{name}_before" for name in BODIES} | ALTERATIONS.keys()
        if self.kind not in known and self.kind != "rewrite":
            raise ValueError(f"unknown kind of fault: {self.kind}")
        if self.times is not None and self.times < 1:
            raise ValueError("times starts at 1; None means always")
        if (self.kind == "rewrite") != (self.rewrite is not None):
            raise ValueError("a function belongs to kind rewrite, and only there")

    @property
    def acts(self) -> bool:
        """True if the service does its work although the answer is bad."""
        return self.kind not in BEFORE and not self.kind.endswith("_before")

    @property
    def body_kind(self) -> str | None:
        """Which of `BODIES` is answered; None for none."""
        kind = self.kind.removesuffix("_before")
        return kind if kind in BODIES else None

    def fits(self, action: str | None, method: str, path: str) -> bool:
        """True if the fault is meant for such a request."""
        return (
            self.action in (None, action)
            and self.method in (None, method)
            and (self.path is None or fnmatchcase(path, self.path))
        )

    def alter(self, answer: JsonObject) -> Any:
        """Return the answer as this fault would have it; unchanged for the kinds that alter nothing."""
        if self.rewrite is not None:
            return self.rewrite(copy.deepcopy(answer))
        alteration = ALTERATIONS.get(self.kind)
        return alteration(copy.deepcopy(answer), self.value) if alteration else answer


class FaultScript:
    """The faults still to come, in the order in which they were added; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: list[list[Any]] = []

    def add(self, *faults: Fault) -> None:
        """Add faults at the end."""
        with self._lock:
            self._pending.extend([fault, fault.skip, fault.times] for fault in faults)

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._pending.clear()

    @property
    def pending(self) -> tuple[Fault, ...]:
        """Faults that have not run out."""
        with self._lock:
            return tuple(entry[0] for entry in self._pending)

    def take(self, action: str | None, method: str, path: str) -> Fault | None:
        """Return the fault that hits this request, and count its use. Every fitting fault before it counts one skip."""
        with self._lock:
            for entry in self._pending:
                fault, skip, times = entry
                if not fault.fits(action, method, path):
                    continue
                if skip > 0:
                    entry[1] = skip - 1
                    continue
                if times is not None:
                    entry[2] = times - 1
                    if times <= 1:
                        self._pending.remove(entry)
                return fault if times is None or times > 0 else None
            return None


def _rows(answer: JsonObject) -> list[JsonObject]:
    return next((answer[name] for name in _LISTS if isinstance(answer.get(name), list)), [])


def _empty_page(answer: JsonObject, _value: Any) -> JsonObject:
    _rows(answer).clear()
    return answer


def _duplicate_rows(answer: JsonObject, _value: Any) -> JsonObject:
    rows = _rows(answer)
    rows[:] = [*rows[:-1], *rows[:1]] if len(rows) > 1 else rows + rows
    return answer


def _drop_rows(answer: JsonObject, value: Any) -> JsonObject:
    rows = _rows(answer)
    del rows[: int(value or 1)]
    return answer


def _foreign_rows(answer: JsonObject, value: Any) -> JsonObject:
    rows = _rows(answer)
    if rows:
        stranger = {**rows[0], "WorkspaceId": str(value or "9999")}
        for name in ("TemplateId", "TensorboardId", "JobId"):
            if name in stranger:
                stranger[name] = f"{stranger[name]}x"
        rows.append(stranger)
        answer["TotalCount"] = int(answer.get("TotalCount", 0)) + 1
    return answer


def _strings(answer: Any, value: Any) -> Any:
    if isinstance(answer, dict):
        return {
            key: _strings(item, value) if key not in ("Content", "Metadata") else item for key, item in answer.items()
        }
    if isinstance(answer, list):
        return [_strings(item, value) for item in answer]
    return str(answer) if isinstance(answer, int | float) and not isinstance(answer, bool) else answer


def _extra_fields(answer: JsonObject, value: Any) -> JsonObject:
    for target in (answer, *_rows(answer)):
        target["EmulatorUnknownField"] = value if value is not None else {"Nested": [1, "two"]}
    return answer


def _missing_list(answer: JsonObject, _value: Any) -> JsonObject:
    return {name: item for name, item in answer.items() if name not in _LISTS}


def _total(answer: JsonObject, value: Any) -> JsonObject:
    return {**answer, "TotalCount": value}


def _patch(answer: JsonObject, value: Any) -> JsonObject:
    return {**answer, **value}


ALTERATIONS: Mapping[str, Callable[[JsonObject, Any], Any]] = {
    "empty_page": _empty_page,
    "duplicate_rows": _duplicate_rows,
    "drop_rows": _drop_rows,
    "foreign_rows": _foreign_rows,
    "strings": _strings,
    "extra_fields": _extra_fields,
    "missing_list": _missing_list,
    "total": _total,
    "patch": _patch,
}
