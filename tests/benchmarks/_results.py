"""Keeps what was measured: RESULTS.md beside this module, and the chart of the growth."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from . import Growth, Measurement

FILE = Path(__file__).parent / "RESULTS.md"
CHART = Path(__file__).parent / "growth.svg"

HEAD = """\
# What was measured

Written by `python -m tests.benchmarks --write`; do not edit. Each ratio compares two things that were measured side by
side in one run, so it says more than the seconds beside it, which belong to this machine and its other users.
{machine}.
"""


def write(results: Sequence[Measurement]) -> None:
    """Both files."""
    rows = [each for each in results if not isinstance(each, Growth)]
    growth = [each for each in results if isinstance(each, Growth)]
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


def _growth(results: Sequence[Growth]) -> Iterator[str]:
    heads = ("", "Templates", *results[0].columns, "Cost each, against a tenth of it")
    yield f"| {' | '.join(heads)} |"
    yield f"|---|{'---:|' * (len(heads) - 1)}"
    for each in results:
        numbers = (f"{number:,}" for number in (each.templates, *each.columns.values()))
        ratio = "" if each.bound is None else f"{each.ratio:.2f} {each.verdict}"
        yield f"| {each.what} | {' | '.join(numbers)} | {ratio} |"


def _draw(results: Sequence[Growth]) -> None:
    import matplotlib as mpl  # noqa: PLC0415 - only who keeps results draws

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "growth"
    from matplotlib import pyplot as plt  # noqa: PLC0415

    lines: dict[str, list[Growth]] = {}
    for each in results:
        lines.setdefault(each.what, []).append(each)
    figure, axes = plt.subplots(1, 3, figsize=(12, 4), layout="constrained")
    for axis, heading, title in zip(
        axes, ("processor s", "MB", "calls"), ("processor seconds", "peak memory, MB", "calls"), strict=True
    ):
        for number, (name, points) in enumerate(lines.items()):
            templates, costs = zip(*((point.templates, point.columns[heading]) for point in points), strict=True)
            if any(costs):
                axis.loglog(templates, costs, "o-", color=f"C{number}", label=name)
        _draw_linear(axis, results, heading)
        axis.set(title=title, xlabel="templates")
        axis.grid(visible=True, alpha=0.3)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(lines) + 1)
    figure.savefig(CHART, format="svg", metadata={"Date": None, "Creator": None})


def _draw_linear(axis: Any, results: Sequence[Growth], heading: str) -> None:
    """A line through the largest cost as steep as costs that grow with the number of templates: none may be steeper."""
    most = max(results, key=lambda each: each.columns[heading])
    least = min(each.templates for each in results)
    cost = most.columns[heading]
    axis.loglog(
        [least, most.templates], [cost * least / most.templates, cost], "--", color="grey", lw=1, label="linear"
    )
