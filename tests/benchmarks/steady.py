"""A plan of templates that are all as they should be, against its floor: the same pages, a bare parse, nothing else.

One listing answers for everything, because the digest recorded on a live template speaks for its content. The floor
asks as fast as the service answers; a plan keeps to 80 calls a second unless told otherwise, because the service
allows 100 to a whole account. So it is measured both ways: as people run it, and as fast as the floor.
"""

from __future__ import annotations

from . import Measurement
from ._child import reconciler, spent
from ._serving import Server, serving
from ._world import Pairs, World, world

COUNT = 10_000
ROUNDS = 3
AS_FAST_AS_CAN_BE = ("--rate", "1000000")


def measure(count: int = COUNT, rounds: int = ROUNDS) -> list[Measurement]:
    """Calls and wall time of such a plan."""
    paced, unpaced, calls = Pairs(), Pairs(), 0
    with world(count) as here, serving(here.state) as server:
        for _ in range(rounds):
            floor = spent("tests.benchmarks._clients:list_and_parse", server.url, here.root).wall
            server.asked()
            paced.add(_plan(here, server), floor)
            calls = max(calls, server.asked().calls)
            unpaced.add(_plan(here, server, *AS_FAST_AS_CAN_BE), floor)
    most = -(-count // 100) + 10
    return [
        Measurement(
            name="steady: calls",
            ratio=calls / most,
            bound=1.0,
            detail=f"{calls} calls for {count:,} templates, at most {most}",
        ),
        Measurement(
            name="steady: wall",
            ratio=paced.ratio,
            bound=2.0,
            detail=f"plan at its own pace against same pages and bare parse: {paced.detail}",
        ),
        Measurement(
            name="steady: wall, no pace",
            ratio=unpaced.ratio,
            bound=2.0,
            detail=f"the same asking as fast as the floor does: {unpaced.detail}",
        ),
    ]


def _plan(here: World, server: Server, *options: str) -> float:
    done = reconciler("plan", *options, "--project", here.root, "--endpoint", server.url)
    if f"{here.count} unchanged" not in done.out:
        raise RuntimeError(done.out)
    return done.wall
