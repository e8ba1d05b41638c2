"""The emulator in a process of its own, so that it does not share an interpreter with what is measured.

`python -m tests.benchmarks._serving STATE LATENCY [RATE]` prints its address, then answers each line on standard input
with one line of JSON: what it was asked since the last line. It ends with its input.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from reconciler.emulator import Emulator, Profile
from reconciler.emulator.application import Request

from ._project import workspace_of

WORKSPACES = 100
"""How many workspaces there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the service saw of one client."""

    calls: int
    connections: int
    by_action: dict[str, int]
    throttled: int
    most_at_once: int
    cpu: float
    """Processor seconds of the service."""


class Server:
    """A handle on the process; `asked` says what happened since it was last called."""

    def __init__(self, url: str, lines: IO[str], answers: IO[str]) -> None:
        self.url = url
        self._lines = lines
        self._answers = answers

    def asked(self) -> Asked:
        """What was asked since the last time, or since the start."""
        self._lines.write("asked\n")
        self._lines.flush()
        return Asked(**json.loads(self._answers.readline()))


@contextmanager
def serving(state: Path, *, latency: float = 0.0, rate_limit: float | None = None) -> Iterator[Server]:
    """Serve a state file with so many seconds added to every answer, and 429 above so many calls a second."""
    limit = [] if rate_limit is None else [str(rate_limit)]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks._serving", str(state), str(latency), *limit],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        lines, answers = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)
        try:
            yield Server(answers.readline().strip(), lines, answers)
        finally:
            lines.close()


class _Watch:
    """Counts requests in flight, from the arrival to the moment before the answer waits out the latency."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._before = (0, 0, 0.0)

    def line(self) -> str:
        requests = self._emulator.requests
        calls, connections, cpu = self._emulator.request_count, self._emulator.connections_opened, time.process_time()
        asked = Asked(
            calls=calls - self._before[0],
            connections=connections - self._before[1],
            by_action=dict(Counter(str(request.action) for request in requests)),
            throttled=sum(request.status == 429 for request in requests),
            most_at_once=_most_at_once(requests),
            cpu=cpu - self._before[2],
        )
        self._emulator.clear_log()
        self._before = (calls, connections, cpu)
        return json.dumps({name: getattr(asked, name) for name in Asked.__slots__})


def _most_at_once(requests: list[Request]) -> int:
    """How many connections carried these requests: an upper bound of the calls that were in flight at once."""
    return len({request.connection for request in requests})


def main() -> None:
    """Serve until the input ends."""
    state, latency, *limit = sys.argv[1:]
    profile = Profile(
        workspaces=frozenset(map(workspace_of, range(WORKSPACES))),
        latency=float(latency),
        rate_limit=float(limit[0]) if limit else None,
    )
    sys.setswitchinterval(0.05)
    with Emulator(Path(state), profile=profile) as emulator:
        threading.current_thread().name = "control"
        watch = _Watch(emulator)
        print(emulator.url, flush=True)
        for _ in sys.stdin:
            print(watch.line(), flush=True)


if __name__ == "__main__":
    main()
