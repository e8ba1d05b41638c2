"""Loading and validating manifests inside one process, against a bare parse of the same files by libyaml.

Alternating on the same files, and the fastest round of each counts, so that the ratio hardly depends on the machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from reconciler.kinds import KINDS
from reconciler.manifests import ProcessEnvironment, load_desired, load_project

from . import Measurement
from ._clients import parse_all
from ._project import write_project
from ._world import in_turns

COUNT = 1_000
ROUNDS = 3
BOUND = 4.0


def measure(count: int = COUNT, rounds: int = ROUNDS) -> list[Measurement]:
    """Seconds of both sides for so many manifests."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        size = write_project(root, count)
        pairs = in_turns(lambda: _seconds(load, folder), lambda: _seconds(parse_all, folder), rounds)
    ours, floor = min(pairs.ours), min(pairs.floor)
    return [
        Measurement(
            name="loading",
            ratio=ours / floor,
            bound=BOUND,
            detail=f"{count:,} manifests of {size:,} bytes in one process, parsed, resolved, checked, made resources: "
            f"{ours:.2f} s against a bare parse of {floor:.2f} s",
        )
    ]


def _seconds(function: Callable[[str], None], folder: str) -> float:
    begin = time.perf_counter()
    function(folder)
    return time.perf_counter() - begin


def load(root: str) -> None:
    """What `validate` does: parse, resolve, check by schema and rules, make the resources."""
    desired = load_desired(load_project(Path(root)), "prod", kinds=KINDS, environ=ProcessEnvironment({}))
    if desired.findings:
        raise RuntimeError(f"the benchmark's manifests have findings: {desired.findings[0]}")
