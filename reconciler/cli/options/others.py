"""Reports manifests with errors that a command is not about."""

from __future__ import annotations

from reconciler.cli.options.output import OutputOptions
from reconciler.languages import say
from reconciler.pipeline import Settings, Workspace, broken_manifests


def tell_others(settings: Settings, workspace: Workspace, output: OutputOptions) -> None:
    """Write a note on standard error, unless the plan itself reports them."""
    for note in () if settings.keep_going else broken_manifests(workspace):
        output.err.line(say(note))
