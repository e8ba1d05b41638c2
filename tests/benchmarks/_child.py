"""Runs one thing in a process of its own and says what it cost: wall and processor seconds, and peak memory.

`python -m tests.benchmarks._child MODULE:FUNCTION ARGUMENT...` calls the function with the arguments as strings. The
process reports its own peak: what a parent learns from the kernel includes the parent's size when it forked.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

COMMAND = "tests.benchmarks._child:command"
CACHING = frozenset({"apply", "audit", "drift", "plan", "validate"})
"""The commands that keep what they find out: a benchmark run twice must not be quicker the second time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a process cost."""

    wall: float
    """Seconds from its start to its end, the interpreter's own start included."""
    cpu: float
    """Processor seconds, those of the processes that it started included."""
    peak: int
    """Bytes of resident memory."""
    inside: float
    """Seconds inside the function alone."""
    out: str


def check_unchanged(out: str, count: int) -> None:
    """Raise RuntimeError if a plan, as text, is not one of so many unchanged templates."""
    if f"{count:,} unchanged" not in out:
        raise RuntimeError(out)


def spent(function: str, *arguments: str | Path, cwd: Path | None = None) -> Spent:
    """Run it and wait."""
    root = Path(__file__).parents[2]
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks._child", function, *map(str, arguments)],
        cwd=cwd or root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        check=False,
    )
    wall = time.perf_counter() - begin
    if done.returncode:
        raise RuntimeError(f"{function} {arguments}: exit code {done.returncode}\n{done.stdout[-2000:]}{done.stderr}")
    numbers = json.loads(done.stderr.splitlines()[-1])
    return Spent(wall=wall, out=done.stdout, **numbers)


def reconciler(*arguments: str | Path, cwd: Path | None = None) -> Spent:
    """Run `dlc-reconciler ARGUMENTS`; without a cache, unless they name its folder."""
    is_cold = arguments[0] in CACHING and not {"--cache-dir", "--no-cache"} & set(arguments)
    return spent(COMMAND, *arguments, *(["--no-cache"] if is_cold else []), cwd=cwd)


def command(*arguments: str) -> None:
    """A command line of this project, as its entry point runs it."""
    from reconciler.cli import main  # noqa: PLC0415 - only what is measured is loaded

    try:
        main(list(arguments))
    except SystemExit as end:
        if end.code:
            raise


def peak_memory() -> int:
    """Bytes of resident memory at most so far."""
    status = Path("/proc/self/status")
    if status.exists():
        fields = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
        return int(fields["VmHWM"].split()[0]) * 1024
    import resource  # noqa: PLC0415 - elsewhere a child's own number is right

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def processor_time() -> float:
    """Processor seconds so far, those of processes that have ended included."""
    import resource  # noqa: PLC0415 - after what is measured

    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def main() -> None:
    """Call the function; the last line of standard error says what it cost."""
    place, *arguments = sys.argv[1:]
    module, _, name = place.partition(":")
    function = getattr(importlib.import_module(module), name)
    begin = time.perf_counter()
    function(*arguments)
    inside = time.perf_counter() - begin
    sys.stdout.flush()
    numbers = {"cpu": processor_time(), "peak": peak_memory(), "inside": inside}
    sys.stderr.write("\n" + json.dumps(numbers) + "\n")


if __name__ == "__main__":
    main()
