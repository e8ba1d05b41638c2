"""The command line: one module per group of commands, one error boundary, the only place that prints."""

from __future__ import annotations

from reconciler.cli.boundary import main

__all__ = ["main"]
