"""Many targets in one run, against the slowest of them alone: what waits for the service is to be done side by side.

Every target is a workspace of its own region, so each has a pace of its own, and asks for something else of every
template. `plan` believes the marks and asks for pages only; `drift` fetches every content the first time, and none the
second time, when the cache knows the versions.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from . import Measurement
from ._child import reconciler
from ._serving import serving
from ._world import Pairs, World, world

TARGETS = 8
COUNT = 300
LATENCY = 0.05
ROUNDS = 3
PLANS = 7
"""Rounds of a plan: it takes less than a second, so that other work on the machine moves its ratio most."""
BOUND = 1.6

Run = Callable[..., float]
"""Wall seconds of a command with these words, which name the targets."""


def measure(count: int = COUNT, targets: int = TARGETS, rounds: int = ROUNDS, plans: int = PLANS) -> list[Measurement]:
    """Wall time of all targets in one run, against the longest run of one of them."""
    names = [f"target-{at}" for at in range(targets)]
    planned, cold, warm = Pairs(), Pairs(), Pairs()
    with world(count, targets=names) as here, serving(here.state, latency=LATENCY) as server:
        plan = _runs(here, server.url, "plan", "--no-cache")
        for _ in range(plans):
            planned.add(plan("--all-targets"), max(plan("--target", name) for name in names))
        for _ in range(rounds):
            with TemporaryDirectory() as alone, TemporaryDirectory() as together:
                for pairs in (cold, warm):
                    drift = _runs(here, server.url, "drift", "--cache-dir", alone)
                    slowest = max(drift("--target", name) for name in names)
                    pairs.add(_runs(here, server.url, "drift", "--cache-dir", together)("--all-targets"), slowest)
    what = f"{targets} targets of {count:,} templates at {LATENCY * 1000:.0f} ms"
    return [
        Measurement(name=f"fleet: {name}", ratio=pairs.ratio, bound=BOUND, detail=f"{what}: {pairs.detail} {of}")
        for name, pairs, of in (
            ("plan", planned, "of the slowest alone"),
            ("drift, cold", cold, "of the slowest alone, every content fetched"),
            ("drift, warm", warm, "of the slowest alone, every version known"),
        )
    ]


def _runs(here: World, url: str, verb: str, *options: str | Path) -> Run:
    def run(*targets: str) -> float:
        return reconciler(verb, *targets, "--project", here.root, "--endpoint", url, *options).wall

    return run
