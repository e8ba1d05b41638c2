"""The most memory a plan takes, for templates whose content is 4 KB each: all of them fetched, and none; with what
earlier runs found, and without."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from . import Measurement
from ._child import check_unchanged, reconciler, spent
from ._serving import serving
from ._world import world

COUNT = 10_000
PADDING = 3_000
"""Characters that bring one content to 4 KB."""
BOUND = 200 * 10**6


def measure(count: int = COUNT) -> list[Measurement]:
    """Peak resident size of the whole process, and of the second one where manifests are parsed."""
    results = []
    with (
        world(count, padding=PADDING) as here,
        serving(here.state) as server,
        TemporaryDirectory() as cache,
    ):
        known, fetched = ("--cache-dir", cache), ("--verify", "--rate", "1000000")
        parsing = spent("tests.benchmarks.memory:parse", here.root).peak
        for name, options, beside in (
            ("unchanged", (), parsing),
            ("fetched", fetched, parsing),
            ("unchanged, kept for the first time", known, parsing),
            ("unchanged, known", known, 0),
            ("fetched, known", (*known, *fetched), 0),
        ):
            done = reconciler("plan", *options, "--project", here.root, "--endpoint", server.url)
            check_unchanged(done.out, count)
            peak = done.peak + beside
            also = f", {beside / 1e6:.0f} MB of them for parsing beside it" if beside else ""
            results.append(
                Measurement(
                    name=f"memory: {name}",
                    ratio=peak / BOUND,
                    bound=1.0,
                    detail=f"{peak / 1e6:.0f} MB for {count:,} templates of 4 KB{also}, at most {BOUND / 1e6:.0f} MB",
                )
            )
    return results


def parse(root: str) -> None:
    """What the process does that parses manifests while the other one judges them."""
    from reconciler.manifests.reader_process import frames  # noqa: PLC0415 - only what is measured is loaded

    names = [path.relative_to(root).as_posix() for path in sorted(Path(root).glob("templates/*.yaml"))]
    for _ in frames(Path(root), names):
        pass
