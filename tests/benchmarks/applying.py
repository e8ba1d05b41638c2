"""Executing a plan of new templates, against what the latency of its calls alone takes with so many in flight."""

from __future__ import annotations

from . import Measurement
from ._child import spent
from ._serving import serving
from ._world import world

COUNT = 1_000
LATENCY = 0.05
WIDTH = 16


def measure(count: int = COUNT) -> list[Measurement]:
    """Wall time of executing; the calls of the planning before it are counted too, which are few."""
    with world(count, applied=False) as here, serving(here.state, latency=LATENCY) as server:
        done = spent("tests.benchmarks._stages:execute", here.root, server.url, str(WIDTH), "1000000")
        asked = server.asked()
    seconds, bound = float(done.out), asked.calls * LATENCY / WIDTH
    return [
        Measurement(
            name="apply: executing",
            ratio=seconds / bound,
            bound=1.3,
            detail=f"{count:,} created in {seconds:.1f} s, whole process {done.wall:.1f} s; {asked.calls / count:.1f} "
            f"calls each at {LATENCY * 1000:.0f} ms, {WIDTH} in flight: {bound:.1f} s",
        )
    ]
