"""An apply of new templates, against what the latency of its calls alone takes with so many in flight."""

from __future__ import annotations

from . import Measurement
from ._child import reconciler
from ._serving import serving
from ._world import world

COUNT = 1_000
LATENCY = 0.05
WIDTH = 16


def measure(count: int = COUNT) -> list[Measurement]:
    """Wall time of the whole command, planning included."""
    with world(count, applied=False) as here, serving(here.state, latency=LATENCY) as server:
        done = reconciler(
            "apply", "--yes", "--project", here.root, "--endpoint", server.url,
            "--parallel", str(WIDTH), "--calls-in-flight", str(WIDTH), "--rate", "1000000",
        )  # fmt: skip
        asked = server.asked()
    bound = asked.calls * LATENCY / WIDTH
    each = asked.calls / count
    return [
        Measurement(
            name="apply: wall",
            ratio=done.wall / bound,
            bound=1.3,
            detail=f"{count:,} created in {done.wall:.1f} s (processor {done.cpu:.1f} s, service {asked.cpu:.1f} s); "
            f"{each:.1f} calls each at {LATENCY * 1000:.0f} ms, {WIDTH} in flight: {bound:.1f} s",
        )
    ]
