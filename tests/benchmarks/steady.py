"""A plan of templates that are all as they should be, against its floor: the same pages, a bare parse, nothing else.

One listing answers for everything, because the digest recorded on a live template speaks for its content.
"""

from __future__ import annotations

from . import Measurement
from ._child import reconciler, spent
from ._serving import Asked, serving
from ._world import in_turns, world

COUNT = 10_000
ROUNDS = 3


def measure(count: int = COUNT, rounds: int = ROUNDS) -> list[Measurement]:
    """Calls and wall time of such a plan."""
    asked: list[Asked] = []
    with world(count) as here, serving(here.state) as server:

        def plan() -> float:
            server.asked()
            done = reconciler("plan", "--project", here.root, "--endpoint", server.url)
            if f"{count} unchanged" not in done.out:
                raise RuntimeError(done.out)
            asked.append(server.asked())
            return done.wall

        def floor() -> float:
            return spent("tests.benchmarks._clients:list_and_parse", server.url, here.root).wall

        pairs = in_turns(plan, floor, rounds)
    most = -(-count // 100) + 10
    calls = max(each.calls for each in asked)
    return [
        Measurement(
            name="steady: calls",
            ratio=calls / most,
            bound=1.0,
            detail=f"{calls} calls for {count:,} templates, at most {most}",
        ),
        Measurement(
            name="steady: wall",
            ratio=pairs.ratio,
            bound=2.0,
            detail=f"plan against same pages and bare parse: {pairs.detail}",
        ),
    ]
