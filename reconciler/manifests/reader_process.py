"""The second process of `reader`: it reads and parses the files that it is asked for, in their order.

standard input --> root and names of the files;   standard output --> what each of them holds, many in one frame
"""

from __future__ import annotations

import gc
import marshal
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

from reconciler.manifests.sound import SIZE, read_sound

TOGETHER = 50
"""How many files stand in one frame."""


def frames(root: Path, names: Sequence[str]) -> Iterator[bytes]:
    """Yield what the files hold: lists of `Sound`, or None where something is wrong with a file."""
    for start in range(0, len(names), TOGETHER):
        found = [read_sound(root, name) for name in names[start : start + TOGETHER]]
        frame = marshal.dumps([None if each is None else tuple(each) for each in found])
        yield SIZE.pack(len(frame)) + frame


def main() -> None:
    """Read what is asked for. The process that asks ends this one, also when it is interrupted itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # each tree is let go when it is written, and none holds itself
    with open(0, "rb") as asked, open(1, "wb") as told:
        root, names = marshal.loads(asked.read())  # nosec B302 # the process that asks is our own
        told.writelines(frames(Path(root), names))
