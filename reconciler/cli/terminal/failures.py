"""What failed on many targets: reported once on standard error, and counted in the exit code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from reconciler.cli.options.output import ColourOptions
from reconciler.fleet.ending import worst
from reconciler.fleet.failures import exit_code_of
from reconciler.languages import say
from reconciler.model import Failure
from reconciler.model.lazily import later
from reconciler.render.style import visible

if TYPE_CHECKING:
    from reconciler.render.fleet.alike import alike_failures, named
else:  # mostly nothing failed
    alike_failures = later("reconciler.render.fleet.alike", "alike_failures")
    named = later("reconciler.render.fleet.alike", "named")


def tell_failures(failed: Iterable[Failure], output: ColourOptions) -> None:
    """Say on standard error why targets failed; equal failures are said once."""
    for each in alike_failures(failed):
        output.err.findings(each.item.findings)
        output.err.error(f"{named(each.targets, visible)}: {say(each.item.message)}")
        if each.item.hint:
            output.err.line(f"  {say(each.item.hint)}")


def with_failures(failed: Sequence[Failure], output: ColourOptions, *codes: int) -> int:
    """Say on standard error why targets failed, and return their exit code together with those of the others."""
    if failed:
        tell_failures(failed, output)
    return worst([*map(exit_code_of, failed), *codes])
