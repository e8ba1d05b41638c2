"""A plan of templates that are all as they should be, against its floor: the same pages, a bare parse, nothing else.

One listing answers for everything, because the digest recorded on a live template speaks for its content. Both sides
ask as fast as the service answers, then both at the pace that a plan keeps to unless told otherwise, which leaves room
below the 100 calls a second that the service allows to a whole account.
"""

from __future__ import annotations

from reconciler.live import ConnectionOptions

from . import Measurement
from ._child import check_unchanged, reconciler, spent
from ._serving import Server, serving
from ._world import Pairs, World, world

COUNT = 10_000
ROUNDS = 3
PACE = f"{ConnectionOptions().rate:g}"
"""Calls a second, as a plan makes them unless told otherwise."""


def measure(count: int = COUNT, rounds: int = ROUNDS) -> list[Measurement]:
    """Calls and wall time of such a plan."""
    unpaced, paced, calls = Pairs(), Pairs(), 0
    with world(count) as here, serving(here.state) as server:
        for _ in range(rounds):
            floor = _floor(here, server)
            server.asked()
            unpaced.add(_plan(here, server, "--rate", "1000000"), floor)
            calls = max(calls, server.asked().calls)
            floor = _floor(here, server, PACE)
            paced.add(_plan(here, server), floor)
    most = -(-count // 100) + 10
    mixed = Pairs(paced.ours, unpaced.floor)
    return [
        Measurement(
            name="steady: calls",
            ratio=calls / most,
            bound=1.0,
            detail=f"{calls} calls for {count:,} templates, at most {most}",
        ),
        Measurement(
            name="steady: wall",
            ratio=unpaced.ratio,
            bound=2.0,
            detail=f"plan against same pages and bare parse, both as fast as the service answers: {unpaced.detail}",
        ),
        Measurement(
            name="steady: wall, paced",
            ratio=paced.ratio,
            bound=2.0,
            detail=f"the same, both at {PACE} calls a second: {paced.detail}; "
            f"the paced plan against the unpaced floor: {mixed.ratio:.2f}",
        ),
    ]


def _floor(here: World, server: Server, rate: str = "inf") -> float:
    return spent("tests.benchmarks._clients:list_and_parse", server.url, here.root, rate).wall


def _plan(here: World, server: Server, *options: str) -> float:
    done = reconciler("plan", *options, "--project", here.root, "--endpoint", server.url)
    check_unchanged(done.out, here.count)
    return done.wall
