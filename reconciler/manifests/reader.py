"""A second process that reads and parses manifest files while this one judges them.

Parsing takes more than half of the time of loading thousands of manifests, and threads of one Python process cannot
share it. What the other process cannot tell is read here, as if there were none: a file with faults, all files after
the process ended, everything where it cannot start.
"""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, repeat
from pathlib import Path
from typing import IO, TYPE_CHECKING

from reconciler.manifests.sound import SIZE, Sound

if TYPE_CHECKING:
    from subprocess import Popen  # nosec B404 # its type alone

FEWEST = 2_000
"""For fewer files the start of a process takes longer than what it saves."""
AHEAD = 1024**2
"""How many bytes of what it read may wait in the pipe. With less, each of the two processes would often stand and wait
for the other."""
_CODE = "import sys; sys.path[:] = sys.argv[1:]; from reconciler.manifests.reader_process import main; main()"


class Reader:
    """Reads files of one folder in a second process, where that is worth it. Not for several threads at once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._begun: tuple[Sequence[str], Popen[bytes]] | None = None

    def begin(self, names: Sequence[str]) -> bool:
        """Begin to read these files, before anybody asks for them; return whether a process does. `close` ends what
        nobody asked for."""
        self.close()
        process = _started() if len(names) >= FEWEST and _processors() > 1 else None
        if process is not None:
            self._begun = (names, process)
            _ask(process, self._root, names)
        return process is not None

    @contextmanager
    def reading(self, names: Sequence[str]) -> Iterator[Iterator[Sound | None]]:
        """Yield an iterator over what the files hold, in the order of their names; None of each that has to be read
        here.

        The process has ended when the block ends.
        """
        if self._begun is None or self._begun[0] != names:
            self.begin(names)
        try:
            yield repeat(None) if self._begun is None else chain(_told_by(self._begun[1]), repeat(None))
        finally:
            self.close()

    def close(self) -> None:
        """End the process, whatever it does."""
        begun, self._begun = self._begun, None
        if begun is not None:
            with begun[1] as process:
                process.kill()


def _started() -> Popen[bytes] | None:
    """Return the process; None where it cannot start. It loads its modules from where this process has them."""
    if not sys.executable or getattr(sys, "frozen", False):
        return None
    import subprocess  # noqa: PLC0415 # nosec B404 # only for thousands of files

    flags = ("-I", "-S", *(("-B",) if sys.dont_write_bytecode else ()))
    with suppress(OSError):
        return subprocess.Popen(  # nosec B603 # our own code, and no shell
            [sys.executable, *flags, "-c", _CODE, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pipesize=AHEAD,
        )
    return None


def _ask(process: Popen[bytes], root: Path, names: Sequence[str]) -> None:
    asked = process.stdin
    assert asked is not None  # nosec B101 # it is a pipe
    with suppress(OSError):  # a process that ended says nothing, and then there is nothing to read
        asked.write(marshal.dumps((str(root), list(names))))
        asked.close()


def _told_by(process: Popen[bytes]) -> Iterator[Sound | None]:
    told = process.stdout
    assert told is not None  # nosec B101 # it is a pipe
    return told_in(told)


def told_in(stream: IO[bytes]) -> Iterator[Sound | None]:
    """Yield what a process wrote (`reader_process.frames`), as far as it came."""
    while frame := _frame(stream):
        for found in marshal.loads(frame):  # nosec B302 # the other process is our own
            yield None if found is None else Sound(*found)


def _frame(stream: IO[bytes]) -> bytes:
    """Return the next frame; nothing where the process ended, also within a frame."""
    head = stream.read(SIZE.size)
    if len(head) < SIZE.size:
        return b""
    (size,) = SIZE.unpack(head)
    frame = stream.read(size)
    return frame if len(frame) == size else b""


def _processors() -> int:
    """Return how many processors this process may use, as far as the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
