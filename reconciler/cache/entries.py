"""Entries by name, as the rest of the program sees them, and implementations without a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol


class Entries(Protocol):
    """Facts that earlier runs found out, as values by name. Implementations are safe for several threads."""

    def get(self, name: bytes) -> bytes | None:
        """Return the value under a name; None when there is none that can be believed."""
        ...

    def get_each(self, names: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return what `get` returns for each of many names, without those that have no value: it takes a fraction of
        the time."""
        ...

    def put(self, name: bytes, value: bytes) -> None:
        """Keep a value, for this run at once and for later runs after the next `flush`."""
        ...

    def hold(self, name: bytes, value: bytes) -> None:
        """Keep a value for this run only."""
        ...

    def flush(self) -> None:
        """Write what was kept."""
        ...


class InThisRun:
    """Entries that disappear with the process."""

    def __init__(self) -> None:
        self._values: dict[bytes, bytes] = {}

    def get(self, name: bytes) -> bytes | None:
        """See `Entries.get`."""
        return self._values.get(name)

    def get_each(self, names: Sequence[bytes]) -> dict[bytes, bytes]:
        """See `Entries.get_each`."""
        return {name: self._values[name] for name in names if name in self._values}

    def put(self, name: bytes, value: bytes) -> None:
        """See `Entries.put`."""
        self._values[name] = value

    def hold(self, name: bytes, value: bytes) -> None:
        """See `Entries.hold`."""
        self._values[name] = value

    def flush(self) -> None:
        """Do nothing: there is nothing to write."""


class Counted:
    """Entries that count how often a value was there."""

    def __init__(self, entries: Entries, on_hit: Callable[[], None]) -> None:
        self._entries = entries
        self._on_hit = on_hit

    def get(self, name: bytes) -> bytes | None:
        """See `Entries.get`."""
        value = self._entries.get(name)
        if value is not None:
            self._on_hit()
        return value

    def get_each(self, names: Sequence[bytes]) -> dict[bytes, bytes]:
        """See `Entries.get_each`."""
        values = self._entries.get_each(names)
        for _ in values:
            self._on_hit()
        return values

    def put(self, name: bytes, value: bytes) -> None:
        """See `Entries.put`."""
        self._entries.put(name, value)

    def hold(self, name: bytes, value: bytes) -> None:
        """See `Entries.hold`."""
        self._entries.hold(name, value)

    def flush(self) -> None:
        """See `Entries.flush`."""
        self._entries.flush()


class _Nothing:
    """Keeps nothing at all."""

    def get(self, name: bytes) -> None:
        """Return nothing."""

    def get_each(self, names: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return nothing."""
        del names
        return {}

    def put(self, name: bytes, value: bytes) -> None:
        """Forget the value."""

    def hold(self, name: bytes, value: bytes) -> None:
        """Forget the value."""

    def flush(self) -> None:
        """Do nothing: there is nothing to write."""


NO_ENTRIES: Entries = _Nothing()
