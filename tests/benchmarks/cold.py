"""A plan that must fetch every template (`--verify`), against a plain asyncio client with as many calls in flight.

The second half runs against a service that answers 429 above 100 calls a second: no client can be faster than that,
and one that is throttled even once has asked too fast.
"""

from __future__ import annotations

from . import Measurement
from ._child import reconciler, spent
from ._serving import Asked, Server, serving
from ._world import World, in_turns, world

COUNT = 1_000
LATENCY = 0.05
WIDTH = 16
RATE = 100
ROUNDS = 3


def measure(count: int = COUNT, rounds: int = ROUNDS) -> list[Measurement]:
    """Wall time without and with a limit of the service."""
    with world(count) as here:
        return [_unlimited(here, rounds), *_limited(here)]


def _plan(here: World, server: Server, rate: float) -> tuple[float, Asked]:
    server.asked()
    done = reconciler(
        "plan", "--verify", "--project", here.root, "--endpoint", server.url,
        "--calls-in-flight", str(WIDTH), "--rate", str(rate),
    )  # fmt: skip
    asked = server.asked()
    if f"{here.count} unchanged" not in done.out or asked.by_action.get("GetJobTemplate", 0) < here.count:
        raise RuntimeError(done.out)
    return done.wall, asked


def _unlimited(here: World, rounds: int) -> Measurement:
    with serving(here.state, latency=LATENCY) as server:
        pairs = in_turns(
            lambda: _plan(here, server, 1e6)[0],
            lambda: spent("tests.benchmarks._clients:fetch_all", server.url, str(WIDTH)).wall,
            rounds,
        )
    return Measurement(
        name="cold: wall, no limit",
        ratio=pairs.ratio,
        bound=1.5,
        detail=f"{here.count:,} fetched at {LATENCY * 1000:.0f} ms, {WIDTH} in flight, against aiohttp: {pairs.detail}",
    )


def _limited(here: World) -> list[Measurement]:
    """Whole plans: start, manifests and listing included."""
    with serving(here.state, latency=LATENCY, rate_limit=RATE) as server:
        wall, asked = _plan(here, server, RATE)
    bound = here.count / RATE
    return [
        Measurement(
            name="cold: wall, limited",
            ratio=wall / bound,
            bound=1.15,
            detail=f"{wall:.2f} s; {here.count:,} calls at {RATE} a second take {bound:.1f} s (--rate {RATE})",
        ),
        Measurement(
            name="cold: throttled",
            ratio=float(asked.throttled),
            bound=0.0,
            detail=f"{asked.throttled} answers of {asked.calls} were 429",
        ),
    ]
