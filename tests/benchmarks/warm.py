"""What a cache and an early listing save, and what `--changed-since` costs: each against what bounds it from below.

Manifests are kept by an earlier run of the same command, the templates are all as they should be. A listing alone is
what `growth` lists with: the same pages, the same checks, nothing else.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from reconciler.live import ConnectionOptions

from . import Measurement
from ._child import Spent, reconciler, spent
from ._serving import Server, serving
from ._world import Pairs, World, in_turns, world

COUNT = 10_000
FEW = 100
MOST = 100_000
CHANGED = 4
ROUNDS = 3
PLANS = 11
"""Rounds of a plan, in which three processes share the processors: a single one varies by a tenth."""
PACE = f"{ConnectionOptions().rate:g}"


def measure(
    count: int = COUNT, few: int = FEW, rounds: int = ROUNDS, plans: int = PLANS, most: int = MOST
) -> list[Measurement]:
    """Wall time of plans, processor time of checking also of very many, and calls and processor time of what
    changed."""
    with world(count) as here, TemporaryDirectory() as cache:
        _commit(here.root)
        with serving(here.state) as server:
            rows = [_checking(here, rounds), *_planning(here, server, cache, plans)]
        return [*rows, *_checking_most(here, most), *_changed(here, few, rounds)]


def _checking(here: World, rounds: int) -> Measurement:
    with TemporaryDirectory() as cache:
        _validate(here, "--cache-dir", cache)
        pairs = in_turns(
            lambda: _validate(here, "--cache-dir", cache).cpu, lambda: _validate(here, "--no-cache").cpu, rounds
        )
    return Measurement(
        name="warm: validate",
        ratio=pairs.ratio,
        bound=0.2,
        detail=f"{here.count:,} manifests, processor time of the whole command, known against read: {pairs.detail}",
    )


def _checking_most(few: World, most: int) -> list[Measurement]:
    """The same for ten times as many, once: each costs what it costs among few, and is known as well."""
    with world(most, applied=False) as many, TemporaryDirectory() as cache:
        among_few = _validate(few, "--no-cache").cpu / few.count
        _validate(many, "--cache-dir", cache)
        known, read = _validate(many, "--cache-dir", cache).cpu, _validate(many, "--no-cache").cpu
    return [
        Measurement(
            name=f"validate: each of {most:,}",
            ratio=read / most / among_few,
            bound=1.15,
            detail=f"processor time of one: {1000 * read / most:.3f} ms, and {1000 * among_few:.3f} ms "
            f"among {few.count:,}",
        ),
        Measurement(
            name=f"warm: validate {most:,}",
            ratio=known / read,
            bound=0.2,
            detail=f"processor time, known against read: {known:.1f} s against {read:.1f} s",
        ),
    ]


def _planning(here: World, server: Server, cache: str, rounds: int) -> list[Measurement]:
    warm, cold = Pairs(), Pairs()
    _plan(here, server, "--cache-dir", cache)
    for _ in range(rounds):
        listing = spent("tests.benchmarks.growth:list_all", server.url, str(here.count), PACE).wall
        warm.add(_plan(here, server, "--cache-dir", cache).wall, listing)
        cold.add(_plan(here, server, "--no-cache").wall, max(listing, _validate(here, "--no-cache").wall))
    return [
        Measurement(
            name="warm: plan",
            ratio=warm.ratio,
            bound=1.3,
            detail=f"{here.count:,} unchanged templates against the listing alone, both at {PACE} calls a second: "
            f"{warm.detail}",
        ),
        Measurement(
            name="cold: plan",
            ratio=cold.ratio,
            bound=1.15,
            detail=f"the same without a cache, against the longer of reading and listing: {cold.detail}",
        ),
    ]


def _changed(here: World, few: int, rounds: int) -> list[Measurement]:
    """Both are measured in turns, because a machine that becomes slower in between would make it look like growth."""
    with world(few) as small:
        _commit(small.root)
        with _edited(here) as many, _edited(small) as little:
            pairs = [(many(), little()) for _ in range(rounds)]
    calls = max(calls for (_, calls), _ in pairs)
    most, least = min(cpu for (cpu, _), _ in pairs), min(cpu for _, (cpu, _) in pairs)
    return [
        Measurement(
            name="changed since: calls",
            ratio=calls / (2 * CHANGED + 5),
            bound=1.0,
            detail=f"{calls} calls for {CHANGED} changed of {here.count:,}, at most {2 * CHANGED + 5}",
        ),
        Measurement(
            name="changed since: processor time",
            ratio=most / least,
            bound=1.5,
            detail=f"{most:.2f} s among {here.count:,}, {least:.2f} s among {small.count:,}, Git included",
        ),
    ]


@contextmanager
def _edited(here: World) -> Iterator[Callable[[], tuple[float, int]]]:
    """Change some manifests, and yield a function that plans them: processor seconds and calls of one plan."""
    for file in sorted((here.root / "templates").glob("*.yaml"))[:CHANGED]:
        file.write_text(file.read_text(encoding="utf-8").replace("epochs 90", "epochs 91"), encoding="utf-8")
    with serving(here.state) as server, TemporaryDirectory() as cache:
        words = ("--changed-since", "HEAD", "--cache-dir", cache)
        _plan(here, server, *words)

        def planned() -> tuple[float, int]:
            server.asked()
            return _plan(here, server, *words).cpu, server.asked().calls

        yield planned


def _validate(here: World, *options: str) -> Spent:
    return reconciler("validate", "--project", here.root, *options)


def _plan(here: World, server: Server, *options: str) -> Spent:
    return reconciler("plan", "--project", here.root, "--endpoint", server.url, *options)


def _commit(root: Path) -> None:
    who = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@example.com")
    for words in (("init", "-q"), ("add", "."), (*who, "commit", "-q", "-m", "all")):
        _git(root, words)


def _git(root: Path, words: Sequence[str]) -> None:
    subprocess.run(["git", *words], cwd=root, check=True, capture_output=True)
