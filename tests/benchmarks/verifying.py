"""Versions that prove themselves: the wall of an apply, its calls and its memory while many jobs are under way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from reconciler.emulator import seed
from reconciler.live import ConnectionOptions

from . import Measurement
from ._child import Spent, spent
from ._serving import Asked, serving
from ._world import World, world

COUNT = 50
SECONDS = 2.0
WIDTH = 8
MANY = 100
MOST_MEMORY = 150e6
MOST_CALLS = 6
RATE_OF_THE_SERVICE = 100.0
PACE = f"{ConnectionOptions().rate:g}"
"""Calls a second, as an apply makes them unless told otherwise."""
VERIFY = """\
  verify:
    maxMinutes: 5
    set: {"JobSpecs[1].PodCount": 1, UserCommand: python train.py --max-steps 10}
"""


def measure(count: int = COUNT, many: int = MANY, seconds: float = SECONDS) -> list[Measurement]:
    """An apply whose verifications run side by side; then one with many in flight at a service with its real rate."""
    with _to_verify(count, seconds) as here:
        done, _ = _applied(here, WIDTH)
    wall, bound = float(done.out), count / WIDTH * seconds
    with _to_verify(many, 3 * seconds) as here:
        crowd, asked = _applied(here, many)
    with world(many, applied=False) as here:
        _, plain = _applied(here, many)
    polls = asked.by_action["GetJob"]
    more = (asked.calls - polls - plain.calls) / many
    return [
        Measurement(
            name="verifying: wall",
            ratio=wall / bound,
            bound=1.2,
            detail=f"{count} verifications of {seconds:g} s, {WIDTH} side by side: {wall:.1f} s, whole process "
            f"{done.wall:.1f} s; {count}/{WIDTH} x {seconds:g} s is {bound:.1f} s",
        ),
        Measurement(
            name="verifying: calls",
            ratio=more / MOST_CALLS,
            bound=1.0,
            detail=f"{more:.2f} calls more for each verification, besides {polls:,} looks at {many} jobs; at most "
            f"{MOST_CALLS}",
        ),
        Measurement(
            name="verifying: throttled",
            ratio=float(asked.throttled),
            bound=0.0,
            detail=f"{asked.throttled} answers of {asked.calls:,} were 429, {many} in flight, {crowd.wall:.1f} s",
        ),
        Measurement(
            name="verifying: memory",
            ratio=crowd.peak / MOST_MEMORY,
            bound=1.0,
            detail=f"{crowd.peak / 1e6:.0f} MB with {many} in flight, at most {MOST_MEMORY / 1e6:.0f} MB",
        ),
    ]


@contextmanager
def _to_verify(count: int, seconds: float) -> Iterator[World]:
    """So many templates that are not there yet and ask for a proof, by jobs that run for so long."""
    with world(count, applied=False) as here:
        for file in (here.root / "templates").iterdir():
            file.write_text(file.read_text(encoding="utf-8") + VERIFY, encoding="utf-8")
        life = {"job": "verify-*", "steps": [["Running", seconds], "Succeeded"]}
        seed(here.state, {"jobLives": [life]})
        yield here


def _applied(here: World, width: int) -> tuple[Spent, Asked]:
    """An apply of everything, and what the service saw of it and of the planning before."""
    with serving(here.state, rate_limit=RATE_OF_THE_SERVICE) as server:
        done = spent("tests.benchmarks._stages:execute", here.root, server.url, str(width), PACE)
        return done, server.asked()
