"""The parts that several jobs plan: targets, and shards of the large ones, of similar sizes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from reconciler.errors import FileError, UsageError
from reconciler.model import Share
from reconciler.model.quick import dataclass

MOST_JOBS = 256
"""The most jobs of a matrix on GitHub."""
USUAL_SIZE = 250
"""How many resources are the work of one job, unless a number of jobs is given. Each job has to list a whole
workspace."""


@dataclass(frozen=True, slots=True)
class Part:
    """One job: part K of N of a target."""

    target: str
    shard: Share


def parts(sizes: Mapping[str, int], jobs: int | None = None) -> tuple[Part, ...]:
    """Return the work in at most so many parts, so that the largest part is as small as possible.

    Args:
        sizes: how many resources each target has, in the order of the project.
        jobs: the most parts; None: one for each `USUAL_SIZE` resources, and `MOST_JOBS` at most.

    Raises:
        UsageError: fewer jobs than targets.
    """
    most = MOST_JOBS if jobs is None else jobs
    if most < len(sizes):
        raise UsageError(
            f"{most} job{'s' if most != 1 else ''} for {len(sizes)} targets: each needs one of its own",
            hint=f"Add `--jobs {len(sizes)}` or more.",
        )
    counts = dict.fromkeys(sizes, 1)
    smallest = USUAL_SIZE if jobs is None else 1
    while sum(counts.values()) < most:
        largest = max(counts, key=lambda target: sizes[target] / counts[target])
        if sizes[largest] <= smallest * counts[largest]:
            break
        counts[largest] += 1
    return tuple(Part(name, Share(number, of)) for name, of in counts.items() for number in range(1, of + 1))


def dumps(work: Sequence[Part]) -> str:
    """Return `[{"target": "prod", "shard": "1/4"}, ...]` in one line, as the matrix of a workflow takes it."""
    return json.dumps([{"target": part.target, "shard": str(part.shard)} for part in work], ensure_ascii=False)


def targets_in(text: str, name: str) -> tuple[str, ...]:
    """Return the targets of a work list, each once, in its order.

    Raises:
        FileError: it is none.
    """
    try:
        rows = json.loads(text)
        found = tuple(dict.fromkeys(str(row["target"]) for row in rows if row["shard"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FileError(f"{name} is no work list", hint="Name what `plan --work-list` printed.") from error
    if not found:
        raise FileError(f"{name} is no work list: it names no target", hint="Name what `plan --work-list` printed.")
    return found
