"""A plan that must fetch every template (`--verify`), against a plain asyncio client with as many calls in flight.

The second half runs against a service that answers 429 above 100 calls a second: no client can be faster than that,
and one that is throttled even once has asked too fast. Reading and comparing is measured by itself, the whole command
too: it also starts and loads the manifests, which the client it is compared with does not.
"""

from __future__ import annotations

from . import Measurement
from ._child import check_unchanged, reconciler, spent
from ._serving import Server, serving
from ._world import Pairs, World, world

COUNT = 1_000
LATENCY = 0.05
WIDTH = 16
RATE = 100
ROUNDS = 3
STAGE = "tests.benchmarks._stages:read_and_compare"


def measure(count: int = COUNT, rounds: int = ROUNDS) -> list[Measurement]:
    """Wall time without and with a limit of the service."""
    with world(count) as here:
        return [*_unlimited(here, rounds), *_limited(here)]


def _stage(here: World, server: Server, rate: float) -> float:
    return float(spent(STAGE, here.root, server.url, str(WIDTH), str(rate)).out)


def _unlimited(here: World, rounds: int) -> list[Measurement]:
    stage, command = Pairs(), Pairs()
    with serving(here.state, latency=LATENCY) as server:
        for _ in range(rounds):
            floor = spent("tests.benchmarks._clients:fetch_all", server.url, str(WIDTH))
            stage.add(_stage(here, server, 1e6), floor.inside)
            command.add(_command(here, server), floor.wall)
    fetched = f"{here.count:,} fetched at {LATENCY * 1000:.0f} ms, {WIDTH} in flight"
    return [
        Measurement(
            name="cold: reading",
            ratio=stage.ratio,
            bound=1.5,
            detail=f"{fetched}: list, fetch and compare against list and fetch by aiohttp: {stage.detail}",
        ),
        Measurement(
            name="cold: whole command",
            ratio=command.ratio,
            bound=1.5,
            detail=f"start and {here.count:,} manifests included, against the same client: {command.detail}",
        ),
    ]


def _command(here: World, server: Server) -> float:
    done = reconciler(
        "plan", "--verify", "--project", here.root, "--endpoint", server.url,
        "--calls-in-flight", str(WIDTH), "--rate", "1000000",
    )  # fmt: skip
    check_unchanged(done.out, here.count)
    return done.wall


def _limited(here: World) -> list[Measurement]:
    with serving(here.state, latency=LATENCY, rate_limit=RATE) as server:
        seconds = _stage(here, server, RATE)
        asked = server.asked()
    fetched = asked.by_action["GetJobTemplate"]
    bound = fetched / RATE
    return [
        Measurement(
            name="cold: reading, limited",
            ratio=seconds / bound,
            bound=1.15,
            detail=f"{seconds:.2f} s; {fetched:,} calls at {RATE} a second take {bound:.1f} s (--rate {RATE})",
        ),
        Measurement(
            name="cold: throttled",
            ratio=float(asked.throttled),
            bound=0.0,
            detail=f"{asked.throttled} answers of {asked.calls} were 429",
        ),
    ]
