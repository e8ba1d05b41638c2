"""One of N parts into which all resources are divided: part K of N."""

from __future__ import annotations

import hashlib

from reconciler.model.quick import dataclass

MOST_PARTS = 10_000


@dataclass(frozen=True, slots=True)
class Share:
    """Part `number` of `of`. A resource is in the same part on every machine and in every run. The default is the
    whole."""

    number: int = 1
    """Counted from 1."""
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
        """Return whether the thing with this name belongs to the part. A hash of the name decides, so that parts are
        of similar size."""
        if self.of == 1:
            return True
        spread = int.from_bytes(hashlib.sha256(str(name).encode("utf-8", "surrogatepass")).digest()[:8], "big")
        return spread % self.of == self.number - 1

    @property
    def is_whole(self) -> bool:
        """Whether the part holds everything."""
        return self.of == 1

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


WHOLE = Share()
"""The one part that holds everything."""
