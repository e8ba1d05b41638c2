"""Who watches an apply: a live display on a terminal, plain lines elsewhere, a log of JSON lines."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from reconciler.errors import ReconcilerError
from reconciler.model import Action, Outcome, Plan
from reconciler.plan.codec import plan_id
from reconciler.render.reports import outcome_object
from reconciler.render.style import visible

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from reconciler.apply.execute import Watcher


class Watchers:
    """Tells several watchers."""

    def __init__(self, watchers: Sequence[Watcher]) -> None:
        self._watchers = tuple(watchers)

    def started(self, action: Action) -> None:
        """An action is about to be tried."""
        for watcher in self._watchers:
            watcher.started(action)

    def finished(self, outcome: Outcome) -> None:
        """An action has ended."""
        for watcher in self._watchers:
            watcher.finished(outcome)


@contextmanager
def progress_display(plan: Plan, *, plain: bool) -> Iterator[Watcher]:
    """What a person sees meanwhile, on standard error: a live display on a terminal, else one line per ended action."""
    if plain or not sys.stderr.isatty():
        yield _Lines(sys.stderr, len(plan.actions))
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield _Live(progress, len(plan.actions))


class _Lines:
    """One short line per ended action; the report has the details."""

    def __init__(self, stream: TextIO, total: int) -> None:
        self._stream = stream
        self._total = total
        self._ended = 0
        self._lock = threading.Lock()

    def started(self, action: Action) -> None:
        del action

    def finished(self, outcome: Outcome) -> None:
        with self._lock:
            self._ended += 1
            action, status = visible(str(outcome.action.key)), outcome.status
            self._stream.write(f"[{self._ended}/{self._total}] {action}: {status} ({outcome.seconds:.1f} s)\n")
            self._stream.flush()


class _Live:
    """A row per action in flight and one for the whole."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._total = total
        self._ended = 0
        self._lock = threading.Lock()
        self._rows: dict[object, TaskID] = {}
        self._whole = progress.add_task(f"0 of {total} actions", total=total)

    def started(self, action: Action) -> None:
        with self._lock:
            self._rows[action.key] = self._progress.add_task(f"  {visible(str(action.key))}", total=None)

    def finished(self, outcome: Outcome) -> None:
        with self._lock:
            row = self._rows.pop(outcome.action.key, None)
            if row is not None:
                self._progress.remove_task(row)
            self._ended += 1
            self._progress.update(
                self._whole, completed=self._ended, description=f"{self._ended} of {self._total} actions"
            )


class JsonLog:
    """One JSON line per event, flushed per write, so that a killed run leaves its record behind."""

    def __init__(self, stream: TextIO, plan: Plan) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._write("began", {"plan_id": plan_id(plan), "actions": len(plan.actions)})

    @classmethod
    @contextmanager
    def open(cls, file: Path, plan: Plan) -> Iterator[JsonLog]:
        """Append to a file.

        Raises:
            ReconcilerError: it cannot be written.
        """
        try:
            stream = file.open("a", encoding="utf-8")
        except OSError as error:
            raise ReconcilerError(f"{file} cannot be written: {error.strerror}") from error
        with stream:
            log = cls(stream, plan)
            yield log
            log._write("ended", {})

    def started(self, action: Action) -> None:
        """An action is about to be tried."""
        self._write("started", {"action": str(action.key), "observed": dict(action.observed)})

    def finished(self, outcome: Outcome) -> None:
        """An action has ended."""
        self._write("finished", outcome_object(outcome))

    def _write(self, event: str, details: dict[str, object]) -> None:
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **details}
        with self._lock:
            self._stream.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
            self._stream.flush()
