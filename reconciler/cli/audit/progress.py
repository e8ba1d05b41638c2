"""Shows how far an audit is: a bar with an estimate on a terminal, elsewhere a line from time to time."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from reconciler.languages import say
from reconciler.render.counts import counted
from reconciler.render.style import visible

if TYPE_CHECKING:
    from reconciler.audit.collect import Fetched, Progress

_LINES = 10
"""About how many lines are written for a whole audit."""


@contextmanager
def watching(*, plain: bool) -> Iterator[Progress]:
    """Yield the `Progress` that a person sees on standard error while templates are read."""
    if plain or not sys.stderr.isatty():
        yield Lines(sys.stderr, time.monotonic)
        return
    from rich import console, progress  # noqa: PLC0415 - only for a person at a terminal

    columns = (
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeRemainingColumn(),
        progress.TextColumn("{task.description}", markup=False),
    )
    with progress.Progress(*columns, console=console.Console(stderr=True), transient=True) as display:
        task = display.add_task("", total=None)

        def show(done: int, total: int, name: str) -> None:
            display.update(task, completed=done, total=total, description=visible(name))

        yield show


class Lines:
    """A `Progress` that writes one line for each tenth of the way, with an estimate of the rest."""

    def __init__(self, stream: TextIO, clock: Callable[[], float]) -> None:
        self._stream = stream
        self._clock = clock
        self._began: tuple[float, int] | None = None
        self._said = 0

    def __call__(self, done: int, total: int, name: str) -> None:
        """Write a line such as `120 of 400 templates, about 2 min left`."""
        del name
        now = self._clock()
        if self._began is None:  # what a resumed run already had says nothing about its speed
            self._began = (now, done)
            self._say(f"{done} of {total} templates" if done else f"{total} templates to read")
            return
        tenth = done * _LINES // total if total else _LINES
        if tenth > self._said or done == total:
            self._said = tenth
            self._say(f"{done} of {total} templates{self._left(now, done, total)}")

    def _left(self, now: float, done: int, total: int) -> str:
        began, before = self._began or (now, done)
        if done == total or done <= before:
            return ""
        seconds = (now - began) / (done - before) * (total - done)
        return f", about {seconds / 60:.0f} min left" if seconds >= 90 else f", about {seconds:.0f} s left"

    def _say(self, text: str) -> None:
        _say(self._stream, text)


def tell_versions(fetched: Fetched, stream: TextIO) -> None:
    """Write how many versions were fetched and how many were known; nothing when none was needed."""
    if fetched.asked or fetched.known:
        _say(stream, f"{counted(fetched.asked, 'version')} fetched, {fetched.known:,} known from earlier audits")


def _say(stream: TextIO, text: str) -> None:
    stream.write(f"[audit] {say(text)}\n")
    stream.flush()
