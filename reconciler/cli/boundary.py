"""Turns every error into text and an exit code; nothing else does. No traceback reaches a user; `-vv` shows the
cause."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import NoReturn

import click

from reconciler.cli.app import cli
from reconciler.cli.options.language import language_of
from reconciler.cli.options.origin import origin_of
from reconciler.cli.terminal.console import Console, verbosity
from reconciler.cli.terminal.outlets import hold_standard_streams, outlets
from reconciler.errors import (
    INTERRUPTED,
    FileError,
    ManifestError,
    ReconcilerError,
    RefusedError,
    UsageError,
    missing_package,
)
from reconciler.languages import say, speaking


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process with its exit code."""
    if os.environ.get("DEBUG", "").lower() == "sdk":
        del os.environ["DEBUG"]  # the SDK would print its requests with their tokens and signatures
    hold_standard_streams()
    code = run(arguments)
    gc.freeze()  # the process ends: otherwise Python would once more look for circles in everything that was loaded
    sys.exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code. It is not 0 when anything was printed as an error.

    Output that is lost is a warning and changes no exit code, because it changes nothing of what happened.
    """
    with speaking(language_of(arguments, os.environ)), outlets():
        return _run(arguments)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        code = cli.main(args=arguments, prog_name="dlc-reconciler", standalone_mode=False)
    except click.exceptions.Exit as end:
        return end.exit_code
    except (Exception, KeyboardInterrupt) as error:  # whatever the error is, no traceback reaches a user
        return _reported(error, verbosity(arguments))
    return code if isinstance(code, int) else 0


def _hide(text: str) -> str:
    """Return the text without parts that look like a secret, and without the variables that have a secret name.

    Values that manifests take from other variables were removed before: by the connection, and where they were loaded.
    """
    from reconciler.secrets.redactor import Redactor  # noqa: PLC0415 - not for `--help`

    return Redactor.of(os.environ)(text)


def _reported(error: BaseException, verbose: int) -> int:
    """Say what went wrong, and return the exit code that it means."""
    match error:
        case click.Abort() if not isinstance(error.__context__, (KeyboardInterrupt, EOFError)):
            click.echo(say("Aborted: nothing was written."), err=True)
            return 1
        case KeyboardInterrupt() | click.Abort():
            cause = error.__context__ or error  # click wraps what interrupted it
            click.echo(say(f"Interrupted{''.join(f': {word}' for word in cause.args)}."), err=True)
            return INTERRUPTED
        case click.UsageError():
            _show_click(error)
            if told := origin_of(error):
                click.echo(say(told), err=True)
            return UsageError.exit_code
        case click.ClickException():
            _show_click(error)
            return 1
        case ReconcilerError():
            _show(error, verbose)
            return error.exit_code
        case _:
            return _reported(_as_ours(error), verbose)


def _show_click(error: click.ClickException) -> None:
    """Print what click says of an error, line by line in the language that is spoken."""
    text = io.StringIO()
    error.show(text)
    click.echo("".join(say(line) for line in text.getvalue().splitlines(keepends=True)), nl=False, err=True)


def _as_ours(error: BaseException) -> ReconcilerError:
    """Return an error of Python as one of ours: a file or folder that the system refuses is reported with its name, and
    so is a package that is not installed."""
    if (missing := missing_package(error)) is not None:
        return missing
    if not isinstance(error, OSError) or error.filename is None or not error.strerror:
        return _unforeseen(error)
    refused = FileError(f"{os.fsdecode(error.filename)}: {error.strerror.lower()}")
    refused.__cause__ = error
    return refused


def _unforeseen(error: BaseException) -> ReconcilerError:
    """Return a mistake of this program as an error like any other. Its text may quote anything, so secrets are
    removed."""
    file, line = _innermost(error.__traceback__)
    unforeseen = ReconcilerError(
        f"internal error: {type(error).__name__}: {_first_line(_hide(str(error)))} ({file}:{line})",
        hint="This is a mistake in dlc-reconciler; please report it with what the command prints when run with -vv.",
    )
    unforeseen.__cause__ = error
    return unforeseen


def _innermost(trace: TracebackType | None) -> tuple[str, int]:
    """Return the name of the file and the line where an error was raised."""
    if trace is None:
        return "", 0
    while trace.tb_next is not None:
        trace = trace.tb_next
    return Path(trace.tb_frame.f_code.co_filename).name, trace.tb_lineno


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:200]


def _show(error: ReconcilerError, verbose: int) -> None:
    console = Console.for_stderr()
    if isinstance(error, ManifestError):
        console.findings(error.findings)
    console.error(_hide(say(error.message)))
    if isinstance(error, RefusedError):
        for reason in error.reasons:
            console.line(_hide(f"  - {say(reason)}"))
    if error.hint:
        console.line(_hide(f"  {say(error.hint)}"))
    if verbose > 1:
        console.causes(error, _hide)
