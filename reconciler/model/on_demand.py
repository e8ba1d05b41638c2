"""A mapping whose values are made when they are asked for, each once."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from types import MappingProxyType
from typing import Any, TypeVar

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


class OnDemand(Mapping[KeyT, ValueT]):
    """Keys in their order, with values that are made late: of thousands of them a run may need a few.

    Whoever goes through all values makes all of them. Safe for several threads: at worst two of them make one value,
    and both are equal.
    """

    __slots__ = ("_make", "_values")

    def __init__(
        self,
        keys: Iterable[KeyT],
        make: Callable[[KeyT], ValueT],
        known: Mapping[KeyT, ValueT] = MappingProxyType({}),
    ) -> None:
        """`make` returns the value of one of the keys; the values of some keys may be `known`."""
        self._values: dict[KeyT, ValueT | None] = {**dict.fromkeys(keys), **known}
        self._make = make

    def __getitem__(self, key: KeyT) -> ValueT:
        value = self._values[key]
        if value is None:
            value = self._values[key] = self._make(key)
        return value

    def __iter__(self) -> Iterator[KeyT]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self._values)!r})"

    def keys(self) -> KeysView[KeyT]:
        """The keys; nothing is made for them."""
        return self._values.keys()

    def values(self) -> ValuesView[ValueT]:
        """All values, made now."""
        return self._whole().values()

    def items(self) -> ItemsView[KeyT, ValueT]:
        """All keys with their values, made now."""
        return self._whole().items()

    def _whole(self) -> dict[KeyT, ValueT]:
        missing = [key for key, value in self._values.items() if value is None]
        self._values.update((key, self[key]) for key in missing)
        whole: dict[KeyT, Any] = self._values
        return whole
