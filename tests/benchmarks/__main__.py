"""`python -m tests.benchmarks [NAME...]`: runs the benchmarks, prints one table; exit code 1 if a bound is exceeded."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from . import Growth, Measurement


def names() -> list[str]:
    """All benchmark modules."""
    found = (each.name for each in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return sorted(name for name in found if not name.startswith("_"))


def measured(name: str) -> list[Measurement]:
    """What one module measures."""
    return list(importlib.import_module(f".{name}", __package__).measure())


def tables(results: Sequence[Measurement]) -> str:
    """One row for each ratio; then how costs grow, a row for each size."""
    ratios = [each for each in results if not isinstance(each, Growth)]
    sizes = [each for each in results if isinstance(each, Growth)]
    parts = [_aligned(("benchmark", "ratio", "bound", "verdict", "what"), map(_ratio, ratios))] if ratios else []
    if sizes:
        parts.append(_aligned(("growth", "templates", *sizes[0].columns, "against a tenth", ""), map(_size, sizes)))
    return "\n\n".join(parts)


def _ratio(each: Measurement) -> tuple[str, ...]:
    bound = "-" if each.bound is None else f"{each.bound:.2f}"
    return (each.name, f"{each.ratio:.2f}", bound, each.verdict, each.detail)


def _size(each: Growth) -> tuple[str, ...]:
    costs = "" if each.bound is None else f"{each.ratio:.2f}"
    return (each.what, f"{each.templates:,}", *(f"{number:,}" for number in each.columns.values()), costs, each.verdict)


def _aligned(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the named benchmarks, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Ratios to a floor, in one table.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(names())}; all when omitted")
    parser.add_argument("--write", action="store_true", help="keep the results in RESULTS.md, with a chart")
    options = parser.parse_args(arguments)
    chosen = options.names
    if unknown := sorted(set(chosen) - set(names())):
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(names())}")
    results = []
    for name in chosen or names():
        results += measured(name)
        sys.stderr.write(f"{name} is measured\n")
    print(tables(results))
    if options.write:
        from ._results import write  # noqa: PLC0415 - only who keeps them needs a chart

        write(results)
    return 1 if any(each.verdict == "over" for each in results) else 0


if __name__ == "__main__":
    sys.exit(main())
