"""A log of lines that are appended to a file, FIFO or device. A line that cannot be written does not stop the next
ones."""

from __future__ import annotations

import errno
import os
import select
import stat
from pathlib import Path

from reconciler.files.places import check_file, destination, failed, folder_of, name_of, refused
from reconciler.files.whole import PRIVATE

PATIENCE = 5.0
"""Seconds that a line waits for a slow reader of the FIFO. Once a line waited in vain, the following ones do not
wait."""


class LineLog:
    """An open log. Only one thread may use it at a time."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._is_torn = False
        """Whether only a part of a line was written; the next one then begins on a new line."""
        self._patience = PATIENCE

    def append(self, line: bytes) -> None:
        """Write a line, which ends in a line break.

        Raises:
            OSError: it was not written, or only its beginning.
        """
        data = b"\n" + line if self._is_torn else line
        while data:
            written = self._write(data)
            self._is_torn = not data[:written].endswith(b"\n")
            data = data[written:]

    def close(self) -> None:
        """Close it."""
        os.close(self._handle)

    def _write(self, data: bytes) -> int:
        try:
            return os.write(self._handle, data)
        except BlockingIOError:
            ready = select.poll()
            ready.register(self._handle, select.POLLOUT)
            if not ready.poll(self._patience * 1000):
                self._patience = 0.0
                raise
            return os.write(self._handle, data)


def open_log(file: Path) -> LineLog:
    """Open a file, FIFO or device to append to. A new file can be read by its owner alone.

    Raises:
        FileError: it cannot be opened, nobody reads the FIFO, or it is nothing that may be appended to.
    """
    place = _place(file)
    try:
        # Without waiting: opening a FIFO that nobody reads would never end.
        handle = os.open(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_NOCTTY, PRIVATE)
    except OSError as error:
        if error.errno == errno.ENXIO and place.is_fifo():
            raise refused(file, "nobody reads this FIFO", "Start its reader first.") from error
        raise failed(file, error) from error
    return LineLog(handle)


def _place(file: Path) -> Path:
    """Return the path to open.

    Names that the system makes for open files (`/dev/stderr`, `/dev/fd/63`) are opened as they are.
    """
    folder = folder_of(file)
    if folder.is_relative_to("/dev") or folder.is_relative_to("/proc"):
        return file
    place = destination(file)
    try:
        mode = place.stat().st_mode
    except FileNotFoundError:
        return check_file(file)
    if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)):
        raise refused(file, f"it is {name_of(mode)}", "Name a file, FIFO or device.")
    return place
