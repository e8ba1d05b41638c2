"""`python -m tests.benchmarks [NAME...]`: runs the benchmarks, prints one table; exit code 1 if a bound is exceeded."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import Measurement

LOADING_BOUND = 4.0
"""Loading and validating, against a bare parse by libyaml."""


def names() -> list[str]:
    """All benchmark modules."""
    found = (each.name for each in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return sorted(name for name in found if not name.startswith("_"))


def measured(name: str) -> list[Measurement]:
    """What one module measures."""
    result = importlib.import_module(f".{name}", __package__).measure()
    return [_from_numbers(name, result)] if isinstance(result, Mapping) else list(result)


def _from_numbers(name: str, numbers: Mapping[str, float]) -> Measurement:
    """A benchmark that gives its numbers by name, the ratio among them."""
    detail = ", ".join(f"{key} {value:g}" if value >= 10 else f"{key} {value:.2f}" for key, value in numbers.items())
    return Measurement(name=name, ratio=numbers["ratio"], bound=LOADING_BOUND, detail=detail)


def table(results: Sequence[Measurement]) -> str:
    """One row for each measurement."""
    width = max(len(each.name) for each in results)
    lines = [f"{'benchmark':{width}}  {'ratio':>6}  {'bound':>6}  verdict  detail"]
    for each in results:
        bound = "-" if each.bound is None else f"{each.bound:.2f}"
        lines.append(f"{each.name:{width}}  {each.ratio:6.2f}  {bound:>6}  {each.verdict:7}  {each.detail}")
    return "\n".join(lines)


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
    print(table(results))
    if options.write:
        from ._results import write  # noqa: PLC0415 - only who keeps them needs a chart

        write(results)
    return 1 if any(each.verdict == "over" for each in results) else 0


if __name__ == "__main__":
    sys.exit(main())
