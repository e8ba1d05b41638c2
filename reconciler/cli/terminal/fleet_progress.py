"""What a person sees while many targets are applied: one line for each ended action, with its target."""

from __future__ import annotations

import threading
from typing import TextIO

from reconciler.cli.terminal.news import News
from reconciler.cli.terminal.progress import Display
from reconciler.languages import say
from reconciler.model import Action, Outcome
from reconciler.render.style import visible
from reconciler.render.text import action_of


class FleetLines:
    """Lines of many targets on one stream, counted together."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._total = 0
        self._ended = 0
        self._lock = threading.Lock()

    def expect(self, total: int) -> None:
        """Set how many actions are going to end."""
        self._total = total

    def of(self, target: str) -> Display:
        """Return the lines of one target."""
        return _Lines(self, target)

    def ended(self, text: str) -> None:
        """Write that an action has ended."""
        with self._lock:
            self._ended += 1
            self._write(f"[{self._ended}/{self._total}] {text}")

    def told(self, text: str) -> None:
        """Write another line."""
        with self._lock:
            self._write(text)

    def _write(self, text: str) -> None:
        self._stream.write(f"{text}\n")
        self._stream.flush()


class _Lines:
    """See `progress.Display`."""

    def __init__(self, all_lines: FleetLines, target: str) -> None:
        self._lines = all_lines
        self._target = visible(target)
        self._news = News()

    def started(self, action: Action) -> None:
        del action

    def finished(self, outcome: Outcome) -> None:
        self._lines.ended(f"{self._target}: {action_of(outcome)}: {say(outcome.status)} ({outcome.seconds:.1f} s)")

    def told(self, template: str, job: str, state: str) -> None:
        if self._news.is_new(job, state):
            told = say(f"verify {visible(template)}: {visible(job)} {visible(state)}")
            self._lines.told(f"{self._target}: {told}")
