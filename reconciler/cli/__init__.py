"""The command line: one module per group of commands, one error boundary, the only place that prints."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from typing import NoReturn

__all__ = ["collect_rarely", "main"]

OBJECTS_BETWEEN_COLLECTIONS = 500_000
"""How many new objects start the garbage collector.

Manifests and rows are trees that live until the end. At Python's usual 700 the collector walks all of them again and
again, takes a quarter of the processor time of loading thousands, and never finds anything to collect. A plan of ten
thousand templates makes fewer than this number, modules included.
"""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process with its exit code."""
    collect_rarely()
    try:
        from reconciler.cli.boundary import main as run_and_end  # noqa: PLC0415 - loading counts as making objects
    except ModuleNotFoundError as error:
        _end_without(error)

    run_and_end(arguments)


def _end_without(error: ModuleNotFoundError) -> NoReturn:
    """Say what is not installed, where not even the boundary of errors can be loaded."""
    from reconciler.errors import missing_package  # noqa: PLC0415 - needed here alone

    missing = missing_package(error)
    if missing is None:
        raise error
    sys.stderr.write(f"error: {missing.message}\n  {missing.hint}\n")
    sys.exit(missing.exit_code)


def collect_rarely() -> None:
    """Make Python look for circular garbage less often, in this whole process."""
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, 10, 10)
