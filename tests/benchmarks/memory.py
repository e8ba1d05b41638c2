"""The most memory a plan takes, for templates whose content is 4 KB each: all of them fetched, and none; with what
earlier runs found, and without."""

from __future__ import annotations

from tempfile import TemporaryDirectory

from . import Measurement
from ._child import reconciler
from ._serving import serving
from ._world import world

COUNT = 10_000
PADDING = 3_000
"""Characters that bring one content to 4 KB."""
BOUND = 200 * 10**6


def measure(count: int = COUNT) -> list[Measurement]:
    """Peak resident size of the whole process."""
    results = []
    with (
        world(count, padding=PADDING) as here,
        serving(here.state) as server,
        TemporaryDirectory() as cache,
    ):
        known, fetched = ("--cache-dir", cache), ("--verify", "--rate", "1000000")
        for name, options in (
            ("unchanged", ()),
            ("fetched", fetched),
            ("unchanged, kept for the first time", known),
            ("unchanged, known", known),
            ("fetched, known", (*known, *fetched)),
        ):
            done = reconciler("plan", *options, "--project", here.root, "--endpoint", server.url)
            if f"{count} unchanged" not in done.out:
                raise RuntimeError(done.out)
            results.append(
                Measurement(
                    name=f"memory: {name}",
                    ratio=done.peak / BOUND,
                    bound=1.0,
                    detail=f"{done.peak / 1e6:.0f} MB for {count:,} templates of 4 KB, at most {BOUND / 1e6:.0f} MB",
                )
            )
    return results
