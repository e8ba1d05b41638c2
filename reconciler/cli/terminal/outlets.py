"""Standard output and error, which may fail without changing what happened, and documents, which may not.

echo, Console          what a command shows: when it is lost, a warning; the exit code stays that of what happened
tell_outcome           what was done to the service: on standard error when standard output is gone
deliver, save_to       a document that was asked for: when a disk is full, an error; a reader who leaves is none
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from reconciler.errors import FileError
from reconciler.files import SHARED, check_file, write_whole
from reconciler.languages import say
from reconciler.render.style import visible

STREAM = Path("-")
"""The name that means standard output where a file is named."""


class _Bytes:
    """The binary side of an outlet, because click completes shells in bytes."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet

    def write(self, data: bytes) -> int:
        """Write encoded text."""
        self._outlet.write(data.decode(self._outlet.encoding))
        return len(data)

    def flush(self) -> None:
        """Pass on what was written."""
        self._outlet.flush()


class Outlet(io.TextIOBase):
    """A stream that is written to as long as that is possible. The first failure is kept, and everything later is
    dropped."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self.buffer = _Bytes(self)
        self.failure: OSError | None = None
        """Why something was lost."""
        self.is_told = False
        """Whether the failure was reported already."""
        self.fallback: TextIO | None = None
        """Where everything goes from the failure on, including what was lost by it; None: nowhere."""
        self._pending: list[str] = []

    def write(self, text: str) -> int:
        """Write a text, or drop it. Characters that the encoding lacks are written as escapes."""
        if not isinstance(text, str):
            raise TypeError("only text is written here")  # click calls it to distinguish text from bytes
        if not text:
            return 0
        self._pending.append(text)
        if self.failure is not None:
            self._give_up()
        elif self._stream is None:
            self._fail(OSError(errno.EBADF, "it is closed"))
        else:
            self._try(self._stream, text)
        return len(text)

    def flush(self) -> None:
        """Pass on what was written."""
        if self._stream is None or self.failure is not None:
            return
        try:
            self._stream.flush()
            self._pending.clear()
        except OSError as error:
            self._fail(error)

    def isatty(self) -> bool:
        """Return whether a person sees it."""
        return self._stream is not None and self._stream.isatty()

    def fileno(self) -> int:
        """See `io.IOBase.fileno`."""
        if self._stream is None:
            raise io.UnsupportedOperation("fileno")
        return self._stream.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """See `io.TextIOBase.encoding`."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        """See `io.TextIOBase.errors`."""
        return getattr(self._stream, "errors", None) or "strict"

    def _try(self, stream: TextIO, text: str) -> None:
        try:
            stream.write(text)
        except UnicodeEncodeError:
            self._try(stream, text.encode(self.encoding, "backslashreplace").decode(self.encoding))
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        self.failure = error
        self._give_up()
        # Python writes what is left in its buffers once more when it ends, and would end with exit code 120.
        with contextlib.suppress(OSError, ValueError), open(os.devnull, "ab") as nothing:  # noqa: PTH123
            os.dup2(nothing.fileno(), self.fileno())

    def _give_up(self) -> None:
        """Pass what did not arrive to the fallback."""
        if self.fallback is not None:
            self.fallback.write("".join(self._pending))
        self._pending.clear()


@contextmanager
def outlets() -> Iterator[None]:
    """Make standard output and error outlets during the block, and say at its end what was lost."""
    out, err = Outlet(sys.stdout), Outlet(sys.stderr)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            yield
        finally:
            out.flush()
            if out.failure is not None and not out.is_told:
                err.write(say(f"warning: standard output is not complete: {reason_of(out.failure)}\n"))
            err.flush()


def hold_standard_streams() -> None:
    """Open /dev/null where standard input, output or error is closed.

    Otherwise the next file would get that number, and whatever writes to standard error by its number would write into
    that file.
    """
    while (handle := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(handle)


def reason_of(error: OSError) -> str:
    """Return the reason for people, for the middle of a line."""
    return (error.strerror or str(error)).lower()


def output_failure() -> OSError | None:
    """Return why standard output is gone; None as long as everything written to it arrived."""
    stream = sys.stdout
    return stream.failure if isinstance(stream, Outlet) else None


def outcomes_follow() -> None:
    """Say that everything printed from now on tells what was done to the service: when standard output is gone, it goes
    to standard error.

    It is never called before a secret is printed.
    """
    stream = sys.stdout
    if isinstance(stream, Outlet):
        stream.fallback = sys.stderr


def warn(text: str) -> None:
    """Write one line on standard error that changes nothing."""
    click.echo(f"{say('warning:')} {visible(say(text))}", err=True)


def deliver(text: str | Iterable[str]) -> None:
    """Write a document, whole or in pieces, to standard output.

    Raises:
        FileError: it is not all there, and not because its reader left.
    """
    for piece in (text,) if isinstance(text, str) else text:
        click.echo(piece, nl=False)
    stream = sys.stdout
    failure = output_failure()
    if isinstance(stream, Outlet) and failure is not None and failure.errno not in (errno.EPIPE, errno.EBADF):
        stream.is_told = True
        raise FileError(f"standard output cannot be written: {reason_of(failure)}")


def save_to(file: Path, text: str | Iterable[str], *, mode: int = SHARED) -> None:
    """Write a document to a file, whole or not at all, or to standard output when the file is `-`.

    Raises:
        FileError: it cannot be written.
    """
    if file == STREAM:
        deliver(text)
    else:
        write_whole(file, text, mode=mode)


def check_place(file: Path | None) -> None:
    """Check, before anything is read, whether a document could be written there.

    Raises:
        FileError: it is nothing that may be written.
    """
    if file is not None and file != STREAM:
        check_file(file)
