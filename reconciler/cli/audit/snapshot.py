"""The option that names the snapshot file of an audit, and where that file is when nobody names it."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.audit.tables import SNAPSHOT
from reconciler.cli.options.declared import Option


def snapshot_option(what: str) -> Option:
    """Return the option `--snapshot`; `what` says in its help text what the file holds."""
    return Option(
        "--snapshot",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=f"Where {what} is kept.  [default: {SNAPSHOT} beside the project file]",
    )


def beside(project_file: Path) -> Path:
    """Return the snapshot file of a project when the command line names none."""
    return project_file.parent / SNAPSHOT
