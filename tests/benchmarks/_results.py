"""Keeps what was measured: RESULTS.md beside this module, and the chart of the growth."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from . import Measurement

FILE = Path(__file__).parent / "RESULTS.md"
CHART = Path(__file__).parent / "growth.svg"

HEAD = """\
# What was measured

Written by `python -m tests.benchmarks --write`; do not edit. Each ratio compares two things that were measured side by
side in one run, so it says more than the seconds beside it, which belong to this machine and its other users.
{machine}.
"""


def write(results: Sequence[Measurement]) -> None:
    """Both files. Without matplotlib the chart stays as it is."""
    rows = [each for each in results if not each.name.startswith("growth: ")]
    growth = [each for each in results if each.name.startswith("growth: ")]
    lines = [HEAD.format(machine=_machine()), "## Ratios", "", *_ratios(rows)]
    if growth:
        lines += [
            "",
            "## Growth",
            "",
            *_growth(growth),
            "",
            f"![processor time and memory over the number of templates]({CHART.name})",
        ]
        _draw(growth)
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _machine() -> str:
    return (
        f"Python {platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} processors, "
        f"load {os.getloadavg()[0]:.1f} at the end"
    )


def _ratios(results: Sequence[Measurement]) -> Iterator[str]:
    yield "| Benchmark | Ratio | Bound | | What |"
    yield "|---|---:|---:|---|---|"
    for each in results:
        bound = "" if each.bound is None else f"{each.bound:.2f}"
        yield f"| {each.name} | {each.ratio:.2f} | {bound} | {each.verdict} | {each.detail} |"


def _growth(results: Sequence[Measurement]) -> Iterator[str]:
    yield "| | Templates | Wall s | CPU s | CPU ms each | Calls | MB | Cost each, against a tenth of it |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for each in results:
        point = json.loads(each.detail)
        ratio = "" if each.bound is None else f"{each.ratio:.2f} {each.verdict}"
        name = each.name.split()[1]
        yield (
            f"| {name} | {point['templates']:,} | {point['wall s']} | {point['cpu s']} | {point['cpu ms each']} |"
            f" {point['calls']:,} | {point['MB']} | {ratio} |"
        )


def _draw(results: Sequence[Measurement]) -> None:
    try:
        import matplotlib as mpl  # noqa: PLC0415 - an extra
    except ImportError:
        sys.stderr.write("matplotlib is not installed: the chart stays as it is\n")
        return
    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "growth"
    from matplotlib import pyplot as plt  # noqa: PLC0415

    lines: dict[str, list[dict[str, Any]]] = {}
    for each in results:
        lines.setdefault(each.name.split()[1], []).append(json.loads(each.detail))
    figure, axes = plt.subplots(1, 3, figsize=(12, 3.6), layout="constrained")
    for axis, field, title in zip(
        axes, ("cpu s", "MB", "calls"), ("processor seconds", "peak memory, MB", "calls"), strict=True
    ):
        for name, points in lines.items():
            if any(point[field] for point in points):
                axis.loglog(
                    [point["templates"] for point in points], [point[field] for point in points], "o-", label=name
                )
        axis.set(title=title, xlabel="templates")
        axis.grid(visible=True, alpha=0.3)
        axis.legend()
    figure.savefig(CHART, format="svg", metadata={"Date": None, "Creator": None})
