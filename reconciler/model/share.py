"""One of several parts of everything: K of N."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

MOST_PARTS = 10_000


@dataclass(frozen=True, slots=True)
class Share:
    """Part `number` of `of`, the same on every machine and in every run. By default the whole."""

    number: int = 1
    """From 1."""
    of: int = 1

    @classmethod
    def parse(cls, text: str) -> Share:
        """Return the share that "K/N" means.

        Raises:
            ValueError: not two whole numbers with 1 <= K <= N <= 10000; the text says what is wrong.
        """
        number, slash, of = text.partition("/")
        if not slash or not all(part.isascii() and part.isdigit() and len(part) < 6 for part in (number, of)):
            raise ValueError(f"{text!r} is not K/N, for example 2/4")
        if int(of) > MOST_PARTS:
            raise ValueError(f"{int(of)} parts are too many: the most is {MOST_PARTS}")
        if not 1 <= int(number) <= int(of):
            raise ValueError(f"there is no part {int(number)} of {int(of)}: parts count from 1 to {int(of)}")
        return cls(int(number), int(of))

    def covers(self, name: object) -> bool:
        """Whether what has this name belongs to the part: by a hash of its text, so that parts are of like size."""
        if self.of == 1:
            return True
        spread = int.from_bytes(hashlib.sha256(str(name).encode("utf-8", "surrogatepass")).digest()[:8], "big")
        return spread % self.of == self.number - 1

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left to others."""
        return self.of == 1

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


WHOLE = Share()
"""No part but everything."""
