"""Entries by name, and the two ways of having none in a file."""

from __future__ import annotations

from typing import Protocol


class Kept(Protocol):
    """Entries by name, as the rest of the program sees them. Implementations are safe for several threads."""

    def get(self, name: bytes) -> bytes | None:
        """The value kept under a name; None when there is none, or none that can be believed."""
        ...

    def put(self, name: bytes, value: bytes) -> None:
        """Keep a value, for this run at once and for later ones with the next `flush`."""
        ...

    def flush(self) -> None:
        """Write down what was kept."""
        ...


class InThisRun:
    """Entries that are gone with the process."""

    def __init__(self) -> None:
        self._values: dict[bytes, bytes] = {}

    def get(self, name: bytes) -> bytes | None:
        """See `Kept.get`."""
        return self._values.get(name)

    def put(self, name: bytes, value: bytes) -> None:
        """See `Kept.put`."""
        self._values[name] = value

    def flush(self) -> None:
        """There is nothing to write."""


class _Nothing:
    """Keeps nothing at all."""

    def get(self, name: bytes) -> None:
        """There is none."""

    def put(self, name: bytes, value: bytes) -> None:
        """It is forgotten."""

    def flush(self) -> None:
        """There is nothing to write."""


NOTHING_KEPT: Kept = _Nothing()
