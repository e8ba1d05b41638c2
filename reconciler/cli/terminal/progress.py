"""Shows how an apply proceeds: a live display on a terminal, plain lines elsewhere, a log of JSON lines."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

import click

from reconciler.cli.terminal.news import News
from reconciler.cli.terminal.outlets import STREAM, reason_of, warn
from reconciler.files import open_log
from reconciler.languages import say
from reconciler.model import Action, Failure, Outcome, Plan, Verb
from reconciler.plan.codec import plan_id
from reconciler.render.reports import outcome_object
from reconciler.render.style import visible
from reconciler.render.text import action_of

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Display(Protocol):
    """Is told of every action, and of the progress of verifications."""

    def started(self, action: Action) -> None:
        """Show that an action is about to be tried."""
        ...

    def finished(self, outcome: Outcome) -> None:
        """Show that an action has ended."""
        ...

    def told(self, template: str, job: str, state: str) -> None:
        """Show a look at the job that verifies the version of a template."""
        ...


class Watchers:
    """Passes everything on to several watchers."""

    def __init__(self, watchers: Sequence[Display]) -> None:
        self._watchers = tuple(watchers)

    def started(self, action: Action) -> None:
        """Pass on that an action is about to be tried."""
        for watcher in self._watchers:
            watcher.started(action)

    def finished(self, outcome: Outcome) -> None:
        """Pass on that an action has ended."""
        for watcher in self._watchers:
            watcher.finished(outcome)

    def told(self, template: str, job: str, state: str) -> None:
        """Pass on a look at the job that verifies a version: "Running 2 of 15 min"."""
        for watcher in self._watchers:
            watcher.told(template, job, state)


@contextmanager
def progress_display(plan: Plan, *, plain: bool) -> Iterator[Display]:
    """Yield what a person sees meanwhile on standard error: a live display on a terminal, else one line for each
    ended action."""
    total = len(plan.actions) + sum(len(each.actions) for each in plan.waiting)
    if plain or not sys.stderr.isatty():
        yield _Lines(sys.stderr, total)
        return
    from rich import console, progress  # noqa: PLC0415 - only for a person at a terminal

    columns = (
        progress.SpinnerColumn(),
        progress.TextColumn("{task.description}", markup=False),
        progress.TimeElapsedColumn(),
    )
    with progress.Progress(*columns, console=console.Console(stderr=True), transient=True) as display:
        yield _Live(display, total)


class _Lines:
    """One short line for each ended action; the report has the details."""

    def __init__(self, stream: TextIO, total: int) -> None:
        self._stream = stream
        self._total = total
        self._ended = 0
        self._lock = threading.Lock()
        self._news = News()

    def started(self, action: Action) -> None:
        del action

    def told(self, template: str, job: str, state: str) -> None:
        if self._news.is_new(job, state):
            with self._lock:
                self._stream.write(say(f"verify {visible(template)}: {visible(job)} {visible(state)}\n"))
                self._stream.flush()

    def finished(self, outcome: Outcome) -> None:
        with self._lock:
            self._ended += 1
            action, status = action_of(outcome), say(outcome.status)
            self._stream.write(f"[{self._ended}/{self._total}] {action}: {status} ({outcome.seconds:.1f} s)\n")
            self._stream.flush()


class _Live:
    """One row for each action in flight, and one for the whole."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._total = total
        self._ended = 0
        self._lock = threading.Lock()
        self._rows: dict[object, TaskID] = {}
        self._texts: dict[str, TaskID] = {}
        self._whole = progress.add_task(f"0 of {total} actions", total=total)

    def started(self, action: Action) -> None:
        with self._lock:
            row = self._progress.add_task(f"  {visible(str(action.key))}", total=None)
            self._rows[action.key] = row
            if action.verb is Verb.VERIFY:
                self._texts[action.id.name] = row

    def told(self, template: str, job: str, state: str) -> None:
        with self._lock:
            if (row := self._texts.get(template)) is not None:
                text = f"  verify {template}: {job} {state}"
                self._progress.update(row, description=visible(text))

    def finished(self, outcome: Outcome) -> None:
        with self._lock:
            row = self._rows.pop(outcome.action.key, None)
            if row is not None:
                self._progress.remove_task(row)
            if outcome.action.verb is Verb.VERIFY:
                self._texts.pop(outcome.action.id.name, None)
            self._ended += 1
            self._progress.update(
                self._whole, completed=self._ended, description=f"{self._ended} of {self._total} actions"
            )


class JsonLog:
    """One JSON line for each event, passed on at once, so that a run that is killed leaves its record.

    A line that cannot be written is a warning on standard error; the next one is tried again.
    """

    def __init__(self, file: Path, append: Callable[[bytes], None], target: str = "") -> None:
        self._file = file
        self._append = append
        self._target = target
        self._lock = threading.Lock()
        self._lost = 0
        self._news = News()

    def of(self, target: str) -> JsonLog:
        """Return the same log for one of many targets: each line names it."""
        return JsonLog(self._file, self._append, target)

    def began_many(self, fleet_id: str, targets: Sequence[str]) -> None:
        """Write that the plans of many targets are about to be executed."""
        self._write("began", {"fleet_id": fleet_id, "targets": list(targets)})

    def began(self, plan: Plan) -> None:
        """Write that the plan is about to be executed."""
        soak = {"without_soak": plan.without_soak} if plan.without_soak else {}
        self._write("began", {"plan_id": plan_id(plan), "actions": len(plan.actions), **soak})

    def started(self, action: Action) -> None:
        """Write that an action is about to be tried."""
        self._write("started", {"action": str(action.key), "observed": dict(action.observed)})

    def finished(self, outcome: Outcome) -> None:
        """Write that an action has ended."""
        self._write("finished", outcome_object(outcome))

    def told(self, template: str, job: str, state: str) -> None:
        """Write a look at the job that verifies a version, when its state changes."""
        if self._news.is_new(job, state):
            self._write("verifying", {"template": template, "job": job, "state": state})

    def failed(self, failure: Failure) -> None:
        """Write that the work on one of many targets ended without a report."""
        self._write("failed", {"target": failure.target, "code": failure.code, "message": failure.message})

    def ended(self) -> None:
        """Write that every action has its outcome."""
        self._write("ended", {})
        if self._lost:
            warn(f"{self._file} lacks {self._lost} event{'s' if self._lost > 1 else ''} of this run")

    def _write(self, event: str, details: dict[str, object]) -> None:
        named = {"target": self._target} if self._target else {}
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **named, **details}
        data = (json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8", "backslashreplace")
        with self._lock:
            try:
                self._append(data)
            except OSError as error:
                self._lost += 1
                if self._lost == 1:
                    warn(f"{self._file} cannot be written: {reason_of(error)}; the run goes on")


@contextmanager
def json_log(file: Path | None) -> Iterator[JsonLog | None]:
    """Yield the log in a file, FIFO or device, opened before anything is done; `-` means standard output. None: no log.

    Raises:
        FileError: it cannot be opened.
    """
    if file is None:
        yield None
    elif file == STREAM:
        yield JsonLog(Path("standard output"), lambda line: click.echo(line.decode(), nl=False))
    else:
        with closing(open_log(file)) as log:
            yield JsonLog(file, log.append)
