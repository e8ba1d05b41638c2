"""Classes made quickly behave as Python's own dataclasses: the same source, made by both, and compared."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field
from operator import ge, gt, le, lt
from typing import Any, Generic, TypeVar

import pytest

from reconciler.model import quick

T = TypeVar("T")


def classes(dataclass: Any) -> dict[str, Any]:
    """One class for each thing that a dataclass can have."""

    @dataclass(frozen=True, slots=True)
    class Plain:
        a: int
        b: str = "b"

    @dataclass(frozen=True, slots=True, kw_only=True)
    class ByName:
        a: int = 1
        b: list[int] = field(default_factory=list, hash=False)
        c: int = field(default=3, compare=False, repr=False)
        d: int = field(default=4, init=False)
        e: dict[str, int] = field(default_factory=dict, init=False, compare=False)

    @dataclass(frozen=True, slots=True)
    class Mixed:
        a: int
        b: int = field(default=2, kw_only=True)

    @dataclass(frozen=True, slots=True)
    class Empty:
        pass

    @dataclass(frozen=True, slots=True)
    class One:
        a: int

    @dataclass(frozen=True, slots=True)
    class Checked:
        a: int

        def __post_init__(self) -> None:
            if self.a < 0:
                raise ValueError("below zero")

    @dataclass(frozen=True, slots=True)
    class OwnMethods:
        a: int

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

        def __repr__(self) -> str:
            return "mine"

    @dataclass(frozen=True, slots=True)
    class OwnEquality:  # noqa: PLW1641 - the dataclass makes it
        a: int

        def __eq__(self, other: object) -> bool:
            return True

    @dataclass(frozen=True, slots=True, eq=False, repr=False)
    class ByIdentity:
        a: int

    @dataclass(frozen=True, slots=True)
    class Typed(Generic[T]):
        a: T

    @dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        a: int

    @dataclass(frozen=True, slots=True, order=True)
    class OrderedBySome:
        a: int
        b: str = "b"
        c: int = field(default=3, compare=False)

    @dataclass(slots=True)
    class Changing:
        a: int = 1

    @dataclass(frozen=True, slots=True)
    class Child(Plain):
        c: int = 5

    @dataclass(frozen=True, slots=True, order=True)
    class Grandchild(Child):
        d: int = 6

        def __post_init__(self) -> None:
            if self.d < 0:
                raise ValueError("below zero")

    @dataclasses.dataclass(frozen=True, slots=True)
    class Stranger(Plain):  # type: ignore[misc] # the type checker does not know what `dataclass` is here
        c: int = 6

    return {name: each for name, each in locals().items() if isinstance(each, type)}


OURS, PYTHONS = classes(quick.dataclass), classes(dataclasses.dataclass)
CALLS: tuple[tuple[tuple[Any, ...], dict[str, Any]], ...] = (
    ((), {}),
    ((1,), {}),
    ((2,), {}),
    ((-1,), {}),
    ((1, "c"), {}),
    ((1, 2, 3, 4), {}),
    ((), {"a": 1}),
    ((), {"a": 1, "b": [2], "c": 4}),
    ((), {"d": 1}),
    ((), {"a": 1, "b": 2}),
    ((), {"unknown": 1}),
)


def outcome(call: Callable[..., Any], *arguments: Any, **named: Any) -> tuple[Any, Any]:
    """The value, or the sort of error."""
    try:
        return call(*arguments, **named), None
    except Exception as error:
        return None, type(error)


@pytest.mark.parametrize("name", sorted(OURS))
def test_it_is_as_python_makes_it(name: str) -> None:
    ours, pythons = OURS[name], PYTHONS[name]
    made = [(outcome(ours, *places, **names), outcome(pythons, *places, **names)) for places, names in CALLS]
    assert [each[1] for each, _ in made] == [each[1] for _, each in made]
    pairs = [(mine[0], theirs[0]) for mine, theirs in made if mine[1] is None]
    assert pairs
    for mine, theirs in pairs:
        assert dataclasses.asdict(mine) == dataclasses.asdict(theirs)
        if name == "ByIdentity":
            continue
        assert repr(mine) == repr(theirs)
        assert outcome(hash, mine) == outcome(hash, theirs)
        assert copy.deepcopy(mine) == dataclasses.replace(mine) == mine
    assert [[a == b for b, _ in pairs] for a, _ in pairs] == [[a == b for _, b in pairs] for _, a in pairs]
    for order in (lt, le, gt, ge):
        mine_first = [[outcome(order, a, b) for b, _ in pairs] for a, _ in pairs]
        assert mine_first == [[outcome(order, a, b) for _, b in pairs] for _, a in pairs]
    assert ours.__match_args__ == pythons.__match_args__
    assert ours.__slots__ == pythons.__slots__
    assert repr(ours.__dataclass_params__) == repr(pythons.__dataclass_params__)
    assert parameters(ours) == parameters(pythons)


def parameters(kind: Callable[..., Any]) -> list[tuple[str, Any]]:
    return [(each.name, each.kind) for each in inspect.signature(kind).parameters.values()]


def test_what_is_frozen_says_so_in_the_usual_words() -> None:
    for kind in (OURS["Plain"], PYTHONS["Plain"]):
        for change in (lambda each: setattr(each, "a", 2), lambda each: delattr(each, "a")):
            with pytest.raises(FrozenInstanceError, match="field 'a'"):
                change(kind(1))  # type: ignore[no-untyped-call]


@quick.dataclass(frozen=True, slots=True)
class Kept:
    a: int
    b: tuple[int, ...] = ()


def test_it_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(Kept(1, (2,)))) == Kept(1, (2,))  # noqa: S301 - written a moment ago
