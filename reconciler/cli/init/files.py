"""Which files `init` writes, and how: no different file is overwritten without asking."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from reconciler.authoring.starters import compared
from reconciler.errors import RefusedError
from reconciler.files import write_each


def chosen(files: Mapping[Path, str], *, force: bool) -> dict[Path, str]:
    """Return the files to write. Those that differ from existing files are among them only if a person agrees.

    Raises:
        RefusedError: files would be overwritten and nobody is there to ask; nothing was written.
    """
    fresh = compared(files)
    differing = dict(fresh.differing)
    if differing and not force:
        if not sys.stdin.isatty():
            raise RefusedError(
                "files exist that would be overwritten; nothing was written",
                reasons=[str(file) for file in differing],
                hint="Name another folder, or add `--force`.",
            )
        differing = {file: text for file, text in differing.items() if click.confirm(f"Overwrite {file}?", err=True)}
    return {**fresh.new, **differing}


def put(files: Mapping[Path, str], mode: int) -> Iterator[Path]:
    """Write the files and print the name of each on standard output."""
    for file in write_each(files, mode=mode):
        click.echo(str(file))
        yield file
