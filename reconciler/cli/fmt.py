"""`fmt`: puts manifests into one order and style."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import click

from reconciler.authoring.style import formatted
from reconciler.authoring.writing import written_files
from reconciler.cli.options.declared import Option, argument, takes_options
from reconciler.cli.options.project import project_option
from reconciler.cli.terminal.outlets import deliver
from reconciler.errors import FileError, ManifestError, ReconcilerError
from reconciler.files import write_each
from reconciler.languages import say
from reconciler.manifests import load_project
from reconciler.manifests.files import read_file
from reconciler.model import PROJECT_FILE


@click.command(short_help="Put manifests into one order and style, comments kept.")
@argument("paths", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path, allow_dash=True))
@takes_options
def fmt(
    paths: tuple[Path, ...],
    *,
    project: Annotated[Path, project_option("The project whose files are meant when no FILE is named.")] = Path(
        PROJECT_FILE
    ),
    check: Annotated[
        bool, Option("--check", variable=False, help="Write nothing; exit code 1 when a file would change.")
    ] = False,
) -> int:
    """Put manifests into one order and style, comments kept. What they mean never changes.

    FILE is a file, a folder with YAML files, or - for standard input to standard output. Without it, all files of the
    project: the project file, manifests, values and policies.

    \b
    Examples:
      dlc-reconciler fmt
      dlc-reconciler fmt --check
      dlc-reconciler fmt templates/resnet.yaml
    """
    if paths == (Path("-"),):
        text = sys.stdin.read()
        made = formatted("standard input", text)
        deliver("" if check else made)
        return 1 if check and made != text else 0
    texts = {file: _read(file) for file in _files(paths, project)}
    formed = {file: formatted(str(file), text) for file, text in texts.items()}
    changed = {file: text for file, text in formed.items() if text != texts[file]}
    for file in changed if check else write_each(changed):
        click.echo(f"{say('would change' if check else 'changed')} {file}")
    return 1 if check and changed else 0


def _files(paths: Iterable[Path], project: Path) -> list[Path]:
    """Return the files that are meant, each once.

    Raises:
        FileError: one of them is not there.
    """
    if not paths:
        return written_files(load_project(project))
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise FileError(f"there is no file {path}")
        inside = (
            sorted(each for each in path.rglob("*") if each.suffix in (".yaml", ".yml")) if path.is_dir() else [path]
        )
        found |= dict.fromkeys(inside)
    return list(found)


def _read(file: Path) -> str:
    """Return the text of a file.

    Raises:
        ReconcilerError: it cannot be read as UTF-8 text.
    """
    broken = read_file(file.parent, file.name)
    if broken.findings and not broken.documents:
        raise ManifestError(broken.findings)
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ReconcilerError(f"{file} cannot be read: {error.strerror}") from error
