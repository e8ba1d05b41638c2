"""One exit code for many targets."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.errors import CHANGES_PENDING, INTERRUPTED, PartlyApplied, ReconcilerError, RefusedError

WORST_FIRST = (
    INTERRUPTED,
    PartlyApplied.exit_code,
    RefusedError.exit_code,
    ReconcilerError.exit_code,
    CHANGES_PENDING,
    0,
)


def worst(codes: Iterable[int]) -> int:
    """Return the exit code of a run from those of its targets; 0 for none."""
    return min(codes, key=WORST_FIRST.index, default=0)


def after_writing(codes: Iterable[int], *, wrote: bool) -> int:
    """Return the exit code of an apply. One that wrote on a target and failed on another was applied in part."""
    code = worst(codes)
    return PartlyApplied.exit_code if wrote and code in (RefusedError.exit_code, ReconcilerError.exit_code) else code
