"""`dataclass` as Python has it, made in a third of the time where a class is frozen and has slots, as most here are.

A small command spent a third of its time on making two hundred such classes: Python writes seven functions for each of
them as a text and compiles every text. Here only `__init__` is compiled; the others are functions that all share.

    from reconciler.model.quick import dataclass
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, FrozenInstanceError
from operator import attrgetter, ge, gt, le, lt
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass  # what a type checker has to know is the same
else:

    def dataclass(cls=None, /, **flags):
        """Return the class as `dataclasses.dataclass` makes it, with the same flags and the same behaviour."""
        return _made(cls, flags) if cls is not None else lambda bare: _made(bare, flags)


_QUICK = frozenset({"frozen", "slots", "kw_only", "eq", "repr", "order"})
_UNSET: Any = object()
"""Stands for "not given" where a default is made anew for each object."""


def _made(cls: type, flags: dict[str, bool]) -> type:
    """Make one class; by Python's own means where it is not frozen, or has no slots."""
    if not (flags.get("frozen") and flags.get("slots")) or not flags.keys() <= _QUICK:
        return dataclasses.dataclass(**flags)(cls)
    is_compared, is_shown = flags.get("eq", True), flags.get("repr", True)
    is_ordered = flags.get("order", False)
    written = dict(vars(cls))
    of: dict[str, bool] = {"slots": True, "kw_only": flags.get("kw_only", False)}
    if any(dataclasses.is_dataclass(base) for base in cls.__mro__[1:]):
        of["frozen"] = True  # Python insists on it below a frozen class, and writes two functions more
    annotations = cls.__annotations__
    cls.__annotations__ = dict.fromkeys(annotations, Any)  # in a text Python would look for `ClassVar`, three times
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, **of)(cls)
    made.__annotations__ = annotations
    fields = dataclasses.fields(made)
    for each in fields:
        each.type = annotations.get(each.name, each.type)
    methods = {"__init__": _init(made, fields), **_FROZEN}
    if is_compared:
        methods |= _comparing(fields)
    if is_ordered:
        methods |= _ordering(fields)
    if is_shown:
        methods["__repr__"] = _repr([each.name for each in fields if each.repr])
    for name, method in methods.items():
        if written.get(name) is None:
            setattr(made, name, method)
    parameters = made.__dataclass_params__
    parameters.init, parameters.repr, parameters.eq, parameters.frozen = True, is_shown, is_compared, True
    parameters.order = is_ordered
    return made  # type: ignore[no-any-return]


def _init(made: type, fields: Sequence[Field[Any]]) -> Callable[..., None]:
    known: dict[str, Any] = {"__name__": made.__module__, "_UNSET": _UNSET}
    taken: dict[bool, list[str]] = {False: [], True: []}  # by whether it is given by name alone
    lines = []
    for each in fields:
        name = value = each.name
        default = ""
        if each.default is not MISSING:
            known[f"_default_{name}"] = each.default
            default = f"_default_{name}"
        elif each.default_factory is not MISSING:
            known[f"_new_{name}"] = each.default_factory
            default, value = "_UNSET", f"_new_{name}() if {name} is _UNSET else {name}"
        if each.init:
            taken[bool(each.kw_only)].append(f"{name}={default}" if default else name)
        elif default:
            value = f"_new_{name}()" if default == "_UNSET" else default
        else:
            continue
        known[f"_set_{name}"] = getattr(made, name).__set__  # of its slot: quicker than by its name
        lines.append(f"_set_{name}(self, {value})")
    if hasattr(made, "__post_init__"):
        lines.append("self.__post_init__()")
    by_name = ["*", *taken[True]] if taken[True] else []
    head = f"def __init__({', '.join(['self', *taken[False], *by_name])}):"
    exec("\n    ".join([head, *lines, "pass"]), known)  # nosec B102 # names of fields, as `dataclasses` does it
    init: Callable[..., None] = known["__init__"]
    init.__qualname__ = f"{made.__qualname__}.__init__"
    return init


def _comparing(fields: Sequence[Field[Any]]) -> dict[str, Callable[..., Any]]:
    compared = _values([each.name for each in fields if each.compare])
    hashed = _values([each.name for each in fields if (each.compare if each.hash is None else each.hash)])

    def equal(self: Any, other: Any) -> Any:
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    def hash_of(self: Any) -> int:
        return hash(hashed(self))

    return {"__eq__": equal, "__hash__": hash_of}


def _ordering(fields: Sequence[Field[Any]]) -> dict[str, Callable[..., Any]]:
    compared = _values([each.name for each in fields if each.compare])
    return {f"__{each.__name__}__": _order(each, compared) for each in (lt, le, gt, ge)}


def _order(operation: Callable[[Any, Any], Any], compared: Callable[[Any], Any]) -> Callable[..., Any]:
    def ordered(self: Any, other: Any) -> Any:
        return operation(compared(self), compared(other)) if other.__class__ is self.__class__ else NotImplemented

    return ordered


def _values(names: Sequence[str]) -> Callable[[Any], Any]:
    """Return what takes the values of some attributes of an object, as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda each: tuple(getattr(each, name) for name in names)


def _repr(names: Sequence[str]) -> Callable[[Any], str]:
    def shown_as(self: Any) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__qualname__}({shown})"

    return shown_as


def _setattr(self: Any, name: str, value: Any) -> None:  # noqa: ARG001 - what Python calls
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: Any, name: str) -> None:  # noqa: ARG001 - what Python calls
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, each.name) for each in dataclasses.fields(self)]


def _setstate(self: Any, state: list[Any]) -> None:
    for each, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)


_FROZEN: dict[str, Callable[..., Any]] = {
    "__setattr__": _setattr,
    "__delattr__": _delattr,
    "__getstate__": _getstate,
    "__setstate__": _setstate,
}
"""What an object that does not change has: the first two methods refuse, the others are for copying and pickling."""
